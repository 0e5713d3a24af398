//! What travels inside the seal of a wait: the labour-free path where a device can run no script. Knows no clock.

use serde::{Deserialize, Serialize};

use crate::ids::{Hostname, Language};
use crate::sealed_state::SealedPage;

/// The purpose under which waits are sealed: no challenge and no puzzle opens as one.
pub const WAIT_PURPOSE: &str = "corvee wait 1";
/// Bytes a sealed wait may take.
pub const WAIT_BYTES: u16 = 704;

/// One wait, as begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedWait {
    /// Spent when the wait earns its token.
    pub nonce: [u8; 16],
    /// Row of the site.
    pub site: i64,
    /// Host name of the page.
    pub hostname: Hostname,
    /// The visitor's language.
    pub language: Language,
    /// What the page said of itself.
    pub page: SealedPage,
    /// Keyed hash of the address prefix: only the network that waited is through.
    pub prefix: [u8; 8],
    /// When it began, milliseconds since 1970.
    pub issued_ms: u64,
    /// When it is over.
    pub ready_ms: u64,
    /// When it can no longer earn a token.
    pub expires_ms: u64,
}
