//! The streaming core: how one answer after the other moves what is believed of an item, for any number of classes.
//! Knows no kind of challenge, no clock, no storage, no chance of its own: the same log gives the same bits.
//!
//! 1. [`Population::ability`] reads a visitor's [`GoldRecord`] as P(right).
//! 2. [`Likelihood::evidence`] turns an answer into log-evidence for every class, capped by a floor ([`Floors`]).
//! 3. [`Item`] adds it up: once per visitor, damped within a network cluster, and exactly undone by a retraction.
//! 4. [`StopRule::state`] says open, final or hard; only what is no longer open becomes a [`Closed`], and only a
//!    [`Closed`] teaches the shared parameters ([`Learner`]) and the [`Monitor`] of collusion.
//! 5. [`Assignment`] draws the next item; [`Promotion`] makes gold of labels, carefully.
//!
//! [`Stream`] holds all of it for one campaign in memory.
//!
//! ```
//! use corvee_consensus::Probability;
//! use corvee_consensus::streaming::{Answer, Class, Confusion, Counted, Damping, Item, Likelihood, StopRule};
//!
//! let likelihood = Likelihood::new(&Confusion::even(4, Probability::saturating(0.8)));
//! let mut item = Item::new(&[0.25; 4], Damping::FIRST_ONLY);
//! let answer = Answer { visitor: 7, challenge: 1, cluster: 40, class: Class(2) };
//! let (ability, floor) = (Probability::saturating(0.9), Probability::saturating(0.1));
//! let evidence = || likelihood.evidence(Class(2), ability, floor);
//! assert_eq!(item.record(answer, Probability::ONE, evidence()), Ok(Counted::New));
//! assert_eq!(item.record(answer, Probability::ONE, evidence()), Ok(Counted::Before));
//! assert_eq!(item.tally().leader().map(|leader| leader.class), Some(Class(2)));
//! item.retract(7, 1);
//! assert_eq!(item, Item::new(&[0.25; 4], Damping::FIRST_ONLY));
//! ```

mod ability;
mod assignment;
mod calibration;
mod collusion;
mod exact;
mod gain;
mod item;
mod learning;
mod likelihood;
mod promotion;
mod stopping;
mod stream;
mod tally;

pub use ability::{BetaPart, GoldRecord, Population};
pub use assignment::{Assignment, Offer};
pub use calibration::{Calibration, HiddenGold};
pub use collusion::{Alarm, Monitor, MonitorRule, Suspicion};
pub use exact::Exact;
pub use gain::{answer_gain, lookahead_gain};
pub use item::{Answer, Counted, Damping, Item, RecordError};
pub use learning::Learner;
pub use likelihood::{Class, Confusion, Floors, Likelihood};
pub use promotion::{Audit, Opinion, Promotion, PromotionRule, Shadow};
pub use stopping::{Closed, State, StopRule};
pub use stream::Stream;
pub use tally::{Leader, Sums, Tally, Voice};
