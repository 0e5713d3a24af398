//! What a campaign's ledger and items amount to at a snapshot's moment. Does not know what they should amount to.

use corvee_protocol::ledger::ItemCounts;

use super::super::campaigns::{CampaignId, LedgerSums};
use super::super::database::statement::sql;
use super::super::statistics::{self, Counts};
use super::super::{StoreError, from_sql};
use super::Snapshot;

/// A campaign's sums at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tally {
    /// Share of positives assumed before any vote.
    pub prior: f64,
    /// The ledger.
    pub sums: LedgerSums,
    /// Visible items by state, counted by the database.
    pub items: ItemCounts,
}

impl Snapshot {
    /// The campaign's sums; `None` when there is no such campaign.
    pub async fn tally(&mut self, campaign: CampaignId) -> Result<Option<Tally>, StoreError> {
        let row = sql(
            "select prior, screens, visits, passed, visitor_ms, gold_answers, votes, votes_removed from campaigns where id = $1",
        )
        .bind(campaign.0)
        .optional(&mut self.transaction)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let sums = LedgerSums {
            screens: from_sql(row.read(1)?),
            visits: from_sql(row.read(2)?),
            passed: from_sql(row.read(3)?),
            visitor_ms: from_sql(row.read(4)?),
            gold_answers: from_sql(row.read(5)?),
            votes: from_sql(row.read(6)?),
            votes_removed: from_sql(row.read(7)?),
        };
        let counts = sql("select count(*), coalesce(sum(case when state = 'final' then 1 else 0 end), 0), \
               coalesce(sum(case when state = 'ambiguous' then 1 else 0 end), 0), \
               coalesce(sum(case when state = 'open' then 1 else 0 end), 0), \
               coalesce(sum(case when state = 'gold' then 1 else 0 end), 0) \
             from items join imports on imports.id = items.import_id \
             where items.campaign_id = $1 and imports.completed_ms is not null")
        .bind(campaign.0)
        .one(&mut self.transaction)
        .await?;
        let items = ItemCounts {
            items: from_sql(counts.read(0)?),
            settled: from_sql(counts.read(1)?),
            ambiguous: from_sql(counts.read(2)?),
            open: from_sql(counts.read(3)?),
            gold: from_sql(counts.read(4)?),
        };
        Ok(Some(Tally { prior: row.read(0)?, sums, items }))
    }

    /// What happened on days that the public ledger does not count, and today: at the moment of the tally, so that no answer is
    /// counted in one and not in the other.
    pub async fn days_not_told(
        &mut self,
        campaign: CampaignId,
        today_ms: u64,
        least: u64,
    ) -> Result<Counts, StoreError> {
        statistics::days_not_told(&mut self.transaction, campaign, today_ms, least).await
    }
}
