//! Snapshots: one moment, whatever is written meanwhile.

use crate::store::testing::{Place, Stage};

pub(super) async fn a_snapshot_sees_one_moment(place: &Place) {
    let stage = Stage::set_up(place).await;
    stage.settle(stage.answer(1, 1, 1, &[(0, true)])).await;
    let mut snapshot = stage.store.snapshot().await.unwrap();
    let before = snapshot.tally(stage.campaign).await.unwrap().unwrap();
    stage.settle(stage.answer(2, 2, 2, &[(0, true), (1, true)])).await;
    assert_eq!(snapshot.tally(stage.campaign).await.unwrap().unwrap(), before);
    let votes = snapshot.votes_page(stage.campaign, 0, 100).await.unwrap();
    assert_eq!((votes.len() as u64, before.sums.votes), (1, 1));
    let mut later = stage.store.snapshot().await.unwrap();
    assert_eq!(later.tally(stage.campaign).await.unwrap().unwrap().sums.votes, 3);
}

pub(super) async fn pages_hold_every_row_once(place: &Place) {
    let stage = Stage::set_up(place).await;
    stage.settle(stage.answer(1, 1, 1, &[(0, true), (1, false), (2, true)])).await;
    let mut snapshot = stage.store.snapshot().await.unwrap();
    let (mut items, mut votes) = (Vec::new(), Vec::new());
    while let page @ [.., last] =
        snapshot.items_page(stage.campaign, items.last().copied().unwrap_or(0), 5).await.unwrap().as_slice()
    {
        assert!(page.len() <= 5 && last.id.0 > 0);
        items.extend(page.iter().map(|item| item.id.0));
    }
    while let page @ [_, ..] =
        snapshot.votes_page(stage.campaign, votes.last().copied().unwrap_or(0), 2).await.unwrap().as_slice()
    {
        votes.extend(page.iter().map(|vote| vote.id));
    }
    assert_eq!((items.len(), votes.len()), (16, 3));
    assert!(items.is_sorted() && votes.is_sorted());
}
