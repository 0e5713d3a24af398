//! The machine's turn on the wire: what the visitor's device is to compute, what it found, and what it gets for it.

use serde::{Deserialize, Serialize};

use crate::ids::{Sealed, Token};

/// What a visitor wants to do for a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wish {
    /// Label pictures.
    #[default]
    Label,
    /// Let the device compute: the labour-free path.
    Machine,
}

impl Wish {
    /// Its name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Label => "label",
            Self::Machine => "machine",
        }
    }
}

/// `POST /v1/challenges` with the wish `machine`: a search for numbers whose Argon2id hash is small.
///
/// For each `at` in `0..solutions` the device looks for a `u32` such that
/// `Argon2id(password, salt)` with `memory_kib`, `passes`, one lane and an output of 4 bytes, read as a big-endian number,
/// is below `threshold`. The password is `at` as one byte and the number as four, big-endian. On average a search takes
/// 2³² / `threshold` hashes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Puzzle {
    /// Opaque; goes back with the solution.
    pub puzzle: Sealed,
    /// 32 lower-case hexadecimal digits: 16 bytes.
    pub salt: String,
    /// Memory of one hash, in KiB.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub passes: u32,
    /// How many numbers are wanted.
    pub solutions: u8,
    /// What a hash must be below.
    pub threshold: u32,
    /// Milliseconds until the puzzle can no longer be solved.
    pub lives_ms: u32,
}

/// `POST /v1/proofs`: the device has found its numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofRequest {
    /// The puzzle as it was issued.
    pub puzzle: Sealed,
    /// One number for each solution, in order.
    pub numbers: Vec<u32>,
}

/// The reply to a proof, and to a renewal: a token for the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Granted {
    /// Goes into the page's form and from there to `siteverify`.
    pub token: Token,
    /// Milliseconds the token can be redeemed.
    pub token_lives_ms: u32,
}

/// `POST /v1/renewals`: a fresh token for one that nobody has redeemed; the old one is worth nothing from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenewalRequest {
    /// The token to be replaced, alive or expired.
    pub token: Token,
}
