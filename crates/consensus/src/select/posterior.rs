//! What all votes on one item say together. Does not know when that is enough.

use crate::probability::{MAX_LOG_ODDS, Probability};
use crate::select::crowd::Crowd;
use crate::select::vote::Vote;
use crate::streaming::{Sums, Tally};

/// The running posterior of one item: a [`Tally`] of two classes. Sums are exact, so that the order of votes changes
/// nothing; the same prior and the same votes give the same bits. A retraction is a [`ItemPosterior::replay`] without the
/// vote: what a vote's prefix counts may change when an earlier one goes.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemPosterior {
    /// As it was given: an item without votes is stored with these bits.
    prior_log_odds: f64,
    tally: Tally,
}

impl ItemPosterior {
    /// An item without votes. `prior`: the class base rate for the visitor's score; a machine's opinion may be mixed in
    /// only where the posterior never reaches a visitor's score.
    pub fn new(prior: Probability) -> Self {
        let prior_log_odds = prior.log_odds();
        Self { prior_log_odds, tally: Tally::from_log_prior(&[0.0, prior_log_odds]) }
    }

    /// The posterior after `votes`, in order.
    pub fn replay(crowd: &Crowd, prior: Probability, votes: impl IntoIterator<Item = Vote>) -> Self {
        let mut item = Self::new(prior);
        for vote in votes {
            item.add(crowd, vote);
        }
        item
    }

    /// The posterior of an item whose votes so far amount to `sums`. With the prior and the crowd of then it has the bits
    /// of a [`ItemPosterior::replay`] of those votes.
    pub fn resume(prior: Probability, sums: &Sums) -> Self {
        let Self { prior_log_odds, tally } = Self::new(prior);
        Self { prior_log_odds, tally: tally.resumed(sums) }
    }

    /// What its votes amount to.
    pub fn sums(&self) -> Sums {
        self.tally.sums()
    }

    /// Adds one vote.
    pub fn add(&mut self, crowd: &Crowd, vote: Vote) {
        self.tally.add(vote.evidence(crowd), vote.weight(crowd), vote.voice(), vote.human);
    }

    /// P(positive | prior and votes).
    pub fn positive(&self) -> Probability {
        Probability::from_log_odds(self.log_odds())
    }

    /// Log-odds of positive in nats, prior included, within ± [`MAX_LOG_ODDS`].
    pub fn log_odds(&self) -> f64 {
        (self.prior_log_odds + self.vote_log_odds()).clamp(-MAX_LOG_ODDS, MAX_LOG_ODDS)
    }

    /// Log-odds of positive in nats from the votes alone, within ± [`MAX_LOG_ODDS`].
    pub fn vote_log_odds(&self) -> f64 {
        let mut logs = self.tally.log_evidence();
        let (negative, positive) = (logs.next().unwrap_or_default(), logs.next().unwrap_or_default());
        (positive - negative).clamp(-MAX_LOG_ODDS, MAX_LOG_ODDS)
    }

    /// Votes of any weight.
    pub fn votes(&self) -> u32 {
        self.tally.answers()
    }

    /// Distinct address prefixes among the votes.
    pub fn prefixes(&self) -> u32 {
        self.tally.clusters()
    }

    /// Votes weighed by P(person) and prefix: how many people have answered.
    pub fn effective_votes(&self) -> f64 {
        self.tally.effective_answers()
    }

    /// The core's view of it: class 0 is negative, class 1 positive.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn vote() -> impl Strategy<Value = Vote> {
        (any::<bool>(), 0.0..=1.0, any::<bool>()).prop_map(|(picked, human, new_prefix)| Vote {
            picked,
            human: Probability::saturating(human),
            new_prefix,
        })
    }

    fn bits(item: &ItemPosterior) -> [u64; 3] {
        [item.log_odds().to_bits(), item.vote_log_odds().to_bits(), item.effective_votes().to_bits()]
    }

    proptest! {
        #[test]
        fn without_votes_the_prior_stands_bit_for_bit(prior in 0.0..=1.0) {
            let prior = Probability::saturating(prior);
            prop_assert_eq!(ItemPosterior::new(prior).log_odds().to_bits(), prior.log_odds().to_bits());
        }

        #[test]
        fn a_replay_is_bit_equal(prior in 0.0..=1.0, votes in prop::collection::vec(vote(), 0..60)) {
            let crowd = Crowd::default();
            let prior = Probability::saturating(prior);
            let mut live = ItemPosterior::new(prior);
            for vote in &votes {
                live.add(&crowd, *vote);
            }
            let replayed = ItemPosterior::replay(&crowd, prior, votes);
            prop_assert_eq!(bits(&live), bits(&replayed));
            prop_assert_eq!((live.votes(), live.prefixes()), (replayed.votes(), replayed.prefixes()));
        }

        #[test]
        fn what_goes_on_from_its_sums_is_a_replay_bit_for_bit(
            prior in 0.0..=1.0, votes in prop::collection::vec(vote(), 0..60), at in 0_usize..60,
        ) {
            let crowd = Crowd::default();
            let prior = Probability::saturating(prior);
            let (before, after) = votes.split_at(at.min(votes.len()));
            let sums = ItemPosterior::replay(&crowd, prior, before.iter().copied()).sums();
            let mut resumed = ItemPosterior::resume(prior, &sums);
            for vote in after {
                resumed.add(&crowd, *vote);
            }
            prop_assert_eq!(resumed, ItemPosterior::replay(&crowd, prior, votes));
        }

        #[test]
        fn a_retraction_leaves_what_the_other_votes_say(
            votes in prop::collection::vec(vote(), 1..12), at in 0_usize..12,
        ) {
            let crowd = Crowd::default();
            let at = at.min(votes.len() - 1);
            let retracted = votes[at];
            let kept = votes.iter().enumerate().filter(|(index, _)| *index != at).map(|(_, vote)| *vote);
            let without = ItemPosterior::replay(&crowd, Probability::HALF, kept);
            let with = ItemPosterior::replay(&crowd, Probability::HALF, votes);
            let difference = with.vote_log_odds() - without.vote_log_odds();
            prop_assert!((difference - retracted.log_likelihood_ratio(&crowd)).abs() < 1e-9);
            prop_assert_eq!(with.votes(), without.votes() + 1);
        }

        #[test]
        fn the_order_of_votes_moves_no_more_than_rounding(votes in prop::collection::vec(vote(), 0..20), turn in 0_usize..20) {
            let crowd = Crowd::default();
            let mut turned = votes.clone();
            turned.rotate_left(turn.min(votes.len()));
            let (a, b) = (
                ItemPosterior::replay(&crowd, Probability::HALF, votes),
                ItemPosterior::replay(&crowd, Probability::HALF, turned),
            );
            prop_assert!((a.log_odds() - b.log_odds()).abs() < 1e-9);
        }

        #[test]
        fn any_number_of_votes_stays_finite(prior in 0.0..=1.0, vote in vote(), times in 0_usize..5_000) {
            let votes = std::iter::repeat_n(vote, times);
            let item = ItemPosterior::replay(&Crowd::default(), Probability::saturating(prior), votes);
            prop_assert!(item.log_odds().abs() <= MAX_LOG_ODDS);
            prop_assert!(item.effective_votes().is_finite());
        }
    }
}
