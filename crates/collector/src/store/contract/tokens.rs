//! Tokens: redeemed once, renewed once, and what they prove.

use corvee_protocol::Dialect;

use crate::store::grants::{Grant, GrantOutcome};
use crate::store::testing::{NOW, Place, Stage, create_site, tag};
use crate::store::tokens::{NewToken, Redeemed, Redemption, Renewal, Renewed, TokenDigest};

fn redemption(stage: &Stage, number: u32) -> Redemption {
    Redemption { digest: TokenDigest(tag(number)), site: stage.site, now_ms: NOW + 1, idempotency_key: None }
}

async fn redeem(stage: &Stage, redemption: Redemption) -> Redeemed {
    stage.writer.redeem(redemption).await.unwrap()
}

async fn with_token(place: &Place) -> Stage {
    let stage = Stage::set_up(place).await;
    stage.store.insert_token(&stage.token(1)).await;
    stage
}

pub(super) async fn a_token_redeems_once(place: &Place) {
    let stage = Stage::set_up(place).await;
    let mut answer = stage.answer(1, 1, 1, &[(0, true)]);
    answer.token = Some(stage.token(1));
    stage.settle(answer).await;
    assert!(matches!(redeem(&stage, redemption(&stage, 1)).await, Redeemed::Valid(_)));
    assert_eq!(redeem(&stage, redemption(&stage, 1)).await, Redeemed::Seen);
    assert_eq!(redeem(&stage, redemption(&stage, 2)).await, Redeemed::Unknown);
}

pub(super) async fn a_token_of_another_site_is_unknown(place: &Place) {
    let stage = with_token(place).await;
    let other = create_site(&stage.store, 2, &[]).await;
    assert_eq!(redeem(&stage, Redemption { site: other, ..redemption(&stage, 1) }).await, Redeemed::Unknown);
    assert!(matches!(redeem(&stage, redemption(&stage, 1)).await, Redeemed::Valid(_)));
}

pub(super) async fn an_expired_token_is_told_apart_from_a_used_one(place: &Place) {
    let stage = with_token(place).await;
    let late = Redemption { now_ms: stage.token(1).expires_ms(), ..redemption(&stage, 1) };
    assert_eq!(redeem(&stage, late).await, Redeemed::Expired);
    assert!(matches!(redeem(&stage, redemption(&stage, 1)).await, Redeemed::Valid(_)));
    assert_eq!(redeem(&stage, late).await, Redeemed::Seen);
}

pub(super) async fn a_call_is_repeated_under_its_key(place: &Place) {
    let stage = with_token(place).await;
    let keyed = Redemption { idempotency_key: Some([7; 16]), ..redemption(&stage, 1) };
    assert!(matches!(redeem(&stage, keyed).await, Redeemed::Valid(_)));
    assert!(matches!(redeem(&stage, keyed).await, Redeemed::Valid(_)));
    assert_eq!(redeem(&stage, Redemption { idempotency_key: Some([8; 16]), ..keyed }).await, Redeemed::Seen);
    assert_eq!(redeem(&stage, redemption(&stage, 1)).await, Redeemed::Seen);
}

pub(super) async fn calls_for_one_token_may_share_a_batch(place: &Place) {
    let stage = with_token(place).await;
    let asked = redemption(&stage, 1);
    let (a, b, c) = tokio::join!(redeem(&stage, asked), redeem(&stage, asked), redeem(&stage, asked));
    let valid = [a, b, c].iter().filter(|redeemed| matches!(redeemed, Redeemed::Valid(_))).count();
    assert_eq!(valid, 1);
}

pub(super) async fn a_renewed_token_is_worth_nothing(place: &Place) {
    let stage = with_token(place).await;
    let renewal = Renewal { old: TokenDigest(tag(1)), fresh: TokenDigest(tag(2)), now_ms: NOW + 1 };
    assert_eq!(stage.writer.renew(renewal).await.unwrap(), Renewed::Now(Dialect::Corvee));
    assert_eq!(stage.writer.renew(Renewal { fresh: TokenDigest(tag(3)), ..renewal }).await.unwrap(), Renewed::Gone);
    assert_eq!(redeem(&stage, redemption(&stage, 1)).await, Redeemed::Unknown);
    assert!(matches!(redeem(&stage, redemption(&stage, 2)).await, Redeemed::Valid(_)));
    let used = Renewal { old: TokenDigest(tag(2)), fresh: TokenDigest(tag(4)), now_ms: NOW + 2 };
    assert_eq!(stage.writer.renew(used).await.unwrap(), Renewed::Gone);
}

pub(super) async fn a_proof_earns_one_token(place: &Place) {
    let stage = Stage::set_up(place).await;
    let grant =
        |token| Grant { nonce: [1; 16], nonce_expires_ms: NOW + 1000, reply: Vec::new(), token: stage.token(token) };
    let (one, other) = tokio::join!(stage.writer.grant(grant(1)), stage.writer.grant(grant(2)));
    let stored = [one.unwrap(), other.unwrap()].iter().filter(|outcome| **outcome == GrantOutcome::Stored).count();
    assert_eq!((stored, stage.store.machine_turns().await.unwrap()), (1, 1));
    assert_eq!(stage.writer.grant(grant(3)).await.unwrap(), GrantOutcome::AlreadySpent);
}

pub(super) async fn what_a_token_proves_comes_back_as_it_was(place: &Place) {
    let stage = Stage::set_up(place).await;
    let mut token: NewToken = stage.token(1);
    token.page.dialect = Dialect::Turnstile;
    token.page.action = Some("sign-up".to_owned().try_into().unwrap());
    token.page.cdata = Some("cart-17".to_owned().try_into().unwrap());
    token.way = corvee_protocol::Wish::Machine;
    stage.store.insert_token(&token).await;
    let Redeemed::Valid(earned) = redeem(&stage, redemption(&stage, 1)).await else { panic!("it is valid") };
    assert_eq!((earned.hostname, earned.page), (token.hostname, token.page));
    assert_eq!((earned.way, earned.challenge_ms), (token.way, token.challenge_ms));
}
