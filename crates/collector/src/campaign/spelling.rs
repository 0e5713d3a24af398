//! One site, its keys in every vendor's spelling. The others are hashes of the first, 40-character one, so that a site has
//! one identity and sites of before have all spellings too. Knows no store.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use corvee_protocol::site::KeySpelling;
use corvee_protocol::{Dialect, SiteKey};
use sha2::{Digest as _, Sha256};

use crate::images::shelf::hex;

/// How Turnstile's keys begin.
const TURNSTILE_PREFIX: &str = "0x4AAAAAAA";

/// A site key as this dialect's clients want it.
///
/// hCaptcha: a UUID (version 4 in form). Turnstile: 24 characters. Ours and reCAPTCHA's: the 40 characters themselves.
pub fn sitekey(first: &SiteKey, dialect: Dialect) -> SiteKey {
    let spelled = match dialect {
        Dialect::Corvee | Dialect::Recaptcha => return first.clone(),
        Dialect::Hcaptcha => uuid(derived("hcaptcha sitekey", first.as_str())),
        Dialect::Turnstile => turnstile(derived("turnstile sitekey", first.as_str()), 24),
    };
    SiteKey::try_from(spelled).expect("a UUID and 24 characters of base64url are site keys")
}

/// A secret as this dialect's clients want it: hCaptcha's is `0x` and 40 hexadecimal digits, Turnstile's 35 characters.
pub fn secret(first: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Corvee | Dialect::Recaptcha => first.to_owned(),
        Dialect::Hcaptcha => format!("0x{}", hex(derived("hcaptcha secret", first).get(..20).unwrap_or_default())),
        Dialect::Turnstile => turnstile(derived("turnstile secret", first), 35),
    }
}

/// A site's keys in all spellings, its secrets only where they have just been made.
pub fn keys(first: &SiteKey, first_secret: Option<&str>) -> Vec<KeySpelling> {
    let spelled = |dialect: &Dialect| KeySpelling {
        dialect: *dialect,
        sitekey: sitekey(first, *dialect),
        secret: first_secret.map(|first| secret(first, *dialect)),
        script: dialect.script_path().to_owned(),
        siteverify: dialect.siteverify_path().to_owned(),
    };
    Dialect::ALL.iter().map(spelled).collect()
}

/// Whose spelling a secret has, whether or not it is anybody's.
pub fn dialect_of_secret(secret: &str) -> Dialect {
    let hexadecimal = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let old_hcaptcha = secret.strip_prefix("0x").is_some_and(|rest| rest.len() == 40 && hexadecimal(rest));
    let new_hcaptcha = secret.strip_prefix("ES_").is_some_and(|rest| rest.len() == 32 && hexadecimal(rest));
    match secret.as_bytes() {
        _ if old_hcaptcha || new_hcaptcha => Dialect::Hcaptcha,
        [b'0'..=b'3', b'x', ..] if secret.len() == 35 => Dialect::Turnstile,
        _ => Dialect::Corvee,
    }
}

fn derived(what: &str, first: &str) -> [u8; 32] {
    Sha256::new().chain_update("corvee ").chain_update(what).chain_update([0]).chain_update(first).finalize().into()
}

fn turnstile(bytes: [u8; 32], n_chars: usize) -> String {
    TURNSTILE_PREFIX.chars().chain(URL_SAFE_NO_PAD.encode(bytes).chars()).take(n_chars).collect()
}

fn uuid(bytes: [u8; 32]) -> String {
    // The digits that say version 4 and its variant are given; the others are the hash's.
    let digits = hex(bytes.get(..16).unwrap_or_default());
    let mut spelled = String::with_capacity(36);
    for (at, digit) in digits.chars().enumerate() {
        if matches!(at, 8 | 12 | 16 | 20) {
            spelled.push('-');
        }
        spelled.push(match at {
            12 => '4',
            16 => 'a',
            _ => digit,
        });
    }
    spelled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first() -> SiteKey {
        "6LCorveeCorveeCorveeCorveeCorveeCorvee-_".parse().unwrap()
    }

    #[test]
    fn every_spelling_has_the_shape_its_clients_check() {
        let keys = keys(&first(), Some(first().as_str()));
        let lengths: Vec<_> = keys
            .iter()
            .map(|key| (key.dialect, key.sitekey.as_str().len(), key.secret.as_deref().unwrap().len()))
            .collect();
        let expected = [
            (Dialect::Corvee, 40, 40),
            (Dialect::Recaptcha, 40, 40),
            (Dialect::Hcaptcha, 36, 42),
            (Dialect::Turnstile, 24, 35),
        ];
        assert_eq!(lengths, expected);
        let [_, _, hcaptcha, turnstile] = keys.as_slice() else { panic!("four dialects") };
        let dashes: Vec<usize> = hcaptcha.sitekey.as_str().match_indices('-').map(|(at, _)| at).collect();
        assert_eq!(dashes, [8, 13, 18, 23]);
        assert_eq!(hcaptcha.sitekey.as_str().as_bytes()[14], b'4');
        let digits = hcaptcha.secret.as_deref().unwrap().strip_prefix("0x").unwrap();
        assert!(digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert!(turnstile.sitekey.as_str().starts_with("0x4AAAAAAA"));
        assert!(turnstile.secret.as_deref().unwrap().starts_with("0x4AAAAAAA"));
    }

    #[test]
    fn a_spelling_never_changes_because_pages_hold_it() {
        insta::assert_snapshot!(sitekey(&first(), Dialect::Hcaptcha), @"b7faffff-2e6f-4946-af87-7402189b6b10");
        insta::assert_snapshot!(sitekey(&first(), Dialect::Turnstile), @"0x4AAAAAAAyAbEH2cXYv1D8x");
    }

    #[test]
    fn a_secret_tells_whose_clients_it_is_for() {
        for dialect in [Dialect::Corvee, Dialect::Hcaptcha, Dialect::Turnstile] {
            assert_eq!(dialect_of_secret(&secret(first().as_str(), dialect)), dialect);
        }
        assert_eq!(dialect_of_secret(&format!("ES_{}", "0a".repeat(16))), Dialect::Hcaptcha);
        assert_eq!(dialect_of_secret("1x0000000000000000000000000000000AA"), Dialect::Turnstile);
        for neither in ["", "0x", "ES_", "é", "0x12"] {
            assert_eq!(dialect_of_secret(neither), Dialect::Corvee, "{neither}");
        }
    }
}
