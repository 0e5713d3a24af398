//! What happened when: sums by hour, site and campaign, added in the transaction that did what they count. Knows numbers, not
//! what is made of them.
//!
//! A group of answers adds one statement, however many they are. Its rows are the last that a transaction takes, in one
//! order, so that collectors which count the same hour never wait in a circle.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use super::campaigns::CampaignId;
use super::database::Transaction;
use super::database::statement::{Row, Statement, Value, nothing, sql};
use super::sites::SiteId;
use super::{Store, StoreError, from_sql, to_sql};

/// Milliseconds of an hour.
pub const HOUR_MS: u64 = 60 * 60 * 1000;
/// Milliseconds of a day.
pub const DAY_MS: u64 = 24 * HOUR_MS;
/// Days whose hours are kept; older ones are days as a whole.
pub const HOURS_KEPT_DAYS: u64 = 14;
/// Days that are kept: a year, and the same month of the year before.
pub const DAYS_KEPT: u64 = 400;

const COLUMNS: [&str; 13] = [
    "challenges",
    "puzzles",
    "screens",
    "visits",
    "passed",
    "failed",
    "visitor_ms",
    "gold_answers",
    "votes",
    "votes_removed",
    "machine_turns",
    "redeemed",
    "refused",
];

/// What happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Challenges that visitors asked for; of a collector that was killed, those of its last minute are missing.
    pub challenges: u64,
    /// Puzzles and waits that visitors asked for; the same.
    pub puzzles: u64,
    /// Answered screens.
    pub screens: u64,
    /// Visits that answered their first screen.
    pub visits: u64,
    /// Visits that ended in a token.
    pub passed: u64,
    /// Challenges that were answered too badly: another one was given.
    pub failed: u64,
    /// Milliseconds on screens.
    pub visitor_ms: u64,
    /// Answers on gold.
    pub gold_answers: u64,
    /// Votes cast.
    pub votes: u64,
    /// Votes taken back, whenever they were cast.
    pub votes_removed: u64,
    /// Tokens that devices earned by computing, or visitors by waiting.
    pub machine_turns: u64,
    /// Tokens redeemed.
    pub redeemed: u64,
    /// Tokens that a site asked about in vain: seen, expired or unknown.
    pub refused: u64,
}

/// What is counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Heading {
    /// Hours since 1970.
    hour: u64,
    site: Option<SiteId>,
    campaign: Option<CampaignId>,
}

impl Heading {
    /// The hour of `now_ms` on this site and campaign, as far as there is one.
    pub fn new(now_ms: u64, site: Option<SiteId>, campaign: Option<CampaignId>) -> Self {
        Self { hour: now_ms / HOUR_MS, site, campaign }
    }

    /// The campaign.
    pub fn campaign(&self) -> Option<CampaignId> {
        self.campaign
    }
}

/// Counts by what they are of.
pub type Statistics = BTreeMap<Heading, Counts>;

impl Counts {
    fn numbers(&self) -> [u64; COLUMNS.len()] {
        [
            self.challenges,
            self.puzzles,
            self.screens,
            self.visits,
            self.passed,
            self.failed,
            self.visitor_ms,
            self.gold_answers,
            self.votes,
            self.votes_removed,
            self.machine_turns,
            self.redeemed,
            self.refused,
        ]
    }

    fn read(row: &Row) -> Result<Self, StoreError> {
        let number = |at| Ok::<u64, sqlx::Error>(from_sql(row.read(at)?));
        Ok(Self {
            challenges: number(0)?,
            puzzles: number(1)?,
            screens: number(2)?,
            visits: number(3)?,
            passed: number(4)?,
            failed: number(5)?,
            visitor_ms: number(6)?,
            gold_answers: number(7)?,
            votes: number(8)?,
            votes_removed: number(9)?,
            machine_turns: number(10)?,
            redeemed: number(11)?,
            refused: number(12)?,
        })
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.challenges += other.challenges;
        self.puzzles += other.puzzles;
        self.screens += other.screens;
        self.visits += other.visits;
        self.passed += other.passed;
        self.failed += other.failed;
        self.visitor_ms += other.visitor_ms;
        self.gold_answers += other.gold_answers;
        self.votes += other.votes;
        self.votes_removed += other.votes_removed;
        self.machine_turns += other.machine_turns;
        self.redeemed += other.redeemed;
        self.refused += other.refused;
    }
}

