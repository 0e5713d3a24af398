//! State on disk: the only room that speaks SQL. Knows rows and transactions, not what a good answer is.
//!
//! One statement text serves SQLite and PostgreSQL: `$1` parameters, `on conflict`, `with … as (values …)`, times in
//! milliseconds. Reads go through a pool; every write of a visitor goes through [`writer`], which commits in groups.

pub mod answers;
mod ballots;
pub mod campaigns;
pub mod grants;
mod image_references;
pub mod items;
pub mod receipts;
pub mod sites;
pub mod snapshot;
pub mod tokens;
pub mod upkeep;
pub mod writer;

use std::path::Path;
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

/// The database's file inside the data folder.
pub const DATABASE_FILE: &str = "corvee.sqlite";

/// Why the store could not do it. Nothing was recorded.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("the database could not be brought to this version's schema: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// Our own database holds something that cannot be.
    #[error("the database holds an impossible value in {table}.{column}, row {row}")]
    Inconsistent {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
        /// Row id.
        row: i64,
    },
    /// The transaction this write was part of failed.
    #[error("the database failed: {cause}")]
    Batch {
        /// What the database said.
        cause: String,
    },
    /// The writer has stopped.
    #[error("the collector is stopping")]
    Stopping,
    /// A unique name is taken.
    #[error("{what} exists already")]
    Exists {
        /// What exists.
        what: String,
    },
}

/// The database: a pool of readers and one connection that writes.
#[derive(Clone, Debug)]
pub struct Store {
    readers: SqlitePool,
    writer: SqlitePool,
}

impl Store {
    /// Opens the database in `data`, creates it when absent, and brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError::Database`] or [`StoreError::Migration`].
    pub async fn open(data: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(data.join(DATABASE_FILE))
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // FULL: a commit returns when the log is on disk, so that nothing acknowledged is lost.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(20));
        let writer = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
        sqlx::migrate!("migrations/sqlite").run(&writer).await?;
        let readers = SqlitePoolOptions::new().max_connections(4).connect_with(options).await?;
        Ok(Self { readers, writer })
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("select 1").execute(&self.readers).await?;
        Ok(())
    }

    /// Closes all connections after their work.
    pub async fn close(&self) {
        self.writer.close().await;
        self.readers.close().await;
    }
}

/// A time or a count as the database keeps it.
fn to_sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A time or a count as the database kept it; it never holds a negative one.
fn from_sql(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// Names what exists when the error is a broken uniqueness, passes every other error on.
fn exists(error: sqlx::Error, what: impl Into<String>) -> StoreError {
    match &error {
        sqlx::Error::Database(cause) if cause.is_unique_violation() => StoreError::Exists { what: what.into() },
        _ => StoreError::Database(error),
    }
}
