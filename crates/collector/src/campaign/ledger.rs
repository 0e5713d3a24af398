//! The ledger of a campaign: the sum of all receipts, read from the store.

use corvee_protocol::CampaignName;
use corvee_protocol::ledger::Ledger;

use crate::store::campaigns::CampaignRow;
use crate::store::{Store, StoreError};

/// The ledger of the campaign of this name.
pub async fn ledger(store: &Store, name: &CampaignName) -> Result<Option<Ledger>, StoreError> {
    let Some(campaign) = store.campaign(name).await? else {
        return Ok(None);
    };
    let items = store.item_counts(campaign.id).await?;
    let median_solve_ms = store.median_solve_ms(campaign.id, 1).await?;
    let CampaignRow { terms, sums, .. } = campaign;
    Ok(Some(Ledger {
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
        paid_usd_micros: 0,
        median_solve_ms,
    }))
}
