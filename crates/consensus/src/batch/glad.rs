//! Able workers and difficult items. Does not know which class a worker errs towards.

use std::ops::Range;
use std::thread;

use super::aggregate::{Aggregate, AggregateError, Aggregator, check_gold};
use super::answers::Answers;
use super::gold::Gold;
use super::item_walk::normalise;
use super::majority::usize_as_f64;
use super::threads::Threads;

/// Generative model of labels, abilities and difficulties (Whitehill, Ruvolo, Wu, Bergsma, Movellan, "Whose vote should
/// count more", NIPS 2009, sections 2 and 3), for any number of classes with errors spread evenly over the others.
///
/// Worker j is right on item i with probability `σ(x)`, `x = α_j · β_i`, σ the logistic function; the ability `α_j` may be
/// negative, the easiness `β_i` (one over the difficulty) is positive. All classes are equally likely beforehand, and as in
/// the paper `α_j ~ N(1, 1)` and `ln β_i ~ N(1, 1)`.
///
/// ```text
/// E: ln q_i(k) = sum over the answers k of [x + ln(K − 1)] + constant
/// M: raises sum of [p ln σ(x) + (1 − p) ln(1 − σ(x))] + ln of the priors, where p = q_i(answer of j)
/// ```
///
/// by a fixed number of Newton steps on each `ln β_i` for fixed abilities (without the part of the second derivative that
/// would make the sum convex), then one on each ability, in which the sum is concave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glad {
    /// Most iterations. Default 100.
    pub max_iterations: u32,
    /// Stops once an iteration changes the log-posterior by less than this, in nats per answer. Default 1e-5; 0 never
    /// stops early.
    pub tolerance: f64,
    /// Newton steps on an item's difficulty per iteration, at least 1. Default 1.
    pub steps: u32,
}

impl Default for Glad {
    fn default() -> Self {
        Self { max_iterations: 100, tolerance: 1e-5, steps: 1 }
    }
}

/// Mean of α and of ln β beforehand; their variance is 1. Also where both begin.
const PRIOR_MEAN: f64 = 1.0;
/// Longest step of α and of ln β: the logistic function is nearly flat far out, and a full step from there overshoots.
const LONGEST_STEP: f64 = 1.0;
/// Answers per block; blocks are added in their order, so that the number of threads reaches no result.
const ANSWERS_PER_BLOCK: usize = 1 << 15;
const MOST_BLOCKS: usize = 16;

impl Aggregator for Glad {
    fn name(&self) -> &'static str {
        "glad"
    }

    fn aggregate(&self, answers: &Answers, gold: &Gold, threads: Threads) -> Result<Aggregate, AggregateError> {
        check_gold(answers, gold)?;
        let classes = answers.classes();
        let others = usize_as_f64(classes.max(2) - 1);
        let model = Model { answers, gold, log_others: others.ln(), steps: self.steps };
        let mut ability = vec![PRIOR_MEAN; answers.workers()];
        let mut log_easiness = vec![PRIOR_MEAN; answers.items()];
        let mut before = f64::NEG_INFINITY;
        let mut iterations = 0;
        let mut converged = false;
        while iterations < self.max_iterations && !converged {
            let sums = model.walk(&ability, &mut log_easiness, threads);
            let log_posterior = sums.log_posterior + climb(&mut ability, &sums);
            iterations += 1;
            converged = (log_posterior - before).abs() < self.tolerance * usize_as_f64(answers.len());
            before = log_posterior;
        }
        let (posterior, prior) = model.posterior(&ability, &log_easiness);
        Ok(Aggregate { classes, posterior, prior, iterations, converged })
    }
}

/// One Newton step on every ability; returns the log-density of the abilities before it, up to a constant.
fn climb(ability: &mut [f64], sums: &Sums) -> f64 {
    let mut log_density = 0.0;
    for ((ability, slope), bend) in ability.iter_mut().zip(&sums.slope).zip(&sums.bend) {
        let off = *ability - PRIOR_MEAN;
        log_density -= 0.5 * off * off;
        *ability += ((slope - off) / (bend + 1.0)).clamp(-LONGEST_STEP, LONGEST_STEP);
    }
    log_density
}

/// What a walk found.
#[derive(Debug, Clone)]
struct Sums {
    /// First derivative of the expected log-likelihood by the ability, by rank.
    slope: Vec<f64>,
    /// Minus the second derivative, by rank.
    bend: Vec<f64>,
    /// ln P(answers, ln β | α) up to a constant, at the values before the walk. In nats.
    log_posterior: f64,
}

impl Sums {
    fn add(&mut self, block: &Self) {
        for (total, part) in self.slope.iter_mut().zip(&block.slope) {
            *total += part;
        }
        for (total, part) in self.bend.iter_mut().zip(&block.bend) {
            *total += part;
        }
        self.log_posterior += block.log_posterior;
    }
}

