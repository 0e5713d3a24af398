//! What must not stay: expired nonces and tokens, address prefixes older than a day, the keys they were hashed under, and
//! statistics finer than their age deserves.
//! Safe on every collector at any time: one of them does the work, the others pass.

use corvee_protocol::limits;

use super::database::statement::{Statement, sql};
use super::statistics::{self, DAY_MS, HOUR_MS};
use super::{Store, StoreError, to_sql};

/// Milliseconds after which verification data is gone: 24 hours, less the hour between two runs.
const PREFIX_LIFE_MS: u64 = 23 * HOUR_MS;
/// Milliseconds an expired token is remembered: redeeming it late is told apart from inventing one, and as long as it can
/// be renewed it must be there.
const TOKEN_MEMORY_MS: u64 = limits::RENEWABLE_MS;
/// Milliseconds by which the clocks of collectors may differ: until then a nonce that has expired here may be alive there.
const SKEW_MS: u64 = 10 * 60 * 1000;
/// Milliseconds that collectors have to hear of what others moved.
const MOVES_LIFE_MS: u64 = HOUR_MS;

/// How much was deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Nonces of challenges that have expired.
    pub nonces: u64,
    /// Tokens that have expired.
    pub tokens: u64,
    /// Votes that no longer know their address prefix.
    pub prefixes: u64,
    /// Statistics of hours that have become days, and of days long ago.
    pub statistics: u64,
}

impl Swept {
    /// Whether anything was.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

impl Store {
    /// Deletes what has expired by `now_ms`; nothing while another collector does so.
    pub async fn sweep(&self, now_ms: u64) -> Result<Swept, StoreError> {
        let nonces = sql("delete from spent_challenges where expires_ms < $1");
        let nonces = self.sweep_alone(nonces.bind(to_sql(now_ms.saturating_sub(SKEW_MS)))).await?;
        let tokens = sql("delete from tokens where expires_ms < $1");
        let tokens = self.sweep_alone(tokens.bind(to_sql(now_ms.saturating_sub(TOKEN_MEMORY_MS)))).await?;
        let prefixes = sql("update votes set prefix = null where prefix is not null and created_ms < $1");
        let prefixes = self.sweep_alone(prefixes.bind(to_sql(now_ms.saturating_sub(PREFIX_LIFE_MS)))).await?;
        if self.is_shared() {
            self.sweep_alone(sql("delete from prefix_keys where day < $1").bind(to_sql(now_ms / DAY_MS))).await?;
            let moves = sql("delete from moves where created_ms < $1");
            self.sweep_alone(moves.bind(to_sql(now_ms.saturating_sub(MOVES_LIFE_MS)))).await?;
        }
        let mut transaction = self.database.begin().await?;
        let is_alone = transaction.is_alone_with_upkeep().await?;
        let statistics = if is_alone { statistics::roll_up(&mut transaction, now_ms).await? } else { 0 };
        transaction.commit().await?;
        Ok(Swept { nonces, tokens, prefixes, statistics })
    }

    /// Deletes at once what would be deleted within a day: of a copy, which nobody sweeps.
    pub async fn forget_visitors(&self) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        sql("delete from spent_challenges").execute(&mut transaction).await?;
        sql("delete from tokens").execute(&mut transaction).await?;
        sql("update votes set prefix = null where prefix is not null").execute(&mut transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Writes tables anew whose rows come and go in random order: where their pages were split, copies of rows stay behind in
    /// the gaps, which deleting the row does not overwrite. A file's alone; what is rewritten is an hour of tokens
    /// and a day of networks.
    pub async fn rewrite(&self) -> Result<(), StoreError> {
        if self.is_shared() {
            return Ok(());
        }
        let mut transaction = self.database.begin().await?;
        // Deleting all rows overwrites all pages.
        for statement in [
            "create temp table kept_tokens as select * from tokens",
            "delete from tokens",
            "insert into tokens select * from kept_tokens",
            "drop table kept_tokens",
            "create temp table kept_challenges as select * from spent_challenges",
            "delete from spent_challenges",
            "insert into spent_challenges select * from kept_challenges",
            "drop table kept_challenges",
            "reindex votes_of_network",
        ] {
            sql(statement).execute(&mut transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Makes the database's log forget what was deleted; `false` when somebody still reads a moment before that, and it must
    /// be tried again. A log is cut for a file alone: a server recycles its own.
    pub async fn cut_log(&self) -> Result<bool, StoreError> {
        Ok(self.database.cut_log().await?)
    }

    async fn sweep_alone(&self, statement: Statement) -> Result<u64, StoreError> {
        let mut transaction = self.database.begin().await?;
        let n = if transaction.is_alone_with_upkeep().await? { statement.execute(&mut transaction).await? } else { 0 };
        transaction.commit().await?;
        Ok(n)
    }
}

#[cfg(test)]
mod tests;
