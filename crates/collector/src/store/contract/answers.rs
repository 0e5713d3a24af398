//! Answers: once, all or nothing, and posteriors that are replays.

use corvee_consensus::{ItemPosterior, Probability, Vote};

use crate::store::StoreError;
use crate::store::answers::Settled;
use crate::store::campaigns::{CampaignId, LedgerSums};
use crate::store::items::{Audits, ItemState};
use crate::store::testing::{NOW, Place, Stage};

pub(super) async fn an_answer_is_recorded_once(place: &Place) {
    let stage = Stage::set_up(place).await;
    let answer = stage.answer(1, 1, 1, &[(0, true), (1, false)]);
    let recorded = stage.settle(answer.clone()).await;
    assert_eq!((recorded.votes, recorded.gold_answers, recorded.solve_ms), (2, 2, 9000));
    assert_eq!(stage.writer.settle(answer).await.unwrap(), Settled::AlreadySpent);
    let sums = stage.store.campaigns().await.unwrap()[0].sums;
    assert_eq!((sums.screens, sums.visits, sums.votes), (1, 1, 2));
}

pub(super) async fn two_answers_to_one_challenge_may_share_a_batch(place: &Place) {
    let stage = Stage::set_up(place).await;
    let answer = stage.answer(1, 1, 1, &[(0, true)]);
    let (one, other) = tokio::join!(stage.writer.settle(answer.clone()), stage.writer.settle(answer));
    let recorded = [one.unwrap(), other.unwrap()].iter().filter(|settled| **settled != Settled::AlreadySpent).count();
    assert_eq!(recorded, 1);
}

pub(super) async fn a_visit_votes_once_on_an_item(place: &Place) {
    let stage = Stage::set_up(place).await;
    stage.settle(stage.answer(1, 1, 1, &[(0, true), (1, true)])).await;
    let second = stage.settle(stage.answer(2, 1, 1, &[(0, false), (2, false)])).await;
    assert_eq!(second.votes, 3, "the second vote on item 0 does not count");
    assert_eq!(stage.store.standings(stage.campaign).await.unwrap()[4].n_votes, 1);
    let sums = stage.store.campaigns().await.unwrap()[0].sums;
    assert_eq!((sums.screens, sums.visits, sums.votes), (2, 1, 3));
}

pub(super) async fn a_prefix_is_new_once_on_an_item(place: &Place) {
    let stage = Stage::set_up(place).await;
    for (visit, prefix) in [(1, 7), (2, 7), (3, 8)] {
        stage.settle(stage.answer(visit, visit, prefix, &[(0, true)])).await;
    }
    let votes = stage.store.snapshot().await.unwrap().votes_page(stage.campaign, 0, 10).await.unwrap();
    let new: Vec<bool> = votes.iter().map(|vote| vote.new_prefix).collect();
    assert_eq!(new, [true, false, true]);
}

pub(super) async fn a_posterior_is_the_replay_of_all_votes(place: &Place) {
    let stage = Stage::set_up(place).await;
    let rules = stage.rules();
    let mut votes = Vec::new();
    for (visit, picked) in [(1, true), (2, true), (3, false), (4, true)] {
        let mut answer = stage.answer(visit, visit, visit, &[(0, picked)]);
        // A value without a short binary form: what comes back must have the same bits.
        let human = Probability::saturating(1.0 / 3.0 + f64::from(visit) / 7.0);
        answer.votes[0].human = human;
        votes.push(Vote { picked, human, new_prefix: true });
        stage.settle(answer).await;
        let expected = ItemPosterior::replay(&rules.crowd, rules.prior, votes.iter().copied());
        let standing = stage.store.standings(stage.campaign).await.unwrap()[4];
        assert_eq!(standing.log_odds.to_bits(), expected.log_odds().to_bits());
        assert_eq!(standing.n_votes, visit);
    }
}

pub(super) async fn a_label_becomes_final_with_its_moment(place: &Place) {
    let stage = Stage::set_up(place).await;
    let mut settled_at = None;
    for visit in 1..=10_u32 {
        let mut answer = stage.answer(visit, visit, visit, &[(0, true)]);
        answer.now_ms = NOW + u64::from(visit);
        let recorded = stage.settle(answer).await;
        assert_eq!(recorded.moved.len(), 1);
        if recorded.moved[0].state == ItemState::Final {
            settled_at.get_or_insert(NOW + u64::from(visit));
            assert_eq!(recorded.screens, 1);
        }
    }
    let settled_at = settled_at.expect("ten votes of ten networks settle a label");
    let items = stage.store.snapshot().await.unwrap().items_page(stage.campaign, 0, 100).await.unwrap();
    assert_eq!(items[4].settled_ms, Some(settled_at), "later votes leave the moment as it was");
    assert_eq!((items[4].n_positive, items[5].settled_ms), (10, None));
    assert_eq!(stage.store.item_counts(stage.campaign).await.unwrap().settled, 1);
}

