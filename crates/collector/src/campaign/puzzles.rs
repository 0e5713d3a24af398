//! Issues the puzzles of the machine's turn: decides their cost, seals what must be remembered, and writes nothing.

use std::fmt::Write as _;

use corvee_protocol::sealed_puzzle::SealedPuzzle;
use corvee_protocol::sealed_state::SealedPage;
use corvee_protocol::{ChallengeRequest, Problem, ProblemKind, Puzzle, Sealed, limits};

use super::address::PrefixHash;
use super::issuing::IssueError;
use crate::state::Collector;

impl Collector {
    /// A puzzle for the visitor's device.
    pub fn issue_puzzle(&self, request: ChallengeRequest, prefix: PrefixHash) -> Result<Puzzle, IssueError> {
        let site = self.register.site(&request.sitekey).ok_or(IssueError::UnknownSitekey)?;
        if !site.hostnames.contains(&request.hostname) {
            return Err(IssueError::HostnameRefused);
        }
        let now_ms = self.clock.now_ms();
        let (nth, standing) = self.budget.spend_puzzle(prefix, self.machine.puzzles, now_ms)?;
        let search = self.machine.search(nth, standing, self.load.note(now_ms));
        let puzzle = SealedPuzzle {
            nonce: self.chance.name(now_ms),
            secret: self.chance.bytes(),
            site: site.id.0,
            hostname: request.hostname,
            page: SealedPage { dialect: request.dialect, action: request.action, cdata: request.cdata, by_hand: false },
            prefix: prefix.0,
            issued_ms: now_ms,
            expires_ms: now_ms + limits::PUZZLE_LIFE_MS,
            search,
        };
        self.count_puzzle(site.id, now_ms);
        Ok(Puzzle {
            puzzle: self.seal_puzzle(&puzzle),
            salt: hexadecimal(&puzzle.nonce),
            memory_kib: search.memory_kib,
            passes: search.passes,
            solutions: search.solutions,
            threshold: search.threshold,
            lives_ms: u32::try_from(limits::PUZZLE_LIFE_MS).unwrap_or(u32::MAX),
        })
    }

    fn seal_puzzle(&self, puzzle: &SealedPuzzle) -> Sealed {
        let plaintext = postcard::to_allocvec(puzzle).expect("a sealed puzzle holds plain values only");
        let sealed = self.puzzle_sealer.seal(&plaintext, &mut self.chance.generator());
        let sealed = sealed.expect("a puzzle is at most 672 bytes: a host name, an action, custom data and numbers");
        Sealed::try_from(sealed).expect("a seal is base64url of fixed length below the limit")
    }

    /// What was sealed, unless it is broken or has expired.
    pub fn open_puzzle(&self, sealed: &Sealed) -> Result<SealedPuzzle, OpenPuzzleError> {
        let plaintext = self.puzzle_sealer.open(sealed.as_str()).map_err(|_cause| OpenPuzzleError::Invalid)?;
        let puzzle: SealedPuzzle = postcard::from_bytes(&plaintext).map_err(|_cause| OpenPuzzleError::Invalid)?;
        if self.clock.now_ms() >= puzzle.expires_ms {
            return Err(OpenPuzzleError::Expired);
        }
        Ok(puzzle)
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a String cannot fail");
        text
    })
}

/// Why a puzzle did not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenPuzzleError {
    /// Altered, of another collector, or its key is gone.
    #[error("this puzzle was not issued here or was altered: ask for a fresh one")]
    Invalid,
    /// Older than its life.
    #[error("this puzzle is older than 10 minutes: ask for a fresh one")]
    Expired,
}

impl From<OpenPuzzleError> for Problem {
    fn from(error: OpenPuzzleError) -> Self {
        let kind = match error {
            OpenPuzzleError::Invalid => ProblemKind::InvalidChallenge,
            OpenPuzzleError::Expired => ProblemKind::ChallengeExpired,
        };
        Self::new(kind, error.to_string()).on("puzzle")
    }
}
