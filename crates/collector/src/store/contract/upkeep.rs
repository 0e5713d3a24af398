//! Upkeep: what has expired goes, and nothing else.

use crate::store::answers::Settled;
use crate::store::testing::{NOW, Place, Stage};
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