impl Store {
    /// Adds what happened outside of transactions: challenges that were asked for.
    pub async fn count(&self, statistics: &Statistics) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        added(statistics).execute(&mut transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// What happened in the last `hours` hours of UTC, the one that runs at `now_ms` included, by campaign; `None` is what
    /// belongs to no campaign. At most as many as there are in [`HOURS_KEPT_DAYS`].
    pub async fn lately(&self, now_ms: u64, hours: u64) -> Result<BTreeMap<Option<CampaignId>, Counts>, StoreError> {
        let first = (now_ms / HOUR_MS + 1).saturating_sub(hours);
        let rows = push_sums(sql("select "))
            .push(", campaign_id from statistics where hours = 1 and began_ms >= $1 group by campaign_id")
            .bind(to_sql(first * HOUR_MS))
            .all(self.database.reader())
            .await?;
        let campaign = |id: i64| (id != 0).then_some(CampaignId(id));
        rows.iter().map(|row| Ok((campaign(row.read(COLUMNS.len())?), Counts::read(row)?))).collect()
    }
}

impl Store {
    /// Writes as much as a batch of answers does, and takes it back, in one transaction: fails where those would.
    pub(super) async fn try_to_write(&self) -> Result<(), StoreError> {
        let before_time = |row: i64| -> [Value; 4 + COLUMNS.len()] {
            let mut values = [1, -row * to_sql(HOUR_MS), 0, 0].into_iter().chain(std::iter::repeat(0));
            std::array::from_fn(|_| values.next().into())
        };
        let mut transaction = self.database.begin().await?;
        for rows in [1..=1_000_i64, 1_001..=2_000] {
            let statement = push_columns(sql("insert into statistics (hours, began_ms, site_id, campaign_id, "));
            let statement = push_conflict(statement.push(") ").push_rows(rows.map(before_time)));
            statement.execute(&mut transaction).await?;
        }
        sql("delete from statistics where began_ms < 0").execute(&mut transaction).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// What happened in a campaign on days whose sums say too much: those with fewer than `least` screens, and the one that began
/// at `today_ms`. Days that are not kept any more ([`DAYS_KEPT`]) are not among them.
pub(super) async fn days_not_told(
    transaction: &mut Transaction,
    campaign: CampaignId,
    today_ms: u64,
    least: u64,
) -> Result<Counts, StoreError> {
    let statement = push_sums(sql("select "))
        .push(" from statistics where campaign_id = $1 group by began_ms / $2 having sum(screens) < $3 or min(began_ms) >= $4")
        .bind(campaign.0)
        .bind(to_sql(DAY_MS))
        .bind(to_sql(least))
        .bind(to_sql(today_ms));
    let mut sums = Counts::default();
    for row in statement.all(transaction).await? {
        sums += Counts::read(&row)?;
    }
    Ok(sums)
}

/// Adds to the statistics.
pub(super) fn added(statistics: &Statistics) -> Statement {
    if statistics.is_empty() {
        return nothing();
    }
    let row = |(heading, counts): (&Heading, &Counts)| -> [Value; 4 + COLUMNS.len()] {
        let Heading { hour, site, campaign } = *heading;
        let head =
            [1, to_sql(hour * HOUR_MS), site.map_or(0, |site| site.0), campaign.map_or(0, |campaign| campaign.0)];
        let mut values = head.into_iter().chain(counts.numbers().map(to_sql));
        std::array::from_fn(|_| values.next().into())
    };
    let statement = push_columns(sql("insert into statistics (hours, began_ms, site_id, campaign_id, "));
    let statement = statement.push(") ").push_rows(statistics.iter().map(row));
    push_conflict(statement)
}

/// Makes days of hours that are older than [`HOURS_KEPT_DAYS`] and deletes days older than [`DAYS_KEPT`]; returns how many
/// rows have gone.
pub(super) async fn roll_up(transaction: &mut Transaction, now_ms: u64) -> Result<u64, StoreError> {
    let today = now_ms / DAY_MS;
    let midnight = |days_ago: u64| to_sql(today.saturating_sub(days_ago) * DAY_MS);
    let statement = push_columns(sql("insert into statistics (hours, began_ms, site_id, campaign_id, "));
    let statement = statement.push(") select 24, began_ms / $1 * $1, site_id, campaign_id, ");
    let statement = push_sums(statement)
        .push(" from statistics where hours = 1 and began_ms < $2 group by 2, 3, 4")
        .bind(to_sql(DAY_MS))
        .bind(midnight(HOURS_KEPT_DAYS));
    push_conflict(statement).execute(&mut *transaction).await?;
    let n_hours = sql("delete from statistics where hours = 1 and began_ms < $1").bind(midnight(HOURS_KEPT_DAYS));
    let n_hours = n_hours.execute(&mut *transaction).await?;
    let n_days = sql("delete from statistics where hours = 24 and began_ms < $1").bind(midnight(DAYS_KEPT));
    Ok(n_hours + n_days.execute(transaction).await?)
}

fn push_columns(statement: Statement) -> Statement {
    separated(statement, Statement::push)
}

fn push_sums(statement: Statement) -> Statement {
    // PostgreSQL's sums of `bigint` are `numeric`.
    separated(statement, |statement, column| statement.push("cast(sum(").push(column).push(") as bigint)"))
}

/// Rows that are there already grow.
fn push_conflict(statement: Statement) -> Statement {
    let statement = statement.push(" on conflict (hours, began_ms, site_id, campaign_id) do update set ");
    separated(statement, |statement, column| {
        statement.push(column).push(" = statistics.").push(column).push(" + excluded.").push(column)
    })
}

fn separated(statement: Statement, push: impl Fn(Statement, &'static str) -> Statement) -> Statement {
    COLUMNS
        .into_iter()
        .enumerate()
        .fold(statement, |statement, (at, column)| push(if at == 0 { statement } else { statement.push(", ") }, column))
}

#[cfg(test)]
impl Store {
    /// Everything that happened in a campaign, hours and days, and how many rows that is.
    pub(crate) async fn all_counts(&self, campaign: CampaignId) -> (Counts, u64) {
        let mut sums = Counts::default();
        let rows = separated(sql("select "), Statement::push)
            .push(" from statistics where campaign_id = $1")
            .bind(campaign.0)
            .all(self.database.reader())
            .await
            .unwrap();
        for row in &rows {
            sums += Counts::read(row).unwrap();
        }
        (sums, u64::try_from(rows.len()).unwrap())
    }
}
