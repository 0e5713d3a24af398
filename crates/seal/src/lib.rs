//! Authenticated encryption of challenge state: keys, rotation, framing. Knows bytes and purposes, not what they mean.
//!
//! A sealed text is unpadded base64url of
//! `version (1) ‖ key id (1) ‖ nonce (24) ‖ XChaCha20-Poly1305(length (2) ‖ plaintext ‖ zeros) (n + 16)`.
//! Version, key id and purpose are authenticated with it; the zeros make everything of one purpose equally long.

mod keys;
mod sealed;

pub use keys::{KeyRing, KeyRingError};
pub use sealed::{OpenError, Sealer, TooLong};