pub(super) async fn gold_counts_its_servings_and_audits(place: &Place) {
    let stage = Stage::set_up(place).await;
    let mut doubting = stage.answer(1, 1, 1, &[(0, true)]);
    doubting.gold[0].audit = Some(false);
    stage.settle(doubting).await;
    stage.settle(stage.answer(2, 2, 2, &[(0, true)])).await;
    let standings = stage.store.standings(stage.campaign).await.unwrap();
    assert_eq!((standings[0].servings, standings[0].audits), (2, Audits { agreed: 1, disagreed: 1 }));
    assert_eq!((standings[1].servings, standings[1].audits), (2, Audits::default()));
    assert_eq!((standings[4].servings, standings[5].servings), (2, 0));
}

pub(super) async fn the_ledger_is_the_sum_of_all_receipts(place: &Place) {
    let stage = Stage::set_up(place).await;
    for number in 1..=6_u32 {
        let mut answer = stage.answer(number, number / 2, number, &[(0, true), (1, false)]);
        answer.token = (number % 2 == 0).then(|| stage.token(number));
        stage.settle(answer).await;
    }
    let sums = stage.store.campaigns().await.unwrap()[0].sums;
    let mut receipts = LedgerSums::default();
    for visit in 0..=3 {
        let receipt = stage.store.receipt(&crate::store::testing::tag(visit)).await.unwrap().unwrap();
        receipts.visits += 1;
        receipts.passed += u64::from(receipt.passed);
        receipts.visitor_ms += receipt.solve_ms;
        receipts.gold_answers += receipt.gold_answers;
        receipts.votes += receipt.votes;
    }
    assert_eq!(LedgerSums { screens: 0, ..sums }, receipts);
    assert_eq!((sums.screens, sums.visits, sums.passed, sums.votes), (6, 4, 3, 8));
    let tally = stage.store.snapshot().await.unwrap().tally(stage.campaign).await.unwrap().unwrap();
    assert_eq!(tally.sums, sums);
}

pub(super) async fn a_batch_that_fails_records_nothing(place: &Place) {
    let stage = Stage::set_up(place).await;
    let good = stage.answer(1, 1, 1, &[(0, true)]);
    let mut impossible = stage.answer(2, 2, 2, &[(0, true)]);
    impossible.campaign.id = CampaignId(999);
    let refused = stage.writer.settle(impossible.clone()).await;
    assert!(matches!(refused, Err(StoreError::Batch { .. })), "{refused:?}");
    // Whether they share a batch is chance. Either way the good one is recorded, or told to be refused and then is new.
    let (first, refused) = tokio::join!(stage.writer.settle(good.clone()), stage.writer.settle(impossible));
    assert!(refused.is_err());
    let again = stage.writer.settle(good).await.unwrap();
    assert_eq!(first.is_ok(), again == Settled::AlreadySpent);
    let sums = stage.store.campaigns().await.unwrap()[0].sums;
    assert_eq!((sums.screens, sums.visits, sums.votes), (1, 1, 1));
    assert!(stage.store.receipt(&crate::store::testing::tag(2)).await.unwrap().is_none());
}

pub(super) async fn what_was_replied_is_kept_with_the_first_answer(place: &Place) {
    let stage = Stage::set_up(place).await;
    let mut first = stage.answer(1, 1, 1, &[(0, true)]);
    first.reply = b"first".to_vec();
    let mut second = stage.answer(1, 2, 2, &[(0, false)]);
    second.reply = b"a second".to_vec();
    let (one, other) = tokio::join!(stage.writer.settle(first.clone()), stage.writer.settle(second.clone()));
    let first_counts = one.unwrap() != Settled::AlreadySpent;
    assert_ne!(first_counts, other.unwrap() != Settled::AlreadySpent);
    let kept = if first_counts { first.reply } else { second.reply };
    assert_eq!(stage.store.reply(&first.nonce).await.unwrap(), Some(kept));
    let silent = stage.answer(2, 3, 3, &[(0, true)]);
    stage.settle(silent.clone()).await;
    assert_eq!(stage.store.reply(&silent.nonce).await.unwrap(), None);
    assert_eq!(stage.store.reply(&[9; 16]).await.unwrap(), None);
}
