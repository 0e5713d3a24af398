//! Dawid and Skene's estimator: one confusion matrix per worker. Knows no other worker when it looks at one.

use super::aggregate::{Aggregate, AggregateError, Aggregator, check_gold, check_size};
use super::answers::Answers;
use super::expectation::{RestingWalk, SMALLEST, States, Sums, Tables, Walk};
use super::gold::Gold;
use super::majority::{as_shares, usize_as_f64};
use super::threads::Threads;

/// Maximum likelihood by expectation maximisation (Dawid and Skene, *Applied Statistics* 28, 1979, section 3), begun at
/// the shares of votes.
///
/// Answer l of worker j on an item i of class k has probability `π[j][k][l]`; classes have shares `τ[k]`.
///
/// ```text
/// E: q[i][k] ∝ τ[k] · Π over the answers l of workers j on i of π[j][k][l]
/// M: π[j][k][l] = Σ q[i][k] over the items that j answered l / Σ q[i][k] over all that j answered;  τ[k] = mean of q[i][k]
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DawidSkene {
    /// Most iterations. Default 300.
    pub max_iterations: u32,
    /// Stops once an iteration adds less than this to the log-likelihood, in nats per answer (less than a third of it where items
    /// rest: they climb in smaller steps). Default 1e-7; 0 never stops early while there is anything to gain.
    pub tolerance: f64,
    /// An item rests when its probabilities moved less than this between two walks over all items. Default 1e-4; with 0 no
    /// item ever rests, and none does below four million answers, where a whole walk costs next to nothing.
    pub settled: f32,
    /// Iterations that leave out resting items, after each that walks over all. Default 9.
    pub rests: u32,
}

impl DawidSkene {
    /// The defaults of the fields.
    pub const DEFAULT: Self = Self { max_iterations: 300, tolerance: 1e-7, settled: 1e-4, rests: 9 };
}

impl Default for DawidSkene {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// From here on tables and answers outgrow the caches, and leaving out what hardly moves is worth it.
const ANSWERS_WORTH_RESTING: usize = 4_000_000;

/// Smallest expected count of an answer that was given at all: keeps a matrix from ruling a class out for ever.
const SMALLEST_COUNT: f64 = 1e-10;

impl Aggregator for DawidSkene {
    fn name(&self) -> &'static str {
        "dawid-skene"
    }

    fn aggregate(&self, answers: &Answers, gold: &Gold, threads: Threads) -> Result<Aggregate, AggregateError> {
        let classes = answers.classes();
        check_gold(answers, gold)?;
        check_size(answers, classes)?;
        let walk = Walk::new(answers, gold, threads);
        let states = States { classes, groups: 1 };
        let mut tables = Tables { states, prior: vec![1.0; classes], likelihood: Vec::new() };
        let rests = self.settled > 0.0 && answers.len() >= ANSWERS_WORTH_RESTING;
        let mut resting = RestingWalk::new(&walk, states, if rests { self.settled } else { 0.0 });
        maximise(&mut tables, resting.vote_shares(), threads);
        let enough = self.tolerance * usize_as_f64(answers.len()) * if rests { 0.3 } else { 1.0 };
        let mut before = f64::NEG_INFINITY;
        let mut iterations = 1;
        let mut since = 0;
        let mut converged = false;
        while iterations < self.max_iterations && !converged {
            iterations += 1;
            since += 1;
            if since <= self.rests && resting.most_rest() {
                let sums = resting.moving(&tables);
                maximise(&mut tables, sums, threads);
                continue;
            }
            let sums = resting.all(&tables);
            let now: f64 = sums.iter().map(|sums| sums.log_likelihood).sum();
            maximise(&mut tables, sums, threads);
            converged = now - before < enough * f64::from(since);
            before = now;
            since = 0;
        }
        drop(resting);
        let posterior = walk.posterior(&tables);
        Ok(Aggregate { classes, posterior, prior: as_shares(tables.prior), iterations, converged })
    }
}

/// The likeliest matrices and shares for expected counts, which add up over `parts`.
fn maximise(tables: &mut Tables, parts: &[Sums], threads: Threads) {
    for (class, share) in tables.prior.iter_mut().enumerate() {
        *share = parts.iter().filter_map(|part| part.items.get(class)).sum();
    }
    let items: f64 = tables.prior.iter().sum();
    for share in &mut tables.prior {
        *share = (*share / items).max(f64::MIN_POSITIVE);
    }
    tables.likelihood.resize(parts.first().map_or(0, |part| part.answers.len()), 0.0);
    let classes = tables.states.classes;
    threads.share_out(&mut tables.likelihood, classes * classes, |first, likelihoods| match classes {
        2 => fill_matrices(parts, first, likelihoods, &mut [0.0; 2], &mut [0.0; 4]),
        3 => fill_matrices(parts, first, likelihoods, &mut [0.0; 3], &mut [0.0; 9]),
        4 => fill_matrices(parts, first, likelihoods, &mut [0.0; 4], &mut [0.0; 16]),
        5 => fill_matrices(parts, first, likelihoods, &mut [0.0; 5], &mut [0.0; 25]),
        _ => {
            fill_matrices(parts, first, likelihoods, &mut vec![0.0; classes], &mut vec![0.0; classes * classes]);
        }
    });
}

