//! The two databases a store can live in: pools, transactions, and what differs between them. Knows no table.
//!
//! SQLite has one writing connection, so that its transactions never meet. PostgreSQL's do meet, in this collector and in
//! others: they run at read committed, lock what they replay, and are carried out again when they lost a race.

use std::path::Path;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, PgConnection, PgPool, Postgres, Sqlite, SqlitePool};

use self::file::{FileTransaction, FileWriter};
use self::log::FileLog;
use self::statement::{Statement, sql, together};
use super::StoreError;

mod file;
mod log;
pub(super) mod schema;
pub(super) mod statement;

/// Connections of one collector to PostgreSQL: the writer, the jobs, and readers.
const POSTGRES_CONNECTIONS: u32 = 8;
/// How long a PostgreSQL that does not answer is waited for: a restart passes unnoticed, more becomes a refusal.
const POSTGRES_PATIENCE: Duration = Duration::from_secs(5);

/// Pages that the writing connection to a file keeps in memory: 64 MiB, in KiB and negative as SQLite wants it.
const WRITER_CACHE: &str = "-65536";
/// Pages of the file's log, 128 MiB, after which a commit brings them into the file and whoever answers waits for it. It does
/// not come to that: see [`Database::shorten_log`].
const LOG_PAGES: &str = "32768";

/// Rows that may be ready before the first of them is looked at: more than a group of answers asks for.
const ROWS_AHEAD: usize = 4096;

/// Advisory locks of PostgreSQL are numbers: "corvee" and what for.
const UPKEEP_LOCK: i64 = 0x0063_6f72_7665_6501;
const IMPORT_LOCK: i64 = 0x0063_6f72_7665_6502;

/// Open pools.
#[derive(Clone, Debug)]
pub(super) enum Database {
    /// A file: several readers, one writer.
    Sqlite {
        /// Reading connections.
        readers: SqlitePool,
        /// The one that writes.
        writer: FileWriter,
        /// What was committed and is not in the file yet.
        log: FileLog,
    },
    /// A server, shared with other collectors.
    Postgres(PgPool),
}

