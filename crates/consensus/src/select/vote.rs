//! One answer on one unknown tile as evidence about the item. Does not know who answered, only how far to trust it.

use crate::probability::Probability;
use crate::select::crowd::Crowd;
use crate::streaming::{Class, Confusion, Damping, Exact, Voice};

/// What one visitor's answer contributes to one item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Vote {
    /// The visitor picked the tile.
    pub picked: bool,
    /// P(a person answered), judged from the *other* tiles of the challenge ([`crate::human_probabilities`]). Judging it
    /// from this tile too would let an answer vouch for itself.
    pub human: Probability,
    /// No earlier vote on this item came from the same address prefix. After a retraction the caller derives it anew
    /// from the votes that remain.
    pub new_prefix: bool,
}

impl Vote {
    /// Evidence for "positive" in nats: ln P(answer | positive) / P(answer | negative).
    ///
    /// P(picked | y) = π·[(1 − f)·h(y) + f·h(not y)] + (1 − π)·½ with π = [`Vote::human`], h the person's rates on items
    /// and f the assumed hostile share. f bounds the ratio whatever π says: with the defaults a certain person counts
    /// +2.05 nats picked and −1.78 not picked instead of +5.25 and −3.07, and π = 0 counts nothing. The mixture is Huber's
    /// contaminated neighbourhood ("A robust version of the probability ratio test", Annals of Mathematical
    /// Statistics 36, 1965).
    pub fn log_likelihood_ratio(&self, crowd: &Crowd) -> f64 {
        let [negative, positive] = self.evidence(crowd);
        (positive.value() - negative.value()) * self.weight(crowd).value()
    }

    /// Log-evidence for negative and positive, before the weight of its prefix: the core's likelihood, the confusion being
    /// a person's with the hostile share mixed in, the floor 1 − P(person).
    pub(super) fn evidence(&self, crowd: &Crowd) -> [Exact; 2] {
        let people = confusion_of_people(crowd).contaminated(crowd.assumed_hostile_share);
        let mut evidence = people.evidence(class(self.picked), self.human.complement()).map(Exact::new);
        [evidence.next().unwrap_or_default(), evidence.next().unwrap_or_default()]
    }

    /// Whether the prefix is heard for the first time.
    pub(super) fn voice(&self) -> Voice {
        if self.new_prefix { Voice::First } else { Voice::Again }
    }

    /// What the vote counts within its prefix.
    pub(super) fn weight(&self, crowd: &Crowd) -> Probability {
        Damping::Again(crowd.repeated_prefix_weight).weight(u32::from(!self.new_prefix))
    }

    /// The share of a vote this counts as towards the cap on votes: P(person), times the weight of its prefix.
    pub fn effective(&self, crowd: &Crowd) -> f64 {
        self.human.value() * self.weight(crowd).value()
    }
}

/// Negative is class 0, positive is class 1.
pub(super) fn class(positive: bool) -> Class {
    Class(u8::from(positive))
}

/// How people answer items.
pub(super) fn confusion_of_people(crowd: &Crowd) -> Confusion {
    let row = |picked: Probability| [picked.complement().value(), picked.value()];
    let rows = [crowd.false_positive, crowd.true_positive].map(row).concat();
    // Two rows of a probability and its complement are always a matrix.
    Confusion::from_rows(2, rows).unwrap_or_else(|| Confusion::even(2, Probability::HALF))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn nats(picked: bool, human: f64) -> f64 {
        let vote = Vote { picked, human: Probability::saturating(human), new_prefix: true };
        vote.log_likelihood_ratio(&Crowd::default())
    }

    #[test]
    fn a_certain_person_counts_what_the_hostile_share_allows() {
        // 0.885·0.954 + 0.115·0.005 and 0.885·0.005 + 0.115·0.954.
        let (positive, negative) = (0.844_865_f64, 0.114_135_f64);
        assert!((nats(true, 1.0) - (positive / negative).ln()).abs() < 1e-9);
        assert!((nats(false, 1.0) - ((1.0 - positive) / (1.0 - negative)).ln()).abs() < 1e-9);
    }

    #[test]
    fn a_certain_clicker_counts_nothing() {
        assert!(nats(true, 0.0).abs() < 1e-12);
        assert!(nats(false, 0.0).abs() < 1e-12);
    }

    #[test]
    fn a_second_vote_from_one_prefix_counts_nothing() {
        let crowd = Crowd::default();
        let vote = Vote { picked: true, human: Probability::ONE, new_prefix: false };
        assert!(vote.log_likelihood_ratio(&crowd).abs() < 1e-12);
        assert!(vote.effective(&crowd).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn more_trust_never_weakens_a_vote(less in 0.0..=1.0, more in 0.0..=1.0) {
            let (less, more) = if less <= more { (less, more) } else { (more, less) };
            prop_assert!(nats(true, more) >= nats(true, less) - 1e-12);
            prop_assert!(nats(false, more) <= nats(false, less) + 1e-12);
        }

        #[test]
        fn any_crowd_gives_a_finite_vote(rates in proptest::array::uniform4(0.0..=1.0), picked: bool) {
            let [true_positive, false_positive, human, assumed_hostile_share] = rates.map(Probability::saturating);
            let crowd = Crowd { true_positive, false_positive, assumed_hostile_share, ..Crowd::default() };
            let vote = Vote { picked, human, new_prefix: true };
            prop_assert!(vote.log_likelihood_ratio(&crowd).is_finite());
        }
    }
}
