//! What travels inside the seal of a challenge: everything the collector must remember of it. The widget cannot read it;
//! the simulator can, with the operator's key. Knows neither the seal nor its key.

use serde::{Deserialize, Serialize};

use crate::dialect::Dialect;
use crate::ids::{Action, CustomData, Hostname, Language};
use crate::limits;

/// The purpose under which challenges are sealed.
pub const CHALLENGE_PURPOSE: &str = "corvee challenge 2";
/// Bytes a sealed state may take.
pub const CHALLENGE_BYTES: u16 = 1152;

/// One screen of one challenge, as issued.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SealedState {
    /// Spent when the screen is answered.
    pub nonce: [u8; 16],
    /// The visit this screen belongs to; the same over both screens and over fresh challenges after `again`.
    pub visit: [u8; 16],
    /// The receipt's code.
    pub receipt: [u8; 10],
    /// Row of the site.
    pub site: i64,
    /// Row of the campaign.
    pub campaign: i64,
    /// Host name of the page.
    pub hostname: Hostname,
    /// The visitor's language.
    pub language: Language,
    /// What the page said of itself.
    pub page: SealedPage,
    /// When the challenge's first screen was issued, milliseconds since 1970.
    pub issued_ms: u64,
    /// When this screen can no longer be answered.
    pub expires_ms: u64,
    /// Keyed hash of the address prefix.
    pub prefix: [u8; 8],
    /// Whether that prefix was within its budget.
    pub standing: Standing,
    /// 1 or 2.
    pub screen: u8,
    /// Items in the order of the tiles.
    pub tiles: Vec<SealedTile>,
    /// Items this visit has seen before; they are not shown again.
    pub seen: Vec<i64>,
    /// What the first screen said about the visitor.
    pub before: SealedEvidence,
}

/// What a page said of itself, kept for the token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedPage {
    /// Whose contract it speaks.
    pub dialect: Dialect,
    /// What the visitor is about to do there.
    pub action: Option<Action>,
    /// What it wants to have back with the token.
    pub cdata: Option<CustomData>,
    /// Whether the visitor carries the token into the form by hand, without script, and so without renewal.
    pub by_hand: bool,
}

impl SealedPage {
    /// Milliseconds a token for this page can be redeemed after it was issued.
    pub const fn token_life_ms(&self) -> u64 {
        if self.by_hand { limits::HAND_TOKEN_LIFE_MS } else { self.dialect.token_life_ms() }
    }
}

/// One tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedTile {
    /// Row of the item.
    pub item: i64,
    /// Whether its answer is known, and which it is.
    pub role: TileRole,
}

/// Whether a tile's answer is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TileRole {
    /// Not known: the answer becomes a vote.
    Unknown,
    /// Known, seen no more often than an unknown item is.
    FreshGold {
        /// The known answer.
        positive: bool,
    },
    /// Known, but seen so often that it may be known outside as well.
    WornGold {
        /// The known answer.
        positive: bool,
    },
}

/// Evidence "person against random clicker" in nats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SealedEvidence {
    /// From gold.
    pub gold: f64,
    /// From unknown items.
    pub unknown: f64,
    /// From the number of picked tiles.
    pub clicks: f64,
    /// Gold tiles answered.
    pub gold_tiles: u8,
    /// Of these, against the known answer.
    pub gold_mistakes: u8,
}

/// How an address prefix stands with its budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// Within it.
    Clean,
    /// Beyond it: more evidence is asked for.
    Suspicious,
    /// Within it, but its answers led to second screens much more often than people's do: the first screen never ends in a pass.
    Probing,
}

impl TileRole {
    /// Whether the answer is known.
    pub fn is_gold(self) -> bool {
        self != Self::Unknown
    }
}
