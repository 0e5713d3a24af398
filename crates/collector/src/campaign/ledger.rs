//! The ledger of a campaign: the sum of all receipts, read from the store, for its requester and for everybody.

use corvee_protocol::CampaignName;
use corvee_protocol::ledger::Ledger;

use super::telling::{self, Tiles};
use crate::clock;
use crate::store::campaigns::CampaignRow;
use crate::store::snapshot::tally::Tally;
use crate::store::statistics::DAY_MS;
use crate::store::{Store, StoreError};

/// The ledger as its requester sees it: everything counted, up to `now_ms`.
pub async fn counted(store: &Store, name: &CampaignName, now_ms: u64) -> Result<Option<Ledger>, StoreError> {
    let Some(campaign) = store.campaign(name).await? else { return Ok(None) };
    let Some(tally) = store.snapshot().await?.tally(campaign.id).await? else { return Ok(None) };
    page(store, campaign, tally, now_ms).await.map(Some)
}

/// The ledger as everybody sees it: what screens held is told in the sums of whole days, of days with enough screens alone, and
/// what was taken back in steps.
pub async fn told(store: &Store, name: &CampaignName, now_ms: u64) -> Result<Option<Ledger>, StoreError> {
    let Some(campaign) = store.campaign(name).await? else { return Ok(None) };
    let midnight_ms = now_ms / DAY_MS * DAY_MS;
    let mut snapshot = store.snapshot().await?;
    let Some(tally) = snapshot.tally(campaign.id).await? else { return Ok(None) };
    let hidden = snapshot.days_not_told(campaign.id, midnight_ms, telling::SCREENS_TOLD_TOGETHER).await?;
    // Nobody holds a reader and waits for another.
    drop(snapshot);
    let Tally { sums, items, .. } = tally;
    let expected = Tiles::of_many(hidden.screens, items.settled + items.ambiguous >= telling::SETTLED_LEAST);
    let cast = (sums.votes + sums.votes_removed).saturating_sub(hidden.votes);
    let votes_removed = sums.votes_removed / telling::VOTES_REMOVED_STEP * telling::VOTES_REMOVED_STEP;
    Ok(Some(Ledger {
        gold_answers: sums.gold_answers.saturating_sub(hidden.gold_answers) + expected.gold,
        votes: (cast + expected.votes).saturating_sub(votes_removed),
        votes_removed,
        ..page(store, campaign, tally, midnight_ms).await?
    }))
}

async fn page(store: &Store, campaign: CampaignRow, tally: Tally, until_ms: u64) -> Result<Ledger, StoreError> {
    let median_solve_ms = store.median_solve_ms(campaign.id, 1).await?;
    let CampaignRow { terms, .. } = campaign;
    let Tally { sums, items, .. } = tally;
    Ok(Ledger {
        campaign: terms.name.to_string(),
        question: terms.question.into_values().next().unwrap_or_default(),
        requester: terms.requester,
        items,
        screens: sums.screens,
        visits: sums.visits,
        passed: sums.passed,
        visitor_ms: sums.visitor_ms,
        gold_answers: sums.gold_answers,
        votes: sums.votes,
        votes_removed: sums.votes_removed,
        counted_until: clock::rfc3339(until_ms),
        paid_usd_micros: 0,
        median_solve_ms,
    })
}
