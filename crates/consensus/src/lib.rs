//! Cross-validation of answers: how far a visitor is trusted, what an answer says about an item, when an item is
//! settled, which items are shown next. Knows no clock, no storage, no network, no chance of its own: the same input
//! gives the same bits.
//!
//! [`streaming`] is the general core: any number of classes, one answer at a time, microseconds each. Every label comes
//! from it. [`select`] adds what one kind of challenge needs (a tile is picked or not, an item is positive or negative):
//!
//! 1. [`score_screen`] turns one answered screen into [`Evidence`] that a person answered and not a random clicker.
//! 2. [`decide`] accepts, refuses, or asks for one more screen.
//! 3. [`human_probabilities`] gives every tile the probability of a person judged from the *other* tiles; with it each
//!    unknown tile becomes a [`Vote`], whether the visitor passed or not.
//! 4. [`ItemPosterior`] adds the votes up; [`StopRule::state`] says open, final or ambiguous.
//! 5. [`GoldPolicy`] and [`GoldAudit`] retire and expel gold; [`DriftMonitor`] notices when a class is answered otherwise
//!    than usual; [`compose`] puts the next screen together.
//!
//! ```
//! use corvee_consensus::{
//!     Crowd, Decision, Evidence, ItemPosterior, Knowledge, Probability, ScreenNumber, Thresholds, Tile, Vote, Wear,
//!     decide, human_probabilities, score_screen,
//! };
//!
//! let crowd = Crowd::default();
//! let base_rate = Probability::new(0.3).expect("0.3 is a probability");
//! let gold = |positive| Knowledge::Gold { positive, wear: Wear::Fresh };
//! let unknown = Knowledge::Unknown { positive: base_rate };
//! let tiles = [
//!     Tile { knowledge: gold(true), picked: true },
//!     Tile { knowledge: gold(false), picked: false },
//!     Tile { knowledge: unknown, picked: true },
//! ];
//!
//! let evidence = score_screen(&crowd, &tiles, Evidence::default());
//! // Three tiles cannot vouch for anybody.
//! assert_eq!(decide(evidence, ScreenNumber::First, Thresholds::CLEAN), Decision::OneMore);
//!
//! let human = human_probabilities(&crowd, &tiles, Evidence::default());
//! let mut item = ItemPosterior::new(base_rate);
//! item.add(&crowd, Vote { picked: true, human: human[2], new_prefix: true });
//! assert!(item.positive().value() > 0.3);
//! ```

pub mod agreement;
pub mod batch;
pub mod calibration;
mod chance;
pub mod kinds;
mod probability;
mod scatter;
pub mod select;
pub mod streaming;

pub use chance::Chance;
pub use probability::{MAX_LOG_ODDS, Probability};
pub use select::{
    Candidate, Composition, Crowd, Decision, DriftAlarm, DriftMonitor, DriftRule, Evidence, GoldAudit, GoldDraw,
    GoldPolicy, GoldStock, GoldVerdict, ItemPosterior, Knowledge, Known, MAX_EVIDENCE, PICK_CLIP, ScreenNumber,
    ScreenPlan, State, StopRule, Thresholds, Tile, Vote, Wear, compose, decide, human_probabilities,
    human_probability_without, information_for_label, information_for_score, is_probing, score_screen,
};

/// The example of the README is compiled and run with the other doc tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