struct Model<'a> {
    answers: &'a Answers,
    gold: &'a Gold,
    /// ln(K − 1), what an answer counts above its x because errors are spread.
    log_others: f64,
    steps: u32,
}

impl Model<'_> {
    /// Moves every item's easiness and sums what the answers then say about abilities.
    fn walk(&self, ability: &[f64], log_easiness: &mut [f64], threads: Threads) -> Sums {
        let blocks = self.answers.len().div_ceil(ANSWERS_PER_BLOCK).clamp(1, MOST_BLOCKS);
        let mut rest = log_easiness;
        let mut begin = 0;
        let mut parts: Vec<(Range<usize>, &mut [f64], Option<Sums>)> = Vec::with_capacity(blocks);
        for block in 1..=blocks {
            let end = self.answers.item_at(self.answers.len() * block / blocks, block == blocks).max(begin);
            let (part, behind) = rest.split_at_mut(end - begin);
            parts.push((begin..end, part, None));
            (begin, rest) = (end, behind);
        }
        let per_thread = blocks.div_ceil(threads.count().min(blocks));
        if per_thread == blocks {
            for (items, part, found) in &mut parts {
                *found = Some(self.block(items.clone(), ability, part));
            }
        } else {
            thread::scope(|scope| {
                for parts in parts.chunks_mut(per_thread) {
                    scope.spawn(move || {
                        for (items, part, found) in parts {
                            *found = Some(self.block(items.clone(), ability, part));
                        }
                    });
                }
            });
        }
        let mut found = parts.into_iter().filter_map(|(_, _, found)| found);
        let mut total = found.next().expect("there is at least one block and each is filled");
        for block in found {
            total.add(&block);
        }
        total
    }

    #[expect(clippy::indexing_slicing, reason = "classes of answers and ranks of workers lie below their number")]
    fn block(&self, items: Range<usize>, ability: &[f64], log_easiness: &mut [f64]) -> Sums {
        let workers = self.answers.workers();
        let mut sums = Sums { slope: vec![0.0; workers], bend: vec![0.0; workers], log_posterior: 0.0 };
        let mut row = vec![0.0; self.answers.classes()];
        for (item, log_easiness) in items.zip(log_easiness) {
            let mut easiness = log_easiness.exp();
            let off = *log_easiness - PRIOR_MEAN;
            sums.log_posterior += self.weigh(item, ability, easiness, &mut row) - 0.5 * off * off;
            for step in 0..self.steps.max(1) {
                let off = *log_easiness - PRIOR_MEAN;
                let (mut slope, mut bend) = (0.0, 1.0);
                for (rank, class) in self.answers.on(item) {
                    let x = ability[rank] * easiness;
                    let right = logistic(x);
                    if step == 0 {
                        sums.log_posterior += log_wrong(x, right);
                    }
                    slope += (row[class] - right) * x;
                    bend += right * (1.0 - right) * x * x;
                }
                // Where answers pull an item down they also bend the curve; elsewhere that part would make it convex.
                let change = (slope - off) / (bend - slope.min(0.0));
                *log_easiness += change.clamp(-LONGEST_STEP, LONGEST_STEP);
                easiness = log_easiness.exp();
            }
            for (rank, class) in self.answers.on(item) {
                let right = logistic(ability[rank] * easiness);
                sums.slope[rank] += (row[class] - right) * easiness;
                sums.bend[rank] += right * (1.0 - right) * easiness * easiness;
            }
        }
        sums
    }

    /// `[item][class]`, and the mean of all items.
    fn posterior(&self, ability: &[f64], log_easiness: &[f64]) -> (Vec<f32>, Vec<f64>) {
        let classes = self.answers.classes();
        let mut posterior = vec![0_f32; self.answers.items() * classes];
        let mut mean = vec![0.0; classes];
        let mut row = vec![0.0; classes];
        for ((item, log_easiness), out) in log_easiness.iter().enumerate().zip(posterior.chunks_exact_mut(classes)) {
            self.weigh(item, ability, log_easiness.exp(), &mut row);
            for ((value, total), weight) in out.iter_mut().zip(&mut mean).zip(&row) {
                #[expect(clippy::cast_possible_truncation, reason = "seven digits of a probability are kept")]
                let kept = *weight as f32;
                *value = kept;
                *total += weight;
            }
        }
        let total: f64 = mean.iter().sum();
        for share in &mut mean {
            *share = if total > 0.0 { *share / total } else { 1.0 / usize_as_f64(classes) };
        }
        (posterior, mean)
    }

    /// Fills `row` with P(class | answers on item); returns ln of how much likelier the answers are than if all were wrong.
    #[expect(
        clippy::indexing_slicing,
        reason = "classes of answers and gold and ranks of workers lie below their number"
    )]
    fn weigh(&self, item: usize, ability: &[f64], easiness: f64, row: &mut [f64]) -> f64 {
        row.fill(0.0);
        for (rank, class) in self.answers.on(item) {
            row[class] += ability[rank] * easiness + self.log_others;
        }
        if let Some(class) = u32::try_from(item).ok().and_then(|item| self.gold.class(item)) {
            let found = row[class as usize];
            row.fill(0.0);
            row[class as usize] = 1.0;
            return found;
        }
        normalise(row)
    }
}

