//! RFC 9457 problem documents: one shape for every refusal on our own API, naming the field and the remedy.

use serde::{Deserialize, Serialize};

/// A refusal, as `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What sort of problem, as a stable name.
    #[serde(rename = "type")]
    pub kind: ProblemKind,
    /// The same for people, in English.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What exactly was wrong and what to do.
    pub detail: String,
    /// The field of the request that was wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

macro_rules! problem_kinds {
    ($($(#[$doc:meta])* $variant:ident = $slug:literal, $status:literal, $title:literal;)*) => {
        /// Every sort of problem; its name on the wire is `urn:corvee:problem:` and the slug.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum ProblemKind {
            $($(#[$doc])* #[serde(rename = $slug)] $variant,)*
        }

        impl ProblemKind {
            /// All of them, for documents and tests.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The kind of this name on the wire.
            pub fn named(name: &str) -> Option<Self> {
                match name { $($slug => Some(Self::$variant),)* _ => None }
            }

            /// Its HTTP status.
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }

            /// Its title.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }
        }
    };
}

problem_kinds! {
    /// The body is not what the call takes.
    InvalidRequest = "urn:corvee:problem:invalid-request", 400, "The request is not valid";
    /// A requester call without a valid bearer key.
    Unauthorized = "urn:corvee:problem:unauthorized", 401, "A valid key is needed";
    /// No such site key.
    UnknownSitekey = "urn:corvee:problem:unknown-sitekey", 404, "This site key is not known";
    /// The page is not one of the site's.
    HostnameRefused = "urn:corvee:problem:hostname-refused", 403, "This page does not belong to the site";
    /// The seal does not open: altered, of another collector, or its key has gone.
    InvalidChallenge = "urn:corvee:problem:invalid-challenge", 400, "This challenge is not valid";
    /// Older than its life.
    ChallengeExpired = "urn:corvee:problem:challenge-expired", 410, "This challenge has expired";
    /// Its one answer was given.
    ChallengeSpent = "urn:corvee:problem:challenge-spent", 409, "This challenge was answered already";
    /// The numbers do not solve the puzzle.
    InvalidProof = "urn:corvee:problem:invalid-proof", 400, "These numbers do not solve the puzzle";
    /// The token was redeemed, is not known, or its hour is over.
    TokenGone = "urn:corvee:problem:token-gone", 410, "This token can no longer be renewed";
    /// The site asks nobody to label.
    LabellingRefused = "urn:corvee:problem:labelling-refused", 403, "This site asks nobody to label";
    /// The site's campaigns have nothing to ask.
    NothingToAsk = "urn:corvee:problem:nothing-to-ask", 503, "There is nothing to ask right now";
    /// This address asked for too much.
    TooMany = "urn:corvee:problem:too-many", 429, "Too many requests";
    /// No such thing.
    NotFound = "urn:corvee:problem:not-found", 404, "Not found";
    /// It exists already.
    Conflict = "urn:corvee:problem:conflict", 409, "It exists already";
    /// The method is not one of this path's.
    MethodRefused = "urn:corvee:problem:method-refused", 405, "This path does not take that method";
    /// The body is larger than the limit.
    TooLarge = "urn:corvee:problem:too-large", 413, "The request is too large";
    /// Refused files at import; nothing was imported.
    ImportRefused = "urn:corvee:problem:import-refused", 422, "Nothing was imported";
    /// Took longer than the limit.
    Timeout = "urn:corvee:problem:timeout", 408, "The request took too long";
    /// The collector is stopping or its store does not answer; nothing was recorded.
    Unavailable = "urn:corvee:problem:unavailable", 503, "Not available right now";
    /// A defect of the collector.
    Internal = "urn:corvee:problem:internal", 500, "The collector failed";
}

impl Problem {
    /// A problem of this kind with what exactly was wrong.
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self { kind, title: kind.title().to_owned(), status: kind.status(), detail: detail.into(), field: None }
    }

    /// The same, naming the field.
    #[must_use]
    pub fn on(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_has_the_members_of_rfc_9457() {
        let problem = Problem::new(ProblemKind::ChallengeSpent, "ask for a fresh one").on("challenge");
        insta::assert_json_snapshot!(problem, @r#"
        {
          "type": "urn:corvee:problem:challenge-spent",
          "title": "This challenge was answered already",
          "status": 409,
          "detail": "ask for a fresh one",
          "field": "challenge"
        }
        "#);
    }
}
