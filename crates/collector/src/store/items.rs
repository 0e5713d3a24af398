//! Items: what an import brings in, what the pool loads, what requesters list.

use std::collections::BTreeSet;

use corvee_consensus::Probability;

use super::campaigns::CampaignId;
use super::database::Transaction;
use super::database::statement::{Row, Statement, Value, nothing, sql};
use super::{Store, StoreError, exists, from_sql, to_sql};

/// Rows in one statement of an import: 9 parameters each, below SQLite's 32,766.
const ROWS_PER_STATEMENT: usize = 1000;

/// Times that completing an import is tried while answers get in its way.
const ATTEMPTS: u32 = 5;

/// Row of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemId(pub i64);

/// An item about to be stored.
#[derive(Clone, Debug)]
pub struct NewItem {
    /// Its file name within the import.
    pub file: String,
    /// SHA-256 of the original file.
    pub digest: [u8; 32],
    /// SHA-256 of the stored tile.
    pub image: [u8; 32],
    /// The known answer; absent for an unknown item.
    pub gold: Option<bool>,
    /// Truth kept for evaluation.
    pub hidden_label: Option<String>,
}

/// Where an item stands, as the pool keeps it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ItemStanding {
    /// Its row.
    pub id: ItemId,
    /// State, in the database's words.
    pub state: ItemState,
    /// The known answer of gold.
    pub gold: Option<bool>,
    /// Log-odds of positive.
    pub log_odds: f64,
    /// Votes.
    pub n_votes: u32,
    /// Answered screens it was on.
    pub servings: u32,
    /// SHA-256 of its stored tile.
    pub image: [u8; 32],
    /// What good visitors said of gold.
    pub audits: Audits,
}

/// Answers that good visitors gave on one gold item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Audits {
    /// For the known answer.
    pub agreed: u32,
    /// Against it.
    pub disagreed: u32,
}

/// The state of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ItemState {
    /// Answer known from the start.
    Gold,
    /// Waiting for votes.
    Open,
    /// Label settled.
    Final,
    /// Votes ran out without a decision.
    Ambiguous,
}

impl ItemState {
    /// The word in database, API and exports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Gold => "gold",
            Self::Open => "open",
            Self::Final => "final",
            Self::Ambiguous => "ambiguous",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        [Self::Gold, Self::Open, Self::Final, Self::Ambiguous].into_iter().find(|state| state.word() == word)
    }
}

/// Holds these items until the transaction ends, where others may write: what is replayed from their votes stays true until it is written. They are
/// taken in the order of their rows, so that collectors wait for each other and never in a circle.
pub(super) fn locked(transaction: &Transaction, items: &BTreeSet<ItemId>) -> Statement {
    if !transaction.is_shared() || items.is_empty() {
        return nothing();
    }
    sql("select id from items where id in (")
        .push_list(items.iter().map(|item| item.0))
        .push(") order by id")
        .push(transaction.row_lock())
}

/// An import under way: its items stay invisible until it is completed.
#[derive(Clone, Copy, Debug)]
pub struct ImportId(i64);

impl Store {
    /// Begins an import.
    pub async fn begin_import(&self, campaign: CampaignId, now_ms: u64) -> Result<ImportId, StoreError> {
        let row = sql("insert into imports (campaign_id, started_ms) values ($1, $2) returning id")
            .bind(campaign.0)
            .bind(to_sql(now_ms))
            .one(self.database.writer())
            .await?;
        Ok(ImportId(row.read(0)?))
    }

    /// Stores items of an import that is under way. `prior_log_odds` is where unknown items begin.
    ///
    /// # Errors
    /// [`StoreError::Exists`] when a file name or an equal image is in the campaign already.
    pub async fn stage_items(
        &self,
        campaign: CampaignId,
        import: ImportId,
        items: &[NewItem],
    ) -> Result<(), StoreError> {
        for chunk in items.chunks(ROWS_PER_STATEMENT) {
            let row = |item: &NewItem| {
                let state = if item.gold.is_some() { ItemState::Gold } else { ItemState::Open };
                [
                    campaign.0.into(),
                    import.0.into(),
                    item.file.as_str().into(),
                    item.digest.as_slice().into(),
                    item.image.as_slice().into(),
                    item.gold.into(),
                    item.hidden_label.as_deref().into(),
                    state.word().into(),
                    Value::from(0.0),
                ]
            };
            sql(
                "insert into items (campaign_id, import_id, file, digest, image, gold, hidden_label, state, log_odds) ",
            )
            .push_rows(chunk.iter().map(row))
            .execute(self.database.writer())
            .await
            .map_err(|error| exists(error, "a file or an equal picture"))?;
        }
        Ok(())
    }

