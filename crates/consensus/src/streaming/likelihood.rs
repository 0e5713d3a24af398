//! What one answer says about the classes. Does not know who answered, only how able, and how far to trust anybody.

use crate::probability::Probability;

/// A class by its number, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Class(pub u8);

impl Class {
    /// Its place in a row of classes.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The class at a place. Classes beyond 255 do not exist: the last one stands for them.
    pub fn at(index: usize) -> Self {
        Self(u8::try_from(index).unwrap_or(u8::MAX))
    }
}

/// No likelihood is below this, so that one answer moves an item by at most 20.7 nats whatever is assumed.
const LEAST_LIKELIHOOD: f64 = 1e-9;

/// P(answer | truth): one row per true class, each adding up to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Confusion {
    classes: usize,
    /// Row by row.
    rows: Vec<f64>,
}

impl Confusion {
    /// `classes` rows of `classes` entries, finite and at least 0, each row with something in it; rows are scaled to 1.
    /// `None` for anything else, and outside 2 to 255 classes.
    pub fn from_rows(classes: usize, mut rows: Vec<f64>) -> Option<Self> {
        if !(2..=255).contains(&classes)
            || rows.len() != classes * classes
            || rows.iter().any(|entry| !entry.is_finite() || *entry < 0.0)
        {
            return None;
        }
        for row in rows.chunks_exact_mut(classes) {
            let sum: f64 = row.iter().sum();
            if sum <= 0.0 || !sum.is_finite() {
                return None;
            }
            for entry in row {
                *entry /= sum;
            }
        }
        Some(Self { classes, rows })
    }

    /// Right with `right` in every class, wrong answers spread evenly. `classes` is held within 2 to 255.
    pub fn even(classes: usize, right: Probability) -> Self {
        let classes = classes.clamp(2, 255);
        let wrong = right.complement().value() / (classes - 1) as f64;
        let entry = |place: usize| if place / classes == place % classes { right.value() } else { wrong };
        Self { classes, rows: (0..classes * classes).map(entry).collect() }
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// P(`answer` | `truth`); 0 for classes it does not have.
    pub fn probability(&self, truth: Class, answer: Class) -> f64 {
        if answer.index() >= self.classes {
            return 0.0;
        }
        self.rows.get(truth.index() * self.classes + answer.index()).copied().unwrap_or_default()
    }

    /// The rows, one after the other.
    pub fn rows(&self) -> std::slice::ChunksExact<'_, f64> {
        self.rows.chunks_exact(self.classes)
    }

    /// P(`answer` | every class).
    pub fn column(&self, answer: Class) -> impl Iterator<Item = f64> + '_ {
        self.rows().map(move |row| row.get(answer.index()).copied().unwrap_or_default())
    }

    /// The same people with a share who answer as if another class, drawn evenly, were the true one.
    #[must_use]
    pub fn contaminated(&self, share: Probability) -> Self {
        let others = (self.classes - 1) as f64;
        let sums: Vec<f64> = (0..self.classes).map(|answer| self.column(Class::at(answer)).sum()).collect();
        let rows = self
            .rows()
            .flat_map(|row| {
                row.iter().zip(&sums).map(|(entry, sum)| {
                    share.complement().value() * entry + share.value() * ((sum - entry) / others).max(0.0)
                })
            })
            .collect();
        Self { classes: self.classes, rows }
    }

    /// Errors spread as here, but right with `ability` whatever the class.
    #[must_use]
    pub fn with_ability(&self, ability: Probability) -> Self {
        let spread = Likelihood::new(self);
        let rows = (0..self.classes * self.classes).map(|place| {
            let (truth, answer) = (Class::at(place / self.classes), Class::at(place % self.classes));
            spread.likelihood(truth, answer, ability)
        });
        Self { classes: self.classes, rows: rows.collect() }
    }

    /// The same crowd with the log-odds of being right moved by `nats` in every class: an abler or less able visitor who
    /// shares the crowd's bias. Errors keep their spread.
    #[must_use]
    pub fn shifted(&self, nats: f64) -> Self {
        let spread = Likelihood::new(self);
        let right: Vec<Probability> = (0..self.classes)
            .map(|class| {
                let diagonal = Probability::saturating(self.probability(Class::at(class), Class::at(class)));
                Probability::from_log_odds(diagonal.log_odds() + nats)
            })
            .collect();
        let rows = (0..self.classes * self.classes).map(|place| {
            let (truth, answer) = (place / self.classes, Class::at(place % self.classes));
            let right = right.get(truth).copied().unwrap_or(Probability::HALF);
            spread.likelihood(Class::at(truth), answer, right)
        });
        Self { classes: self.classes, rows: rows.collect() }
    }

    /// A share `floor` of all answers drawn evenly whatever the truth.
    #[must_use]
    pub fn floored(&self, floor: Probability) -> Self {
        let rows = self.rows.iter().map(|entry| mixed(*entry, floor, self.classes)).collect();
        Self { classes: self.classes, rows }
    }

    /// ln of (1 − floor)·P(`answer` | class) + floor / K for every class: what the answer says if this is how its author
    /// confuses classes. Nothing for an answer that is no class.
    pub fn evidence(&self, answer: Class, floor: Probability) -> impl Iterator<Item = f64> + '_ {
        let known = if answer.index() < self.classes { self.classes } else { 0 };
        self.column(answer).take(known).map(move |entry| mixed(entry, floor, self.classes).max(LEAST_LIKELIHOOD).ln())
    }
}

