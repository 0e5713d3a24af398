//! Whether a claimed thing is there, from workers who affirm or deny it: one pooled miss and false-alarm rate, and for each
//! worker rates of their own as evidence accumulates. Does not know what is claimed: a box, a point, a tag.
//!
//! Model: claim c of group g is true with probability π\_g; worker j affirms a true claim with sensitivity s\_j and a false one
//! with false-alarm rate f\_j. Beta priors with weight κ tie s\_j and f\_j to the pooled S and F and π\_g to the pooled π.
//! Two-coin form of Dawid & Skene (Applied Statistics 28, 1979); pooled priors for rates as in Branson, Van Horn and Perona
//! (Lean Crowdsourcing, CVPR 2017, section 4). What is hard for one worker is hard for the next, so answers on one claim are not
//! independent: n equal answers count n/(1 + (n − 1)ρ) (the design effect, Kish, Survey Sampling, 1965, section 5.4), ρ being the
//! correlation of the workers' errors within a claim, estimated with the rates. Expectation–maximisation from the vote shares, so no chance enters.
//!
//! Claims that exist only because somebody made them ([`Pooling::Symmetric`]) have less to be fitted by: s\_j = 1 − f\_j, one accuracy per
//! worker from one pass against the majority, base rates of one half, ρ fixed.
#![expect(clippy::indexing_slicing, reason = "workers and groups are places counted by the caller from the same rows")]

use std::cmp::Ordering;

/// Weight of the pooled rate in a worker's own, in answers. A visitor of few answers stays near the crowd.
const WORKER_WEIGHT: f64 = 4.0;
/// Pseudo-answers of the pooled rates: four right, one wrong.
const POOLED: [f64; 2] = [4.0, 1.0];
/// ρ of claims that exist only because somebody made them, for their errors cannot be told from their truth: seven votes count as
/// 2.8, which is the median flattening (temperature 2.5) that independent-worker posteriors ask for on real choice tasks.
const CLAIMED_CORRELATION: f64 = 0.25;
/// Rounds after which the last state is taken even if it still moves.
const MAX_ROUNDS: usize = 200;
/// Largest change of a probability at which the rounds end.
const TOLERANCE: f64 = 1e-9;

/// What is known of one worker's yes and no.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WorkerRates {
    /// The worker, as in the rows.
    pub worker: u32,
    /// P(affirms | true), 0 to 1, never below [`WorkerRates::false_alarm`].
    pub sensitivity: f64,
    /// P(affirms | false), 0 to 1.
    pub false_alarm: f64,
}

impl WorkerRates {
    /// ln P(vote | true) − ln P(vote | false), in nats: never negative for yes, never positive for no.
    pub fn nats(&self, affirms: bool) -> f64 {
        if affirms {
            (self.sensitivity / self.false_alarm).ln()
        } else {
            ((1.0 - self.sensitivity) / (1.0 - self.false_alarm)).ln()
        }
    }
}

/// What ties the crowd's rates down while no truth is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pooling {
    /// Pooled sensitivity, pooled false alarms and base rates are fitted: for claims that are put to everybody.
    Free,
    /// The crowd as a whole errs as often either way and a claim is as likely true as not, so that among equal workers the majority
    /// decides: for claims that exist only because somebody made them. Fitted freely, "true" would drift to mean "drawn by all",
    /// for nothing tells an object that is hard to see from one that is not there.
    Symmetric,
}

/// One thing claimed of an item, and who affirmed or denied it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Claim {
    /// Claims of one group share a base rate.
    pub(crate) group: usize,
    /// Places of workers with their vote, in an order that does not depend on the input's.
    pub(crate) votes: Vec<(usize, bool)>,
}

/// The fitted model.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Presence {
    /// P(true) of each claim, in the order of the claims.
    pub(crate) probability: Vec<f64>,
    /// Rates of each worker, by place.
    pub(crate) rates: Vec<WorkerRates>,
    /// Base rate of each group.
    pub(crate) base_rates: Vec<f64>,
    /// Correlation of errors within a claim, 0 to 1.
    pub(crate) correlation: f64,
}

