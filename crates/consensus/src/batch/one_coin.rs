//! Dawid and Skene's estimator with one number per worker. Does not know in which direction a worker errs.

use super::aggregate::{Aggregate, AggregateError, Aggregator, check_gold};
use super::answers::Answers;
use super::gold::Gold;
use super::item_walk::{ItemSums, ItemWalk};
use super::majority::{as_shares, usize_as_f64};
use super::threads::Threads;

/// Maximum likelihood by expectation maximisation where worker j is right with probability `p_j` whatever the class, and errs
/// evenly over the other classes (Zhang, Chen, Zhou, Jordan, *JMLR* 17, 2016, section 3.1; the binary case of Dawid and
/// Skene 1979 with a symmetric matrix).
///
/// E: `q_ik` ∝ `τ_k` · Π (`p_j` where j answered k, (1 − `p_j`)/(K − 1) elsewhere). M: `p_j` = mean of `q_i` at j's answers, τ = mean of q.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OneCoin {
    /// Most iterations. Default 100.
    pub max_iterations: u32,
    /// Stops once an iteration adds less than this to the log-likelihood, in nats per answer. Default 1e-7.
    pub tolerance: f64,
}

impl Default for OneCoin {
    fn default() -> Self {
        Self { max_iterations: 100, tolerance: 1e-7 }
    }
}

/// A worker is never thought surer than this, nor surer to be wrong.
const SUREST: f64 = 1.0 - 1e-6;

impl Aggregator for OneCoin {
    fn name(&self) -> &'static str {
        "one-coin"
    }

    fn aggregate(&self, answers: &Answers, gold: &Gold, threads: Threads) -> Result<Aggregate, AggregateError> {
        check_gold(answers, gold)?;
        let classes = answers.classes();
        let walk = ItemWalk::new(answers, gold, threads);
        let mut sums = walk.vote_shares();
        let mut prior = shares(&sums);
        let mut gains = vec![0.0; answers.workers()];
        let mut before = f64::NEG_INFINITY;
        let mut iterations = 1;
        let mut converged = false;
        while iterations < self.max_iterations && !converged {
            let constant = update(answers, &sums, &mut gains);
            sums = walk.sums(&prior, &gains);
            prior = shares(&sums);
            iterations += 1;
            let log_likelihood = sums.log_likelihood + constant;
            converged = log_likelihood - before < self.tolerance * usize_as_f64(answers.len());
            before = log_likelihood;
        }
        update(answers, &sums, &mut gains);
        let posterior = walk.posterior(&prior, &gains);
        Ok(Aggregate { classes, posterior, prior, iterations, converged })
    }
}

fn shares(sums: &ItemSums) -> Vec<f64> {
    as_shares(sums.items.clone()).into_iter().map(|share| share.max(f64::MIN_POSITIVE)).collect()
}

/// Sets what each worker's answer adds to the log-odds of its class; returns what the factors left out add to the
/// log-likelihood.
fn update(answers: &Answers, sums: &ItemSums, gains: &mut [f64]) -> f64 {
    let others = usize_as_f64(answers.classes().max(2) - 1);
    let mut constant = 0.0;
    for (rank, (gain, right)) in gains.iter_mut().zip(&sums.right).enumerate() {
        let given = usize_as_f64(answers.count_of_worker(rank));
        if given > 0.0 {
            let p = (right / given).clamp(1.0 - SUREST, SUREST);
            *gain = (p * others / (1.0 - p)).ln();
            constant += given * ((1.0 - p) / others).ln();
        }
    }
    constant
}
