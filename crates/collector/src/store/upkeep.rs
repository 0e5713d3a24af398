//! What must not stay: expired nonces and tokens, address prefixes older than a day, and the keys they were hashed under.
//! Safe on every collector at any time: one of them does the work, the others pass.

use corvee_protocol::limits;

use super::database::statement::{Statement, sql};
use super::{Store, StoreError, to_sql};

const HOUR_MS: u64 = 60 * 60 * 1000;
const DAY_MS: u64 = 24 * HOUR_MS;
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
        Ok(Swept { nonces, tokens, prefixes })
    }

    async fn sweep_alone(&self, statement: Statement) -> Result<u64, StoreError> {
        let mut transaction = self.database.begin().await?;
        let n = if transaction.is_alone_with_upkeep().await? { statement.execute(&mut transaction).await? } else { 0 };
        transaction.commit().await?;
        Ok(n)
    }
}
