//! The one connection that writes to a file: who waits for it, in turn, and what happens to a transaction that nobody
//! ended. Knows no table.

use std::sync::Arc;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// Whoever writes takes it; the others wait in the order they came.
#[derive(Clone, Debug)]
pub(in crate::store) struct FileWriter {
    options: Arc<SqliteConnectOptions>,
    held: Arc<Mutex<Held>>,
}

/// The connection while somebody has it.
#[derive(Debug)]
pub(in crate::store) struct Held {
    /// `None` once it is closed.
    connection: Option<SqliteConnection>,
    /// A transaction began that was neither committed nor undone.
    is_open: bool,
}

/// A transaction; dropped without [`FileTransaction::commit`] it never was.
#[derive(Debug)]
pub(in crate::store) struct FileTransaction {
    /// `None` once it is over.
    held: Option<OwnedMutexGuard<Held>>,
    /// Whether the file knows of it: it is told with the first statement, which saves a journey to the connection's thread.
    has_begun: bool,
}

impl FileWriter {
    /// Connects.
    pub(in crate::store) async fn open(options: SqliteConnectOptions) -> Result<Self, sqlx::Error> {
        let connection = Some(options.connect().await?);
        Ok(Self { options: Arc::new(options), held: Arc::new(Mutex::new(Held { connection, is_open: false })) })
    }

    /// How it is connected.
    pub(in crate::store) fn options(&self) -> &SqliteConnectOptions {
        &self.options
    }

    /// The connection, outside of any transaction.
    pub(in crate::store) async fn take(&self) -> Result<OwnedMutexGuard<Held>, sqlx::Error> {
        let mut held = Arc::clone(&self.held).lock_owned().await;
        held.undo().await?;
        Ok(held)
    }

    /// Begins a transaction; nobody else in this process writes until it is over.
    pub(in crate::store) async fn begin(&self) -> Result<FileTransaction, sqlx::Error> {
        Ok(FileTransaction { held: Some(self.take().await?), has_begun: false })
    }

    /// Closes it after whoever has it.
    pub(in crate::store) async fn close(&self) -> Result<(), sqlx::Error> {
        let connection = self.held.lock().await.connection.take();
        match connection {
            Some(connection) => connection.close().await,
            None => Ok(()),
        }
    }
}

impl Held {
    /// The connection.
    pub(in crate::store) fn connection(&mut self) -> Result<&mut SqliteConnection, sqlx::Error> {
        self.connection.as_mut().ok_or(sqlx::Error::PoolClosed)
    }

    /// Undoes what was left open. Where there is no room SQLite has undone it by itself.
    async fn undo(&mut self) -> Result<(), sqlx::Error> {
        if std::mem::take(&mut self.is_open)
            && let Err(error) = sqlx::raw_sql("rollback").execute(self.connection()?).await
        {
            tracing::debug!(%error, "there was nothing to undo");
        }
        Ok(())
    }
}

impl FileTransaction {
    /// The connection, for statements of the transaction.
    pub(in crate::store) async fn connection(&mut self) -> Result<&mut SqliteConnection, sqlx::Error> {
        let (begin, connection) = self.beginning()?;
        if let Some(begin) = begin {
            sqlx::raw_sql(begin).execute(&mut *connection).await?;
        }
        Ok(connection)
    }

    /// The connection, and what must be said there before the first statement.
    pub(in crate::store) fn beginning(&mut self) -> Result<(Option<&'static str>, &mut SqliteConnection), sqlx::Error> {
        let held = self.held.as_mut().ok_or(sqlx::Error::PoolClosed)?;
        let is_first = !std::mem::replace(&mut self.has_begun, true);
        held.is_open = true;
        Ok((is_first.then_some("begin immediate"), held.connection()?))
    }

    /// Makes everything done in it lasting.
    pub(in crate::store) async fn commit(mut self) -> Result<(), sqlx::Error> {
        if self.has_begun {
            sqlx::raw_sql("commit").execute(self.connection().await?).await?;
        }
        self.is_committed();
        Ok(())
    }

    /// Takes note that a statement of it has committed it.
    pub(in crate::store) fn is_committed(&mut self) {
        if let Some(mut held) = self.held.take() {
            held.is_open = false;
        }
    }
}

impl Drop for FileTransaction {
    /// Other programs write to the file as well: what is not committed is undone now, not when somebody writes next.
    fn drop(&mut self) {
        if let (Some(mut held), Ok(runtime)) = (self.held.take(), Handle::try_current()) {
            runtime.spawn(async move { held.undo().await });
        }
    }
}
