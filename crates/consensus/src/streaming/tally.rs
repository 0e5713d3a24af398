//! The running sum of what all answers say about one item. Does not remember the answers, nor know when they are enough.

use crate::probability::Probability;
use crate::streaming::exact::Exact;
use crate::streaming::likelihood::Class;

/// Prior classes are held at this share at least, so that answers can speak against any prior (log-odds within ± 40).
const LEAST_PRIOR: f64 = 4.3e-18;

/// Log-posterior of an item, with how many answers and networks it rests on. All sums are [`Exact`]: the same answers in
/// any order give the same bits, and taking one back leaves the bits there were without it.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    /// The prior's row, then the answers' row.
    rows: Vec<Exact>,
    answers: u32,
    clusters: u32,
    effective: Exact,
}

/// What the answers on an item amount to, without its prior.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sums {
    /// Log-evidence for every class, in nats.
    pub evidence: Vec<Exact>,
    /// Answers of any weight.
    pub answers: u32,
    /// Distinct network clusters among them.
    pub clusters: u32,
    /// Answers weighed by trust and damping.
    pub effective: Exact,
}

/// The class ahead of all others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Leader {
    /// Which.
    pub class: Class,
    /// Its posterior.
    pub posterior: Probability,
}

impl Tally {
    /// An item without answers. `prior`: shares of the classes, any scale; what is no number above zero is held just
    /// above.
    pub fn new(prior: &[f64]) -> Self {
        let sound = |share: f64| if share.is_finite() { share.max(0.0) } else { 0.0 };
        let total: f64 = prior.iter().map(|share| sound(*share)).sum();
        let log = |share: f64| Exact::new((sound(share) / total.max(f64::MIN_POSITIVE)).max(LEAST_PRIOR).ln());
        Self::of_log_prior(prior.iter().map(|share| log(*share)).collect())
    }

    /// An item without answers. `prior`: ln share of the classes, up to a constant.
    pub fn from_log_prior(prior: &[f64]) -> Self {
        Self::of_log_prior(prior.iter().map(|log| Exact::new(*log)).collect())
    }

    fn of_log_prior(mut rows: Vec<Exact>) -> Self {
        rows.resize(2 * rows.len(), Exact::ZERO);
        Self { rows, answers: 0, clusters: 0, effective: Exact::ZERO }
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.rows.len() / 2
    }

    /// Adds an answer: its log-evidence for every class, of which `weight` counts; `is_new_cluster`: nobody of that
    /// network answered before; `trust`: how much of a person it is towards the cap on answers.
    pub fn add(
        &mut self,
        evidence: impl IntoIterator<Item = Exact>,
        weight: Probability,
        standing: Voice,
        trust: Probability,
    ) {
        let classes = self.classes();
        for (sum, nats) in self.rows.iter_mut().skip(classes).zip(evidence) {
            *sum = sum.plus(nats.weighted(weight));
        }
        self.answers = self.answers.saturating_add(1);
        self.clusters = self.clusters.saturating_add(u32::from(standing == Voice::First));
        self.effective = self.effective.plus(Exact::new(trust.value()).weighted(weight));
    }

    /// Takes an answer back: everything as in [`Tally::add`].
    pub fn subtract(
        &mut self,
        evidence: impl IntoIterator<Item = Exact>,
        weight: Probability,
        standing: Voice,
        trust: Probability,
    ) {
        let classes = self.classes();
        for (sum, nats) in self.rows.iter_mut().skip(classes).zip(evidence) {
            *sum = sum.minus(nats.weighted(weight));
        }
        self.answers = self.answers.saturating_sub(1);
        self.clusters = self.clusters.saturating_sub(u32::from(standing == Voice::First));
        self.effective = self.effective.minus(Exact::new(trust.value()).weighted(weight));
    }

    /// What the answers so far amount to: with it and the prior the sum goes on where it was, bit for bit.
    pub fn sums(&self) -> Sums {
        let evidence = self.rows.iter().skip(self.classes()).copied().collect();
        Sums { evidence, answers: self.answers, clusters: self.clusters, effective: self.effective }
    }

