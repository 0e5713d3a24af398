//! What all workers share: shares of classes and groups, one confusion matrix, how far workers differ. Knows no worker by
//! itself.

use crate::batch::expectation::{States, Sums};
use crate::batch::gamma::digamma;
use crate::batch::majority::usize_as_f64;

use super::worker::Fit;

/// Pseudo-counts of the pooled matrix: right answers, and each wrong one.
const RIGHT: f64 = 4.0;
const WRONG: f64 = 1.0;
/// Pseudo-count of a class, and of a group within its class.
const ITEM: f64 = 1.0;
/// Workers are never thought more alike than this variance.
const SMALLEST_VARIANCE: f64 = 1e-3;

/// Shared parameters of the pooled model.
pub(super) struct Shared {
    pub(super) states: States,
    /// G, `[state][class answered]`; rows sum to one.
    pub(super) matrix: Vec<f64>,
    /// Weight of each state before any answer.
    prior: Vec<f64>,
    /// Expected items of each state where the estimate began.
    start: Vec<f64>,
    /// Weight of `start` beside what is learnt.
    hold: f64,
    /// v, of abilities.
    pub(super) ability_variance: f64,
    /// w, of tendencies.
    pub(super) tendency_variance: f64,
}

impl Shared {
    pub(super) fn new(states: States, start: &Sums, hold: f64) -> Self {
        Self {
            states,
            matrix: vec![0.0; states.count() * states.classes],
            prior: vec![1.0; states.count()],
            start: start.items.clone(),
            hold,
            ability_variance: 1.0,
            tendency_variance: 0.25,
        }
    }

    /// Weight of each state before any answer.
    pub(super) fn prior(&self) -> &[f64] {
        &self.prior
    }

    /// Shares and matrix from expected counts.
    pub(super) fn learn(&mut self, sums: &Sums) {
        self.learn_shares(&sums.items);
        self.learn_matrix(&sums.answers);
    }

    /// Variances from what `fit` saw of the workers.
    pub(super) fn spread_of_workers(&mut self, fit: &Fit) {
        if fit.workers > 0.0 {
            self.ability_variance = (fit.ability_squares / fit.workers).max(SMALLEST_VARIANCE);
            self.tendency_variance = (fit.tendency_squares / fit.workers).max(SMALLEST_VARIANCE);
        }
    }

    fn learn_shares(&mut self, items: &[f64]) {
        let States { classes, groups } = self.states;
        let held: Vec<f64> =
            items.iter().zip(&self.start).map(|(now, start)| (now + self.hold * start) / (1.0 + self.hold)).collect();
        let total = digamma(held.iter().sum::<f64>() + ITEM * usize_as_f64(classes));
        for (of_class, prior) in held.chunks_exact(groups).zip(self.prior.chunks_exact_mut(groups)) {
            let count: f64 = of_class.iter().sum();
            let class = digamma(count + ITEM) - total;
            let all_groups = digamma(count + ITEM * usize_as_f64(groups));
            for (prior, group) in prior.iter_mut().zip(of_class) {
                let within = if groups == 1 { 0.0 } else { digamma(group + ITEM) - all_groups };
                *prior = (class + within).exp().max(f64::MIN_POSITIVE);
            }
        }
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "a state is below the number of states, a class below the number of classes"
    )]
    fn learn_matrix(&mut self, answers: &[f64]) {
        let States { classes, groups } = self.states;
        let width = self.states.count();
        self.matrix.fill(WRONG);
        for state in 0..width {
            self.matrix[state * classes + state / groups] = RIGHT;
        }
        let mut pooled = vec![0.0; classes * width];
        for worker in answers.chunks_exact(classes * width) {
            for (total, count) in pooled.iter_mut().zip(worker) {
                *total += count;
            }
        }
        for (answered, row) in pooled.chunks_exact(width).enumerate() {
            for (state, count) in row.iter().enumerate() {
                self.matrix[state * classes + answered] += count;
            }
        }
        for row in self.matrix.chunks_exact_mut(classes) {
            let total: f64 = row.iter().sum();
            for value in row {
                *value /= total;
            }
        }
    }
}
