//! Keys that collectors on one database share, as the database keeps them: sealed. Does not know how to open them.

use super::database::statement::sql;
use super::{Store, StoreError, from_sql, to_sql};

/// A sealing key made by rotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedKey {
    /// As seals name it.
    pub id: u8,
    /// The key, sealed.
    pub sealed: String,
    /// When it was made.
    pub created_ms: u64,
    /// From when on it seals; it opens from the start.
    pub usable_from_ms: u64,
}

impl Store {
    /// All sealing keys there are, newest first.
    pub async fn sealing_keys(&self) -> Result<Vec<SealedKey>, StoreError> {
        let rows = sql(
            "select id, sealed, created_ms, usable_from_ms from sealing_keys order by usable_from_ms desc, id desc",
        )
        .all(self.database.reader())
        .await?;
        let mut keys = Vec::with_capacity(rows.len());
        for row in rows {
            let id: i64 = row.read(0)?;
            keys.push(SealedKey {
                id: u8::try_from(id).map_err(|_cause| StoreError::Inconsistent {
                    table: "sealing_keys",
                    column: "id",
                    row: id,
                })?,
                sealed: row.read(1)?,
                created_ms: from_sql(row.read(2)?),
                usable_from_ms: from_sql(row.read(3)?),
            });
        }
        Ok(keys)
    }

    /// Stores a sealing key and deletes those that nothing needs any more.
    ///
    /// # Errors
    /// [`StoreError::Exists`] when another rotation took its id at the same moment.
    pub async fn add_sealing_key(&self, key: &SealedKey, obsolete: &[u8]) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        for id in obsolete {
            sql("delete from sealing_keys where id = $1").bind(i64::from(*id)).execute(&mut transaction).await?;
        }
        sql("insert into sealing_keys (id, sealed, created_ms, usable_from_ms) values ($1, $2, $3, $4)")
            .bind(i64::from(key.id))
            .bind(key.sealed.as_str())
            .bind(to_sql(key.created_ms))
            .bind(to_sql(key.usable_from_ms))
            .execute(&mut transaction)
            .await
            .map_err(|error| super::exists(error, "a key of this id"))?;
        transaction.commit().await?;
        Ok(())
    }

    /// The key of a day: the one that is there, else `fresh`, which then is everybody's.
    pub async fn prefix_key(&self, day: u64, fresh: &str) -> Result<String, StoreError> {
        sql("insert into prefix_keys (day, sealed) values ($1, $2) on conflict do nothing")
            .bind(to_sql(day))
            .bind(fresh)
            .execute(self.database.writer())
            .await?;
        let row =
            sql("select sealed from prefix_keys where day = $1").bind(to_sql(day)).one(self.database.reader()).await?;
        Ok(row.read(0)?)
    }

    /// The key of a day, if there is one.
    pub async fn known_prefix_key(&self, day: u64) -> Result<Option<String>, StoreError> {
        let row = sql("select sealed from prefix_keys where day = $1")
            .bind(to_sql(day))
            .optional(self.database.reader())
            .await?;
        Ok(row.map(|row| row.read(0)).transpose()?)
    }
}
