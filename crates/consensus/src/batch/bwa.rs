//! Bayesian weighted average: answers as numbers, each worker a precision. Does not know confusions: a worker is as good on
//! one class as on another.

use super::aggregate::{Aggregate, AggregateError, Aggregator, check_gold};
use super::answers::Answers;
use super::gold::Gold;
use super::majority::{as_shares, usize_as_f64, vote_shares};
use super::threads::Threads;

/// BWA (Li, Rubinstein, Cohn, "Truth inference at scale: a Bayesian model for adjudicating highly redundant crowd annotations",
/// WWW 2019), all classes at once.
///
/// An answer is a vector x with 1 at its class, an item a vector z of the same length. `x_ij` ~ N(`z_i`, 1/`v_j`), `z_i` ~ N(μ, 1/λ),
/// `v_j` ~ Gamma(a, b) with b = a · the variance of answers around their item's mean. Coordinate ascent:
/// `v_j` = (a + `n_j` K) / (b + Σ ‖`x_ij` − `z_i`‖²), `z_i` = (λμ + Σ `v_j` `x_ij`) / (λ + Σ `v_j`), μ = the mean of z.
/// z sums to one over the classes and is read as the posterior.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bwa {
    /// Most iterations. Default 500.
    pub max_iterations: u32,
    /// Comes to rest when no probability changes by more. Default 1e-4.
    pub tolerance: f64,
    /// a: pseudo-answers of a worker. Default 15.
    pub pseudo_answers: f64,
    /// λ: weight of the shares of classes beside the answers. Default 1.
    pub share_weight: f64,
}

impl Default for Bwa {
    fn default() -> Self {
        Self { max_iterations: 500, tolerance: 1e-4, pseudo_answers: 15.0, share_weight: 1.0 }
    }
}

impl Aggregator for Bwa {
    fn name(&self) -> &'static str {
        "bwa"
    }

    fn aggregate(&self, answers: &Answers, gold: &Gold, _threads: Threads) -> Result<Aggregate, AggregateError> {
        check_gold(answers, gold)?;
        let mut run = Run::new(self, answers, gold);
        let mut iterations = 0;
        let mut converged = false;
        while iterations < self.max_iterations && !converged {
            run.weigh_workers();
            converged = run.average() < self.tolerance;
            iterations += 1;
        }
        #[expect(clippy::cast_possible_truncation, reason = "seven digits of a probability are kept")]
        let posterior = run.items.iter().map(|value| *value as f32).collect();
        Ok(Aggregate { classes: answers.classes(), posterior, prior: run.shares, iterations, converged })
    }
}

struct Run<'a> {
    model: &'a Bwa,
    answers: &'a Answers,
    gold: &'a Gold,
    /// z, `[item][class]`.
    items: Vec<f64>,
    /// μ by class.
    shares: Vec<f64>,
    /// v by rank of the worker.
    weights: Vec<f64>,
    /// b.
    spread: f64,
}

#[expect(
    clippy::indexing_slicing,
    reason = "items, ranks and classes of answers lie below their numbers; gold was checked"
)]
impl<'a> Run<'a> {
    fn new(model: &'a Bwa, answers: &'a Answers, gold: &'a Gold) -> Self {
        let classes = answers.classes();
        let mut items = vec![0.0; answers.items() * classes];
        for (item, row) in items.chunks_exact_mut(classes).enumerate() {
            let share = 1.0 / usize_as_f64(answers.count(item).max(1));
            for (_, class) in answers.on(item) {
                row[class] += share;
            }
        }
        let weights = vec![0.0; answers.workers()];
        let mut run = Self { model, answers, gold, items, shares: vote_shares(answers), weights, spread: 0.0 };
        run.clamp_gold();
        let numbers = usize_as_f64(answers.len().max(1) * classes);
        // Where all agree there is no spread to divide by; a thousandth is as good as none.
        run.spread = model.pseudo_answers * (run.squares().iter().sum::<f64>() / numbers).max(1e-3);
        run
    }

    /// Σ ‖x − z‖² by rank of the worker.
    fn squares(&self) -> Vec<f64> {
        let classes = self.answers.classes();
        let mut squares = vec![0.0; self.answers.workers()];
        for (item, row) in self.items.chunks_exact(classes).enumerate() {
            let length: f64 = row.iter().map(|value| value * value).sum();
            for (rank, class) in self.answers.on(item) {
                squares[rank] += 1.0 - 2.0 * row[class] + length;
            }
        }
        squares
    }

    fn weigh_workers(&mut self) {
        let classes = usize_as_f64(self.answers.classes());
        let squares = self.squares();
        for (rank, (weight, squares)) in self.weights.iter_mut().zip(squares).enumerate() {
            let numbers = usize_as_f64(self.answers.count_of_worker(rank)) * classes;
            *weight = (self.model.pseudo_answers + numbers) / (self.spread + squares);
        }
    }

    /// New items and shares; returns the largest change.
    fn average(&mut self) -> f64 {
        let classes = self.answers.classes();
        let before = self.items.clone();
        for (item, row) in self.items.chunks_exact_mut(classes).enumerate() {
            let mut total = self.model.share_weight;
            for (value, share) in row.iter_mut().zip(&self.shares) {
                *value = self.model.share_weight * share;
            }
            for (rank, class) in self.answers.on(item) {
                row[class] += self.weights[rank];
                total += self.weights[rank];
            }
            for value in row {
                *value /= total;
            }
        }
        self.clamp_gold();
        self.shares.fill(0.0);
        for row in self.items.chunks_exact(classes) {
            for (share, value) in self.shares.iter_mut().zip(row) {
                *share += value;
            }
        }
        self.shares = as_shares(std::mem::take(&mut self.shares));
        self.items.iter().zip(&before).map(|(now, before)| (now - before).abs()).fold(0.0, f64::max)
    }

    fn clamp_gold(&mut self) {
        let classes = self.answers.classes();
        for (item, class) in self.gold.iter() {
            let row = &mut self.items[item as usize * classes..][..classes];
            row.fill(0.0);
            row[class as usize] = 1.0;
        }
    }
}
