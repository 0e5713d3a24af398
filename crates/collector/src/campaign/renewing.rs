//! A fresh token for one that nobody has redeemed: a long form must not cost the visitor a second challenge. Knows no page.

use corvee_protocol::{Granted, Problem, ProblemKind, RenewalRequest};

use super::token;
use crate::state::Collector;
use crate::store::StoreError;
use crate::store::tokens::{Renewal, Renewed};

/// Why no fresh token was given.
#[derive(Debug, thiserror::Error)]
pub enum RenewError {
    /// Redeemed, replaced, not known, or its hour is over.
    #[error(
        "this token was used, was replaced, or the visit passed more than an hour ago: begin with a fresh challenge"
    )]
    Gone,
    /// The store failed: the old token is what it was.
    #[error("the token was not renewed: ask again")]
    Store(#[source] StoreError),
}

impl From<RenewError> for Problem {
    fn from(error: RenewError) -> Self {
        let detail = error.to_string();
        match error {
            RenewError::Gone => Self::new(ProblemKind::TokenGone, detail).on("token"),
            RenewError::Store(_) => Self::new(ProblemKind::Unavailable, detail),
        }
    }
}

impl Collector {
    /// Exchanges an unredeemed token, alive or dead, within an hour of the pass. The old one is worth nothing then.
    pub async fn renew(&self, request: &RenewalRequest) -> Result<Granted, RenewError> {
        let now_ms = self.clock.now_ms();
        let fresh = token::mint(&self.chance, now_ms);
        let renewal = Renewal {
            old: token::token_digest(request.token.as_str()),
            fresh: token::token_digest(fresh.as_str()),
            now_ms,
        };
        match self.writer.renew(renewal).await.map_err(RenewError::Store)? {
            Renewed::Now(dialect) => {
                Ok(Granted { token: fresh, token_lives_ms: u32::try_from(dialect.token_life_ms()).unwrap_or(u32::MAX) })
            }
            Renewed::Gone => Err(RenewError::Gone),
        }
    }
}
