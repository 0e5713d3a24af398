//! The reply to a verification, with the members that the dialect's clients read and no others: above all no `score`,
//! which makes several of them refuse. Knows no token.

use corvee_protocol::{Action, CustomData, Dialect, Wish};
use serde::Serialize;

use super::refusal::Refused;
use crate::campaign::test_keys::TestSecret;
use crate::clock::rfc3339;
use crate::store::tokens::Earned;

/// The reply.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reply {
    success: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge_ts: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hostname: Option<String>,
    #[serde(rename = "error-codes")]
    error_codes: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cdata: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Metadata>,
    #[serde(skip_serializing_if = "Option::is_none")]
    messages: Option<[&'static str; 0]>,
}

/// What Turnstile's clients are told besides.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Metadata {
    /// Whether the visitor was asked something.
    interactive: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    result_with_testing_key: bool,
}

impl Reply {
    /// A failure, in the dialect's words.
    pub(super) fn refused(refused: Refused, dialect: Dialect) -> Self {
        let messages = (dialect == Dialect::Turnstile).then_some([]);
        Self { error_codes: vec![refused.code(dialect)], messages, ..Self::default() }
    }

    /// A success.
    pub(super) fn earned(earned: Earned, dialect: Dialect) -> Self {
        let metadata = Metadata { interactive: earned.way == Wish::Label, result_with_testing_key: false };
        let reply = Self {
            success: true,
            challenge_ts: Some(rfc3339(earned.challenge_ms)),
            hostname: Some(earned.hostname),
            ..Self::default()
        };
        reply.in_dialect(dialect, earned.page.action, earned.page.cdata, metadata)
    }

    /// A success with a vendor's published secret.
    pub(super) fn testing(test: TestSecret, dialect: Dialect, now_ms: u64) -> Self {
        let metadata = Metadata { interactive: false, result_with_testing_key: true };
        let reply = Self {
            success: true,
            challenge_ts: Some(rfc3339(now_ms)),
            hostname: Some(test.hostname().to_owned()),
            ..Self::default()
        };
        reply.in_dialect(dialect, None, None, metadata)
    }

    /// Adds what only Turnstile's replies have; there, absent is an empty text.
    fn in_dialect(
        self,
        dialect: Dialect,
        action: Option<Action>,
        cdata: Option<CustomData>,
        metadata: Metadata,
    ) -> Self {
        if dialect != Dialect::Turnstile {
            return self;
        }
        Self {
            action: Some(action.map(String::from).unwrap_or_default()),
            cdata: Some(cdata.map(String::from).unwrap_or_default()),
            metadata: Some(metadata),
            ..self
        }
    }
}