/// [`fill_matrix`] for consecutive workers from `first` on; `totals` and `counts` are room for a row and a matrix.
#[inline]
fn fill_matrices(parts: &[Sums], first: usize, likelihoods: &mut [f32], totals: &mut [f64], counts: &mut [f64]) {
    let matrix = counts.len();
    for (worker, likelihoods) in (first..).zip(likelihoods.chunks_exact_mut(matrix)) {
        counts.fill(0.0);
        for part in parts {
            let own = part.answers.get(worker * matrix..(worker + 1) * matrix).unwrap_or_default();
            for (count, own) in counts.iter_mut().zip(own) {
                *count += own;
            }
        }
        fill_matrix(counts, likelihoods, totals);
    }
}

/// The likeliest matrix of one worker, `[class answered][class]`; `totals` is room for one number per class.
#[inline]
fn fill_matrix(counts: &[f64], likelihoods: &mut [f32], totals: &mut [f64]) {
    let classes = totals.len();
    totals.fill(0.0);
    for row in counts.chunks_exact(classes).filter(|row| was_given(row)) {
        for (total, count) in totals.iter_mut().zip(row) {
            *total += count.max(SMALLEST_COUNT);
        }
    }
    for total in totals.iter_mut() {
        *total = 1.0 / total.max(SMALLEST_COUNT);
    }
    for (row, out) in counts.chunks_exact(classes).zip(likelihoods.chunks_exact_mut(classes)) {
        for ((value, count), inverse) in out.iter_mut().zip(row).zip(totals.iter()) {
            #[expect(clippy::cast_possible_truncation, reason = "seven digits of a probability are kept")]
            let likelihood = (count.max(SMALLEST_COUNT) * inverse) as f32;
            *value = likelihood.max(SMALLEST);
        }
    }
}

/// Whether the worker gave this answer at all.
#[inline]
fn was_given(row: &[f64]) -> bool {
    row.iter().sum::<f64>() > 0.0
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;
    use crate::batch::{Answer, Extent};

    const EXTENT: Extent = Extent { items: 30_000, workers: 90, classes: 3 };

    /// Five answers on each item; worker w is wrong once in 2 + w % 9 times.
    fn rows() -> impl Iterator<Item = Answer> + Clone {
        (0..150_000_u32).map(|row| {
            let (item, worker) = (row / 5, (row / 5 * 7 + row % 5 * 13) % 90);
            let class =
                if row.wrapping_mul(2_654_435_761) >> 16 & 0xfff < 4096 / (2 + worker % 9) { item + 1 } else { item };
            Answer { item, worker, class: class % 3 }
        })
    }

    /// The estimate in the plainest form: every sum in the order of the rows.
    fn plainly(iterations: u32) -> Vec<f64> {
        let mut shares = vec![[0.0; 3]; 30_000];
        for answer in rows() {
            shares[answer.item as usize][answer.class as usize] += 0.2;
        }
        for _ in 0..iterations {
            let mut counts = vec![[[0.0_f64; 3]; 3]; 90];
            let mut prior = [0.0; 3];
            for answer in rows() {
                for k in 0..3 {
                    counts[answer.worker as usize][k][answer.class as usize] += shares[answer.item as usize][k];
                }
            }
            for row in &shares {
                (0..3).for_each(|k| prior[k] += row[k]);
            }
            shares.fill(prior);
            for answer in rows() {
                for k in 0..3 {
                    let row = &counts[answer.worker as usize][k];
                    shares[answer.item as usize][k] *= row[answer.class as usize] / row.iter().sum::<f64>();
                }
            }
            for row in &mut shares {
                let total: f64 = row.iter().sum();
                for value in row.iter_mut() {
                    *value /= total;
                }
            }
        }
        shares.concat()
    }

    #[test]
    fn it_goes_where_the_plainest_form_goes() {
        let answers = Answers::new(EXTENT, rows()).unwrap();
        let model = DawidSkene { max_iterations: 12, tolerance: 0.0, settled: 0.0, ..DawidSkene::default() };
        let found = model.aggregate(&answers, &Gold::none(), Threads::available()).unwrap();
        for (found, expected) in found.posterior.iter().zip(plainly(12)) {
            assert!((f64::from(*found) - expected).abs() < 1e-4, "{found} {expected}");
        }
    }

    #[test]
    fn leaving_out_what_rests_leads_to_the_same_rest() {
        let answers = Answers::new(EXTENT, rows()).unwrap();
        let at_rest = DawidSkene { max_iterations: 1000, tolerance: 1e-11, ..DawidSkene::DEFAULT };
        let every_item = DawidSkene { settled: 0.0, ..at_rest };
        let threads = Threads::available();
        let found = at_rest.aggregate(&answers, &Gold::none(), threads).unwrap();
        let expected = every_item.aggregate(&answers, &Gold::none(), threads).unwrap();
        assert!(found.converged && expected.converged);
        for (found, expected) in found.posterior.iter().zip(&expected.posterior) {
            assert!((found - expected).abs() < 1e-2, "{found} {expected}");
        }
    }

    #[test]
    fn neither_the_order_of_rows_nor_threads_change_a_bit() {
        let answers = Answers::new(EXTENT, rows()).unwrap();
        let all: Vec<Answer> = rows().collect();
        let mixed = Answers::new(EXTENT, all.iter().rev().copied()).unwrap();
        let gold = Gold::from_iter([(3, 2), (77, 0)]);
        let expected = DawidSkene::default().aggregate(&answers, &gold, Threads::ONE).unwrap();
        assert!(expected.converged);
        assert_eq!(expected.posterior(3), [0.0, 0.0, 1.0]);
        for count in 2..5 {
            let threads = Threads::new(NonZeroUsize::new(count).unwrap());
            assert_eq!(DawidSkene::default().aggregate(&mixed, &gold, threads).unwrap(), expected);
        }
    }
}