fn mixed(entry: f64, floor: Probability, classes: usize) -> f64 {
    floor.complement().value() * entry + floor.value() / classes as f64
}

/// The likelihood of an answer by a visitor of known ability, with the errors spread as the campaign's crowd spreads
/// them (shared confusion matrix G):
///
/// L(l | k) = (1 − e)·(p if l = k, else (1 − p)·G\[k, l\] / (1 − G\[k, k\])) + e / K
///
/// The floor e caps what one answer can say: Huber's contaminated neighbourhood (Annals of Mathematical Statistics 36,
/// 1965). Holds G turned over, so that an answer reads one run of numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Likelihood {
    classes: usize,
    /// For every answer l, for every truth k: G\[k, l\] / (1 − G\[k, k\]); 1 where l = k.
    spread: Vec<f64>,
}

impl Likelihood {
    /// With the errors of `shared`; its diagonal is replaced by the ability. A class without any errors spreads them
    /// evenly.
    pub fn new(shared: &Confusion) -> Self {
        let classes = shared.classes();
        let even = 1.0 / (classes - 1) as f64;
        let spread = (0..classes * classes).map(|place| {
            let (answer, truth) = (Class::at(place / classes), Class::at(place % classes));
            let wrong: f64 = (0..classes)
                .filter(|other| *other != truth.index())
                .map(|other| shared.probability(truth, Class::at(other)))
                .sum();
            if answer == truth {
                1.0
            } else if wrong > 0.0 {
                shared.probability(truth, answer) / wrong
            } else {
                even
            }
        });
        Self { classes, spread: spread.collect() }
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// ln L(`answer` | class) for every class. Nothing for an answer that is no class.
    pub fn evidence(&self, answer: Class, ability: Probability, floor: Probability) -> impl Iterator<Item = f64> + '_ {
        let column = self.spread.chunks_exact(self.classes).nth(answer.index()).unwrap_or_default();
        let honest = floor.complement().value();
        let least = (floor.value() / self.classes as f64).max(LEAST_LIKELIHOOD);
        let (right, wrong) = (honest * ability.value(), honest * ability.complement().value());
        column.iter().enumerate().map(move |(truth, spread)| {
            let honest = if truth == answer.index() { right } else { wrong * spread };
            (honest + least).ln()
        })
    }

    fn likelihood(&self, truth: Class, answer: Class, ability: Probability) -> f64 {
        let spread = self.spread.get(answer.index() * self.classes + truth.index()).copied().unwrap_or_default();
        if truth == answer { ability.value() } else { ability.complement().value() * spread }
    }
}

/// How much of any answer is assumed to be drawn evenly, whatever the visitor's gold says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Floors {
    /// For networks with history. Default 0.1.
    pub known: Probability,
    /// For a network seen fewer than [`Floors::known_from`] times. Default 0.2.
    pub new: Probability,
    /// Settled answers after which a network has history. Default 5.
    pub known_from: u32,
}

impl Default for Floors {
    fn default() -> Self {
        Self { known: Probability::saturating(0.1), new: Probability::saturating(0.2), known_from: 5 }
    }
}

impl Floors {
    /// The same floor for everybody.
    pub const fn flat(floor: Probability) -> Self {
        Self { known: floor, new: floor, known_from: 0 }
    }

