//! Visitors and which tiles they pick. Knows the truth of the tiles, not which are gold and not the score.

use corvee_consensus::Crowd as Assumed;
use rand::{Rng, RngExt as _};

/// How a person answers a tile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PersonModel {
    /// P(picked | shows the thing), 0 to 1.
    pub true_positive: f64,
    /// P(picked | does not show it), 0 to 1.
    pub false_positive: f64,
}

impl Default for PersonModel {
    /// As in CIFAR-10H read as yes/no questions (Peterson et al., ICCV 2019): 95.4 % and 0.5 %; people miss, they rarely
    /// invent. The collector assumes the same of people.
    fn default() -> Self {
        let assumed = Assumed::default();
        Self { true_positive: assumed.true_positive.value(), false_positive: assumed.false_positive.value() }
    }
}

/// How those answer who do not look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClickerModel {
    /// Every tile with probability ½.
    Coin,
    /// Every tile with probability ⅓: the share of positives that a clicker expects.
    BaseRate,
    /// So many tiles of each screen, whichever; all of them when there are fewer.
    Exactly(u8),
    /// Every clicker draws one habit and keeps it: a quarter flips coins, a quarter clicks at the base rate, a quarter
    /// picks exactly 2, 3 or 4 tiles, a quarter clicks at a rate between 0 and 1.
    #[default]
    Mixed,
}

/// One visitor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Visitor {
    /// Looks.
    Person(PersonModel),
    /// Picks each tile with this probability.
    Rate(f64),
    /// Picks so many tiles.
    Exactly(u8),
}

impl Visitor {
    /// A clicker of this model.
    pub(crate) fn clicker(model: ClickerModel, chance: &mut impl Rng) -> Self {
        match model {
            ClickerModel::Coin => Self::Rate(0.5),
            ClickerModel::BaseRate => Self::Rate(1.0 / 3.0),
            ClickerModel::Exactly(tiles) => Self::Exactly(tiles),
            ClickerModel::Mixed => match chance.random_range(0..4_u8) {
                0 => Self::Rate(0.5),
                1 => Self::Rate(1.0 / 3.0),
                2 => Self::Exactly(chance.random_range(2..=4)),
                _ => Self::Rate(chance.random()),
            },
        }
    }

    /// Indices of the tiles this visitor picks; `truth` holds one flag a tile, row by row.
    pub(crate) fn picks(self, truth: &[bool], chance: &mut impl Rng) -> Vec<u8> {
        let mut left = match self {
            Self::Exactly(tiles) => usize::from(tiles),
            Self::Person(_) | Self::Rate(_) => 0,
        };
        let mut picked = Vec::new();
        for ((index, positive), open) in (0_u8..).zip(truth).zip((1..=truth.len()).rev()) {
            let picks = match self {
                Self::Person(person) => {
                    chance.random_bool(if *positive { person.true_positive } else { person.false_positive })
                }
                Self::Rate(rate) => chance.random_bool(rate),
                // One tile after the other: every set of so many tiles is equally likely.
                Self::Exactly(_) => chance.random_range(0..open) < left,
            };
            if picks {
                picked.push(index);
                left = left.saturating_sub(1);
            }
        }
        picked
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    const TRUTH: [bool; 9] = [true, false, false, true, false, false, true, false, false];

    /// Picks of each tile in 20,000 screens; a rate's standard error is at most 0.0036.
    fn rates(visitor: Visitor) -> [f64; 9] {
        let mut chance = ChaCha8Rng::seed_from_u64(4);
        let mut counts = [0_u32; 9];
        for _ in 0..20_000 {
            for index in visitor.picks(&TRUTH, &mut chance) {
                counts[usize::from(index)] += 1;
            }
        }
        counts.map(|count| f64::from(count) / 20_000.0)
    }

    #[test]
    fn a_person_misses_one_positive_in_22_and_invents_one_negative_in_200() {
        let rates = rates(Visitor::Person(PersonModel::default()));
        for (rate, positive) in rates.iter().zip(TRUTH) {
            let expected = if positive { 0.954 } else { 0.005 };
            assert!((rate - expected).abs() < 0.01, "{rates:?}");
        }
    }

    #[test]
    fn a_clicker_picks_positives_as_often_as_negatives() {
        for (visitor, expected) in
            [(Visitor::Rate(0.5), 0.5), (Visitor::Rate(1.0 / 3.0), 1.0 / 3.0), (Visitor::Exactly(3), 3.0 / 9.0)]
        {
            let rates = rates(visitor);
            assert!(rates.iter().all(|rate| (rate - expected).abs() < 0.015), "{visitor:?}: {rates:?}");
        }
    }

    #[test]
    fn exactly_means_exactly() {
        let mut chance = ChaCha8Rng::seed_from_u64(5);
        for tiles in 0..=12 {
            let picked = Visitor::Exactly(tiles).picks(&TRUTH, &mut chance);
            assert_eq!(picked.len(), usize::from(tiles).min(9));
        }
    }

    #[test]
    fn mixed_clickers_have_all_four_habits_in_equal_parts() {
        let mut chance = ChaCha8Rng::seed_from_u64(6);
        let drawn: Vec<Visitor> = (0..4000).map(|_| Visitor::clicker(ClickerModel::Mixed, &mut chance)).collect();
        let count = |habit: &dyn Fn(&Visitor) -> bool| drawn.iter().filter(|visitor| habit(visitor)).count();
        let counts = [
            count(&|visitor| *visitor == Visitor::Rate(0.5)),
            count(&|visitor| *visitor == Visitor::Rate(1.0 / 3.0)),
            count(&|visitor| matches!(visitor, Visitor::Exactly(2..=4))),
        ];
        // Four standard deviations of a count around 1000 are 110.
        assert!(counts.iter().all(|count| count.abs_diff(1000) < 110), "{counts:?}");
        assert!(counts.iter().sum::<usize>() < 3200, "{counts:?}");
    }
}
