//! State on disk: the only room that speaks SQL. Knows rows and transactions, not what a good answer is.
//!
//! One statement text serves SQLite and PostgreSQL: `$1` parameters, `on conflict`, `with … as (values …)`, times in
//! milliseconds; which of the two runs it is known to [`database`] alone. Reads go through a pool; every write of a visitor
//! goes through [`writer`], which commits in groups.

pub mod answers;
mod ballots;
pub mod campaigns;
#[cfg(test)]
mod contract;
mod database;
#[cfg(test)]
mod full_disk;
pub mod grants;
mod image_references;
pub mod items;
pub mod keys;
#[cfg(test)]
mod migrations;
pub mod moves;
pub mod receipts;
pub mod replies;
pub mod sites;
pub mod snapshot;
pub mod statistics;
mod tallies;
#[cfg(test)]
pub(crate) mod testing;
pub mod tokens;
pub mod upkeep;
mod visits;
pub mod writer;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use self::database::Database;
use self::database::statement::sql;

/// The database's file inside the data folder.
pub const DATABASE_FILE: &str = "corvee.sqlite";

/// Why the store could not do it. Nothing was recorded, unless a variant says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or failed.
    #[error("the database failed: {0}")]
    Database(sqlx::Error),
    /// Nobody answers where the database should be.
    #[error(
        "no PostgreSQL answers at {place}: {cause}; start it, or mend the address (--database, corvee.toml or CORVEE_DATABASE_URL)"
    )]
    Unreachable {
        /// Host and port, or a socket.
        place: String,
        /// What was seen of it.
        cause: String,
    },
    /// The schema could not be brought up to date.
    #[error("the database could not be brought to this version's schema: {0}")]
    Migration(sqlx::migrate::MigrateError),
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
    /// The database went away during a commit: whether it was recorded is not known.
    #[error("the database went away before it answered: {cause}")]
    Unanswered {
        /// What was seen of it.
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

// Messages hold their cause; as a source it would be told a second time.
impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        Self::Migration(error)
    }
}

/// Held by the one process that stores an import.
#[derive(Debug)]
pub struct ImportLock {
    /// The lock ends with the connection.
    connection: Option<sqlx::PgConnection>,
}

impl ImportLock {
    /// Returns when it is still held: the database takes it back when the connection breaks.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn check(&mut self) -> Result<(), StoreError> {
        if let Some(connection) = &mut self.connection {
            database::check(connection).await?;
        }
        Ok(())
    }
}

impl StoreError {
    /// SQLite's primary result code, when a file is what failed.
    pub fn file_code(&self) -> Option<u32> {
        let (Self::Database(error) | Self::Migration(sqlx::migrate::MigrateError::Execute(error))) = self else {
            return None;
        };
        let error = error.as_database_error()?;
        error.try_downcast_ref::<sqlx::sqlite::SqliteError>()?;
        let code = error.code()?;
        // The extended code tells more in its higher bytes.
        Some(code.parse::<u32>().ok()? & 0xff)
    }

    /// Whether the same transaction, carried out again, may succeed.
    fn is_passing(&self) -> bool {
        matches!(self, Self::Database(error) if database::is_passing(error))
    }
}

/// The database of one collector, or of several.
#[derive(Clone, Debug)]
pub struct Store {
    database: Database,
    /// Whether the last batch of writes could not be written.
    write_failed: Arc<AtomicBool>,
}

impl Store {
    fn on(database: Database) -> Self {
        Self { database, write_failed: Arc::default() }
    }

    /// Opens the SQLite file in `data`, creates it when absent, and brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError::Database`] or [`StoreError::Migration`].
    pub async fn open(data: &Path) -> Result<Self, StoreError> {
        Ok(Self::on(Database::open_file(&data.join(DATABASE_FILE)).await?))
    }

    /// Connects to a PostgreSQL of this address, such as `postgres://corvee@db.example/corvee`, and brings its schema up to
    /// date. Collectors that start together wait for each other; those that run go on.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`], [`StoreError::Database`] or [`StoreError::Migration`].
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        Ok(Self::on(Database::connect(url).await?))
    }

    /// Whether other collectors may use the same database at the same time.
    pub fn is_shared(&self) -> bool {
        self.database.is_shared()
    }

    /// Waits until no other collector imports; dropping the result lets the next one.
    pub async fn lock_imports(&self) -> Result<ImportLock, StoreError> {
        Ok(ImportLock { connection: self.database.lock_imports().await? })
    }

    /// Copies everything of one moment into a new file, while others read and write. Nobody syncs that file.
    ///
    /// # Errors
    /// [`StoreError::Database`]; always for a database on a server, whose own programs do that.
    pub async fn copy_to(&self, path: &Path) -> Result<(), StoreError> {
        let path = path.to_str().ok_or_else(|| sqlx::Error::Configuration("the path is not UTF-8".into()))?;
        sql("vacuum into $1").bind(path).execute(self.database.reader()).await?;
        Ok(())
    }

    /// Whether the database answers and, when it would not take the last writes, whether it takes as many now.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sql("select 1").execute(self.database.reader()).await?;
        if self.write_failed.load(Ordering::Relaxed) {
            self.try_to_write().await?;
            self.write_failed.store(false, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Closes all connections after their work.
    pub async fn close(&self) {
        self.database.close().await;
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