    /// Makes the items of an import visible, all at once, and sets the campaign's prior.
    pub async fn complete_import(
        &self,
        campaign: CampaignId,
        import: ImportId,
        prior: f64,
        now_ms: u64,
    ) -> Result<(), StoreError> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            match self.try_complete_import(campaign, import, prior, now_ms).await {
                // Visitors' answers move the same rows in an order of their own.
                Err(error) if error.is_passing() && attempts < ATTEMPTS => {}
                done => return done,
            }
        }
    }

    async fn try_complete_import(
        &self,
        campaign: CampaignId,
        import: ImportId,
        prior: f64,
        now_ms: u64,
    ) -> Result<(), StoreError> {
        let prior_log_odds = Probability::saturating(prior).log_odds();
        let mut transaction = self.database.begin().await?;
        sql("update items set log_odds = $1 where campaign_id = $2 and n_votes = 0 and gold is null")
            .bind(prior_log_odds)
            .bind(campaign.0)
            .execute(&mut transaction)
            .await?;
        sql("update campaigns set prior = $1 where id = $2")
            .bind(prior)
            .bind(campaign.0)
            .execute(&mut transaction)
            .await?;
        sql("update imports set completed_ms = $1 where id = $2")
            .bind(to_sql(now_ms))
            .bind(import.0)
            .execute(&mut transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Takes an import back.
    pub async fn abandon_import(&self, import: ImportId) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        sql("delete from items where import_id = $1").bind(import.0).execute(&mut transaction).await?;
        sql("delete from imports where id = $1 and completed_ms is null")
            .bind(import.0)
            .execute(&mut transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Takes back imports that were begun before `started_before_ms` and never completed: their process was killed.
    /// Returns how many.
    pub async fn sweep_imports(&self, started_before_ms: u64) -> Result<usize, StoreError> {
        let dead: Vec<i64> = sql("select id from imports where completed_ms is null and started_ms < $1")
            .bind(to_sql(started_before_ms))
            .column(self.database.reader())
            .await?;
        for import in &dead {
            self.abandon_import(ImportId(*import)).await?;
        }
        Ok(dead.len())
    }

    /// A number that grows with every completed import: whoever keeps items in memory reloads when it changes.
    pub async fn imports_completed(&self) -> Result<i64, StoreError> {
        Ok(sql("select count(*) from imports where completed_ms is not null")
            .one(self.database.reader())
            .await?
            .read(0)?)
    }

    /// File names and digests the campaign holds already.
    pub async fn known_files(&self, campaign: CampaignId) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let rows = sql("select file, digest from items where campaign_id = $1")
            .bind(campaign.0)
            .all(self.database.reader())
            .await?;
        rows.iter().map(|row| Ok((row.read(0)?, row.read(1)?))).collect()
    }

    /// Gold served fewer than `servings` times.
    pub async fn fresh_gold(&self, campaign: CampaignId, servings: u32) -> Result<u64, StoreError> {
        let row = sql(
            "select count(*) from items join imports on imports.id = items.import_id where items.campaign_id = $1 \
             and imports.completed_ms is not null and gold is not null and servings < $2",
        )
        .bind(campaign.0)
        .bind(i64::from(servings))
        .one(self.database.reader())
        .await?;
        Ok(from_sql(row.read(0)?))
    }

    /// Positive and negative gold of the campaign, those being imported included.
    pub async fn gold_counts(&self, campaign: CampaignId) -> Result<(u64, u64), StoreError> {
        let row = sql("select coalesce(sum(case when gold then 1 else 0 end), 0), count(*) from items \
             where campaign_id = $1 and gold is not null")
        .bind(campaign.0)
        .one(self.database.reader())
        .await?;
        let positive = from_sql(row.read(0)?);
        Ok((positive, from_sql(row.read(1)?) - positive))
    }

    /// Where every visible item of a campaign stands, by row.
    pub async fn standings(&self, campaign: CampaignId) -> Result<Vec<ItemStanding>, StoreError> {
        let rows = sql(STANDINGS)
            .push("items.campaign_id = $1 order by items.id")
            .bind(campaign.0)
            .all(self.database.reader())
            .await?;
        rows.iter().map(standing).collect()
    }

    /// Where these items stand, if they are visible, with their campaigns.
    pub async fn standings_of(&self, items: &[ItemId]) -> Result<Vec<(CampaignId, ItemStanding)>, StoreError> {
        let mut standings = Vec::with_capacity(items.len());
        for chunk in items.chunks(ROWS_PER_STATEMENT) {
            let rows = sql(STANDINGS)
                .push("items.id in (")
                .push_list(chunk.iter().map(|item| item.0))
                .push(")")
                .all(self.database.reader())
                .await?;
            for row in rows {
                standings.push((CampaignId(row.read(9)?), standing(&row)?));
            }
        }
        Ok(standings)
    }
}

const STANDINGS: &str = "select items.id, state, gold, log_odds, n_votes, servings, image, gold_agreed, gold_disagreed, \
     items.campaign_id from items join imports on imports.id = items.import_id where imports.completed_ms is not null and ";

fn standing(row: &Row) -> Result<ItemStanding, StoreError> {
    let id: i64 = row.read(0)?;
    let impossible = |column| StoreError::Inconsistent { table: "items", column, row: id };
    let count = |at, column| u32::try_from(row.read::<i64>(at)?).map_err(|_cause| impossible(column));
    let state: String = row.read(1)?;
    let image: Vec<u8> = row.read(6)?;
    Ok(ItemStanding {
        id: ItemId(id),
        state: ItemState::from_word(&state).ok_or_else(|| impossible("state"))?,
        gold: row.read(2)?,
        log_odds: row.read(3)?,
        n_votes: count(4, "n_votes")?,
        servings: count(5, "servings")?,
        image: image.try_into().map_err(|_cause| impossible("image"))?,
        audits: Audits { agreed: count(7, "gold_agreed")?, disagreed: count(8, "gold_disagreed")? },
    })
}
