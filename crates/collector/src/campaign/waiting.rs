//! The labour-free path without script: a wait that costs time and the network's budget instead of computing. Knows no page.
//!
//! It is the weakest of the three ways, and therefore the dearest: the wait doubles with every five of a network within the
//! hour, and there are thirty of them.

use corvee_protocol::challenge::ChallengeRequest;
use corvee_protocol::sealed_state::SealedPage;
use corvee_protocol::sealed_wait::SealedWait;
use corvee_protocol::{Granted, Problem, ProblemKind, Sealed, Wish};

use super::address::PrefixHash;
use super::counting::count_turn;
use super::issuing::IssueError;
use super::token;
use crate::state::Collector;
use crate::store::StoreError;
use crate::store::grants::{Grant, GrantOutcome};
use crate::store::sites::SiteId;
use crate::store::tokens::NewToken;

/// Milliseconds after its end in which a wait still earns a token.
const GRACE_MS: u64 = 20 * 60 * 1000;

/// A wait that has begun.
#[derive(Clone, Debug)]
pub struct Wait {
    /// Comes back when it is over.
    pub ticket: Sealed,
    /// Seconds until then.
    pub seconds: u32,
}

/// Why a wait earned no token.
#[derive(Debug, thiserror::Error)]
pub enum WaitError {
    /// Altered, of another collector, of another network, or its key is gone.
    #[error("this wait was not begun here: begin again")]
    Invalid,
    /// It has earned its token already, or too long ago it could have.
    #[error("this wait has been used already or was over long ago: begin again")]
    Spent,
    /// It is not over.
    #[error("this wait is not over yet")]
    Early {
        /// Seconds until it is.
        seconds: u32,
    },
    /// The store failed: nothing was recorded.
    #[error("nothing was recorded: try again")]
    Store(#[source] StoreError),
}

impl From<WaitError> for Problem {
    fn from(error: WaitError) -> Self {
        let kind = match error {
            WaitError::Invalid | WaitError::Early { .. } => ProblemKind::InvalidChallenge,
            WaitError::Spent => ProblemKind::ChallengeSpent,
            WaitError::Store(_) => ProblemKind::Unavailable,
        };
        Self::new(kind, error.to_string()).on("wait")
    }
}

impl Collector {
    /// Begins a wait. Nothing is written.
    pub fn begin_wait(&self, request: ChallengeRequest, prefix: PrefixHash) -> Result<Wait, IssueError> {
        let site = self.register.site(&request.sitekey).ok_or(IssueError::UnknownSitekey)?;
        if !site.hostnames.contains(&request.hostname) {
            return Err(IssueError::HostnameRefused);
        }
        let now_ms = self.clock.now_ms();
        let seconds = self.budget.spend_wait(prefix, now_ms)?;
        let ready_ms = now_ms + u64::from(seconds) * 1000;
        let wait = SealedWait {
            nonce: self.chance.name(now_ms),
            site: site.id.0,
            hostname: request.hostname,
            language: request.language,
            page: SealedPage { dialect: request.dialect, action: request.action, cdata: request.cdata, by_hand: true },
            prefix: prefix.0,
            issued_ms: now_ms,
            ready_ms,
            expires_ms: ready_ms + GRACE_MS,
        };
        let plaintext = postcard::to_allocvec(&wait).expect("a sealed wait holds plain values only");
        let sealed = self.wait_sealer.seal(&plaintext, &mut self.chance.generator());
        let sealed = sealed.expect("a wait is at most 704 bytes: a host name, an action, custom data");
        self.count_puzzle(site.id, now_ms);
        Ok(Wait { ticket: Sealed::try_from(sealed).expect("a seal is base64url below the limit"), seconds })
    }

    /// What was sealed, unless it is broken.
    pub fn open_wait(&self, ticket: &Sealed) -> Result<SealedWait, WaitError> {
        let plaintext = self.wait_sealer.open(ticket.as_str()).map_err(|_cause| WaitError::Invalid)?;
        postcard::from_bytes(&plaintext).map_err(|_cause| WaitError::Invalid)
    }

    /// Ends a wait. When this returns `Ok`, the token is on disk, and the wait earns no other.
    pub async fn end_wait(&self, wait: SealedWait, prefix: PrefixHash) -> Result<Granted, WaitError> {
        let now_ms = self.clock.now_ms();
        if wait.prefix != prefix.0 {
            return Err(WaitError::Invalid);
        }
        if now_ms >= wait.expires_ms {
            return Err(WaitError::Spent);
        }
        if now_ms < wait.ready_ms {
            let seconds = (wait.ready_ms - now_ms).div_ceil(1000);
            return Err(WaitError::Early { seconds: u32::try_from(seconds).unwrap_or(u32::MAX) });
        }
        let token = token::mint(&self.chance, now_ms);
        let life_ms = wait.page.token_life_ms();
        let grant = Grant {
            nonce: wait.nonce,
            nonce_expires_ms: wait.expires_ms,
            reply: Vec::new(),
            token: NewToken {
                digest: token::token_digest(token.as_str()),
                site: SiteId(wait.site),
                hostname: wait.hostname.to_string(),
                page: wait.page,
                way: Wish::Machine,
                challenge_ms: wait.issued_ms,
                passed_ms: now_ms,
            },
        };
        match self.writer.grant(grant).await.map_err(WaitError::Store)? {
            GrantOutcome::AlreadySpent => Err(WaitError::Spent),
            GrantOutcome::Stored => {
                count_turn();
                Ok(Granted { token, token_lives_ms: u32::try_from(life_ms).unwrap_or(u32::MAX) })
            }
        }
    }
}
