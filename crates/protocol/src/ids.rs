//! Identifiers as newtypes: what cannot be an identifier is refused where it enters. Knows no store and no key.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::limits;

/// Why a text is not an identifier of the wanted sort. The message names the rule, never the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{noun} must be {rule}")]
pub struct IdError {
    noun: &'static str,
    rule: &'static str,
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $noun:literal, $rule:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                let valid: fn(&str) -> bool = $valid;
                if valid(&text) { Ok(Self(text)) } else { Err(IdError { noun: $noun, rule: $rule }) }
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::try_from(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id!(
    /// Names a site in public, in one of its spellings: 40 characters as reCAPTCHA's clients check, a UUID as hCaptcha's do,
    /// 24 characters as Turnstile's keys have, or a vendor's published test key.
    SiteKey, "sitekey", "20 to 64 characters of A-Z a-z 0-9 _ -",
    |text| (20..=64).contains(&text.len()) && text.bytes().all(is_base64url)
);
text_id!(
    /// A sealed challenge: opaque outside the collector, unpadded base64url.
    Sealed, "challenge", "1 to 2048 characters of A-Z a-z 0-9 _ -",
    |text| (1..=limits::SEALED_CHARS).contains(&text.len()) && text.bytes().all(is_base64url)
);
text_id!(
    /// Proof of a passed challenge, redeemed once: ours are 43 characters of unpadded base64url (256 random bits); those of
    /// the vendors' test keys hold dots too.
    Token, "token", "1 to 2048 characters of A-Z a-z 0-9 _ - .",
    |text| (1..=limits::TOKEN_CHARS).contains(&text.len()) && text.bytes().all(|b| is_base64url(b) || b == b'.')
);
text_id!(
    /// What a page says the visitor is about to do, such as `login`.
    Action, "action", "1 to 100 characters of A-Z a-z 0-9 _ - /",
    |text| (1..=100).contains(&text.len()) && text.bytes().all(|b| is_base64url(b) || b == b'/')
);
text_id!(
    /// What a page wants to have back with the token.
    CustomData, "cdata", "1 to 255 characters of A-Z a-z 0-9 _ -",
    |text| (1..=255).contains(&text.len()) && text.bytes().all(is_base64url)
);
text_id!(
    /// Names a campaign in URLs, files and commands.
    CampaignName, "campaign", "1 to 64 characters of a-z 0-9 -, not beginning or ending with -",
    |text| (1..=limits::CAMPAIGN_NAME_CHARS).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
);
text_id!(
    /// A host name without scheme and port, lower case; `localhost` and addresses included.
    Hostname, "hostname", "a host name in lower case, without scheme, port and wildcard, letters beyond a to z as punycode (xn--…)",
    |text| (1..=limits::HOSTNAME_CHARS).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.' | b':' | b'[' | b']'))
        && (!text.contains(':') || (text.starts_with('[') && text.ends_with(']')))
);
text_id!(
    /// A language tag such as `en`, `fr` or `zh-Hans`.
    Language, "language", "a language tag of 2 to 16 characters such as en or fr",
    |text| (2..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
);
text_id!(
    /// The visitor's code on a receipt: 16 characters of Crockford's alphabet in four groups (80 random bits).
    ReceiptCode, "receipt code", "four groups of four characters such as KX4J-90AB-CDEF-GHJK",
    |text| text.len() == 19
        && text.bytes().enumerate().all(|(at, b)| if at % 5 == 4 { b == b'-' } else { CROCKFORD.contains(&b) })
);

const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

impl Language {
    /// The primary subtag in lower case: `zh` of `zh-Hans`.
    pub fn primary(&self) -> String {
        self.0.split('-').next().unwrap_or_default().to_ascii_lowercase()
    }
}

impl ReceiptCode {
    /// The code that stands for ten random bytes.
    pub fn from_bytes(bytes: [u8; 10]) -> Self {
        let mut text = String::with_capacity(19);
        let bits = bytes.iter().fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
        for at in 0..16_u32 {
            if at > 0 && at.is_multiple_of(4) {
                text.push('-');
            }
            let five = (bits >> (75 - 5 * at)) & 31;
            text.push(usize::try_from(five).ok().and_then(|five| CROCKFORD.get(five)).map_or('0', |b| char::from(*b)));
        }
        Self(text)
    }

    /// Reads a code as people type it: any case, spaces or dashes anywhere, O for 0, I and L for 1.
    ///
    /// # Errors
    /// [`IdError`] when other characters occur or the length is not 16 without separators.
    pub fn from_typed(typed: &str) -> Result<Self, IdError> {
        let mut code = String::with_capacity(19);
        let significant = typed.chars().filter(|c| !c.is_whitespace() && *c != '-');
        for (at, character) in significant.enumerate() {
            if at > 0 && at % 4 == 0 {
                code.push('-');
            }
            code.push(match character.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            });
        }
        Self::try_from(code)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_receipt_code_reads_as_people_type_it() {
        let code = ReceiptCode::from_bytes([0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23]);
        assert_eq!(code.as_str(), "04HM-ASW9-NF6Y-Y093");
        let typed = " o4hm asw9-nf6yyo93 ";
        assert_eq!(ReceiptCode::from_typed(typed).unwrap(), code);
    }

    #[test]
    fn a_campaign_name_is_a_plain_slug() {
        for name in ["shoes", "street-scenes-2", "a"] {
            assert!(name.parse::<CampaignName>().is_ok(), "{name}");
        }
        for name in ["", "-a", "a-", "Shoes", "a/b", "a b", "ä", "..", &"a".repeat(65)] {
            assert!(name.parse::<CampaignName>().is_err(), "{name}");
        }
    }

    #[test]
    fn a_hostname_has_neither_scheme_nor_port() {
        for name in ["example.org", "localhost", "127.0.0.1", "[::1]"] {
            assert!(name.parse::<Hostname>().is_ok(), "{name}");
        }
        for name in ["", "http://example.org", "example.org:80", "Example.org", "a/b", "*.example.org", "a;b", "::1"] {
            assert!(name.parse::<Hostname>().is_err(), "{name}");
        }
    }

    proptest! {
        #[test]
        fn every_receipt_code_survives_writing_and_reading(bytes in any::<[u8; 10]>()) {
            let code = ReceiptCode::from_bytes(bytes);
            prop_assert_eq!(code.as_str().parse::<ReceiptCode>().unwrap(), code.clone());
            prop_assert_eq!(ReceiptCode::from_typed(&code.as_str().to_lowercase()).unwrap(), code);
        }

        #[test]
        fn no_text_makes_an_identifier_panic(text in ".{0,60}") {
            let outcomes = [
                text.parse::<SiteKey>().is_ok(),
                text.parse::<Sealed>().is_ok(),
                text.parse::<Hostname>().is_ok(),
                text.parse::<Language>().is_ok(),
                ReceiptCode::from_typed(&text).is_ok(),
            ];
            prop_assert!(!outcomes[0] || (20..=64).contains(&text.len()));
        }
    }
}
