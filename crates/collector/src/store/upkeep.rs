//! What must not stay: expired nonces and tokens, and address prefixes older than a day.

use corvee_protocol::limits;

use super::{Store, StoreError, to_sql};

/// Milliseconds after which verification data is gone: 24 hours, less the hour between two runs.
const PREFIX_LIFE_MS: u64 = 23 * 60 * 60 * 1000;
/// Milliseconds an expired token is remembered: redeeming it late is told apart from inventing one, and as long as it can
/// be renewed it must be there.
const TOKEN_MEMORY_MS: u64 = limits::RENEWABLE_MS;

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
    /// Deletes what has expired by `now_ms`.
    pub async fn sweep(&self, now_ms: u64) -> Result<Swept, StoreError> {
        let nonces = sqlx::query("delete from spent_challenges where expires_ms < $1")
            .bind(to_sql(now_ms))
            .execute(&self.writer)
            .await?;
        let tokens = sqlx::query("delete from tokens where expires_ms < $1")
            .bind(to_sql(now_ms.saturating_sub(TOKEN_MEMORY_MS)))
            .execute(&self.writer)
            .await?;
        let prefixes = sqlx::query("update votes set prefix = null where prefix is not null and created_ms < $1")
            .bind(to_sql(now_ms.saturating_sub(PREFIX_LIFE_MS)))
            .execute(&self.writer)
            .await?;
        Ok(Swept { nonces: nonces.rows_affected(), tokens: tokens.rows_affected(), prefixes: prefixes.rows_affected() })
    }
}
