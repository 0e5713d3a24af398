//! Receipts: votes taken back leave no trace in any label, and the ledger still adds up.

use crate::store::receipts::{Removal, Removed};
use crate::store::testing::{NOW, Place, Stage, tag};

fn removal(stage: &Stage, visit: u32) -> Removal {
    Removal { code_digest: tag(visit), campaign: stage.rules(), now_ms: NOW + 5 }
}

pub(super) async fn a_removed_receipt_leaves_items_as_if_it_had_never_been(place: &Place) {
    let stage = Stage::set_up(place).await;
    let bits = async || -> Vec<(u64, u32)> {
        let standings = stage.store.standings(stage.campaign).await.unwrap();
        standings.iter().map(|standing| (standing.log_odds.to_bits(), standing.n_votes)).collect()
    };
    for visit in 1..=3 {
        stage.settle(stage.answer(visit, visit, visit, &[(0, true), (1, visit == 2)])).await;
    }
    let before = bits().await;
    stage.settle(stage.answer(4, 4, 4, &[(0, false), (1, true), (2, true)])).await;
    assert_ne!(bits().await, before);
    let Removed::Votes { n_votes, moved } = stage.writer.remove(removal(&stage, 4)).await.unwrap() else {
        panic!("the receipt is known");
    };
    assert_eq!((n_votes, moved.len()), (3, 3));
    assert_eq!(bits().await, before);
    let sums = stage.store.campaigns().await.unwrap()[0].sums;
    assert_eq!((sums.votes, sums.votes_removed), (6, 3));
    let receipt = stage.store.receipt(&tag(4)).await.unwrap().unwrap();
    assert_eq!((receipt.votes, receipt.removed_ms), (0, Some(NOW + 5)));
}

pub(super) async fn removing_twice_removes_nothing_more(place: &Place) {
    let stage = Stage::set_up(place).await;
    stage.settle(stage.answer(1, 1, 1, &[(0, true)])).await;
    assert_eq!(stage.writer.remove(removal(&stage, 9)).await.unwrap(), Removed::Unknown);
    stage.writer.remove(removal(&stage, 1)).await.unwrap();
    let again = stage.writer.remove(Removal { now_ms: NOW + 99, ..removal(&stage, 1) }).await.unwrap();
    assert_eq!(again, Removed::Votes { n_votes: 0, moved: vec![] });
    let sums = stage.store.campaigns().await.unwrap()[0].sums;
    assert_eq!((sums.votes, sums.votes_removed), (0, 1));
    assert_eq!(stage.store.receipt(&tag(1)).await.unwrap().unwrap().removed_ms, Some(NOW + 5));
}

pub(super) async fn a_prefix_is_passed_on_to_the_next_vote(place: &Place) {
    let stage = Stage::set_up(place).await;
    for visit in 1..=2 {
        stage.settle(stage.answer(visit, visit, 7, &[(0, true)])).await;
    }
    stage.writer.remove(removal(&stage, 1)).await.unwrap();
    let votes = stage.store.snapshot().await.unwrap().votes_page(stage.campaign, 0, 10).await.unwrap();
    assert_eq!(votes.iter().map(|vote| vote.new_prefix).collect::<Vec<_>>(), [true]);
}
