//! The kind `select` (a tile is picked or not, an item is positive or negative): the visitor's score, and the labels as
//! the two-class case of [`crate::streaming`]. Knows no clock, no storage, no chance of its own.
//!
//! What is an instance of the core: a [`Vote`] is an answer by the confusion matrix of [`Crowd`], contaminated with the
//! assumed hostile share and floored with 1 − P(person); an [`ItemPosterior`] is a [`crate::streaming::Tally`] of two
//! classes; [`StopRule`] is [`crate::streaming::StopRule`] with a cap on people; [`GoldAudit`] is
//! [`crate::streaming::Audit`].
//!
//! What is not, and why:
//!
//! - [`score_screen`] and [`decide`] judge a *screen*, given how many tiles were picked. The core's ability (right and
//!   wrong gold of one visitor) would treat tiles as independent answers, and the bound on accepted random clickers,
//!   whatever their click rate, would be lost: it holds because the evidence is conditional on the number of clicks.
//! - The weight of a vote is P(person) from the *other* tiles of the same screen, not an ability from earlier gold:
//!   visitors of one screen have no history, and an answer must not vouch for itself.
//! - [`compose`] fills a screen under limits on its expected positives; [`crate::streaming::Assignment`] draws one item.

mod crowd;
mod drift;
mod gold;
mod gold_tiles;
mod posterior;
mod probing;
mod selection;
mod sequential;
mod stopping;
mod visitor_score;
mod vote;

pub use crowd::Crowd;
pub use drift::{DriftAlarm, DriftMonitor, DriftRule, Known};
pub use gold::{GoldAudit, GoldPolicy, GoldVerdict, Wear};
pub use gold_tiles::GoldDraw;
pub use posterior::ItemPosterior;
pub use probing::is_probing;
pub use selection::{
    Candidate, Composition, GoldStock, ScreenPlan, compose, information_for_label, information_for_score,
};
pub use sequential::{Decision, ScreenNumber, Thresholds, decide};
pub use stopping::{State, StopRule};
pub use visitor_score::{
    Evidence, Knowledge, MAX_EVIDENCE, PICK_CLIP, Tile, human_probabilities, human_probability_without, score_screen,
};
pub use vote::Vote;
