//! Receipts: found by the digest of their code, and removed with all their votes.

use std::collections::BTreeMap;

use corvee_consensus::{Probability, Vote};
use sqlx::{Row as _, SqliteConnection};

use super::answers::{CampaignRules, MovedItem};
use super::ballots::{replay, write_standings};
use super::campaigns::CampaignId;
use super::items::ItemId;
use super::{Store, StoreError, from_sql, to_sql};

/// A receipt as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptRow {
    /// The campaign.
    pub campaign: CampaignId,
    /// When the visit's first answer came.
    pub created_ms: u64,
    /// Milliseconds on screens.
    pub solve_ms: u64,
    /// Gold tiles answered.
    pub gold_answers: u64,
    /// Votes that count today.
    pub votes: u64,
    /// Items voted on whose label is final now.
    pub final_labels: u64,
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
        let row = sqlx::query(
            "select campaign_id, created_ms, solve_ms, gold_answers, votes, passed, removed_ms, \
               (select count(*) from votes join items on items.id = votes.item_id \
                where votes.receipt_id = receipts.id and items.state = 'final') \
             from receipts where code_digest = $1",
        )
        .bind(code_digest.as_slice())
        .fetch_optional(&self.readers)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(ReceiptRow {
            campaign: CampaignId(row.try_get(0)?),
            created_ms: from_sql(row.try_get(1)?),
            solve_ms: from_sql(row.try_get(2)?),
            gold_answers: from_sql(row.try_get(3)?),
            votes: from_sql(row.try_get(4)?),
            passed: row.try_get(5)?,
            removed_ms: row.try_get::<Option<i64>, _>(6)?.map(from_sql),
            final_labels: from_sql(row.try_get(7)?),
        }))
    }
}

/// Removes one receipt's votes inside the caller's transaction and replays the items they were on.
pub(super) async fn remove(connection: &mut SqliteConnection, removal: &Removal) -> Result<Removed, StoreError> {
    let receipt: Option<i64> =
        sqlx::query_scalar("select id from receipts where code_digest = $1 and campaign_id = $2")
            .bind(removal.code_digest.as_slice())
            .bind(removal.campaign.id.0)
            .fetch_optional(&mut *connection)
            .await?;
    let Some(receipt) = receipt else {
        return Ok(Removed::Unknown);
    };
    let rows = sqlx::query("delete from votes where receipt_id = $1 returning item_id, new_prefix, prefix")
        .bind(receipt)
        .fetch_all(&mut *connection)
        .await?;
    let n_votes = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    let mut moved = BTreeMap::new();
    for row in rows {
        let item = ItemId(row.try_get(0)?);
        if row.try_get(1)? {
            pass_prefix_on(connection, item, row.try_get(2)?).await?;
        }
        let (standing, effective_votes) = replay(item, &removal.campaign, remaining_votes(connection, item).await?);
        moved.insert(item, (standing, effective_votes, removal.now_ms));
    }
    let moved: Vec<(MovedItem, f64, u64)> = moved.into_values().collect();
    write_standings(connection, &moved).await?;
    sqlx::query("update receipts set votes = 0, removed_ms = coalesce(removed_ms, $1) where id = $2")
        .bind(to_sql(removal.now_ms))
        .bind(receipt)
        .execute(&mut *connection)
        .await?;
    sqlx::query("update campaigns set votes = votes - $1, votes_removed = votes_removed + $1 where id = $2")
        .bind(to_sql(n_votes))
        .bind(removal.campaign.id.0)
        .execute(&mut *connection)
        .await?;
    Ok(Removed::Votes { n_votes, moved: moved.into_iter().map(|(standing, ..)| standing).collect() })
}

/// The removed vote was the first of its address prefix: the next one of that prefix takes its place.
async fn pass_prefix_on(
    connection: &mut SqliteConnection,
    item: ItemId,
    prefix: Option<Vec<u8>>,
) -> Result<(), StoreError> {
    let Some(prefix) = prefix else { return Ok(()) };
    sqlx::query(
        "update votes set new_prefix = true where id = (select min(id) from votes where item_id = $1 and prefix = $2)",
    )
    .bind(item.0)
    .bind(prefix)
    .execute(connection)
    .await?;
    Ok(())
}

async fn remaining_votes(connection: &mut SqliteConnection, item: ItemId) -> Result<Vec<Vote>, StoreError> {
    let rows = sqlx::query("select picked, human, new_prefix from votes where item_id = $1 order by id")
        .bind(item.0)
        .fetch_all(connection)
        .await?;
    let vote = |row: &sqlx::sqlite::SqliteRow| {
        Ok(Vote {
            picked: row.try_get(0)?,
            human: Probability::saturating(row.try_get(1)?),
            new_prefix: row.try_get(2)?,
        })
    };
    rows.iter().map(vote).collect()
}
