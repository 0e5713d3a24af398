//! The default: what the pooled model says, and, as workers give more answers, the mean of three views that look at each
//! worker by itself. Does not know how any of them works.

use super::aggregate::{Aggregate, AggregateError, Aggregator};
use super::answers::Answers;
use super::bwa::Bwa;
use super::ebcc::Ebcc;
use super::gold::Gold;
use super::majority::usize_as_f64;
use super::one_coin::OneCoin;
use super::pooled::Pooled;
use super::threads::Threads;

/// An average of posteriors.
///
/// With h answers per worker: (c² · pooled + h² · mean(BWA, iBCC, grouped pooled)) / (c² + h²), c = [`Blend::halfway`]. One-off
/// visitors are judged by what is known of everybody; workers with a history by three models that err differently: one
/// precision per worker (BWA), one matrix per worker (iBCC: EBCC with one group), and the pooled model with two groups of items
/// per class and tendencies, begun at the plain one. No model is best on every data set; the mean of unlike models is seldom
/// far from the best, and less sure of itself than any of them. Where matrices would not fit (many workers, many classes) it is
/// the mean of BWA and one-coin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Blend {
    /// Answers per worker at which both halves weigh the same. Default 10.
    pub halfway: f64,
}

/// Below this weight the three views are not asked at all.
const NOT_WORTH_IT: f64 = 0.02;

impl Default for Blend {
    fn default() -> Self {
        Self { halfway: 10.0 }
    }
}

impl Aggregator for Blend {
    fn name(&self) -> &'static str {
        "blend"
    }

    fn aggregate(&self, answers: &Answers, gold: &Gold, threads: Threads) -> Result<Aggregate, AggregateError> {
        match self.with_matrices(answers, gold, threads) {
            Err(AggregateError::TooLarge { .. }) => without_matrices(answers, gold, threads),
            found => found,
        }
    }
}

impl Blend {
    fn with_matrices(self, answers: &Answers, gold: &Gold, threads: Threads) -> Result<Aggregate, AggregateError> {
        let pooled = Pooled::default().aggregate(answers, gold, threads)?;
        let individual = individual_share(answers, self.halfway);
        if individual < NOT_WORTH_IT {
            return Ok(pooled);
        }
        let grouped = Pooled { groups: 2, tendencies: true, ..Pooled::default() };
        let views = [
            Bwa::default().aggregate(answers, gold, threads)?,
            Ebcc::single().aggregate(answers, gold, threads)?,
            grouped.refine(&pooled, answers, gold, threads)?,
        ];
        let each = individual / usize_as_f64(views.len());
        let [weights, matrices, contested] = &views;
        Ok(mean(&[(1.0 - individual, &pooled), (each, weights), (each, matrices), (each, contested)]))
    }
}

/// For more workers and classes than any matrix has room for: the mean of the two models with one number per worker.
fn without_matrices(answers: &Answers, gold: &Gold, threads: Threads) -> Result<Aggregate, AggregateError> {
    let weights = Bwa::default().aggregate(answers, gold, threads)?;
    let coins = OneCoin::default().aggregate(answers, gold, threads)?;
    Ok(mean(&[(0.5, &weights), (0.5, &coins)]))
}

/// Weight of the views that judge each worker by itself: 0 to 1.
fn individual_share(answers: &Answers, halfway: f64) -> f64 {
    let per_worker = answers.per_worker();
    per_worker.powi(2) / (per_worker.powi(2) + halfway.powi(2))
}

/// The weighted mean of posteriors and shares; weights sum to one.
fn mean(parts: &[(f64, &Aggregate)]) -> Aggregate {
    let (_, first) = parts.first().expect("a blend has parts");
    let mut blend = Aggregate {
        classes: first.classes,
        posterior: vec![0.0; first.posterior.len()],
        prior: vec![0.0; first.prior.len()],
        iterations: 0,
        converged: true,
    };
    for (weight, part) in parts {
        #[expect(clippy::cast_possible_truncation, reason = "seven digits of a weight are kept")]
        let narrow = *weight as f32;
        for (sum, value) in blend.posterior.iter_mut().zip(&part.posterior) {
            *sum += narrow * value;
        }
        for (sum, value) in blend.prior.iter_mut().zip(&part.prior) {
            *sum += weight * value;
        }
        blend.iterations += part.iterations;
        blend.converged &= part.converged;
    }
    blend
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::{Answer, Extent};

    #[test]
    fn a_hundred_thousand_workers_and_a_thousand_classes_are_no_trouble() {
        let extent = Extent { items: 40, workers: 100_000, classes: 1_000 };
        let rows = (0..400_u32).map(|row| Answer {
            item: row % 40,
            worker: row * 97,
            class: if row % 5 == 0 { row } else { row % 40 },
        });
        let answers = Answers::new(extent, rows).expect("indices lie inside");
        assert!(matches!(
            Pooled::default().aggregate(&answers, &Gold::none(), Threads::ONE),
            Err(AggregateError::TooLarge { .. })
        ));
        let found = Blend::default().aggregate(&answers, &Gold::none(), Threads::ONE).expect("it finds a way");
        assert!((0..40).filter(|item| item % 5 != 0).all(|item| found.class(item) == item));
    }

    #[test]
    fn one_off_visitors_are_judged_by_the_pooled_model_alone() {
        let extent = Extent { items: 30, workers: 150, classes: 3 };
        let rows = (0..150_u32).map(|row| Answer { item: row / 5, worker: row, class: row * row % 7 % 3 });
        let answers = Answers::new(extent, rows).expect("indices lie inside");
        let pooled = Pooled::default().aggregate(&answers, &Gold::none(), Threads::ONE).expect("it fits");
        let blend = Blend::default().aggregate(&answers, &Gold::none(), Threads::ONE).expect("it fits");
        assert_eq!(blend, pooled);
    }
}
