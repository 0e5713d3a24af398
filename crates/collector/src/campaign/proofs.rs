//! A proof from seal to token: opened, checked number by number, recorded, and only then acknowledged.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::available_parallelism;

use corvee_protocol::puzzle::{Granted, ProofRequest, Wish};
use corvee_protocol::sealed_puzzle::SealedPuzzle;
use corvee_protocol::{Problem, ProblemKind};
use corvee_work::{Hasher, Mismatch};
use tokio::sync::Semaphore;

use super::address::PrefixHash;
use super::counting::count_turn;
use super::puzzles::OpenPuzzleError;
use super::replies::{AnswerHash, keep_token};
use super::token;
use crate::state::Collector;
use crate::store::StoreError;
use crate::store::grants::{Grant, GrantOutcome};
use crate::store::sites::SiteId;
use crate::store::tokens::NewToken;

/// Why a proof earned nothing.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// The puzzle did not open.
    #[error(transparent)]
    Puzzle(#[from] OpenPuzzleError),
    /// Too few numbers or too many.
    #[error(
        "this puzzle wants {wanted} numbers, not {sent}: ask for a fresh one and send one number for each solution"
    )]
    Count {
        /// Numbers the puzzle wants.
        wanted: u8,
        /// Numbers that came.
        sent: usize,
    },
    /// A number whose hash is not below the threshold.
    #[error(
        "number {at} (counted from 0) does not solve its part: ask for a fresh puzzle and hash exactly as documented"
    )]
    Wrong {
        /// Its place.
        at: u8,
    },
    /// Its one proof was looked at before, and was wrong or another one.
    #[error("a proof of this puzzle was looked at already: ask for a fresh one")]
    Spent,
    /// The check could not be carried out.
    #[error("the proof could not be checked: send it again")]
    Check,
    /// The store failed: nothing was recorded.
    #[error("the proof was not recorded: send it again")]
    Store(#[source] StoreError),
}

impl From<ProofError> for Problem {
    fn from(error: ProofError) -> Self {
        let detail = error.to_string();
        match error {
            ProofError::Puzzle(error) => error.into(),
            ProofError::Count { .. } => Self::new(ProblemKind::InvalidProof, detail).on("numbers"),
            ProofError::Wrong { at } => Self::new(ProblemKind::InvalidProof, detail).on(format!("numbers[{at}]")),
            ProofError::Spent => Self::new(ProblemKind::ChallengeSpent, detail).on("puzzle"),
            ProofError::Check => Self::new(ProblemKind::Internal, detail),
            ProofError::Store(_) => Self::new(ProblemKind::Unavailable, detail),
        }
    }
}

/// Puzzles remembered at most: more than the dearest check can look at in a puzzle's life.
const LOOKED_AT: usize = 200_000;

/// Checks proofs away from the tasks that serve connections, and no more at once than there are processors.
///
/// Of each puzzle one proof is looked at, right or wrong: what an address prefix can have checked is bounded by the puzzles
/// it was given, and nobody else behind it is shut out.
#[derive(Clone)]
pub struct Checker {
    places: Arc<Semaphore>,
    /// Nonces of puzzles whose proof was looked at, and when they expire.
    looked_at: Arc<Mutex<HashMap<[u8; 16], u64>>>,
}

impl Default for Checker {
    fn default() -> Self {
        let places = available_parallelism().map_or(2, usize::from);
        Self { places: Arc::new(Semaphore::new(places)), looked_at: Arc::default() }
    }
}

impl Checker {
    /// Whether no proof of this puzzle was looked at before; from now on one was.
    fn is_first(&self, puzzle: &SealedPuzzle, now_ms: u64) -> bool {
        let mut looked_at = self.looked_at.lock().unwrap_or_else(PoisonError::into_inner);
        if looked_at.len() >= LOOKED_AT {
            looked_at.retain(|_, expires_ms| now_ms < *expires_ms);
            if looked_at.len() >= LOOKED_AT {
                tracing::warn!(puzzles = LOOKED_AT, "the table of proofs is full: it starts afresh");
                looked_at.clear();
            }
        }
        looked_at.insert(puzzle.nonce, puzzle.expires_ms).is_none()
    }

