//! Enhanced Bayesian classifier combination: groups of items within a class, one matrix per worker and group. Knows no
//! pooled matrix.

use super::aggregate::{Aggregate, AggregateError, Aggregator, check_gold, check_size};
use super::answers::Answers;
use super::expectation::{SMALLEST, States, Sums, Tables, Walk};
use super::gamma::digamma;
use super::gold::Gold;
use super::majority::{as_shares, usize_as_f64};
use super::threads::Threads;

/// EBCC (Li, Rubinstein, Cohn, "Exploiting worker correlation for label aggregation in crowdsourcing", ICML 2019), by mean-field
/// variational Bayes.
///
/// An item of class k belongs to one of M groups; answers of worker j on group m of class k are drawn from `V_jkm·` ~
/// Dirichlet([`Ebcc::right`] on k, [`Ebcc::wrong`] elsewhere). Groups have weights Dirichlet([`Ebcc::group_prior`]), classes
/// Dirichlet(1). Workers who err on the same items are thereby no independent evidence. With one group it is independent BCC
/// (Kim and Ghahramani, AISTATS 2012).
///
/// The original starts at random and keeps the best of many runs by their bound. This one starts once: items are spread over the
/// groups of a class by how contested they are (binomially, by the share of votes), so that every run is the same.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ebcc {
    /// Most walks over the answers. Default 100.
    pub max_iterations: u32,
    /// Comes to rest when the log-likelihood changes by less, in nats per answer. Default 1e-6.
    pub tolerance: f64,
    /// M, at least 1. Default 3.
    pub groups: usize,
    /// Pseudo-items of a group. Default 0.1.
    pub group_prior: f64,
    /// Pseudo-answers that are right. Default 4.
    pub right: f64,
    /// Pseudo-answers of each wrong class. Default 1.
    pub wrong: f64,
}

impl Default for Ebcc {
    fn default() -> Self {
        Self { max_iterations: 100, tolerance: 1e-6, groups: 3, group_prior: 0.1, right: 4.0, wrong: 1.0 }
    }
}

impl Ebcc {
    /// One group: independent Bayesian classifier combination (iBCC).
    pub fn single() -> Self {
        Self { groups: 1, ..Self::default() }
    }
}

impl Aggregator for Ebcc {
    fn name(&self) -> &'static str {
        if self.groups == 1 { "ibcc" } else { "ebcc" }
    }

    fn aggregate(&self, answers: &Answers, gold: &Gold, threads: Threads) -> Result<Aggregate, AggregateError> {
        check_gold(answers, gold)?;
        let classes = answers.classes();
        let states = States { classes, groups: self.groups.max(1) };
        check_size(answers, states.count())?;
        let walk = Walk::new(answers, gold, threads);
        let mut sums = walk.vote_shares(states);
        let mut tables = Tables { states, prior: vec![1.0; states.count()], likelihood: vec![0.0; sums.answers.len()] };
        self.update(&mut tables, &sums);
        let mut before = f64::NEG_INFINITY;
        let mut iterations = 1;
        let mut converged = false;
        while iterations < self.max_iterations && !converged {
            sums = walk.sums(&tables);
            self.update(&mut tables, &sums);
            iterations += 1;
            converged = (sums.log_likelihood - before).abs() < self.tolerance * usize_as_f64(answers.len());
            before = sums.log_likelihood;
        }
        let posterior = walk.posterior(&tables).chunks_exact(states.groups).map(|groups| groups.iter().sum()).collect();
        let of_classes: Vec<f64> = sums.items.chunks_exact(states.groups).map(|groups| groups.iter().sum()).collect();
        let prior = as_shares(of_classes);
        Ok(Aggregate { classes, posterior, prior, iterations, converged })
    }
}

impl Ebcc {
    /// exp E[ln ·] of shares, group weights and matrices under their Dirichlet posteriors.
    fn update(&self, tables: &mut Tables, sums: &Sums) {
        let States { classes, groups } = tables.states;
        let width = tables.states.count();
        let items = digamma(sums.items.iter().sum::<f64>() + usize_as_f64(classes));
        for (prior, of_class) in tables.prior.chunks_exact_mut(groups).zip(sums.items.chunks_exact(groups)) {
            let count: f64 = of_class.iter().sum();
            let class = digamma(count + 1.0) - items;
            let all_groups = digamma(count + self.group_prior * usize_as_f64(groups));
            for (prior, group) in prior.iter_mut().zip(of_class) {
                let within = digamma(group + self.group_prior) - all_groups;
                *prior = (class + within).exp().max(f64::MIN_POSITIVE);
            }
        }
        let own = self.right + self.wrong * usize_as_f64(classes - 1);
        let mut totals = vec![0.0; width];
        let workers =
            sums.answers.chunks_exact(classes * width).zip(tables.likelihood.chunks_exact_mut(classes * width));
        for (counts, likelihoods) in workers {
            totals.fill(own);
            for row in counts.chunks_exact(width) {
                for (total, count) in totals.iter_mut().zip(row) {
                    *total += count;
                }
            }
            for total in &mut totals {
                *total = digamma(*total);
            }
            let rows = counts.chunks_exact(width).zip(likelihoods.chunks_exact_mut(width)).enumerate();
            for (class, (counts, out)) in rows.filter(|(_, (counts, _))| counts.iter().sum::<f64>() > 0.0) {
                for (state, ((value, count), total)) in out.iter_mut().zip(counts).zip(&totals).enumerate() {
                    let own = if state / groups == class { self.right } else { self.wrong };
                    #[expect(clippy::cast_possible_truncation, reason = "seven digits of a probability are kept")]
                    let kept = (digamma(count + own) - total).exp() as f32;
                    *value = kept.max(SMALLEST);
                }
            }
        }
    }
}
