//! The log of a file: brought into the file beside the writer, and cut. Knows no table.

use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use sqlx::{ConnectOptions as _, Connection as _, SqlitePool};
use tokio::sync::Mutex;

use super::file::FileWriter;

/// Brings the log into the file as far as nobody has to wait for it.
const SHORTEN: &str = "pragma wal_checkpoint(passive)";
/// Brings all of it into the file, and leaves nothing of it.
const CUT: &str = "pragma wal_checkpoint(truncate)";
/// How long whoever cuts the log waits for writers and readers, and keeps writers waiting.
const CUTTING_PATIENCE: Duration = Duration::from_millis(100);

/// One at a time brings the log into the file: SQLite tells a second one that it is busy.
#[derive(Clone, Debug)]
pub(in crate::store) struct FileLog {
    /// The file itself, to bring it to the disk. It stays open as long as the connections: whoever closes it, closes their
    /// locks with it.
    file: Arc<File>,
    turn: Arc<Mutex<()>>,
}

impl FileLog {
    /// The log of the file that this connection writes to.
    pub(super) fn of(writer: &FileWriter) -> Result<Self, sqlx::Error> {
        let file = File::open(writer.options().get_filename()).map_err(sqlx::Error::Io)?;
        Ok(Self { file: Arc::new(file), turn: Arc::default() })
    }

    /// See [`super::Database::cut_log`].
    pub(super) async fn cut(&self, writer: &FileWriter) -> Result<bool, sqlx::Error> {
        let _turn = self.turn.lock().await;
        // On a connection of its own: the writer's waits 20 seconds for a long export, and answers would wait with it.
        let options = writer.options().clone().busy_timeout(CUTTING_PATIENCE);
        let mut connection = options.connect().await?;
        let busy: i64 = sqlx::query_scalar(CUT).fetch_one(&mut connection).await?;
        connection.close().await?;
        Ok(busy == 0)
    }

    /// See [`super::Database::shorten_log`].
    pub(super) async fn shorten(&self, readers: &SqlitePool, writer: &FileWriter) -> Result<(), sqlx::Error> {
        let _turn = self.turn.lock().await;
        sqlx::query(SHORTEN).execute(readers).await?;
        let file = Arc::clone(&self.file);
        let synced = tokio::task::spawn_blocking(move || file.sync_data()).await;
        synced.map_err(std::io::Error::other).flatten()?;
        sqlx::query(SHORTEN).execute(writer.take().await?.connection()?).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Database;

    /// Rounds: a log that grows, is shortened, and is cut while it is shortened.
    const ROUNDS: u32 = 30;

    #[tokio::test]
    async fn a_log_is_cut_while_it_is_shortened() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open_file(&folder.path().join("corvee.sqlite")).await.unwrap();
        let Database::Sqlite { writer, .. } = &database else { panic!("a file") };
        sqlx::query("create table rows (content blob)")
            .execute(writer.take().await.unwrap().connection().unwrap())
            .await
            .unwrap();
        for round in 0..ROUNDS {
            sqlx::query("insert into rows values (randomblob(4000000))")
                .execute(writer.take().await.unwrap().connection().unwrap())
                .await
                .unwrap();
            let (shortened, is_cut) = tokio::join!(database.shorten_log(), database.cut_log());
            shortened.unwrap();
            assert!(is_cut.unwrap(), "in round {round}");
        }
        database.close().await;
    }
}
