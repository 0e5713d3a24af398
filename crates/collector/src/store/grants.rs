//! Machine's turns becoming facts: nonce spent, token stored and turn counted in one transaction, many at a time.

use std::collections::BTreeMap;

use super::answers::spend_nonces;
use super::database::Transaction;
use super::database::statement::{Statement, Value, nothing, sql, together};
use super::sites::SiteId;
use super::statistics::{Counts, Heading, Statistics};
use super::tokens::{self, NewToken};
use super::{StoreError, to_sql};

/// Everything one accepted proof changes.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Spent by this proof.
    pub nonce: [u8; 16],
    /// Until when the spent nonce must be remembered.
    pub nonce_expires_ms: u64,
    /// What is needed to reply the same again; kept as long as the nonce. Empty when nothing is.
    pub reply: Vec<u8>,
    /// What the proof earned.
    pub token: NewToken,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantOutcome {
    /// The nonce was spent before: nothing was recorded.
    AlreadySpent,
    /// The token is on disk.
    Stored,
}

/// Grants a batch inside the caller's transaction, and counts it; one outcome a grant, in order.
pub(super) async fn grant(
    transaction: &mut Transaction,
    batch: &[Grant],
    statistics: &mut Statistics,
) -> Result<Vec<GrantOutcome>, StoreError> {
    let nonces = batch.iter().map(|grant| (grant.nonce, grant.nonce_expires_ms, grant.reply.as_slice()));
    let mut spent_now = spend_nonces(transaction, nonces).await?;
    // Two proofs of one puzzle may share a batch: the first one counts.
    let fresh: Vec<bool> = batch.iter().map(|grant| spent_now.remove(&grant.nonce)).collect();
    let minted: Vec<&NewToken> =
        batch.iter().zip(&fresh).filter_map(|(grant, fresh)| fresh.then_some(&grant.token)).collect();
    together(transaction, [tokens::inserted(&minted), turns(&minted)]).await?;
    for token in &minted {
        let counts = Counts { machine_turns: 1, ..Counts::default() };
        *statistics.entry(Heading::new(token.passed_ms, Some(token.site), None)).or_default() += counts;
    }
    let outcome = |fresh| if fresh { GrantOutcome::Stored } else { GrantOutcome::AlreadySpent };
    Ok(fresh.into_iter().map(outcome).collect())
}

/// Counts them at their sites.
fn turns(minted: &[&NewToken]) -> Statement {
    let mut turns: BTreeMap<SiteId, u64> = BTreeMap::new();
    for token in minted {
        *turns.entry(token.site).or_default() += 1;
    }
    if turns.is_empty() {
        return nothing();
    }
    let rows = turns.into_iter().map(|(site, n)| [site.0.into(), Value::from(to_sql(n))]);
    sql("with turns (id, n) as (")
        .push_rows(rows)
        .push(") update sites set machine_turns = sites.machine_turns + turns.n from turns where sites.id = turns.id")
}
