//! Receipts: found by the digest of their code, and removed with all their votes.

use std::collections::{BTreeMap, BTreeSet};

use super::answers::{CampaignRules, MovedItem};
use super::campaigns::CampaignId;
use super::database::Transaction;
use super::database::statement::{sql, together};
use super::items::{self, ItemId};
use super::statistics::{self, Counts, Heading, Statistics};
use super::tallies::{self, Standing};
use super::{Store, StoreError, from_sql, moves, to_sql};

/// A receipt as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptRow {
    /// The campaign.
    pub campaign: CampaignId,
    /// When the visit's first answer came.
    pub created_ms: u64,
    /// Screens answered.
    pub screens: u64,
    /// Milliseconds on screens.
    pub solve_ms: u64,
    /// Gold tiles answered.
    pub gold_answers: u64,
    /// Votes that count today.
    pub votes: u64,
    /// Whether the visit ended in a token.
    pub passed: bool,
    /// When the votes were taken back.
    pub removed_ms: Option<u64>,
}

/// A visitor's wish to take the answers back.
#[derive(Clone, Copy, Debug)]
pub struct Removal {
    /// SHA-256 of the receipt's code.
    pub code_digest: [u8; 32],
    /// What the posteriors of the campaign need.
    pub campaign: CampaignRules,
    /// Now.
    pub now_ms: u64,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Removed {
    /// No such receipt.
    Unknown,
    /// The votes are gone; these items moved. Removing twice removes nothing more.
    Votes {
        /// Votes taken back by this call.
        n_votes: u64,
        /// Where the items stand without them.
        moved: Vec<MovedItem>,
    },
}

impl Store {
    /// The receipt whose code has this digest.
    pub async fn receipt(&self, code_digest: &[u8; 32]) -> Result<Option<ReceiptRow>, StoreError> {
        let row = sql("select campaign_id, created_ms, solve_ms, gold_answers, votes, passed, removed_ms, screens \
             from receipts where code_digest = $1")
        .bind(code_digest.as_slice())
        .optional(self.database.reader())
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(ReceiptRow {
            campaign: CampaignId(row.read(0)?),
            created_ms: from_sql(row.read(1)?),
            solve_ms: from_sql(row.read(2)?),
            gold_answers: from_sql(row.read(3)?),
            votes: from_sql(row.read(4)?),
            passed: row.read(5)?,
            removed_ms: row.read::<Option<i64>>(6)?.map(from_sql),
            screens: from_sql(row.read(7)?),
        }))
    }
}

/// Removes one receipt's votes inside the caller's transaction and replays the items they were on.
pub(super) async fn remove(transaction: &mut Transaction, removal: &Removal) -> Result<Removed, StoreError> {
    // The receipt is held first, then its items, then the campaign: the order in which answers take them.
    let lock = transaction.row_lock();
    let receipt = sql("select id from receipts where code_digest = $1 and campaign_id = $2")
        .bind(removal.code_digest.as_slice())
        .bind(removal.campaign.id.0)
        .push(lock)
        .optional(&mut *transaction)
        .await?;
    let Some(receipt) = receipt.map(|row| row.read::<i64>(0)).transpose()? else {
        return Ok(Removed::Unknown);
    };
    let touched: Vec<i64> =
        sql("select item_id from votes where receipt_id = $1").bind(receipt).column(&mut *transaction).await?;
    let touched: BTreeSet<ItemId> = touched.into_iter().map(ItemId).collect();
    let locked = items::locked(transaction, &touched);
    let deleted = sql("delete from votes where receipt_id = $1 returning item_id, new_prefix, prefix").bind(receipt);
    let [_locked, rows] = together(transaction, [locked, deleted]).await?;
    let n_votes = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    let mut moved = BTreeMap::new();
    for row in rows {
        let item = ItemId(row.read(0)?);
        if row.read(1)? {
            pass_prefix_on(transaction, item, row.read(2)?).await?;
        }
        let posterior = tallies::replayed(transaction, item, &removal.campaign).await?;
        moved.insert(item, Standing::new(item, &removal.campaign, &posterior, removal.now_ms));
    }
    let moved: Vec<Standing> = moved.into_values().collect();
    let emptied = sql("update receipts set votes = 0, removed_ms = coalesce(removed_ms, $1) where id = $2")
        .bind(to_sql(removal.now_ms))
        .bind(receipt);
    let counted = sql("update campaigns set votes = votes - $1, votes_removed = votes_removed + $2 where id = $3")
        .bind(to_sql(n_votes))
        .bind(to_sql(n_votes))
        .bind(removal.campaign.id.0);
    let noted = moves::noted(transaction, &touched, removal.now_ms);
    together(transaction, [tallies::written(&moved, &BTreeMap::new()), emptied, counted, noted]).await?;
    if n_votes > 0 {
        let heading = Heading::new(removal.now_ms, None, Some(removal.campaign.id));
        let counts = Counts { votes_removed: n_votes, ..Counts::default() };
        statistics::added(&Statistics::from([(heading, counts)])).execute(transaction).await?;
    }
    Ok(Removed::Votes { n_votes, moved: moved.into_iter().map(|standing| standing.moved).collect() })
}

/// The removed vote was the first of its address prefix: the next one of that prefix takes its place.
async fn pass_prefix_on(
    transaction: &mut Transaction,
    item: ItemId,
    prefix: Option<Vec<u8>>,
) -> Result<(), StoreError> {
    let Some(prefix) = prefix else { return Ok(()) };
    sql("update votes set new_prefix = true where id = (select min(id) from votes where item_id = $1 and prefix = $2)")
        .bind(item.0)
        .bind(prefix)
        .execute(transaction)
        .await?;
    Ok(())
}
