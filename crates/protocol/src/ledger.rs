//! The sum of all receipts of a campaign, in the open.

use serde::{Deserialize, Serialize};

/// `GET /v1/campaigns/{campaign}/ledger`: what visitors gave and what became of it. Public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// The campaign's name.
    pub campaign: String,
    /// The question in its first language.
    pub question: String,
    /// Who gets the labels.
    pub requester: String,
    /// Where the items stand; the four states add up to `items`.
    pub items: ItemCounts,
    /// Answered screens.
    pub screens: u64,
    /// Challenges that were answered at least once.
    pub visits: u64,
    /// Challenges that ended in a token.
    pub passed: u64,
    /// Milliseconds visitors spent on screens.
    pub visitor_ms: u64,
    /// Answers on gold: counted for days of at least fifty screens until `counted_until`, and for all other screens what they
    /// are expected to hold.
    pub gold_answers: u64,
    /// Votes that count: likewise, less `votes_removed`.
    pub votes: u64,
    /// Votes their visitors took back, in steps of fifty.
    pub votes_removed: u64,
    /// The last midnight, RFC 3339 in UTC. A count that told every screen's gold at once would, screen by screen, tell which
    /// pictures are gold.
    #[serde(default)]
    pub counted_until: String,
    /// What visitors were paid, in millionths of a US dollar: 0.
    pub paid_usd_micros: u64,
    /// Median milliseconds of a passed challenge, once there are enough.
    pub median_solve_ms: Option<u32>,
}

/// Items by state; `items = final + ambiguous + open + gold`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemCounts {
    /// All items.
    pub items: u64,
    /// Label settled by votes.
    #[serde(rename = "final")]
    pub settled: u64,
    /// Votes ran out without a decision.
    pub ambiguous: u64,
    /// Waiting for votes.
    pub open: u64,
    /// Answer known from the start.
    pub gold: u64,
}

impl ItemCounts {
    /// Whether the states add up to the total.
    pub fn reconciles(&self) -> bool {
        self.items == self.settled + self.ambiguous + self.open + self.gold
    }
}