/// P(true) of a claim with base rate `base_rate` after votes with the given nats whose errors correlate by `correlation`, 0 to 1.
///
/// On either side the strongest vote counts in full and the j-th adds e(j) − e(j−1), e(n) = n/(1 + (n − 1)ρ): one more vote never
/// weakens its own side.
pub(crate) fn posterior(base_rate: f64, correlation: f64, nats: impl IntoIterator<Item = f64>) -> f64 {
    let (mut yes, mut no): (Vec<f64>, Vec<f64>) = nats.into_iter().partition(|nats| *nats > 0.0);
    yes.sort_by(|first, second| second.total_cmp(first));
    no.sort_by(f64::total_cmp);
    let side = |nats: Vec<f64>| {
        nats.into_iter().enumerate().map(|(before, nats)| nats * added(before, correlation)).sum::<f64>()
    };
    let log_odds = (base_rate / (1.0 - base_rate)).ln() + side(yes) + side(no);
    1.0 / (1.0 + (-log_odds).exp())
}

/// Effective answers that one more equal answer adds to `before` others.
fn added(before: usize, correlation: f64) -> f64 {
    let effective = |answers: f64| answers / (1.0 + (answers - 1.0) * correlation);
    if before == 0 { 1.0 } else { effective(before as f64 + 1.0) - effective(before as f64) }
}

/// Correlation of the errors of two workers on one claim, 0 to 1: the mean product of their deviations from what the truth lets
/// expect, over the product of the deviations' spreads, truths weighted by their probability.
fn correlation(claims: &[Claim], probability: &[f64], rates: &[WorkerRates], pooling: Pooling) -> f64 {
    // One pair held to be independent keeps a handful of answers from claiming more.
    let (mut shared, mut most) = (0.0, 0.25);
    for (claim, truth) in claims.iter().zip(probability) {
        for (weight, there) in [(*truth, true), (1.0 - truth, false)] {
            // Σ_{j<k} a_j a_k = ((Σ a)² − Σ a²)/2, for deviations and for spreads.
            let mut sums = [0.0; 4];
            for (worker, affirms) in &claim.votes {
                let rates = rates[*worker];
                let expected = if there { rates.sensitivity } else { rates.false_alarm };
                let deviation = f64::from(u8::from(*affirms)) - expected;
                let spread = (expected * (1.0 - expected)).sqrt();
                for (sum, part) in sums.iter_mut().zip([deviation, deviation * deviation, spread, spread * spread]) {
                    *sum += part;
                }
            }
            shared += weight * (sums[0] * sums[0] - sums[1]) / 2.0;
            most += weight * (sums[2] * sums[2] - sums[3]) / 2.0;
        }
    }
    if pooling == Pooling::Symmetric {
        return CLAIMED_CORRELATION;
    }
    (shared / most).clamp(0.0, 1.0)
}

/// Fits base rates and rates and gives every claim its probability. `workers` are the ids by place.
pub(crate) fn fit(claims: &[Claim], groups: usize, workers: &[u32], pooling: Pooling) -> Presence {
    let mut probability: Vec<f64> = claims.iter().map(|claim| share(claim, pooling)).collect();
    let mut model = maximise(claims, &probability, groups, workers, pooling);
    let mut shared = correlation(claims, &probability, &model.1, pooling);
    let rounds = if pooling == Pooling::Symmetric { 1 } else { MAX_ROUNDS };
    for _ in 0..rounds {
        let mut change = 0.0_f64;
        for (claim, probability) in claims.iter().zip(&mut probability) {
            let nats = claim.votes.iter().map(|(worker, affirms)| model.1[*worker].nats(*affirms));
            let next = posterior(model.0[claim.group], shared, nats);
            change = change.max((next - *probability).abs());
            *probability = next;
        }
        if change < TOLERANCE || pooling == Pooling::Symmetric {
            break;
        }
        model = maximise(claims, &probability, groups, workers, pooling);
        shared = correlation(claims, &probability, &model.1, pooling);
    }
    Presence { probability, rates: model.1, base_rates: model.0, correlation: shared }
}

