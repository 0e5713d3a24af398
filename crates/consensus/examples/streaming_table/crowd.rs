//! Simulated visitors of a public form: how able they are, whether they pass two gold items, what they answer. Knows no
//! item but its truth, and nothing of real people: errors are independent.

use corvee_consensus::streaming::Class;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// Gold items a visit.
pub(crate) const GOLD: u32 = 2;

/// P(a colluder passes the gold of a visit).
const COLLUDER_PASSES: f64 = 0.95;

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Visitor {
    /// Right with this probability, otherwise any other class.
    Honest(f64),
    /// Right on gold; gives the agreed class wherever the group has one, else as a good visitor.
    Colluder,
}

/// A source of visitors.
pub(crate) struct Crowd {
    pub(crate) classes: u8,
    pub(crate) colluders: f64,
    pub(crate) chance: ChaCha8Rng,
}

impl Crowd {
    pub(crate) fn new(classes: u8, colluders: f64, seed: u64) -> Self {
        Self { classes, colluders, chance: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// The next visitor, whether or not they pass: 70 % good (.85 to .98), 20 % casual (.7 to .9), 10 % guessers.
    pub(crate) fn visitor(&mut self) -> Visitor {
        if self.chance.random_bool(self.colluders) {
            return Visitor::Colluder;
        }
        let (kind, at): (f64, f64) = (self.chance.random(), self.chance.random());
        Visitor::Honest(match kind {
            _ if kind < 0.7 => 0.85 + 0.13 * at,
            _ if kind < 0.9 => 0.7 + 0.2 * at,
            _ => 1.0 / f64::from(self.classes),
        })
    }

    /// How many of the visit's gold items the visitor gets right.
    pub(crate) fn gold(&mut self, visitor: Visitor) -> u32 {
        match visitor {
            Visitor::Honest(ability) => (0..GOLD).map(|_| u32::from(self.chance.random_bool(ability))).sum(),
            Visitor::Colluder => GOLD - u32::from(!self.chance.random_bool(COLLUDER_PASSES)),
        }
    }

    /// The next visitor who passes all gold of the visit.
    pub(crate) fn accepted(&mut self) -> Visitor {
        loop {
            let visitor = self.visitor();
            if self.gold(visitor) == GOLD {
                return visitor;
            }
        }
    }

    /// What the visitor answers on an item of class `truth`; `agreed`: what colluders make of it.
    pub(crate) fn answer(&mut self, visitor: Visitor, truth: Class, agreed: Option<Class>) -> Class {
        let ability = match (visitor, agreed) {
            (Visitor::Colluder, Some(agreed)) => return agreed,
            (Visitor::Colluder, None) => 0.95,
            (Visitor::Honest(ability), _) => ability,
        };
        if self.chance.random_bool(ability) {
            truth
        } else {
            Class((truth.0 + self.chance.random_range(1..self.classes)) % self.classes)
        }
    }
}
