//! A view of one moment for lists and exports: what it tells adds up, whatever is written meanwhile.

pub mod tally;

use super::campaigns::CampaignId;
use super::database::Transaction;
use super::database::statement::{Row, sql};
use super::items::{ItemId, ItemState};
use super::{Store, StoreError, from_sql};

/// A read transaction.
pub struct Snapshot {
    transaction: Transaction,
}

/// One item with all that is known of it, for lists and exports.
#[derive(Clone, Debug)]
pub struct ItemRow {
    /// Its row.
    pub id: ItemId,
    /// Its file name.
    pub file: String,
    /// SHA-256 of the original file.
    pub digest: Vec<u8>,
    /// The known answer.
    pub gold: Option<bool>,
    /// Truth kept for evaluation.
    pub hidden_label: Option<String>,
    /// State.
    pub state: ItemState,
    /// Log-odds of positive.
    pub log_odds: f64,
    /// Votes.
    pub n_votes: u64,
    /// Votes weighed by P(human).
    pub effective_votes: f64,
    /// Answered screens it was on.
    pub servings: u64,
    /// When its label became final or ambiguous.
    pub settled_ms: Option<u64>,
    /// Votes that say positive.
    pub n_positive: u64,
    /// Votes given beside over-exposed gold.
    pub n_over_exposed: u64,
}

/// One vote, for exports.
#[derive(Clone, Debug)]
pub struct VoteRow {
    /// Its row.
    pub id: i64,
    /// The item voted on.
    pub item: ItemId,
    /// Its file name.
    pub file: String,
    /// The worker: the visit the vote came from.
    pub worker: i64,
    /// Whether the tile was picked.
    pub picked: bool,
    /// P(human) from the other tiles of the visit.
    pub human: f64,
    /// Whether no earlier vote on the item came from its address prefix.
    pub new_prefix: bool,
    /// Whether the gold beside it had been seen too often.
    pub over_exposed_gold: bool,
    /// When.
    pub created_ms: u64,
}

impl Store {
    /// A view of this moment.
    pub async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        Ok(Snapshot { transaction: self.database.begin_snapshot().await? })
    }
}

impl Snapshot {
    /// Up to `limit` visible items after row `after`, by row: a page of a list or an export.
    pub async fn items_page(
        &mut self,
        campaign: CampaignId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<ItemRow>, StoreError> {
        let rows = sql(
            "select items.id, file, digest, gold, hidden_label, state, log_odds, n_votes, effective_votes, servings, settled_ms, \
               (select count(*) from votes where votes.item_id = items.id and votes.picked), \
               (select count(*) from votes where votes.item_id = items.id and votes.over_exposed_gold) \
             from items join imports on imports.id = items.import_id \
             where items.campaign_id = $1 and imports.completed_ms is not null and items.id > $2 order by items.id limit $3",
        )
        .bind(campaign.0)
        .bind(after)
        .bind(i64::from(limit))
        .all(&mut self.transaction)
        .await?;
        let mut items = Vec::with_capacity(rows.len());
        for row in rows {
            let id: i64 = row.read(0)?;
            let state: String = row.read(5)?;
            let state = ItemState::from_word(&state);
            items.push(ItemRow {
                id: ItemId(id),
                file: row.read(1)?,
                digest: row.read(2)?,
                gold: row.read(3)?,
                hidden_label: row.read(4)?,
                state: state.ok_or(StoreError::Inconsistent { table: "items", column: "state", row: id })?,
                log_odds: row.read(6)?,
                n_votes: from_sql(row.read(7)?),
                effective_votes: row.read(8)?,
                servings: from_sql(row.read(9)?),
                settled_ms: row.read::<Option<i64>>(10)?.map(from_sql),
                n_positive: from_sql(row.read(11)?),
                n_over_exposed: from_sql(row.read(12)?),
            });
        }
        Ok(items)
    }

    /// Up to `limit` votes of a campaign after row `after`, by row.
    pub async fn votes_page(
        &mut self,
        campaign: CampaignId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<VoteRow>, StoreError> {
        let rows = sql(
            "select votes.id, item_id, items.file, receipt_id, picked, human, new_prefix, over_exposed_gold, votes.created_ms \
             from votes join items on items.id = votes.item_id \
             where items.campaign_id = $1 and votes.id > $2 order by votes.id limit $3",
        )
        .bind(campaign.0)
        .bind(after)
        .bind(i64::from(limit))
        .all(&mut self.transaction)
        .await?;
        let vote = |row: &Row| {
            Ok(VoteRow {
                id: row.read(0)?,
                item: ItemId(row.read(1)?),
                file: row.read(2)?,
                worker: row.read(3)?,
                picked: row.read(4)?,
                human: row.read(5)?,
                new_prefix: row.read(6)?,
                over_exposed_gold: row.read(7)?,
                created_ms: from_sql(row.read(8)?),
            })
        };
        rows.iter().map(vote).collect()
    }
}

#[cfg(test)]
impl Store {
    /// File names of all items by row.
    pub(crate) async fn known_item_files(&self) -> std::collections::BTreeMap<i64, String> {
        let rows = sql("select id, file from items").all(self.database.reader()).await.unwrap();
        rows.iter().map(|row| (row.read(0).unwrap(), row.read(1).unwrap())).collect()
    }
}
