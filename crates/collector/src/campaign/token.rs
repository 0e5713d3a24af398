//! Tokens, secrets and codes: random bits outside, a SHA-256 digest inside. Knows no store.
//!
//! A token is 32 bytes: the millisecond of what earned it in six, and 208 bits that nobody can guess. Its digest begins with the
//! same six, so that the store keeps tokens of one moment side by side: what is earned and redeemed together is written together.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use corvee_protocol::sealed_puzzle::SealedPuzzle;
use corvee_protocol::sealed_state::SealedState;
use corvee_protocol::{Dialect, ReceiptCode, SiteKey, Token};
use sha2::{Digest as _, Sha256};

use super::spelling;
use crate::chance::{Chance, dated};
use crate::store::sites::SecretDigests;
use crate::store::tokens::TokenDigest;

/// Characters of a token's text that tell its moment.
const MOMENT_CHARACTERS: usize = 8;

/// A fresh token.
pub fn mint(chance: &Chance, now_ms: u64) -> Token {
    token(now_ms, chance.bytes())
}

/// The token that this challenge earns, if it earns one: always the same, so that a reply that was lost can be given again.
/// It follows from what the seal hides from the visitor (the nonce) and the database from its readers (the receipt's code).
pub fn of_challenge(state: &SealedState) -> Token {
    derived(state.issued_ms, "corvee 2026-11 token of a challenge", &[&state.nonce, &state.visit, &state.receipt])
}

/// The token that this puzzle earns: the same way, of what only the seal holds.
pub fn of_puzzle(puzzle: &SealedPuzzle) -> Token {
    derived(puzzle.issued_ms, "corvee 2026-11 token of a puzzle", &[&puzzle.nonce, &puzzle.secret])
}

fn derived(moment_ms: u64, purpose: &str, secrets: &[&[u8]]) -> Token {
    let mut hasher = blake3::Hasher::new_derive_key(purpose);
    for secret in secrets {
        hasher.update(secret);
    }
    token(moment_ms, hasher.finalize().into())
}

fn token(moment_ms: u64, secret: [u8; 32]) -> Token {
    let mut bytes = secret;
    dated(&mut bytes, moment_ms);
    Token::try_from(URL_SAFE_NO_PAD.encode(bytes)).expect("32 bytes are 43 characters of base64url")
}

/// A fresh site key.
pub fn mint_sitekey(chance: &Chance) -> SiteKey {
    SiteKey::try_from(argument(chance)).expect("30 bytes are 40 characters of base64url")
}

/// A fresh secret: 40 characters, the shape reCAPTCHA's clients check.
pub fn mint_secret(chance: &Chance) -> String {
    argument(chance)
}

/// 40 characters that a shell's command takes as an argument: with a dash at its beginning it would be an option.
fn argument(chance: &Chance) -> String {
    loop {
        let text = URL_SAFE_NO_PAD.encode(chance.bytes::<30>());
        if !text.starts_with('-') {
            return text;
        }
    }
}

/// The digest under which a token is stored: the token's own moment, then SHA-256. What is no token of ours has one too.
pub fn token_digest(token: &str) -> TokenDigest {
    let mut bytes = digest(token.as_bytes());
    let moment = token.get(..MOMENT_CHARACTERS).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    for (byte, of_moment) in bytes.iter_mut().zip(moment.unwrap_or_default()) {
        *byte = of_moment;
    }
    TokenDigest(bytes)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_stand_in_the_order_in_which_tokens_were_earned() {
        let chance = Chance::seeded(1);
        let at = |now_ms: u64| token_digest(mint(&chance, now_ms).as_str());
        let moments = [1, 255, 256, 65_536, 1_795_000_000_000, 1_795_000_000_001];
        let digests: Vec<TokenDigest> = moments.into_iter().map(at).collect();
        assert!(digests.is_sorted());
        assert_ne!(at(7), at(7));
    }

    #[test]
    fn keys_and_secrets_are_no_options_of_a_command() {
        let chance = Chance::seeded(3);
        let keys: Vec<String> = (0..500).map(|_| mint_sitekey(&chance).as_str().to_owned()).collect();
        assert!(keys.iter().all(|key| key.len() == 40 && !key.starts_with('-')));
        assert!(keys.iter().any(|key| key.contains('-')), "a dash further on is as good as any other letter");
        assert!((0..500).all(|_| !mint_secret(&chance).starts_with('-')));
    }

    #[test]
    fn a_token_and_its_digest_share_the_moment_alone() {
        let token = mint(&Chance::seeded(2), 1_795_000_000_000);
        let bytes = URL_SAFE_NO_PAD.decode(token.as_str()).unwrap();
        let TokenDigest(digest) = token_digest(token.as_str());
        assert_eq!(bytes[..6], digest[..6]);
        assert!(!digest.windows(4).any(|piece| bytes[6..].windows(4).any(|other| piece == other)));
    }

    #[test]
    fn whatever_a_site_asks_about_has_a_digest() {
        for text in ["", "é", "not a token", "%%%%%%%%%%", "ééééééé"] {
            assert_ne!(token_digest(text), token_digest(&format!("{text}x")));
        }
    }
}
