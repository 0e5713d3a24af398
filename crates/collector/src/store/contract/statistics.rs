//! Statistics: the ledger by the hour, whoever counts, and days of what is old.

use std::collections::BTreeMap;

use corvee_consensus::Decision;

use crate::store::answers::Settled;
use crate::store::grants::Grant;
use crate::store::receipts::Removal;
use crate::store::statistics::{Counts, DAY_MS, DAYS_KEPT, HOUR_MS, HOURS_KEPT_DAYS, Heading, Statistics};
use crate::store::testing::{NOW, Place, Stage, tag};
use crate::store::tokens::{Redemption, TokenDigest};

/// A visit at this moment that passes, and one that does not.
async fn two_visits(stage: &Stage, number: u32, now_ms: u64) {
    let mut passed = stage.answer(number, number, number, &[(0, true), (1, false)]);
    (passed.now_ms, passed.decision, passed.token) = (now_ms, Decision::Accept, Some(stage.token(number)));
    stage.settle(passed).await;
    let mut failed = stage.answer(number + 500, number + 500, number, &[(2, true)]);
    (failed.now_ms, failed.decision) = (now_ms, Decision::Refuse);
    stage.settle(failed).await;
}

pub(super) async fn what_happens_is_counted_in_its_hour(place: &Place) {
    let stage = Stage::set_up(place).await;
    two_visits(&stage, 1, NOW).await;
    two_visits(&stage, 2, NOW + 2 * HOUR_MS).await;
    let rules = stage.rules();
    let removal = Removal { code_digest: tag(1), campaign: rules, now_ms: NOW + 2 * HOUR_MS };
    stage.writer.remove(removal).await.unwrap();
    stage.writer.remove(removal).await.unwrap();
    let now_ms = NOW + 2 * HOUR_MS + HOUR_MS / 2;
    let lately = |hours| stage.store.lately(now_ms, hours);
    let of_two = Counts {
        screens: 2,
        visits: 2,
        passed: 1,
        failed: 1,
        visitor_ms: 18_000,
        gold_answers: 4,
        votes: 3,
        ..Counts::default()
    };
    let this_hour = Counts { votes_removed: 2, ..of_two };
    for hours in [1, 2] {
        assert_eq!(lately(hours).await.unwrap(), BTreeMap::from([(Some(stage.campaign), this_hour)]));
    }
    let mut both = this_hour;
    both += of_two;
    assert_eq!(lately(3).await.unwrap(), BTreeMap::from([(Some(stage.campaign), both)]));
    let sums = stage.store.campaigns().await.unwrap()[0].sums;
    assert_eq!((sums.screens, sums.visits, sums.passed, sums.visitor_ms), (4, 4, 2, 36_000));
    assert_eq!(sums.votes, both.votes - both.votes_removed);
}

pub(super) async fn tokens_are_counted_at_their_site(place: &Place) {
    let stage = Stage::set_up(place).await;
    let grant = Grant { nonce: [1; 16], nonce_expires_ms: NOW + 1000, reply: Vec::new(), token: stage.token(1) };
    stage.writer.grant(grant.clone()).await.unwrap();
    stage.writer.grant(grant).await.unwrap();
    for (number, key) in [(1, Some([1; 16])), (1, Some([1; 16])), (1, None), (2, None)] {
        let digest = TokenDigest(tag(number));
        let asked = Redemption { digest, site: stage.site, now_ms: NOW + 1, idempotency_key: key };
        stage.writer.redeem(asked).await.unwrap();
    }
    let counts = Counts { machine_turns: 1, redeemed: 1, refused: 2, ..Counts::default() };
    assert_eq!(stage.store.lately(NOW, 1).await.unwrap(), BTreeMap::from([(None, counts)]));
}

pub(super) async fn a_batch_counts_what_was_recorded_and_nothing_twice(place: &Place) {
    let stage = Stage::set_up(place).await;
    let mut answers = tokio::task::JoinSet::new();
    for number in 0..20 {
        let (stage, answer) = (stage.clone(), stage.answer(number % 7, number % 7, 1, &[(0, true)]));
        answers.spawn(async move { stage.writer.settle(answer).await.unwrap() != Settled::AlreadySpent });
    }
    let recorded = answers.join_all().await.into_iter().filter(|recorded| *recorded).count();
    let (counts, _) = stage.store.all_counts(stage.campaign).await;
    assert_eq!((counts.screens, counts.visits, recorded), (7, 7, 7));
}

pub(super) async fn hours_become_days_and_days_end(place: &Place) {
    let stage = Stage::set_up(place).await;
    for hour in 0..30 {
        let heading = Heading::new(NOW + hour * HOUR_MS, Some(stage.site), Some(stage.campaign));
        let counts = Counts { challenges: 2, ..Counts::default() };
        stage.store.count(&Statistics::from([(heading, counts)])).await.unwrap();
    }
    assert!(NOW.is_multiple_of(DAY_MS), "the test begins at midnight");
    let all = async || stage.store.all_counts(stage.campaign).await;
    let swept = async |now_ms| stage.store.sweep(now_ms).await.unwrap().statistics;
    let sums = Counts { challenges: 60, ..Counts::default() };
    assert_eq!((swept(NOW + HOURS_KEPT_DAYS * DAY_MS).await, all().await), (0, (sums, 30)));
    assert_eq!((swept(NOW + (HOURS_KEPT_DAYS + 1) * DAY_MS).await, all().await), (24, (sums, 7)));
    // A collector whose clock is behind adds to a day that was rolled up already.
    let late = Heading::new(NOW + HOUR_MS, Some(stage.site), Some(stage.campaign));
    stage.store.count(&Statistics::from([(late, sums)])).await.unwrap();
    let sums = Counts { challenges: 120, ..Counts::default() };
    assert_eq!((swept(NOW + (HOURS_KEPT_DAYS + 2) * DAY_MS).await, all().await), (7, (sums, 2)));
    assert_eq!((swept(NOW + (DAYS_KEPT + 1) * DAY_MS).await, all().await.1), (1, 1));
    assert_eq!((swept(NOW + (DAYS_KEPT + 2) * DAY_MS).await, all().await.1), (1, 0));
}

pub(super) async fn collectors_that_count_the_same_hour_never_wait_in_a_circle(place: &Place) {
    let stage = Stage::set_up(place).await;
    let other = stage.again(place).await;
    let mut tasks = tokio::task::JoinSet::new();
    for (at, stage) in [stage.clone(), other].into_iter().enumerate() {
        for round in 0..20_u32 {
            let (stage, number) = (stage.clone(), 1 + round * 2 + u32::try_from(at).unwrap());
            tasks.spawn(async move {
                two_visits(&stage, number, NOW + u64::from(number % 3) * HOUR_MS).await;
                let digest = TokenDigest(tag(number));
                let asked = Redemption { digest, site: stage.site, now_ms: NOW + 1, idempotency_key: None };
                stage.writer.redeem(asked).await.unwrap();
            });
        }
    }
    tasks.join_all().await;
    let lately = stage.store.lately(NOW + 3 * HOUR_MS, 24).await.unwrap();
    assert_eq!((lately[&Some(stage.campaign)].screens, lately[&None].redeemed), (80, 40));
}
