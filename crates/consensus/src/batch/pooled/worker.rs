//! One worker of the pooled model: its ability, its tendencies, and the likelihoods they give its answers. Knows what all
//! workers share, no other worker.

use crate::batch::expectation::{SMALLEST, States, Sums};
use crate::batch::gamma::digamma;
use crate::batch::majority::usize_as_f64;

use super::shared::Shared;

/// Newton steps per walk; the estimate goes on from the last walk's.
const STEPS: usize = 3;
/// Most a step may move, in nats.
const LONGEST_STEP: f64 = 1.0;
/// Abilities and tendencies stay within this, in nats.
const FARTHEST: f64 = 8.0;

/// What the model says of one worker.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct WorkerModel {
    /// b, in nats.
    ability: f64,
    /// c by class, in nats; empty where the model has none.
    tendencies: Vec<f64>,
}

impl WorkerModel {
    pub(super) fn new(tendencies: usize) -> Self {
        Self { ability: 0.0, tendencies: vec![0.0; tendencies] }
    }
}

/// One pass over all workers: room to calculate in, and what is summed over them.
pub(super) struct Fit {
    states: States,
    strength: f64,
    /// Expected answers in each state.
    totals: Vec<f64>,
    /// Expected right answers in each state.
    right: Vec<f64>,
    /// Answers of each class.
    given: Vec<f64>,
    /// M, `[state][class answered]`.
    model: Vec<f64>,
    /// Workers with answers.
    pub(super) workers: f64,
    /// Σ E[b²].
    pub(super) ability_squares: f64,
    /// Σ mean over classes of E[c²].
    pub(super) tendency_squares: f64,
}

#[expect(
    clippy::indexing_slicing,
    reason = "a state is below the number of states, a class below the number of classes"
)]
impl Fit {
    pub(super) fn new(states: States, strength: f64) -> Self {
        let width = states.count();
        Self {
            states,
            strength,
            totals: vec![0.0; width],
            right: vec![0.0; width],
            given: vec![0.0; states.classes],
            model: vec![0.0; width * states.classes],
            workers: 0.0,
            ability_squares: 0.0,
            tendency_squares: 0.0,
        }
    }

    /// Fits the worker of `rank` and writes the likelihoods of its answers.
    pub(super) fn worker(
        &mut self,
        worker: &mut WorkerModel,
        shared: &Shared,
        sums: &Sums,
        rank: usize,
        likelihood: &mut [f32],
    ) {
        let width = self.states.count();
        let rows = rank * self.states.classes * width..(rank + 1) * self.states.classes * width;
        let counts = &sums.answers[rows.clone()];
        self.count(counts);
        self.fill(worker, shared);
        let mut certainty = 0.0;
        for _ in 0..STEPS {
            certainty = self.step_ability(worker, shared);
            self.step_tendencies(worker, shared);
            self.fill(worker, shared);
        }
        self.workers += 1.0;
        self.ability_squares += worker.ability * worker.ability + 1.0 / certainty;
        self.write(counts, &mut likelihood[rows]);
    }

    fn count(&mut self, counts: &[f64]) {
        let width = self.states.count();
        self.totals.fill(0.0);
        for (class, row) in counts.chunks_exact(width).enumerate() {
            self.given[class] = row.iter().sum();
            for (state, count) in row.iter().enumerate() {
                self.totals[state] += count;
                if state / self.states.groups == class {
                    self.right[state] = *count;
                }
            }
        }
    }

    /// M for the worker's present ability and tendencies.
    fn fill(&mut self, worker: &WorkerModel, shared: &Shared) {
        let States { classes, groups } = self.states;
        let able = worker.ability.exp();
        for (state, (row, pooled)) in
            self.model.chunks_exact_mut(classes).zip(shared.matrix.chunks_exact(classes)).enumerate()
        {
            row.copy_from_slice(pooled);
            row[state / groups] *= able;
            for (value, tendency) in row.iter_mut().zip(&worker.tendencies) {
                *value *= tendency.exp();
            }
            let total: f64 = row.iter().sum();
            for value in row {
                *value /= total;
            }
        }
    }

    /// One Newton step of b; returns the curvature, 1 / variance of b.
    fn step_ability(&self, worker: &mut WorkerModel, shared: &Shared) -> f64 {
        let States { classes, groups } = self.states;
        let mut slope = -worker.ability / shared.ability_variance;
        let mut curvature = 1.0 / shared.ability_variance;
        for (state, (total, right)) in self.totals.iter().zip(&self.right).enumerate() {
            let p = self.model[state * classes + state / groups];
            slope += right - total * p;
            curvature += total * p * (1.0 - p);
        }
        let step = (slope / curvature).clamp(-LONGEST_STEP, LONGEST_STEP);
        worker.ability = (worker.ability + step).clamp(-FARTHEST, FARTHEST);
        curvature
    }

    /// Half a Newton step of each c: they share the room that one matrix row has, and whole steps would overshoot.
    fn step_tendencies(&mut self, worker: &mut WorkerModel, shared: &Shared) {
        let classes = self.states.classes;
        for class in 0..worker.tendencies.len() {
            let tendency = worker.tendencies[class];
            let mut slope = self.given[class] - tendency / shared.tendency_variance;
            let mut curvature = 1.0 / shared.tendency_variance;
            for (state, total) in self.totals.iter().enumerate() {
                let p = self.model[state * classes + class];
                slope -= total * p;
                curvature += total * p * (1.0 - p);
            }
            let step = 0.5 * (slope / curvature).clamp(-LONGEST_STEP, LONGEST_STEP);
            worker.tendencies[class] = (tendency + step).clamp(-FARTHEST, FARTHEST);
            let squares = worker.tendencies[class] * worker.tendencies[class] + 1.0 / curvature;
            self.tendency_squares += squares / (usize_as_f64(classes) * usize_as_f64(STEPS));
        }
    }

    /// exp(ψ(`A_jtl`) − ψ(`Σ_l` `A_jtl`)) for the answers the worker gave; others are never asked for.
    fn write(&mut self, counts: &[f64], likelihood: &mut [f32]) {
        let classes = self.states.classes;
        let width = self.states.count();
        for total in &mut self.totals {
            *total = digamma(*total + self.strength);
        }
        let rows = counts.chunks_exact(width).zip(likelihood.chunks_exact_mut(width)).enumerate();
        for (class, (counts, out)) in rows.filter(|(class, _)| self.given[*class] > 0.0) {
            for (state, (value, count)) in out.iter_mut().zip(counts).enumerate() {
                let expected = count + self.strength * self.model[state * classes + class];
                #[expect(clippy::cast_possible_truncation, reason = "seven digits of a probability are kept")]
                let kept = (digamma(expected) - self.totals[state]).exp() as f32;
                *value = kept.max(SMALLEST);
            }
        }
    }
}