/// Where a statement runs.
pub(super) enum Source<'a> {
    /// Any connection of this pool.
    Sqlite(&'a SqlitePool),
    /// The connection that writes.
    File(&'a FileWriter),
    /// Any connection of this pool.
    Postgres(&'a PgPool),
    /// Inside this transaction.
    Transaction(&'a mut Transaction),
}

/// A transaction; dropped without [`Transaction::commit`] it never was.
#[derive(Debug)]
pub(super) enum Transaction {
    /// A moment of the file.
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    /// In the file.
    File(FileTransaction),
    /// On the server.
    Postgres(sqlx::Transaction<'static, Postgres>),
}

impl Database {
    /// Opens the file, creates it when absent, and brings its schema up to date.
    pub(super) async fn open_file(path: &Path) -> Result<Self, StoreError> {
        Self::open_with(options(path)).await
    }

    /// The same with options of its own.
    pub(super) async fn open_with(options: SqliteConnectOptions) -> Result<Self, StoreError> {
        let writing = options.clone().pragma("cache_size", WRITER_CACHE).pragma("wal_autocheckpoint", LOG_PAGES);
        let writer = FileWriter::open(writing.row_buffer_size(ROWS_AHEAD)).await?;
        schema::of_file().run(writer.take().await?.connection()?).await?;
        let readers =
            SqlitePoolOptions::new().max_connections(4).test_before_acquire(false).connect_with(options).await?;
        let log = FileLog::of(&writer)?;
        Ok(Self::Sqlite { readers, writer, log })
    }

    /// Connects to the server and brings the schema up to date, one collector at a time.
    pub(super) async fn connect(url: &str) -> Result<Self, StoreError> {
        let options = url.parse::<PgConnectOptions>()?.application_name("corvee");
        let connected = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(POSTGRES_PATIENCE)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    // A commit returns when the log is on disk: a server set to answer earlier is overruled.
                    let durable = "select set_config('synchronous_commit', 'on', false) \
                                   where current_setting('synchronous_commit') = 'off'";
                    sqlx::query(durable).execute(connection).await.map(drop)
                })
            })
            .connect_with(options.clone())
            .await;
        let pool = match connected {
            Ok(pool) => pool,
            // A pool that waited in vain does not say for what.
            Err(sqlx::Error::PoolTimedOut) => {
                let cause = match tokio::time::timeout(POSTGRES_PATIENCE, options.connect()).await {
                    Ok(Err(sqlx::Error::Io(cause))) => cause.to_string(),
                    Ok(Err(error)) => return Err(error.into()),
                    Ok(Ok(_)) | Err(_) => format!("no answer within {} seconds", POSTGRES_PATIENCE.as_secs()),
                };
                return Err(StoreError::Unreachable { place: place(&options), cause });
            }
            Err(sqlx::Error::Io(cause)) => {
                return Err(StoreError::Unreachable { place: place(&options), cause: cause.to_string() });
            }
            Err(error) => return Err(error.into()),
        };
        schema::of_server().run(&pool).await?;
        Ok(Self::Postgres(pool))
    }

    /// Where statements run that change nothing.
    pub(super) fn reader(&self) -> Source<'_> {
        match self {
            Self::Sqlite { readers, .. } => Source::Sqlite(readers),
            Self::Postgres(pool) => Source::Postgres(pool),
        }
    }

    /// Where single statements run that change something.
    pub(super) fn writer(&self) -> Source<'_> {
        match self {
            Self::Sqlite { writer, .. } => Source::File(writer),
            Self::Postgres(pool) => Source::Postgres(pool),
        }
    }

    /// A transaction that writes.
    pub(super) async fn begin(&self) -> Result<Transaction, sqlx::Error> {
        Ok(match self {
            Self::Sqlite { writer, .. } => Transaction::File(writer.begin().await?),
            Self::Postgres(pool) => {
                Transaction::Postgres(pool.begin_with("begin isolation level read committed read write").await?)
            }
        })
    }

    /// A transaction that reads one moment, whatever is written meanwhile.
    pub(super) async fn begin_snapshot(&self) -> Result<Transaction, sqlx::Error> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Transaction::Sqlite(readers.begin().await?),
            Self::Postgres(pool) => {
                Transaction::Postgres(pool.begin_with("begin isolation level repeatable read read only").await?)
            }
        })
    }

    /// Waits until no other collector imports; nobody else does until the connection is gone. A file has a lock of its own,
    /// beside the pictures.
    pub(super) async fn lock_imports(&self) -> Result<Option<PgConnection>, sqlx::Error> {
        let Self::Postgres(pool) = self else { return Ok(None) };
        let mut connection = pool.acquire().await?.detach();
        sqlx::query("select pg_advisory_lock($1)").bind(IMPORT_LOCK).execute(&mut connection).await?;
        Ok(Some(connection))
    }

    /// Brings what is in the file's log into the file and cuts the log to nothing: it repeats what was deleted since. Whether
    /// that was done; a reader of an older moment prevents it. A server keeps its log itself.
    pub(super) async fn cut_log(&self) -> Result<bool, sqlx::Error> {
        match self {
            Self::Sqlite { writer, log, .. } => log.cut(writer).await,
            Self::Postgres(_) => Ok(true),
        }
    }

    /// Brings what is in the file's log into the file, so that the log begins anew. A server keeps its log itself.
    ///
    /// Most of it, and all waiting for the disk, happens beside the writer, who waits for what came meanwhile: only a log that is
    /// in the file to its very end begins anew, and SQLite brings the file to the disk only then.
    pub(super) async fn shorten_log(&self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite { readers, writer, log } => log.shorten(readers, writer).await,
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Whether other collectors may write at the same time.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Closes all connections after their work.
    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite { readers, writer, log: _ } => {
                if let Err(error) = writer.close().await {
                    tracing::warn!(%error, "the database was not closed in order");
                }
                readers.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Transaction {
    /// Makes everything done in it lasting: when this returns it is on disk.
    pub(super) async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await,
            Self::File(transaction) => transaction.commit().await,
            Self::Postgres(transaction) => transaction.commit().await,
        }
    }

    /// The same after a last statement. To a file both go at once.
    pub(super) async fn commit_after(mut self, last: Statement) -> Result<(), sqlx::Error> {
        let Self::File(_) = self else {
            last.execute(&mut self).await?;
            return self.commit().await;
        };
        let [_none, _done] = together(&mut self, [last, sql("commit")]).await?;
        if let Self::File(mut transaction) = self {
            transaction.is_committed();
        }
        Ok(())
    }

    /// Whether other collectors may write at the same time.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Whether nobody else does upkeep until this transaction ends.
    pub(super) async fn is_alone_with_upkeep(&mut self) -> Result<bool, sqlx::Error> {
        match self {
            Self::Sqlite(_) | Self::File(_) => Ok(true),
            Self::Postgres(transaction) => {
                sqlx::query_scalar("select pg_try_advisory_xact_lock($1)")
                    .bind(UPKEEP_LOCK)
                    .fetch_one(&mut **transaction)
                    .await
            }
        }
    }

    /// What ends a `select` whose rows nobody else may change until this transaction ends. SQLite's writer is alone anyway.
    pub(super) fn row_lock(&self) -> &'static str {
        match self {
            Self::Sqlite(_) | Self::File(_) => "",
            Self::Postgres(_) => " for no key update",
        }
    }
}

impl<'a> From<&'a mut Transaction> for Source<'a> {
    fn from(transaction: &'a mut Transaction) -> Self {
        Self::Transaction(transaction)
    }
}

/// Whether a connection is alive.
pub(super) async fn check(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("select 1").execute(connection).await.map(drop)
}

/// Where a server is looked for. No user and no password.
fn place(options: &PgConnectOptions) -> String {
    match options.get_socket() {
        Some(folder) => format!("{} (a socket for port {})", folder.display(), options.get_port()),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    }
}

/// How the file is opened.
pub(super) fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL: a commit returns when the log is on disk, so that nothing acknowledged is lost.
        .synchronous(SqliteSynchronous::Full)
        // What is deleted is overwritten: verification data must not outlive its day in free space.
        .pragma("secure_delete", "on")
        // What is rewritten must not pass through a file in the system's folder for such.
        .pragma("temp_store", "memory")
        .busy_timeout(Duration::from_secs(20))
}

/// Whether the same transaction, carried out again, may succeed: it lost a race, or its connection had gone away.
pub(super) fn is_passing(error: &sqlx::Error) -> bool {
    // A server that was told to stop, one that crashed, one that is starting up.
    matches!(error, sqlx::Error::Io(_)) || has_lost_a_race(error) || has_code(error, &["57P01", "57P02", "57P03"])
}

/// Whether the database undid a transaction because of another one: a serialization failure or a deadlock.
pub(super) fn has_lost_a_race(error: &sqlx::Error) -> bool {
    has_code(error, &["40001", "40P01"])
}

fn has_code(error: &sqlx::Error, codes: &[&str]) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| codes.contains(&code.as_ref()))
}
