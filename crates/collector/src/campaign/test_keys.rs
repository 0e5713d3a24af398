//! The vendors' published test keys: site keys with which nothing is asked, and secrets that always answer the same.
//! Sources: the vendors' testing pages, read 2026; they are public, so that nothing here is a secret. Knows no store.

use corvee_protocol::disclosure::{Disclosure, SecondsSource};
use corvee_protocol::{Size, Testing, Token};

/// The token that reCAPTCHA's test site key yields here; its test secret accepts every token.
const RECAPTCHA_TOKEN: &str = "03corvee-token-of-the-published-test-key_03";
/// The token that Turnstile's test site keys yield.
const TURNSTILE_TOKEN: &str = "XXXX.DUMMY.TOKEN.XXXX";
/// hCaptcha's test site keys, each with the token it yields.
const HCAPTCHA: [(&str, &str); 3] = [
    ("10000000-ffff-ffff-ffff-000000000001", "10000000-aaaa-bbbb-cccc-000000000001"),
    ("20000000-ffff-ffff-ffff-000000000002", "20000000-aaaa-bbbb-cccc-000000000002"),
    ("30000000-ffff-ffff-ffff-000000000003", "30000000-aaaa-bbbb-cccc-000000000003"),
];

/// A published secret: what it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestSecret {
    /// reCAPTCHA's: every token passes.
    Recaptcha,
    /// hCaptcha's: its three test tokens pass.
    Hcaptcha,
    /// Turnstile's: every token passes.
    TurnstilePasses,
    /// Turnstile's: none passes.
    TurnstileFails,
    /// Turnstile's: every token was spent before.
    TurnstileSpent,
}

/// The published secret that this is.
pub fn secret(text: &str) -> Option<TestSecret> {
    Some(match text {
        "6LeIxAcTAAAAAGG-vFI1TnRWxMZNFuojJ4WifJWe" => TestSecret::Recaptcha,
        "0x0000000000000000000000000000000000000000" => TestSecret::Hcaptcha,
        "1x0000000000000000000000000000000AA" => TestSecret::TurnstilePasses,
        "2x0000000000000000000000000000000AA" => TestSecret::TurnstileFails,
        "3x0000000000000000000000000000000AA" => TestSecret::TurnstileSpent,
        _ => return None,
    })
}

impl TestSecret {
    /// The host name its successes carry, as the vendor's own do.
    pub fn hostname(self) -> &'static str {
        match self {
            Self::Recaptcha => "testkey.google.com",
            Self::Hcaptcha => "dummy-key-pass",
            Self::TurnstilePasses | Self::TurnstileFails | Self::TurnstileSpent => "example.com",
        }
    }
}

/// What the widget does for this site key, when it is a published one.
///
/// reCAPTCHA's and hCaptcha's ask for a press where there is something to press; Turnstile's pass or block by themselves.
pub fn testing(sitekey: &str, size: Size) -> Option<Testing> {
    let after_a_press = |token: &str| {
        let token = token.parse::<Token>().ok()?;
        Some(if size == Size::Invisible { Testing::Passes(token) } else { Testing::Asks(token) })
    };
    match sitekey {
        "6LeIxAcTAAAAAJcZVRqyHh71UMIEGNQ_MXjiZKhI" => after_a_press(RECAPTCHA_TOKEN),
        "1x00000000000000000000AA" | "1x00000000000000000000BB" => TURNSTILE_TOKEN.parse().ok().map(Testing::Passes),
        "2x00000000000000000000AB" | "2x00000000000000000000BB" => Some(Testing::Blocks),
        "3x00000000000000000000FF" => TURNSTILE_TOKEN.parse().ok().map(Testing::Asks),
        _ => HCAPTCHA.iter().find(|(key, _)| *key == sitekey).and_then(|(_, token)| after_a_press(token)),
    }
}

/// Whether this is a test site key of hCaptcha's.
pub fn is_hcaptcha_sitekey(sitekey: &str) -> bool {
    HCAPTCHA.iter().any(|(key, _)| *key == sitekey)
}

/// Whether this is the token of a test site key of hCaptcha's.
pub fn is_hcaptcha_token(response: &str) -> bool {
    HCAPTCHA.iter().any(|(_, token)| *token == response)
}

/// What the widget says with a test key: nothing is asked for anybody.
pub fn disclosure() -> Disclosure {
    Disclosure {
        requester: "Corvée".to_owned(),
        data_set: "a test key: nothing is asked and nothing is recorded".to_owned(),
        licence: "not published".to_owned(),
        seconds: 0,
        seconds_source: SecondsSource::Study,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_published_site_key_does_what_its_vendor_says() {
        let token = |text: &str| text.parse::<Token>().unwrap();
        let cases = [
            ("6LeIxAcTAAAAAJcZVRqyHh71UMIEGNQ_MXjiZKhI", Testing::Asks(token(RECAPTCHA_TOKEN))),
            ("10000000-ffff-ffff-ffff-000000000001", Testing::Asks(token("10000000-aaaa-bbbb-cccc-000000000001"))),
            ("30000000-ffff-ffff-ffff-000000000003", Testing::Asks(token("30000000-aaaa-bbbb-cccc-000000000003"))),
            ("1x00000000000000000000AA", Testing::Passes(token(TURNSTILE_TOKEN))),
            ("2x00000000000000000000BB", Testing::Blocks),
            ("3x00000000000000000000FF", Testing::Asks(token(TURNSTILE_TOKEN))),
        ];
        for (key, expected) in cases {
            assert!(key.parse::<corvee_protocol::SiteKey>().is_ok(), "{key}");
            assert_eq!(testing(key, Size::Normal), Some(expected), "{key}");
        }
        assert_eq!(testing(&"A".repeat(40), Size::Normal), None);
        let invisible = testing("10000000-ffff-ffff-ffff-000000000001", Size::Invisible);
        assert!(matches!(invisible, Some(Testing::Passes(_))), "an invisible widget has nothing to press");
    }
}