/// Share of yes, with half a vote for either side so that no claim starts certain.
fn share(claim: &Claim, pooling: Pooling) -> f64 {
    let yes = claim.votes.iter().filter(|(_, affirms)| *affirms).count();
    if pooling == Pooling::Symmetric {
        return match (2 * yes).cmp(&claim.votes.len()) {
            Ordering::Less => 0.0,
            Ordering::Equal => 0.5,
            Ordering::Greater => 1.0,
        };
    }
    (yes as f64 + 0.5) / (claim.votes.len() as f64 + 1.0)
}

/// Base rates by group and rates by worker that the probabilities of the claims make most likely.
fn maximise(
    claims: &[Claim],
    probability: &[f64],
    groups: usize,
    workers: &[u32],
    pooling: Pooling,
) -> (Vec<f64>, Vec<WorkerRates>) {
    let mut of_group = vec![[0.0_f64; 2]; groups];
    let mut of_worker = vec![[[0.0_f64; 2]; 2]; workers.len()];
    let mut pooled = [[POOLED[0], POOLED[1]], [POOLED[1], POOLED[0]]];
    for (claim, truth) in claims.iter().zip(probability) {
        of_group[claim.group][0] += truth;
        of_group[claim.group][1] += 1.0 - truth;
        for (worker, affirms) in &claim.votes {
            let column = usize::from(!affirms);
            for (row, weight) in [*truth, 1.0 - truth].into_iter().enumerate() {
                of_worker[*worker][row][column] += weight;
                pooled[row][column] += weight;
            }
        }
    }
    let [sensitivity, false_alarm] = match pooling {
        Pooling::Free => pooled.map(|[yes, no]| yes / (yes + no)),
        Pooling::Symmetric => {
            let [[hit, miss], [invented, denied]] = pooled;
            let right = (hit + denied) / (hit + miss + invented + denied);
            [right, 1.0 - right]
        }
    };
    let rates = workers.iter().zip(&of_worker).map(|(worker, counts)| {
        let shrunk = |row: usize, pooled: f64| {
            (counts[row][0] + WORKER_WEIGHT * pooled) / (counts[row][0] + counts[row][1] + WORKER_WEIGHT)
        };
        let (own_sensitivity, own_false_alarm) = match pooling {
            Pooling::Free => (shrunk(0, sensitivity), shrunk(1, false_alarm)),
            Pooling::Symmetric => {
                let [[hit, miss], [invented, denied]] = *counts;
                let all = hit + miss + invented + denied;
                let right = (hit + denied + WORKER_WEIGHT * sensitivity) / (all + WORKER_WEIGHT);
                (right, 1.0 - right)
            }
        };
        if own_sensitivity >= own_false_alarm {
            WorkerRates { worker: *worker, sensitivity: own_sensitivity, false_alarm: own_false_alarm }
        } else {
            // Worse than chance: the worker's word is set aside, not turned round.
            let rate = f64::midpoint(own_sensitivity, own_false_alarm);
            WorkerRates { worker: *worker, sensitivity: rate, false_alarm: rate }
        }
    });
    let (there, all) = probability.iter().fold((1.0, 2.0), |(there, all), truth| (there + truth, all + 1.0));
    let base_rate = there / all;
    if pooling == Pooling::Symmetric {
        return (vec![0.5; groups], rates.collect());
    }
    let base_rates = of_group
        .iter()
        .map(|[there, absent]| (there + WORKER_WEIGHT * base_rate) / (there + absent + WORKER_WEIGHT))
        .collect();
    (base_rates, rates.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn claim(votes: &[(usize, bool)]) -> Claim {
        Claim { group: 0, votes: votes.to_vec() }
    }

    #[test]
    fn a_posterior_is_bayes_rule_over_both_truths() {
        let rates = [(0.9, 0.2, true), (0.7, 0.1, false), (0.8, 0.3, true)];
        let joint = |truth: bool| {
            rates.iter().fold(if truth { 0.3 } else { 0.7 }, |product, (sensitivity, false_alarm, affirms)| {
                let yes = if truth { sensitivity } else { false_alarm };
                product * if *affirms { *yes } else { 1.0 - yes }
            })
        };
        let nats = rates.iter().map(|(sensitivity, false_alarm, affirms)| {
            WorkerRates { worker: 0, sensitivity: *sensitivity, false_alarm: *false_alarm }.nats(*affirms)
        });
        let expected = joint(true) / (joint(true) + joint(false));
        assert!((posterior(0.3, 0.0, nats) - expected).abs() < 1e-12);
    }

    #[test]
    fn the_fit_is_a_fixed_point_of_bayes_rule() {
        let claims = [
            claim(&[(0, true), (1, true), (2, false)]),
            claim(&[(0, false), (1, false), (2, false)]),
            claim(&[(0, true), (1, true), (2, true)]),
            claim(&[(0, false), (1, true), (2, false)]),
        ];
        let model = fit(&claims, 1, &[10, 11, 12], Pooling::Free);
        for (claim, probability) in claims.iter().zip(&model.probability) {
            let nats = claim.votes.iter().map(|(worker, affirms)| model.rates[*worker].nats(*affirms));
            assert!((posterior(model.base_rates[0], model.correlation, nats) - probability).abs() < 1e-6);
        }
    }

    #[test]
    fn a_worker_who_denies_everything_says_little() {
        let claims: Vec<Claim> =
            (0..30).map(|number| claim(&[(0, number % 2 == 0), (1, number % 2 == 0), (2, false)])).collect();
        let model = fit(&claims, 1, &[0, 1, 2], Pooling::Free);
        assert!(model.rates[2].nats(false).abs() < 0.2);
        assert!(model.rates[0].nats(true) > 1.0);
        assert!(model.probability[0] > 0.9 && model.probability[1] < 0.1);
    }

    proptest! {
        #[test]
        fn rates_and_probabilities_stay_within_bounds(
            votes in proptest::collection::vec(proptest::collection::btree_map(0_usize..4, any::<bool>(), 0..4), 0..12),
        ) {
            let claims: Vec<Claim> = votes.iter().map(|votes| claim(&votes.iter().map(|(w, v)| (*w, *v)).collect::<Vec<_>>())).collect();
            let model = fit(&claims, 1, &[0, 1, 2, 3], Pooling::Free);
            prop_assert!(model.probability.iter().all(|probability| (0.0..=1.0).contains(probability)));
            for rates in &model.rates {
                prop_assert!(rates.nats(true) >= 0.0 && rates.nats(false) <= 0.0);
                prop_assert!(rates.sensitivity < 1.0 && rates.false_alarm > 0.0);
            }
        }

        #[test]
        fn one_more_yes_never_lowers_and_one_more_no_never_raises(
            base in 0.01..0.99, correlation in 0.0..=1.0, rates in (0.01..0.99, 0.01..0.99), before in proptest::collection::vec(-3.0..3.0_f64, 0..6),
        ) {
            let rates = WorkerRates { worker: 0, sensitivity: f64::max(rates.0, rates.1), false_alarm: f64::min(rates.0, rates.1) };
            let without = posterior(base, correlation, before.iter().copied());
            prop_assert!(posterior(base, correlation, before.iter().copied().chain([rates.nats(true)])) >= without);
            prop_assert!(posterior(base, correlation, before.iter().copied().chain([rates.nats(false)])) <= without);
        }
    }
}