    /// The floor for a network with so many settled answers, with `raised` of the rest added by an alarm.
    pub fn floor(&self, settled_answers: u32, raised: Probability) -> Probability {
        let floor = if settled_answers < self.known_from { self.new } else { self.known };
        Probability::ONE.mixed(raised, floor)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn confusion(classes: usize) -> impl Strategy<Value = Confusion> {
        prop::collection::vec(0.01..1.0_f64, classes * classes)
            .prop_map(move |rows| Confusion::from_rows(classes, rows).expect("rows of positive entries"))
    }

    #[test]
    fn the_formula_by_hand() {
        let shared = Confusion::from_rows(3, vec![0.8, 0.15, 0.05, 0.1, 0.7, 0.2, 0.0, 0.0, 1.0]).unwrap();
        let (p, e) = (Probability::saturating(0.9), Probability::saturating(0.3));
        let found: Vec<f64> = Likelihood::new(&shared).evidence(Class(1), p, e).map(f64::exp).collect();
        // Truth 0: 15 of 20 errors go to 1. Truth 2 has no errors in G: evenly.
        let by_hand = [0.7 * 0.1 * 0.75 + 0.1, 0.7 * 0.9 + 0.1, 0.7 * 0.1 * 0.5 + 0.1];
        for (found, by_hand) in found.iter().zip(by_hand) {
            assert!((found - by_hand).abs() < 1e-12, "{found} is not {by_hand}");
        }
    }

    #[test]
    fn an_answer_that_is_no_class_says_nothing() {
        let even = Confusion::even(3, Probability::HALF);
        assert_eq!(Likelihood::new(&even).evidence(Class(3), Probability::HALF, Probability::ZERO).count(), 0);
        assert_eq!(even.evidence(Class(3), Probability::ZERO).count(), 0);
    }

    #[test]
    fn what_is_no_matrix_of_probabilities_is_refused() {
        for (classes, rows) in [
            (2, vec![1.0; 3]),
            (1, vec![1.0]),
            (2, vec![0.0, 0.0, 1.0, 1.0]),
            (2, vec![1.0, f64::NAN, 1.0, 1.0]),
            (2, vec![1.0, -0.1, 1.0, 1.0]),
        ] {
            assert_eq!(Confusion::from_rows(classes, rows), None);
        }
    }

    #[test]
    fn a_new_network_and_an_alarm_raise_the_floor() {
        let floors = Floors::default();
        assert_eq!(floors.floor(0, Probability::ZERO), floors.new);
        assert_eq!(floors.floor(5, Probability::ZERO), floors.known);
        assert!((floors.floor(5, Probability::HALF).value() - 0.55).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn rows_of_any_derived_matrix_add_up_to_one(
            shared in confusion(4), ability in 0.0..=1.0, floor in 0.0..=1.0,
        ) {
            let (ability, floor) = (Probability::saturating(ability), Probability::saturating(floor));
            let shifted = shared.shifted(4.0 * ability.value() - 2.0);
            for matrix in [shared.with_ability(ability), shared.contaminated(floor), shared.floored(floor), shifted] {
                for row in matrix.rows() {
                    prop_assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-12);
                }
            }
        }

        #[test]
        fn the_floor_caps_what_one_answer_says(
            shared in confusion(5), answer in 0_u8..5, ability in 0.0..=1.0, floor in 0.01..=1.0,
        ) {
            let likelihood = Likelihood::new(&shared);
            let said: Vec<f64> = likelihood
                .evidence(Class(answer), Probability::saturating(ability), Probability::saturating(floor))
                .collect();
            let span = said.iter().copied().fold(f64::MIN, f64::max) - said.iter().copied().fold(f64::MAX, f64::min);
            let cap = ((1.0 - floor + floor / 5.0) / (floor / 5.0)).ln();
            prop_assert!(span <= cap + 1e-9, "{span} exceeds {cap}");
        }

        #[test]
        fn both_ways_to_the_same_evidence_agree(
            shared in confusion(3), answer in 0_u8..3, ability in 0.05..=0.95, floor in 0.0..=0.9,
        ) {
            let (ability, floor) = (Probability::saturating(ability), Probability::saturating(floor));
            let direct = Likelihood::new(&shared).evidence(Class(answer), ability, floor).collect::<Vec<_>>();
            let matrix = shared.with_ability(ability);
            for (a, b) in direct.iter().zip(matrix.evidence(Class(answer), floor)) {
                prop_assert!((a - b).abs() < 1e-6, "{a} {b}");
            }
        }
    }
}
