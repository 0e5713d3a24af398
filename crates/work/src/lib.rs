//! The machine's turn: a search over small memory-hard hashes, and its check. Knows neither puzzles nor networks.
//!
//! One hash is Argon2id (RFC 9106) with one lane and an output of four bytes, read as a big-endian number. Its password is
//! five bytes: which of the wanted numbers is looked for, then a candidate, big-endian. A candidate below a threshold is
//! found; on average after 2³² / threshold hashes, however many were tried before.

#[cfg(target_arch = "wasm32")]
mod exports;
mod hasher;
mod search;

pub use hasher::{Hasher, OutOfRange, PASSES, SALT_BYTES, hasher_memory_kib};
pub use search::{Mismatch, check, search};
