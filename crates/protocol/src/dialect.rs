//! Whose contract a page speaks: ours, or one of the three it was written for. Knows no script and no address.

use serde::{Deserialize, Serialize};

use crate::limits;

/// The contract between page, widget and `siteverify`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// Ours: `/api.js`.
    #[default]
    Corvee,
    /// `/recaptcha/api.js`.
    Recaptcha,
    /// `/1/api.js`.
    Hcaptcha,
    /// `/turnstile/v0/api.js`.
    Turnstile,
}

impl Dialect {
    /// All of them, for documents and tests.
    pub const ALL: &[Self] = &[Self::Corvee, Self::Recaptcha, Self::Hcaptcha, Self::Turnstile];

    /// Its name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Corvee => "corvee",
            Self::Recaptcha => "recaptcha",
            Self::Hcaptcha => "hcaptcha",
            Self::Turnstile => "turnstile",
        }
    }

    /// The dialect of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|dialect| dialect.as_str() == name)
    }

    /// Path of its script on the collector.
    pub const fn script_path(self) -> &'static str {
        match self {
            Self::Corvee => "/api.js",
            Self::Recaptcha => "/recaptcha/api.js",
            Self::Hcaptcha => "/1/api.js",
            Self::Turnstile => "/turnstile/v0/api.js",
        }
    }

    /// Path of its check on the collector.
    pub const fn siteverify_path(self) -> &'static str {
        match self {
            Self::Corvee | Self::Hcaptcha => "/siteverify",
            Self::Recaptcha => "/recaptcha/api/siteverify",
            Self::Turnstile => "/turnstile/v0/siteverify",
        }
    }

    /// Milliseconds a token of this dialect can be redeemed after it was issued.
    pub const fn token_life_ms(self) -> u64 {
        match self {
            Self::Corvee | Self::Recaptcha | Self::Hcaptcha => limits::TOKEN_LIFE_MS,
            Self::Turnstile => limits::TURNSTILE_TOKEN_LIFE_MS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialect_is_found_by_its_name() {
        for dialect in Dialect::ALL {
            assert_eq!(Dialect::named(dialect.as_str()), Some(*dialect));
            assert_eq!(serde_json::to_value(dialect).unwrap(), dialect.as_str());
        }
        assert_eq!(Dialect::named("recaptcha "), None);
    }
}
