//! Upkeep: what has expired goes, and nothing else.

use crate::store::answers::Settled;
use crate::store::grants::Grant;
use crate::store::migrations::Growing;
use crate::store::testing::{NOW, Place, Stage, tag};
use crate::store::tokens::{Redemption, TokenDigest};
use crate::store::upkeep::Swept;

const HOUR_MS: u64 = 60 * 60 * 1000;

pub(super) async fn what_has_expired_is_deleted(place: &Place) {
    let stage = Stage::set_up(place).await;
    let mut answer = stage.answer(1, 1, 1, &[(0, true), (1, true)]);
    answer.token = Some(stage.token(1));
    stage.settle(answer.clone()).await;
    assert_eq!(stage.store.sweep(NOW).await.unwrap(), Swept::default());
    assert_eq!(stage.writer.settle(answer).await.unwrap(), Settled::AlreadySpent);
    let swept = stage.store.sweep(NOW + HOUR_MS).await.unwrap();
    assert_eq!((swept.nonces, swept.tokens, swept.prefixes), (1, 0, 0));
    let swept = stage.store.sweep(NOW + 24 * HOUR_MS).await.unwrap();
    assert_eq!((swept.nonces, swept.tokens, swept.prefixes), (0, 1, 2));
    assert_eq!(stage.store.sweep(NOW + 24 * HOUR_MS).await.unwrap(), Swept::default());
}

pub(super) async fn no_row_of_any_table_holds_verification_data_after_a_day(place: &Place) {
    let stage = Stage::set_up(place).await;
    // Numbers whose bytes nothing else is made of.
    let (answered, granted) = (0xa1b2_c3d4, 0xb7c6_d5e4);
    let mut answer = stage.answer(answered, 1, 0xd9e8_f7a6, &[(0, true), (1, true)]);
    answer.token = Some(stage.token(0xc5d4_e3f2));
    stage.settle(answer).await;
    let token = stage.token(0xe1f2_a3b4);
    stage
        .writer
        .grant(Grant { nonce: tag(granted), nonce_expires_ms: NOW + 1000, reply: Vec::new(), token })
        .await
        .unwrap();
    let asked =
        Redemption { digest: TokenDigest(tag(0xe1f2_a3b4)), site: stage.site, now_ms: NOW, idempotency_key: None };
    stage.writer.redeem(asked).await.unwrap();
    let tables = Growing::new(place).await;
    let held = async || {
        let shape = tables.shape().await;
        let rows = tables.rows(&shape).await;
        let text = rows.values().flatten().map(|row| row.to_lowercase()).collect::<Vec<_>>().join("\n");
        let traces = [
            ("a challenge's nonce", "a1b2c3d4"),
            ("a puzzle's nonce", "b7c6d5e4"),
            ("a token's digest", "c5d4e3f2"),
            ("a redeemed token's digest", "e1f2a3b4"),
            ("a prefix", "d9e8f7a6"),
        ];
        traces.iter().filter(|(_, bytes)| text.contains(bytes)).map(|(what, _)| *what).collect::<Vec<_>>()
    };
    assert_eq!(held().await.len(), 5, "nothing to forget");
    stage.store.sweep(NOW + HOUR_MS).await.unwrap();
    assert_eq!(held().await, ["a token's digest", "a redeemed token's digest", "a prefix"]);
    stage.store.sweep(NOW + 24 * HOUR_MS).await.unwrap();
    assert_eq!(held().await, <[&str; 0]>::default());
    assert_eq!(stage.store.receipt(&tag(1)).await.unwrap().unwrap().votes, 2, "the labels keep their votes");
}
