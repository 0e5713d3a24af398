//! Simulated visitors and how they answer a screen. Knows the truth, not the score.

use corvee_consensus::{Knowledge, Tile};
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

/// A tile as the simulation knows it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slot {
    /// What the collector knows.
    pub(crate) knowledge: Knowledge,
    /// What is so.
    pub(crate) positive: bool,
    /// Targeted colluders want its label flipped.
    pub(crate) targeted: bool,
}

/// How a visitor answers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Visitor {
    /// Picks 95.4 % of positives and 0.5 % of negatives, on gold too: uncurated gold.
    Person,
    /// Picks each tile with this probability.
    Rate(f64),
    /// Picks exactly so many tiles on the first and on the second screen.
    Exactly([usize; 2]),
    /// Knows the gold, answers it right, and lies on every other tile.
    BlanketLiar,
    /// Answers as a person does, and lies on targeted items only.
    TargetedLiar,
}

impl Visitor {
    /// The answered tiles; `screen` is 0 or 1.
    pub(crate) fn answer(self, screen: usize, slots: &[Slot], chance: &mut ChaCha8Rng) -> Vec<Tile> {
        let mut left = match self {
            Self::Exactly(counts) => counts[screen],
            _ => 0,
        };
        let mut open = slots.len();
        let mut answered = Vec::with_capacity(slots.len());
        for slot in slots {
            let picked = match self {
                Self::Rate(rate) => chance.random_bool(rate),
                Self::Exactly(_) => chance.random_bool((left as f64 / open as f64).min(1.0)),
                Self::TargetedLiar if slot.targeted => !slot.positive,
                Self::Person | Self::TargetedLiar => chance.random_bool(if slot.positive { 0.954 } else { 0.005 }),
                Self::BlanketLiar => matches!(slot.knowledge, Knowledge::Gold { .. }) == slot.positive,
            };
            left = left.saturating_sub(usize::from(picked));
            open -= 1;
            answered.push(Tile { knowledge: slot.knowledge, picked });
        }
        answered
    }
}
