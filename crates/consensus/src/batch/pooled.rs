//! The pooled hierarchical model: one confusion matrix for everybody, one ability per worker, a matrix of a worker's own only
//! as its answers accumulate. Does not know what time an answer was given, nor which site it came from.

mod shared;
mod worker;

use self::shared::Shared;
use self::worker::{Fit, WorkerModel};
use super::aggregate::{Aggregate, AggregateError, Aggregator, check_gold, check_size};
use super::answers::Answers;
use super::expectation::{States, Sums, Tables, Walk};
use super::gold::Gold;
use super::majority::{as_shares, usize_as_f64};
use super::threads::Threads;

/// The model of reference for answers of many people, also of people who answer three times and never come back.
///
/// An item has a state t: its class k and, with [`Pooled::groups`] above 1, a group within the class (say, plain and contested
/// items), so that workers may err together. Answer l of worker j on an item in state t has probability `V_jtl` with
///
/// - `V_jt·` ~ Dirichlet(s · `M_jt·`), s = [`Pooled::strength`];
/// - `M_jtl` ∝ `G_tl` · exp(`b_j` where l is the class of t, plus `c_jl` with [`Pooled::tendencies`]);
/// - `b_j` ~ N(0, v), `c_jl` ~ N(0, w): an ability and, per class, a tendency to answer it;
/// - `G_t·` with pseudo-counts, 4 on the class of t and 1 elsewhere; class shares τ with 1 each.
///
/// Solved by variational Bayes over the states and V, point estimates of the rest: `q_it` ∝ exp(ψ(τ-counts) + Σ [ψ(`A_jtl`) − ψ(`Σ_l`
/// `A_jtl`)]), A = expected counts + s·M; G from pooled expected counts; b and c by Newton steps; v and w by their expected squares.
/// It begins at the shares of votes, draws nothing, and is therefore the same in every run. The two-level matrix follows Kim and
/// Ghahramani (AISTATS 2012) with the hierarchy of Venanzi et al. (WWW 2014) reduced to one community; groups follow Li,
/// Rubinstein and Cohn (ICML 2019).
///
/// Where workers give few answers each, the shares of classes are barely identified and drift to an extreme. They are held to
/// the shares of votes with the weight of [`Pooled::held`] answers per worker: strong for one-off visitors, negligible where
/// workers give fifty answers each. For the same reason s is raised to s · (1 + 2 / h) at h answers per worker: an answer of
/// somebody who never comes back says nothing about a matrix of its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pooled {
    /// Most walks over the answers. Default 100.
    pub max_iterations: u32,
    /// Comes to rest when the log-likelihood changes by less, in nats per answer. Default 1e-6.
    pub tolerance: f64,
    /// s: answers a worker must give in one state before its own matrix counts as much as everybody's. Default 4.
    pub strength: f64,
    /// How strongly class shares are held to vote shares, in answers per worker. Default 3.
    pub held: f64,
    /// Groups of items within a class, at least 1. Default 1.
    pub groups: usize,
    /// Whether workers have a tendency towards each class besides their ability. Default no.
    pub tendencies: bool,
}

/// What is added to the strength where every worker answers once, as a multiple of it.
const ONE_OFF: f64 = 2.0;

impl Default for Pooled {
    fn default() -> Self {
        Self { max_iterations: 100, tolerance: 1e-6, strength: 4.0, held: 3.0, groups: 1, tendencies: false }
    }
}

impl Aggregator for Pooled {
    fn name(&self) -> &'static str {
        "pooled"
    }

    fn aggregate(&self, answers: &Answers, gold: &Gold, threads: Threads) -> Result<Aggregate, AggregateError> {
        check_gold(answers, gold)?;
        let walk = Walk::new(answers, gold, threads);
        let states = self.states(answers)?;
        let start = walk.vote_shares(states);
        Ok(self.run(&walk, states, start))
    }
}

impl Pooled {
    /// The same estimate begun at the posterior of `start` instead of the shares of votes: a richer model begun at a plain one
    /// refines it, where begun at votes it may settle on classes of its own.
    ///
    /// # Errors
    /// As [`Aggregator::aggregate`].
    pub(crate) fn refine(
        &self,
        start: &Aggregate,
        answers: &Answers,
        gold: &Gold,
        threads: Threads,
    ) -> Result<Aggregate, AggregateError> {
        check_gold(answers, gold)?;
        let walk = Walk::new(answers, gold, threads);
        let states = self.states(answers)?;
        let start = walk.sums_from(states, |item, row| {
            for (probability, before) in row.iter_mut().zip(start.posterior(item)) {
                *probability = f64::from(*before);
            }
        });
        Ok(self.run(&walk, states, start))
    }

    fn states(&self, answers: &Answers) -> Result<States, AggregateError> {
        let states = States { classes: answers.classes(), groups: self.groups.max(1) };
        check_size(answers, states.count())?;
        Ok(states)
    }

    fn run(&self, walk: &Walk<'_>, states: States, start: Sums) -> Aggregate {
        let answers = walk.answers();
        let per_worker = answers.per_worker().max(1.0);
        let strength = self.strength * (1.0 + ONE_OFF / per_worker);
        let mut shared = Shared::new(states, &start, self.held / per_worker);
        let mut workers = vec![WorkerModel::new(if self.tendencies { states.classes } else { 0 }); answers.workers()];
        let mut tables =
            Tables { states, prior: vec![1.0; states.count()], likelihood: vec![0.0; start.answers.len()] };
        let mut sums = start;
        let mut before = f64::NEG_INFINITY;
        let mut iterations = 1;
        let mut converged = false;
        loop {
            shared.learn(&sums);
            tables.prior.copy_from_slice(shared.prior());
            let mut fit = Fit::new(states, strength);
            for (rank, worker) in workers.iter_mut().enumerate().filter(|(rank, _)| answers.count_of_worker(*rank) > 0)
            {
                fit.worker(worker, &shared, &sums, rank, &mut tables.likelihood);
            }
            shared.spread_of_workers(&fit);
            if converged || iterations >= self.max_iterations {
                break;
            }
            sums = walk.sums(&tables);
            iterations += 1;
            converged = (sums.log_likelihood - before).abs() < self.tolerance * usize_as_f64(answers.len());
            before = sums.log_likelihood;
        }
        let posterior = merge_groups(walk.posterior(&tables), states);
        let of_classes: Vec<f64> = sums.items.chunks_exact(states.groups).map(|groups| groups.iter().sum()).collect();
        Aggregate { classes: states.classes, posterior, prior: as_shares(of_classes), iterations, converged }
    }
}

/// `[item][state]` summed to `[item][class]`.
fn merge_groups(posterior: Vec<f32>, states: States) -> Vec<f32> {
    if states.groups == 1 {
        return posterior;
    }
    posterior.chunks_exact(states.groups).map(|groups| groups.iter().sum()).collect()
}
