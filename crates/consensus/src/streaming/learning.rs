//! What all settled items teach about the campaign: how frequent classes are, how the crowd confuses them. Does not know
//! open items: it learns from [`Closed`] only.

use crate::probability::Probability;
use crate::streaming::likelihood::{Class, Confusion};
use crate::streaming::stopping::Closed;

/// Step of the t-th item: (t + t₀)^−0.6.
const EXPONENT: f64 = -0.6;
const T0: f64 = 10.0;

/// Class prior and shared confusion by stochastic EM: sufficient statistics S ← (1 − r)·S + r·s with
/// r = (t + t₀)^−0.6 (Cappé & Moulines, Journal of the Royal Statistical Society B 71, 2009), smoothed by
/// pseudo-counts. A running mean of n effective items weighs n items' counts against them.
#[derive(Debug, Clone, PartialEq)]
pub struct Learner {
    prior: Average,
    confusion: Average,
    /// Pseudo-counts of the matrix, row by row.
    assumed: Vec<f64>,
    classes: usize,
}

/// A weighted running mean with its effective number of items.
#[derive(Debug, Clone, PartialEq)]
struct Average {
    sums: Vec<f64>,
    mass: f64,
    /// Sum of the squared weights.
    squares: f64,
    items: f64,
}

impl Average {
    fn new(entries: usize) -> Self {
        Self { sums: vec![0.0; entries], mass: 0.0, squares: 0.0, items: 0.0 }
    }

    fn add(&mut self, entries: &[f64]) {
        let step = (self.items + T0).powf(EXPONENT);
        self.items += 1.0;
        for (sum, entry) in self.sums.iter_mut().zip(entries) {
            *sum += step * (entry - *sum);
        }
        self.mass += step * (1.0 - self.mass);
        self.squares = self.squares * (1.0 - step).powi(2) + step * step;
    }

    /// The mean, times the effective number of items.
    fn counts(&self) -> impl Iterator<Item = f64> + '_ {
        let items = if self.squares > 0.0 { self.mass * self.mass / self.squares } else { 0.0 };
        let scale = items / self.mass.max(f64::MIN_POSITIVE);
        self.sums.iter().map(move |sum| sum * scale)
    }
}

impl Learner {
    /// Before any item: an even prior, and `assumed` as the confusion with the weight of `answers` answers a class.
    pub fn new(assumed: &Confusion, answers: f64) -> Self {
        let classes = assumed.classes();
        Self {
            prior: Average::new(classes),
            confusion: Average::new(classes * classes),
            assumed: assumed.rows().flatten().map(|entry| entry * answers.max(0.0)).collect(),
            classes,
        }
    }

    /// Learns from a settled item and the answers it holds, each with the weight that damping leaves it. Gold teaches how
    /// the crowd confuses classes, but not how frequent they are: it was chosen. Items of another number of classes
    /// teach nothing.
    pub fn learn(&mut self, closed: &Closed, answers: impl IntoIterator<Item = (Class, Probability)>) {
        if closed.posterior().len() != self.classes {
            return;
        }
        if !closed.is_gold() {
            self.prior.add(closed.posterior());
        }
        let mut seen = vec![0.0; self.classes * self.classes];
        let mut any = false;
        for (class, weight) in answers {
            for (row, share) in seen.chunks_exact_mut(self.classes).zip(closed.posterior()) {
                if let Some(entry) = row.get_mut(class.index()) {
                    *entry += share * weight.value();
                    any = true;
                }
            }
        }
        if any {
            self.confusion.add(&seen);
        }
    }

    /// Shares of the classes, adding up to 1, each with a pseudo-count of one item.
    pub fn prior(&self) -> Vec<f64> {
        let counts: Vec<f64> = self.prior.counts().map(|count| count + 1.0).collect();
        let total: f64 = counts.iter().sum();
        counts.iter().map(|count| count / total).collect()
    }

    /// The crowd's confusion.
    pub fn confusion(&self) -> Confusion {
        let rows = self.confusion.counts().zip(&self.assumed).map(|(count, assumed)| count + assumed + 1e-9);
        Confusion::from_rows(self.classes, rows.collect())
            .unwrap_or_else(|| Confusion::even(self.classes, Probability::HALF))
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::streaming::stopping::StopRule;
    use crate::streaming::tally::Tally;

    fn assumed() -> Confusion {
        Confusion::even(3, Probability::saturating(0.6))
    }

    /// A closed item whose label is `class`, by answers.
    fn settled(class: usize) -> Closed {
        let prior: Vec<f64> = (0..3).map(|place| if place == class { 1.0 } else { 0.0 }).collect();
        let rule = StopRule { min_answers: 0, min_clusters: 0, ..StopRule::default() };
        rule.close(&Tally::new(&prior)).expect("the prior is sure")
    }

    #[test]
    fn before_any_item_what_is_assumed_stands() {
        let learner = Learner::new(&assumed(), 10.0);
        assert!(learner.prior().iter().all(|share| (share - 1.0 / 3.0).abs() < 1e-12));
        assert!((learner.confusion().probability(Class(0), Class(0)) - 0.6).abs() < 1e-6);
    }

    #[test]
    fn it_finds_the_crowd_that_made_the_answers() {
        let truth = Confusion::from_rows(3, vec![0.9, 0.08, 0.02, 0.3, 0.6, 0.1, 0.05, 0.05, 0.9]).unwrap();
        let mut chance = ChaCha8Rng::seed_from_u64(5);
        let mut draw = |row: &[f64]| {
            let mut at: f64 = chance.random();
            row.iter().position(|share| {
                at -= share;
                at < 0.0
            })
        };
        let mut learner = Learner::new(&assumed(), 10.0);
        for _ in 0..40_000 {
            let class = draw(&[0.6, 0.3, 0.1]).unwrap_or(2);
            let row = truth.rows().nth(class).unwrap();
            let answers: Vec<_> = (0..4).map(|_| (Class::at(draw(row).unwrap_or(2)), Probability::ONE)).collect();
            learner.learn(&settled(class), answers);
        }
        for (found, wanted) in learner.prior().iter().zip([0.6, 0.3, 0.1]) {
            assert!((found - wanted).abs() < 0.05, "{:?}", learner.prior());
        }
        for (found, wanted) in learner.confusion().rows().flatten().zip(truth.rows().flatten()) {
            assert!((found - wanted).abs() < 0.05, "{found} is not {wanted}");
        }
    }

    #[test]
    fn gold_says_nothing_about_how_frequent_classes_are() {
        let mut learner = Learner::new(&assumed(), 10.0);
        let gold = Closed::gold(Class(2), 3).unwrap();
        for _ in 0..100 {
            learner.learn(&gold, [(Class(2), Probability::ONE)]);
        }
        assert_eq!(learner.prior(), Learner::new(&assumed(), 10.0).prior());
        assert!(learner.confusion().probability(Class(2), Class(2)) > 0.8);
    }

    #[test]
    fn no_answers_and_foreign_items_teach_no_confusion() {
        let mut learner = Learner::new(&assumed(), 10.0);
        learner.learn(&Closed::gold(Class(0), 3).unwrap(), []);
        learner.learn(&Closed::gold(Class(0), 2).unwrap(), [(Class(0), Probability::ONE)]);
        assert_eq!(learner, Learner::new(&assumed(), 10.0));
    }
}
