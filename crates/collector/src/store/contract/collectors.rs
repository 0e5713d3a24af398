//! Two collectors on one database at the same time.

use corvee_consensus::{ItemPosterior, Probability, Vote};

use crate::store::answers::Settled;
use crate::store::receipts::Removal;
use crate::store::testing::{NOW, Place, Stage, new_item, tag};
use crate::store::tokens::{Redeemed, Redemption, TokenDigest};

/// Answers of each collector.
const ANSWERS: u32 = 120;

async fn two(place: &Place) -> [Stage; 2] {
    let one = Stage::set_up(place).await;
    let other = one.again(place).await;
    [one, other]
}

/// Every item stands where its votes, in the order of their rows, put it, and the ledger counts them.
async fn check(stage: &Stage) {
    let mut snapshot = stage.store.snapshot().await.unwrap();
    let votes = snapshot.votes_page(stage.campaign, 0, 1_000_000).await.unwrap();
    let rules = stage.rules();
    for item in snapshot.items_page(stage.campaign, 0, 1000).await.unwrap() {
        if item.gold.is_none() {
            let of_item = votes.iter().filter(|vote| vote.item == item.id).map(|vote| Vote {
                picked: vote.picked,
                human: Probability::saturating(vote.human),
                new_prefix: vote.new_prefix,
            });
            let expected = ItemPosterior::replay(&rules.crowd, rules.prior, of_item);
            assert_eq!(item.log_odds.to_bits(), expected.log_odds().to_bits(), "item {:?}", item.id);
            assert_eq!(item.n_votes, u64::from(expected.votes()));
        }
    }
    let sums = snapshot.tally(stage.campaign).await.unwrap().unwrap().sums;
    assert_eq!(sums.votes, votes.len() as u64);
}

pub(super) async fn two_collectors_lose_no_vote_on_the_same_items(place: &Place) {
    let stages = two(place).await;
    let answers = stages.iter().enumerate().flat_map(|(at, stage)| {
        (0..ANSWERS).map(move |number| {
            let visit = 1 + 2 * number + u32::try_from(at).unwrap();
            // Items in another order at each collector, networks shared by both.
            let (one, other) = (number as usize % 12, (number as usize * 5 + at) % 12);
            let votes = if one == other { vec![(one, true)] } else { vec![(one, true), (other, visit % 3 == 0)] };
            let answer = stage.answer(visit, visit, number % 7, &votes);
            async move { stage.settle(answer).await.votes }
        })
    });
    let mut cast = 0;
    for votes in join_all(answers).await {
        cast += votes;
    }
    let sums = stages[0].store.campaigns().await.unwrap()[0].sums;
    assert_eq!((sums.screens, sums.visits, sums.votes), (u64::from(2 * ANSWERS), u64::from(2 * ANSWERS), cast));
    check(&stages[0]).await;
    let votes = stages[0].store.snapshot().await.unwrap().votes_page(stages[0].campaign, 0, 10_000).await.unwrap();
    let new = votes.iter().filter(|vote| vote.new_prefix).count();
    let pairs: std::collections::BTreeSet<_> =
        votes.iter().map(|vote| (vote.item, (vote.worker, vote.new_prefix))).collect();
    assert_eq!(pairs.len(), votes.len());
    assert!(new <= 12 * 7, "a prefix is new once on an item, wherever it votes");
}

pub(super) async fn a_challenge_is_spent_at_one_of_two_collectors(place: &Place) {
    let [one, other] = two(place).await;
    for number in 1..=ANSWERS / 4 {
        let answer = one.answer(number, number, 1, &[(0, true)]);
        let (here, there) = tokio::join!(one.writer.settle(answer.clone()), other.writer.settle(answer));
        let spent = [here.unwrap(), there.unwrap()].iter().filter(|settled| **settled == Settled::AlreadySpent).count();
        assert_eq!(spent, 1, "challenge {number}");
    }
    assert_eq!(one.store.campaigns().await.unwrap()[0].sums.screens, u64::from(ANSWERS / 4));
    check(&one).await;
}

pub(super) async fn a_token_is_redeemed_at_one_of_two_collectors(place: &Place) {
    let [one, other] = two(place).await;
    for number in 1..=ANSWERS / 4 {
        one.store.insert_token(&one.token(number)).await;
        let asked =
            Redemption { digest: TokenDigest(tag(number)), site: one.site, now_ms: NOW + 1, idempotency_key: None };
        let (here, there) = tokio::join!(one.writer.redeem(asked), other.writer.redeem(asked));
        let both = [here.unwrap(), there.unwrap()];
        assert_eq!(both.iter().filter(|redeemed| matches!(redeemed, Redeemed::Valid(_))).count(), 1);
        assert_eq!(both.iter().filter(|redeemed| **redeemed == Redeemed::Seen).count(), 1);
    }
}

pub(super) async fn answers_and_removals_never_wait_in_a_circle(place: &Place) {
    let stages = two(place).await;
    let work = stages.iter().enumerate().flat_map(|(at, stage)| {
        (0..ANSWERS / 2).map(move |number| async move {
            let visit = 1 + 2 * number + u32::try_from(at).unwrap();
            let votes: Vec<(usize, bool)> = (0..6).map(|step| ((visit as usize * 7 + step * 5) % 12, true)).collect();
            stage.settle(stage.answer(visit, visit, visit, &votes)).await;
            if visit.is_multiple_of(3) {
                let removal = Removal { code_digest: tag(visit), campaign: stage.rules(), now_ms: NOW };
                stage.writer.remove(removal).await.unwrap();
            }
        })
    });
    join_all(work).await;
    check(&stages[0]).await;
    let sums = stages[0].store.campaigns().await.unwrap()[0].sums;
    assert_eq!((sums.votes, sums.votes_removed), (u64::from(ANSWERS) * 6 - 240, 240));
}

pub(super) async fn an_import_completes_under_load(place: &Place) {
    let [one, other] = two(place).await;
    let answers = (1..=ANSWERS).map(|visit| {
        let answer =
            one.answer(visit, visit, visit, &[(visit as usize % 12, true), ((visit as usize + 5) % 12, false)]);
        one.settle(answer)
    });
    let imports = async {
        for number in 0..10 {
            let import = other.store.begin_import(other.campaign, NOW).await.unwrap();
            other.store.stage_items(other.campaign, import, &[new_item(100 + number)]).await.unwrap();
            other.store.complete_import(other.campaign, import, 0.25, NOW).await.unwrap();
        }
    };
    tokio::join!(join_all(answers), imports);
    check(&one).await;
    assert_eq!(one.store.standings(one.campaign).await.unwrap().len(), 26);
}

/// Waits for all of them, begun together.
async fn join_all<T>(futures: impl IntoIterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut futures: Vec<_> = futures.into_iter().map(|future| Some(Box::pin(future))).collect();
    let mut results: Vec<Option<T>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (slot, result) in futures.iter_mut().zip(&mut results) {
            if let Some(future) = slot
                && let std::task::Poll::Ready(value) = future.as_mut().poll(context)
            {
                *result = Some(value);
                *slot = None;
            }
        }
        if futures.iter().all(Option::is_none) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    results.into_iter().flatten().collect()
}
