//! Workers who either know or follow a habit. Does not know that items differ in difficulty.

use super::aggregate::{Aggregate, AggregateError, Aggregator, check_gold, check_size};
use super::answers::Answers;
use super::expectation::{SMALLEST, States, Sums, Tables, Walk};
use super::gamma::digamma;
use super::gold::Gold;
use super::majority::usize_as_f64;
use super::threads::Threads;

/// MACE in its variational form (Hovy, Berg-Kirkpatrick, Vaswani, Hovy, "Learning whom to trust with MACE", NAACL 2013,
/// section 3), begun at the shares of votes in place of random restarts, so that a rerun gives the same bits.
///
/// A worker knows with probability θ and then answers the class; else it spams: answers l with probability `ξ_l` whatever
/// the class. All classes are equally likely beforehand. With ψ the digamma function, n the answers of the worker, a and d
/// the priors:
///
/// ```text
/// t   = exp(ψ(known + a) − ψ(n + 2a))           s = exp(ψ(spam + a) − ψ(n + 2a))
/// x_l = exp(ψ(spam_l + d) − ψ(spam + K d))
/// E: q_i(k) ∝ product over the answers l of [t (l = k) + s x_l]
/// M: of q_i(l) of an answer l the share t / (t + s x_l) was knowledge; all else was spam
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mace {
    /// Most iterations. Default 200.
    pub max_iterations: u32,
    /// Stops once an iteration changes the log-likelihood by less than this, in nats per answer. Default 1e-6; 0 never
    /// stops early.
    pub tolerance: f64,
    /// a of Beta(a, a), the prior of a worker's trust, above 0. Default 0.5: workers know or spam, few are between.
    pub trust_prior: f64,
    /// d of Dirichlet(d, …, d), the prior of a worker's habit, above 0. Default 10: habits are near even.
    pub habit_prior: f64,
}

impl Default for Mace {
    fn default() -> Self {
        Self { max_iterations: 200, tolerance: 1e-6, trust_prior: 0.5, habit_prior: 10.0 }
    }
}

impl Aggregator for Mace {
    fn name(&self) -> &'static str {
        "mace"
    }

    fn aggregate(&self, answers: &Answers, gold: &Gold, threads: Threads) -> Result<Aggregate, AggregateError> {
        let classes = answers.classes();
        check_gold(answers, gold)?;
        check_size(answers, classes)?;
        let walk = Walk::new(answers, gold, threads);
        let states = States { classes, groups: 1 };
        let even = 1.0 / usize_as_f64(classes);
        let mut tables = Tables { states, prior: vec![even; classes], likelihood: Vec::new() };
        let mut sums = walk.vote_shares(states);
        let mut workers = begin(classes, &sums);
        let mut before = f64::NEG_INFINITY;
        let mut iterations = 1;
        let mut converged = false;
        self.update(&mut workers, &mut tables, &sums);
        while iterations < self.max_iterations && !converged {
            sums = walk.sums(&tables);
            self.update(&mut workers, &mut tables, &sums);
            iterations += 1;
            converged = (sums.log_likelihood - before).abs() < self.tolerance * usize_as_f64(answers.len());
            before = sums.log_likelihood;
        }
        let posterior = walk.posterior(&tables);
        let total: f64 = sums.items.iter().sum();
        let prior = sums.items.iter().map(|count| if total > 0.0 { count / total } else { even }).collect();
        Ok(Aggregate { classes, posterior, prior, iterations, converged })
    }
}

/// What is thought of a worker.
#[derive(Debug, Clone, Copy)]
struct Trust {
    /// t: weight of knowing.
    knows: f64,
    /// s: weight of spamming.
    spams: f64,
}

/// Trust by rank, and x: the weight of each answer as a habit, `[rank × classes + class answered]`.
#[derive(Debug, Clone)]
struct Workers {
    trust: Vec<Trust>,
    habit: Vec<f64>,
}

/// A worker knows as often as it agrees with the others, and has no habit.
fn begin(classes: usize, sums: &Sums) -> Workers {
    let even = 1.0 / usize_as_f64(classes);
    let trust = sums
        .answers
        .chunks_exact(classes * classes)
        .map(|counts| {
            let all: f64 = counts.iter().sum();
            let agreed: f64 = counts.iter().step_by(classes + 1).sum();
            let knows = if all > 0.0 { agreed / all } else { 0.5 };
            Trust { knows, spams: 1.0 - knows }
        })
        .collect();
    Workers { trust, habit: vec![even; sums.answers.len() / classes] }
}

