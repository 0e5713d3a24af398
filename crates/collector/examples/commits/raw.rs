//! The yardstick: the rows of answers in one transaction, a statement a table, prepared once. It reads nothing, replays
//! nothing and asks nothing, so that nobody could build a CAPTCHA of it.

use std::path::Path;
use std::time::Duration;

use corvee_collector::measured::{DATABASE_FILE, Settlement};
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Arguments as _, AssertSqlSafe, ConnectOptions as _, Connection as _};

/// A connection with the collector's settings.
pub(crate) struct Raw {
    connection: SqliteConnection,
    receipt: i64,
}

/// The parameters of a statement and how many rows they are.
#[derive(Default)]
struct Rows {
    arguments: SqliteArguments,
    n: usize,
}

impl Raw {
    /// Opens the database in `folder`, which has the schema already.
    pub(crate) async fn open(folder: &Path) -> anyhow::Result<Self> {
        let connection = SqliteConnectOptions::new()
            .filename(folder.join(DATABASE_FILE))
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(20))
            .connect()
            .await?;
        Ok(Self { connection, receipt: 0 })
    }

    /// Commits the rows of these answers.
    pub(crate) async fn commit(&mut self, group: &[Settlement]) -> anyhow::Result<()> {
        let [mut nonces, mut receipts, mut votes, mut unknown, mut gold, mut tokens] =
            std::array::from_fn(|_| Rows::default());
        for answer in group {
            self.receipt += 1;
            let now_ms = i64::try_from(answer.now_ms)?;
            nonces.add(|row| {
                row.add(answer.nonce.as_slice())?;
                row.add(i64::try_from(answer.nonce_expires_ms).unwrap_or(0))
            })?;
            receipts.add(|row| {
                row.add(self.receipt)?;
                row.add(answer.visit.as_slice())?;
                row.add(answer.code_digest.as_slice())?;
                row.add(answer.campaign.id.0)?;
                row.add(now_ms)
            })?;
            for vote in &answer.votes {
                votes.add(|row| {
                    row.add(vote.item.0)?;
                    row.add(self.receipt)?;
                    row.add(vote.picked)?;
                    row.add(vote.human.value())?;
                    row.add(answer.prefix.as_slice())?;
                    row.add(now_ms)
                })?;
                unknown.add(|row| {
                    row.add(vote.item.0)?;
                    row.add(0.5)
                })?;
            }
            for answer in &answer.gold {
                gold.add(|row| row.add(answer.item.0))?;
            }
            let Some(token) = &answer.token else { continue };
            tokens.add(|row| {
                row.add(token.digest.0.as_slice())?;
                row.add(token.site.0)?;
                row.add(token.hostname.as_str())?;
                row.add(now_ms)?;
                row.add(i64::try_from(token.expires_ms()).unwrap_or(0))
            })?;
        }
        let mut transaction = self.connection.begin_with("begin immediate").await?;
        let steps = [
            nonces.statement("insert into spent_challenges (nonce, expires_ms) values ", "(?, ?)", ""),
            receipts.statement(
                "insert into receipts (id, visit, code_digest, campaign_id, created_ms, screens, solve_ms, gold_answers, \
                 votes, passed) values ",
                "(?, ?, ?, ?, ?, 1, 9000, 3, 6, true)",
                "",
            ),
            votes.statement(
                "insert into votes (item_id, receipt_id, picked, human, over_exposed_gold, new_prefix, prefix, created_ms) \
                 values ",
                "(?, ?, ?, ?, false, true, ?, ?)",
                "",
            ),
            unknown.statement(
                "with moved (id, log_odds) as (values ",
                "(?, ?)",
                ") update items set state = 'open', log_odds = moved.log_odds, n_votes = n_votes + 1, effective_votes = \
                 effective_votes + 1, servings = servings + 1 from moved where items.id = moved.id",
            ),
            gold.statement(
                "with served (id) as (values ",
                "(?)",
                ") update items set servings = servings + 1, gold_agreed = gold_agreed + 1 from served \
                 where items.id = served.id",
            ),
            tokens.statement(
                "insert into tokens (digest, site_id, hostname, challenge_ms, expires_ms) values ",
                "(?, ?, ?, ?, ?)",
                "",
            ),
        ];
        for (text, arguments) in steps {
            sqlx::query_with(AssertSqlSafe(text), arguments).execute(&mut *transaction).await?;
        }
        sqlx::query(
            "update campaigns set screens = screens + $1, visits = visits + $1, passed = passed + $1, \
             visitor_ms = visitor_ms + 9000 * $1, gold_answers = gold_answers + 3 * $1, votes = votes + 6 * $1",
        )
        .bind(i64::try_from(group.len())?)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Closes the database.
    pub(crate) async fn close(self) -> anyhow::Result<()> {
        Ok(self.connection.close().await?)
    }
}

impl Rows {
    fn add(
        &mut self,
        row: impl FnOnce(&mut SqliteArguments) -> Result<(), sqlx::error::BoxDynError>,
    ) -> anyhow::Result<()> {
        self.n += 1;
        row(&mut self.arguments).map_err(|error| anyhow::anyhow!("a parameter: {error}"))
    }

    fn statement(self, before: &str, row: &str, after: &str) -> (String, SqliteArguments) {
        (format!("{before}{}{after}", vec![row; self.n].join(", ")), self.arguments)
    }
}
