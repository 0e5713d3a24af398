//! Which items a commit moved, told to the other collectors on the same database: they keep items in memory as well. Knows
//! what moved, not where to. Of PostgreSQL alone; a SQLite file is answered to by one collector.
//!
//! A row holds the number of the transaction that wrote it. Whoever has seen everything that was over before transaction
//! n asks for rows from n on: what was under way then comes once it is over, whatever the clocks of the machines say.

use std::collections::BTreeSet;

use super::database::Transaction;
use super::database::statement::{Statement, nothing, sql};
use super::items::ItemId;
use super::{Store, StoreError, to_sql};

/// A moment of the database: everything before it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(i64);

impl Store {
    /// This moment.
    pub async fn moment(&self) -> Result<Moment, StoreError> {
        if !self.is_shared() {
            return Ok(Moment(0));
        }
        let row = sql("select cast(cast(pg_snapshot_xmin(pg_current_snapshot()) as text) as bigint)")
            .one(self.database.reader())
            .await?;
        Ok(Moment(row.read(0)?))
    }

    /// Items that any collector, this one included, moved since a moment. Some may come twice, none is missed.
    pub async fn moved_since(&self, moment: Moment) -> Result<Vec<ItemId>, StoreError> {
        if !self.is_shared() {
            return Ok(Vec::new());
        }
        let rows: Vec<Vec<u8>> = sql("select items from moves where transaction_id >= $1")
            .bind(moment.0)
            .column(self.database.reader())
            .await?;
        let items: BTreeSet<ItemId> =
            rows.iter().flat_map(|row| row.as_chunks::<8>().0).map(|item| ItemId(i64::from_be_bytes(*item))).collect();
        Ok(items.into_iter().collect())
    }
}

/// Notes inside the caller's transaction that it moved these items, where others want to know.
pub(super) fn noted(transaction: &Transaction, items: &BTreeSet<ItemId>, now_ms: u64) -> Statement {
    if !transaction.is_shared() || items.is_empty() {
        return nothing();
    }
    let items: Vec<u8> = items.iter().flat_map(|item| item.0.to_be_bytes()).collect();
    sql("insert into moves (transaction_id, items, created_ms) \
         values (cast(cast(pg_current_xact_id() as text) as bigint), $1, $2)")
    .bind(items)
    .bind(to_sql(now_ms))
}
