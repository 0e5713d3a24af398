//! Campaigns: their terms and the sums of their ledger.

use std::collections::BTreeMap;

use corvee_protocol::campaign::{Localized, NewCampaign};
use corvee_protocol::ledger::ItemCounts;
use corvee_protocol::{CampaignName, Language};

use super::database::statement::{Row, sql};
use super::{Store, StoreError, exists, from_sql, to_sql};

/// Row of a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CampaignId(pub i64);

/// A campaign as stored.
#[derive(Clone, Debug)]
pub struct CampaignRow {
    /// Its row.
    pub id: CampaignId,
    /// What its requester wrote.
    pub terms: NewCampaign,
    /// Share of positives assumed before any vote, from its gold.
    pub prior: f64,
    /// Whether visitors are asked.
    pub active: bool,
    /// When it was created.
    pub created_ms: u64,
    /// The sum of all receipts.
    pub sums: LedgerSums,
}

/// The sum of all receipts of a campaign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LedgerSums {
    /// Answered screens.
    pub screens: u64,
    /// Visits that answered at least one screen.
    pub visits: u64,
    /// Visits that ended in a token.
    pub passed: u64,
    /// Milliseconds on screens.
    pub visitor_ms: u64,
    /// Answers on gold.
    pub gold_answers: u64,
    /// Votes that count today.
    pub votes: u64,
    /// Votes taken back.
    pub votes_removed: u64,
}

const COLUMNS: &str = "select id, name, question, target, requester, data_set, licence, confidence, gold_servings, prior, active, \
     created_ms, screens, visits, passed, visitor_ms, gold_answers, votes, votes_removed from campaigns";

impl Store {
    /// Stores a campaign.
    pub async fn create_campaign(&self, terms: &NewCampaign, created_ms: u64) -> Result<CampaignId, StoreError> {
        let question: BTreeMap<&str, &str> =
            terms.question.iter().map(|(language, text)| (language.as_str(), text.as_str())).collect();
        let question = serde_json::to_string(&question).unwrap_or_default();
        let row = sql(
            "insert into campaigns (name, question, target, requester, data_set, licence, confidence, gold_servings, prior, \
             active, created_ms) values ($1, $2, $3, $4, $5, $6, $7, $8, 0.5, true, $9) returning id",
        )
        .bind(terms.name.as_str())
        .bind(question)
        .bind(terms.target.as_str())
        .bind(terms.requester.as_str())
        .bind(column_of(&terms.data_set))
        .bind(terms.licence.as_str())
        .bind(terms.confidence)
        .bind(i64::from(terms.gold_servings))
        .bind(to_sql(created_ms))
        .one(self.database.writer())
        .await
        .map_err(|error| exists(error, format!("campaign {}", terms.name)))?;
        Ok(CampaignId(row.read(0)?))
    }

    /// All campaigns, oldest first.
    pub async fn campaigns(&self) -> Result<Vec<CampaignRow>, StoreError> {
        let rows = sql(COLUMNS).push(" order by id").all(self.database.reader()).await?;
        rows.iter().map(campaign).collect()
    }

    /// The campaign of this name.
    pub async fn campaign(&self, name: &CampaignName) -> Result<Option<CampaignRow>, StoreError> {
        let row = sql(COLUMNS).push(" where name = $1").bind(name.as_str()).optional(self.database.reader()).await?;
        row.as_ref().map(campaign).transpose()
    }

    /// Begins or ends asking visitors.
    pub async fn set_campaign_active(&self, id: CampaignId, active: bool) -> Result<(), StoreError> {
        sql("update campaigns set active = $1 where id = $2")
            .bind(active)
            .bind(id.0)
            .execute(self.database.writer())
            .await?;
        Ok(())
    }

    /// Items of a campaign by state.
    pub async fn item_counts(&self, id: CampaignId) -> Result<ItemCounts, StoreError> {
        let rows = sql("select state, count(*) from items join imports on imports.id = items.import_id \
             where items.campaign_id = $1 and imports.completed_ms is not null group by state")
        .bind(id.0)
        .all(self.database.reader())
        .await?;
        let mut counts = ItemCounts::default();
        for row in rows {
            let state: String = row.read(0)?;
            let n = from_sql(row.read(1)?);
            counts.items += n;
            match state.as_str() {
                "gold" => counts.gold += n,
                "final" => counts.settled += n,
                "ambiguous" => counts.ambiguous += n,
                _ => counts.open += n,
            }
        }
        Ok(counts)
    }

    /// Median milliseconds of the newest passed visits, when there are at least `at_least` of them; looks at 501 at most.
    pub async fn median_solve_ms(&self, id: CampaignId, at_least: usize) -> Result<Option<u32>, StoreError> {
        let mut solve_ms: Vec<i64> = sql(
            "select solve_ms from receipts where campaign_id = $1 and passed and solve_ms > 0 order by id desc limit 501",
        )
        .bind(id.0)
        .column(self.database.reader())
        .await?;
        solve_ms.sort_unstable();
        let median = solve_ms.get(solve_ms.len() / 2).filter(|_| solve_ms.len() >= at_least);
        Ok(median.map(|ms| u32::try_from(*ms).unwrap_or(u32::MAX)))
    }
}

/// A text by language as JSON, any other as it is.
fn column_of(text: &Localized) -> String {
    match text {
        Localized::Plain(text) => text.clone(),
        Localized::ByLanguage(texts) => serde_json::to_string(texts).unwrap_or_default(),
    }
}

fn localized(column: String) -> Localized {
    match serde_json::from_str::<BTreeMap<Language, String>>(&column) {
        Ok(texts) if !texts.is_empty() => Localized::ByLanguage(texts),
        _ => Localized::Plain(column),
    }
}

fn campaign(row: &Row) -> Result<CampaignRow, StoreError> {
    let id: i64 = row.read(0)?;
    let impossible = |column| StoreError::Inconsistent { table: "campaigns", column, row: id };
    let name: String = row.read(1)?;
    let question: String = row.read(2)?;
    let question: BTreeMap<Language, String> =
        serde_json::from_str(&question).map_err(|_cause| impossible("question"))?;
    Ok(CampaignRow {
        id: CampaignId(id),
        terms: NewCampaign {
            name: name.parse().map_err(|_cause| impossible("name"))?,
            question,
            target: row.read(3)?,
            requester: row.read(4)?,
            data_set: localized(row.read(5)?),
            licence: row.read(6)?,
            confidence: row.read(7)?,
            gold_servings: u32::try_from(row.read::<i64>(8)?).map_err(|_cause| impossible("gold_servings"))?,
        },
        prior: row.read(9)?,
        active: row.read(10)?,
        created_ms: from_sql(row.read(11)?),
        sums: LedgerSums {
            screens: from_sql(row.read(12)?),
            visits: from_sql(row.read(13)?),
            passed: from_sql(row.read(14)?),
            visitor_ms: from_sql(row.read(15)?),
            gold_answers: from_sql(row.read(16)?),
            votes: from_sql(row.read(17)?),
            votes_removed: from_sql(row.read(18)?),
        },
    })
}
