//! Attackers and people as they answer a simulated screen. Knows the truth and what an attacker is granted to know, not the score.

use corvee_consensus::{Knowledge, Tile};
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

/// People pick so many of what is there, and so many of what is not (CIFAR-10H; see [`crate::PersonModel`]).
const SEEN: f64 = 0.954;
const INVENTED: f64 = 0.005;

/// A tile as the simulation knows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    /// What the collector knows.
    pub(super) knowledge: Knowledge,
    /// What is so.
    pub(super) positive: bool,
    /// What the machine says that everybody can ask.
    pub(super) machine: bool,
    /// Whether it is the attackers' chosen item.
    pub(super) target: bool,
}

impl Slot {
    pub(super) fn is_gold(&self) -> bool {
        matches!(self.knowledge, Knowledge::Gold { .. })
    }
}

/// How somebody answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Answerer {
    /// As people do.
    Person,
    /// Picks each tile with this probability, without looking.
    Rate(f64),
    /// Is right about each tile with this probability, each time anew.
    Accuracy(f64),
    /// Says what the machine says.
    Clone,
    /// Does not know the gold: answers as a person and turns each tile round with this probability.
    BlindLiar(f64),
    /// Knows the gold, answers it rightly, and turns every other tile round with this probability.
    GoldKnower(f64),
    /// Answers as a person does and lies on the chosen item alone.
    Targeted,
    /// Picks none of what shows the thing; on gold as well.
    ClassFlip,
    /// The same, but answers gold as a person does.
    ClassFlipOffGold,
}

impl Answerer {
    pub(super) fn answer(self, slots: &[Slot], chance: &mut ChaCha8Rng) -> Vec<Tile> {
        slots.iter().map(|slot| Tile { knowledge: slot.knowledge, picked: self.picks(slot, chance) }).collect()
    }

    fn picks(self, slot: &Slot, chance: &mut ChaCha8Rng) -> bool {
        let person = |chance: &mut ChaCha8Rng| chance.random_bool(if slot.positive { SEEN } else { INVENTED });
        match self {
            Self::Person => person(chance),
            Self::Rate(rate) => chance.random_bool(rate),
            Self::Accuracy(right) => chance.random_bool(right) == slot.positive,
            Self::Clone => slot.machine,
            Self::BlindLiar(lies) => person(chance) != chance.random_bool(lies),
            Self::GoldKnower(lies) => slot.positive != (!slot.is_gold() && chance.random_bool(lies)),
            Self::Targeted => {
                if slot.target {
                    !slot.positive
                } else {
                    person(chance)
                }
            }
            Self::ClassFlip => !slot.positive && person(chance),
            Self::ClassFlipOffGold => (slot.is_gold() || !slot.positive) && person(chance),
        }
    }
}