    /// Goes on from these sums instead of from none. Evidence of more classes than there are is left out.
    #[must_use]
    pub fn resumed(mut self, sums: &Sums) -> Self {
        let classes = self.classes();
        for (row, evidence) in self.rows.iter_mut().skip(classes).zip(&sums.evidence) {
            *row = *evidence;
        }
        Self { answers: sums.answers, clusters: sums.clusters, effective: sums.effective, ..self }
    }

    /// Answers of any weight.
    pub fn answers(&self) -> u32 {
        self.answers
    }

    /// Distinct network clusters among them.
    pub fn clusters(&self) -> u32 {
        self.clusters
    }

    /// Answers weighed by trust and damping.
    pub fn effective_answers(&self) -> f64 {
        self.effective.value()
    }

    /// ln posterior of every class, up to a constant.
    pub fn log_posterior(&self) -> impl Iterator<Item = f64> + Clone + '_ {
        let (prior, sum) = self.rows.split_at(self.classes());
        prior.iter().zip(sum).map(|(prior, sum)| prior.plus(*sum).value())
    }

    /// Log-evidence of the answers alone, for every class, up to a constant.
    pub fn log_evidence(&self) -> impl Iterator<Item = f64> + '_ {
        self.rows.iter().skip(self.classes()).map(|sum| sum.value())
    }

    /// The posterior: one share a class, adding up to 1.
    pub fn posterior(&self) -> Vec<f64> {
        let mut shares: Vec<f64> = self.log_posterior().collect();
        softmax(&mut shares, 1.0);
        shares
    }

    /// The class ahead, or `None` when two are level: a tie has no winner by class order.
    pub fn leader(&self) -> Option<Leader> {
        self.leader_at(1.0)
    }

    /// The same with the posterior flattened by a temperature above 0.
    pub fn leader_at(&self, temperature: f64) -> Option<Leader> {
        let (class, log) = self.ahead()?;
        // The tail of the others is summed, not the whole: certainty keeps its small complement.
        let others: f64 = self
            .log_posterior()
            .enumerate()
            .filter(|(place, _)| *place != class.index())
            .map(|(_, other)| ((other - log) / temperature).exp())
            .sum();
        Some(Leader { class, posterior: Probability::saturating(1.0 / (1.0 + others)) })
    }

    fn ahead(&self) -> Option<(Class, f64)> {
        let (mut best, mut level) = ((0, f64::NEG_INFINITY), true);
        for (place, log) in self.log_posterior().enumerate() {
            if log > best.1 {
                best = (place, log);
                level = false;
            } else {
                #[expect(clippy::float_cmp, reason = "exact sums tie exactly")]
                {
                    level |= log == best.1;
                }
            }
        }
        (!level).then(|| (Class::at(best.0), best.1))
    }
}

/// Whether an answer is the first of its network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// Nobody of this network answered before.
    First,
    /// Somebody of this network did.
    Again,
}

/// Turns logarithms into shares that add up to 1, at a temperature above 0.
pub(crate) fn softmax(logs: &mut [f64], temperature: f64) {
    let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut total = 0.0;
    for log in logs.iter_mut() {
        *log = ((*log - largest) / temperature).exp();
        total += *log;
    }
    for share in logs.iter_mut() {
        *share /= total;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn without_answers_the_prior_stands() {
        let tally = Tally::new(&[2.0, 1.0, 1.0]);
        for (found, wanted) in tally.posterior().iter().zip([0.5, 0.25, 0.25]) {
            assert!((found - wanted).abs() < 1e-9);
        }
    }

    #[test]
    fn a_tie_has_no_leader() {
        assert_eq!(Tally::new(&[0.4, 0.4, 0.2]).leader(), None);
        assert_eq!(Tally::new(&[0.2, 0.4, 0.4]).leader(), None);
        assert_eq!(Tally::new(&[0.4, 0.2, 0.2]).leader().map(|leader| leader.class), Some(Class(0)));
    }

    #[test]
    fn no_classes_no_posterior() {
        assert!(Tally::new(&[]).posterior().is_empty());
        assert_eq!(Tally::new(&[]).leader(), None);
    }

    proptest! {
        #[test]
        fn any_prior_gives_shares_that_add_up_to_one(prior in prop::collection::vec(any::<f64>(), 1..9)) {
            let posterior = Tally::new(&prior).posterior();
            prop_assert!((posterior.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            prop_assert!(posterior.iter().all(|share| (0.0..=1.0).contains(share)));
        }
    }
}
