//! A challenge on the wire: what the widget asks for and what it may show. Knows nothing of gold: the seal hides it.

use serde::{Deserialize, Serialize};

use crate::dialect::Dialect;
use crate::disclosure::Disclosure;
use crate::ids::{Action, CustomData, Hostname, Language, Sealed, SiteKey};
use crate::kinds::select::SelectAsk;
use crate::puzzle::Wish;

/// `POST /v1/challenges`: a visitor wants to begin. The reply is a [`Challenge`], or a [`Puzzle`](crate::puzzle::Puzzle) for
/// the wish `machine`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChallengeRequest {
    /// The site whose page shows the widget.
    pub sitekey: SiteKey,
    /// Host name of that page; must be one of the site's.
    pub hostname: Hostname,
    /// The visitor's language.
    pub language: Language,
    /// What the visitor wants to do.
    #[serde(default)]
    pub wish: Wish,
    /// Whose contract the page speaks.
    #[serde(default)]
    pub dialect: Dialect,
    /// What the page says the visitor is about to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// What the page wants to have back with the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cdata: Option<CustomData>,
}

/// A challenge: sealed state, and the screen to show now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// Opaque; goes back with the answer.
    pub challenge: Sealed,
    /// What to show.
    pub screen: Screen,
    /// For whom and what for, shown before the work.
    pub disclosure: Disclosure,
    /// Milliseconds until the challenge can no longer be answered.
    pub lives_ms: u32,
}

/// One screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Screen {
    /// 1, or 2 when a second screen was asked for.
    pub number: u8,
    /// Path of the one image that holds all tiles.
    pub sprite: String,
    /// The question, by kind.
    pub ask: Ask,
}

/// What is asked, by kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// Pick the tiles that show the thing.
    Select(SelectAsk),
}