    fn forget(&self, puzzle: &SealedPuzzle) {
        self.looked_at.lock().unwrap_or_else(PoisonError::into_inner).remove(&puzzle.nonce);
    }

    async fn check(&self, puzzle: &SealedPuzzle, numbers: Vec<u32>) -> Result<(), ProofError> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_cause| ProofError::Check)?;
        let (salt, search) = (puzzle.nonce, puzzle.search);
        let checked = tokio::task::spawn_blocking(move || {
            let mut hasher = Hasher::new(search.memory_kib, search.passes).map_err(|_cause| ProofError::Check)?;
            let checked = corvee_work::check(&mut hasher, &salt, &numbers, search.threshold);
            // The place is given back here and not by the waiting task, which may have gone away.
            drop(place);
            checked.map_err(|Mismatch { at }| ProofError::Wrong { at })
        });
        checked.await.map_err(|_cause| ProofError::Check)?
    }
}

impl Collector {
    /// Takes a proof. When this returns `Ok`, the token is on disk. The very same proof sent again gets the same token.
    pub async fn prove(&self, request: ProofRequest, prefix: PrefixHash) -> Result<Granted, ProofError> {
        let now_ms = self.clock.now_ms();
        self.load.note(now_ms);
        let granted = self.check_and_grant(request, prefix).await;
        // A proof sent twice is a lost reply, not a failure.
        if matches!(granted, Err(ProofError::Count { .. } | ProofError::Wrong { .. })) {
            self.budget.note_failure(prefix, now_ms);
        }
        granted
    }

    async fn check_and_grant(&self, request: ProofRequest, prefix: PrefixHash) -> Result<Granted, ProofError> {
        let puzzle = self.open_puzzle(&request.puzzle)?;
        if request.numbers.len() != usize::from(puzzle.search.solutions) {
            return Err(ProofError::Count { wanted: puzzle.search.solutions, sent: request.numbers.len() });
        }
        let now_ms = self.clock.now_ms();
        let answered = AnswerHash::of_puzzle(&puzzle, &request.numbers);
        if !self.checker.is_first(&puzzle, now_ms) {
            return self.grant_again(&puzzle, answered, prefix).await;
        }
        let granted = match self.check_first(&puzzle, request.numbers, answered, now_ms).await {
            // Another collector took it.
            Err(ProofError::Spent) => self.grant_again(&puzzle, answered, prefix).await,
            granted => granted,
        };
        // Nothing was decided: the same proof may come again.
        if matches!(granted, Err(ProofError::Check | ProofError::Store(_))) {
            self.checker.forget(&puzzle);
        }
        granted
    }

    async fn check_first(
        &self,
        puzzle: &SealedPuzzle,
        numbers: Vec<u32>,
        answered: AnswerHash,
        now_ms: u64,
    ) -> Result<Granted, ProofError> {
        self.checker.check(puzzle, numbers).await?;
        let token = token::of_puzzle(puzzle);
        let token_life_ms = puzzle.page.token_life_ms();
        let new_token = NewToken {
            digest: token::token_digest(token.as_str()),
            site: SiteId(puzzle.site),
            hostname: puzzle.hostname.to_string(),
            page: puzzle.page.clone(),
            way: Wish::Machine,
            challenge_ms: puzzle.issued_ms,
            passed_ms: now_ms,
        };
        let reply = keep_token(answered, now_ms);
        let grant = Grant { nonce: puzzle.nonce, nonce_expires_ms: puzzle.expires_ms, reply, token: new_token };
        match self.writer.grant(grant).await.map_err(ProofError::Store)? {
            GrantOutcome::AlreadySpent => Err(ProofError::Spent),
            GrantOutcome::Stored => {
                count_turn();
                Ok(Granted { token, token_lives_ms: u32::try_from(token_life_ms).unwrap_or(u32::MAX) })
            }
        }
    }
}