impl Mace {
    /// Splits the expected answers into knowledge and habit, then draws trust, habits and likelihoods from the split.
    fn update(&self, workers: &mut Workers, tables: &mut Tables, sums: &Sums) {
        let classes = tables.states.classes;
        tables.likelihood.resize(sums.answers.len(), 0.0);
        let per_worker = sums.answers.chunks_exact(classes * classes);
        let out = tables.likelihood.chunks_exact_mut(classes * classes);
        for (((counts, out), trust), habit) in
            per_worker.zip(out).zip(&mut workers.trust).zip(workers.habit.chunks_exact_mut(classes))
        {
            let (mut knew, mut spammed) = (0.0, 0.0);
            for ((answer, row), weight) in counts.chunks_exact(classes).enumerate().zip(habit.iter_mut()) {
                let all: f64 = row.iter().sum();
                let agreed = row.get(answer).copied().unwrap_or(0.0);
                let known = agreed * trust.knows / (trust.knows + trust.spams * *weight).max(f64::MIN_POSITIVE);
                knew += known;
                *weight = (all - known).max(0.0);
                spammed += *weight;
            }
            let total = digamma(knew + spammed + 2.0 * self.trust_prior);
            *trust = Trust {
                knows: (digamma(knew + self.trust_prior) - total).exp(),
                spams: (digamma(spammed + self.trust_prior) - total).exp(),
            };
            let habits = digamma(spammed + usize_as_f64(classes) * self.habit_prior);
            for ((answer, row), weight) in out.chunks_exact_mut(classes).enumerate().zip(habit.iter_mut()) {
                *weight = (digamma(*weight + self.habit_prior) - habits).exp();
                for (state, value) in row.iter_mut().enumerate() {
                    let knows = if state == answer { trust.knows } else { 0.0 };
                    #[expect(clippy::cast_possible_truncation, reason = "seven digits of a probability are kept")]
                    let likelihood = (knows + trust.spams * *weight) as f32;
                    *value = likelihood.max(SMALLEST);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::answers::{Answer, Extent};
    use super::*;

    /// Three workers who are mostly right on different items, and one (index 3) who answers 1 whatever is shown.
    fn answers() -> Answers {
        let mut rows = Vec::new();
        for item in 0..30_u32 {
            let class = item % 3;
            for worker in 0..3 {
                let slip = u32::from(item % 10 == worker);
                rows.push(Answer { item, worker, class: (class + slip) % 3 });
            }
            rows.push(Answer { item, worker: 3, class: 1 });
        }
        Answers::new(Extent { items: 30, workers: 4, classes: 3 }, rows).expect("the rows lie within")
    }

    #[test]
    fn a_worker_who_answers_by_habit_is_not_trusted() {
        let answers = answers();
        let walk = Walk::new(&answers, &Gold::none(), Threads::ONE);
        let states = States { classes: 3, groups: 1 };
        let mut tables = Tables { states, prior: vec![1.0; 3], likelihood: Vec::new() };
        let mut sums = walk.vote_shares(states);
        let mut workers = begin(3, &sums);
        for _ in 0..50 {
            Mace::default().update(&mut workers, &mut tables, &sums);
            sums = walk.sums(&tables);
        }
        for rank in 0..4 {
            let (trust, habit) = (workers.trust[rank], &workers.habit[rank * 3..][..3]);
            let knows = trust.knows / (trust.knows + trust.spams);
            if answers.worker(rank) == 3 {
                assert!(knows < 0.1 && habit[1] > 0.5, "spammer: {trust:?} {habit:?}");
            } else {
                assert!(knows > 0.8, "worker {}: {trust:?}", answers.worker(rank));
            }
        }
    }

    #[test]
    fn a_habit_decides_nothing() {
        let found = Mace::default().aggregate(&answers(), &Gold::none(), Threads::ONE).expect("there is no gold");
        assert!((0..30).all(|item| found.class(item) == item % 3), "{:?}", found.posterior);
        assert!(found.converged);
    }
}
