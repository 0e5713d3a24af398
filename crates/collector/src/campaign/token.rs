//! Tokens, secrets and codes: 256 random bits outside, a SHA-256 digest inside. Knows no store.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use corvee_protocol::sealed_puzzle::SealedPuzzle;
use corvee_protocol::sealed_state::SealedState;
use corvee_protocol::{Dialect, ReceiptCode, SiteKey, Token};
use sha2::{Digest as _, Sha256};

use super::spelling;
use crate::chance::Chance;
use crate::store::sites::SecretDigests;
use crate::store::tokens::TokenDigest;

/// A fresh token.
pub fn mint(chance: &Chance) -> Token {
    let text = URL_SAFE_NO_PAD.encode(chance.bytes::<32>());
    Token::try_from(text).expect("32 bytes are 43 characters of base64url")
}

/// The token that this challenge earns, if it earns one: always the same, so that a reply that was lost can be given again.
/// It follows from what the seal hides from the visitor (the nonce) and the database from its readers (the receipt's code).
pub fn of_challenge(state: &SealedState) -> Token {
    derived("corvee 2026-11 token of a challenge", &[&state.nonce, &state.visit, &state.receipt])
}

/// The token that this puzzle earns: the same way, of what only the seal holds.
pub fn of_puzzle(puzzle: &SealedPuzzle) -> Token {
    derived("corvee 2026-11 token of a puzzle", &[&puzzle.nonce, &puzzle.secret])
}

fn derived(purpose: &str, secrets: &[&[u8]]) -> Token {
    let mut hasher = blake3::Hasher::new_derive_key(purpose);
    for secret in secrets {
        hasher.update(secret);
    }
    let text = URL_SAFE_NO_PAD.encode(hasher.finalize().as_bytes());
    Token::try_from(text).expect("32 bytes are 43 characters of base64url")
}

/// A fresh site key.
pub fn mint_sitekey(chance: &Chance) -> SiteKey {
    SiteKey::try_from(URL_SAFE_NO_PAD.encode(chance.bytes::<30>())).expect("30 bytes are 40 characters of base64url")
}

/// A fresh secret: 40 characters, the shape reCAPTCHA's clients check.
pub fn mint_secret(chance: &Chance) -> String {
    URL_SAFE_NO_PAD.encode(chance.bytes::<30>())
}

/// The digest under which a token is stored.
pub fn token_digest(token: &str) -> TokenDigest {
    TokenDigest(digest(token.as_bytes()))
}

/// The digests under which a site's secret is stored, one for each spelling.
pub fn secret_digests(first: &str) -> SecretDigests {
    let spelled = |dialect| secret_digest(&spelling::secret(first, dialect));
    SecretDigests {
        first: secret_digest(first),
        hcaptcha: Some(spelled(Dialect::Hcaptcha)),
        turnstile: Some(spelled(Dialect::Turnstile)),
    }
}

/// The digest under which a secret is looked up. Secrets hold 150 random bits or more: a plain digest cannot be searched.
pub fn secret_digest(secret: &str) -> [u8; 32] {
    digest(secret.as_bytes())
}

/// The digest under which a receipt is stored.
pub fn code_digest(code: &ReceiptCode) -> [u8; 32] {
    digest(code.as_str().as_bytes())
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
