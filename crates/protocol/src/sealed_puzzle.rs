//! What travels inside the seal of a puzzle: everything the collector must remember of a machine's turn. Knows neither the
//! seal nor its key.

use serde::{Deserialize, Serialize};

use crate::ids::Hostname;
use crate::sealed_state::SealedPage;

/// The purpose under which puzzles are sealed: no challenge opens as one, and the reverse.
pub const PUZZLE_PURPOSE: &str = "corvee puzzle 2";
/// Bytes a sealed puzzle may take: the longest host name, action and custom data fit.
pub const PUZZLE_BYTES: u16 = 672;

/// One puzzle, as issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedPuzzle {
    /// Spent when the proof is accepted; also the salt, so that no proof serves two puzzles.
    pub nonce: [u8; 16],
    /// Known to nobody outside; the token that the puzzle earns follows from it.
    pub secret: [u8; 16],
    /// Row of the site.
    pub site: i64,
    /// Host name of the page.
    pub hostname: Hostname,
    /// What the page said of itself.
    pub page: SealedPage,
    /// Keyed hash of the address prefix.
    pub prefix: [u8; 8],
    /// When it was issued, milliseconds since 1970.
    pub issued_ms: u64,
    /// When it can no longer be solved.
    pub expires_ms: u64,
    /// What was asked for.
    pub search: SealedSearch,
}

/// What is to be searched; see [`Puzzle`](crate::puzzle::Puzzle).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedSearch {
    /// Memory of one hash, in KiB.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub passes: u32,
    /// How many numbers are wanted.
    pub solutions: u8,
    /// What a hash must be below.
    pub threshold: u32,
}
