//! An answer on the wire and the collector's reply, which never says which tile was wrong.

use serde::{Deserialize, Serialize};

use crate::challenge::Challenge;
use crate::ids::{Sealed, Token};
use crate::kinds::select::SelectAnswer;
use crate::receipt::Receipt;

/// `POST /v1/answers`: the visitor has finished a screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerRequest {
    /// The challenge as it was issued.
    pub challenge: Sealed,
    /// The answer, by kind.
    pub answer: Answer,
    /// How long the screen took.
    pub timing: Timing,
}

/// The answer, by kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The picked tiles.
    Select(SelectAnswer),
}

/// Time as the widget saw it. It fills receipt and ledger and never the score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timing {
    /// Milliseconds from the screen being usable to its being submitted.
    pub screen_ms: u32,
}

/// What became of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerReply {
    /// Done: a token for the page.
    Passed(Passed),
    /// One more screen, please.
    More(Challenge),
    /// Not this time; here is a fresh challenge.
    Again(Challenge),
}

/// A passed challenge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passed {
    /// Goes into the page's form and from there to `siteverify`.
    pub token: Token,
    /// Milliseconds the token can be redeemed.
    pub token_lives_ms: u32,
    /// What the visitor did.
    pub receipt: Receipt,
}