/// σ(x) = 1 / (1 + e^−x).
fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// ln(1 − σ(x)) = ln σ(x) − x, where `right` is σ(x).
fn log_wrong(x: f64, right: f64) -> f64 {
    right.max(f64::MIN_POSITIVE).ln() - x
}

#[cfg(test)]
mod tests {
    use super::super::answers::{Answer, Extent};
    use super::*;

    /// Worker 0 is always right, 1 nearly, 2 on even items, 3 never; on the last item nobody agrees.
    fn answers() -> Answers {
        let mut rows = Vec::new();
        for item in 0..20_u32 {
            let class = item % 3;
            let slip = u32::from(item == 4);
            for (worker, off) in [(0, 0), (1, slip), (2, item % 2), (3, 1 + item % 2)] {
                rows.push(Answer { item, worker, class: (class + off) % 3 });
            }
        }
        rows.extend([(0, 0), (1, 1), (2, 2)].map(|(worker, class)| Answer { item: 20, worker, class }));
        Answers::new(Extent { items: 21, workers: 4, classes: 3 }, rows).expect("the rows lie within")
    }

    struct Fit {
        /// By the caller's index.
        ability: Vec<f64>,
        log_easiness: Vec<f64>,
        /// Before each iteration.
        log_posteriors: Vec<f64>,
    }

    fn fit(gold: &Gold) -> Fit {
        let answers = answers();
        let model = Model { answers: &answers, gold, log_others: 2.0_f64.ln(), steps: 1 };
        let (mut ability, mut log_easiness) = (vec![PRIOR_MEAN; 4], vec![PRIOR_MEAN; 21]);
        let mut log_posteriors = Vec::new();
        for _ in 0..60 {
            let sums = model.walk(&ability, &mut log_easiness, Threads::ONE);
            log_posteriors.push(sums.log_posterior + climb(&mut ability, &sums));
        }
        let mut by_worker = vec![0.0; 4];
        for (rank, ability) in ability.iter().enumerate() {
            by_worker[answers.worker(rank) as usize] = *ability;
        }
        Fit { ability: by_worker, log_easiness, log_posteriors }
    }

    #[test]
    fn no_iteration_lowers_the_log_posterior() {
        for gold in
            [Gold::none(), [(4, 1), (20, 2)].into_iter().collect(), [(3, 1), (6, 1), (7, 2)].into_iter().collect()]
        {
            let found = fit(&gold).log_posteriors;
            for pair in found.windows(2) {
                assert!(pair[1] >= pair[0] - 1e-9, "{} fell to {}", pair[0], pair[1]);
            }
        }
    }

    #[test]
    fn gold_that_all_missed_comes_to_rest() {
        let rows = (0..400_u32).flat_map(|item| (0..8).map(move |worker| Answer { item, worker, class: item % 3 }));
        let answers = Answers::new(Extent { items: 400, workers: 8, classes: 3 }, rows).expect("the rows lie within");
        let gold: Gold = (0..10).map(|item| (item, (item + 1) % 3)).collect();
        let found = Glad::default().aggregate(&answers, &gold, Threads::ONE).expect("the gold lies within");
        assert!(found.converged && found.iterations < 30, "{} iterations", found.iterations);
    }

    #[test]
    fn abilities_rank_workers_and_may_be_negative() {
        let found = fit(&Gold::none()).ability;
        assert!(found[0] > found[1] && found[1] > found[2] && found[2] > found[3], "{found:?}");
        assert!(found[3] < 0.0, "{found:?}");
    }

    #[test]
    fn contested_items_are_difficult() {
        let found = fit(&Gold::none()).log_easiness;
        assert!(found[20] < found[0] && found[4] < found[0], "{found:?}");
    }

    #[test]
    fn the_logarithm_of_being_wrong_holds_far_out() {
        for (x, expected) in [(0.0, -std::f64::consts::LN_2), (800.0, -800.0), (-40.0, 0.0)] {
            let found = log_wrong(x, logistic(x));
            assert!((found - expected).abs() < 1e-9, "at {x}: {found}");
        }
    }
}
