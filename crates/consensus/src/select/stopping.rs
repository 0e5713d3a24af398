//! When an item needs no more votes. Knows the posterior only, no vote and no visitor.

use crate::probability::Probability;
use crate::select::posterior::ItemPosterior;
use crate::select::vote::class;
use crate::streaming::{self, Calibration};

/// When an item is final, and when it is given up as ambiguous.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StopRule {
    /// Posterior at which an item is final, for either label. Default 0.999.
    pub confidence: Probability,
    /// The same from its votes alone, from even odds: where most items are negative, the base rate would else do most of the
    /// work of calling one so, and a few colluders the rest. Default 0.995, see [`StopRule::at`].
    pub confidence_of_votes: Probability,
    /// Votes of any weight needed for final. Default 3.
    pub min_votes: u32,
    /// Distinct address prefixes needed for final. Default 3.
    pub min_prefixes: u32,
    /// *Effective* votes (people, not clicks) after which an undecided item is ambiguous. Default 10. Counting clicks
    /// instead would let random clickers push items to ambiguous; their votes weigh next to nothing, also here.
    pub max_votes: f64,
}

impl Default for StopRule {
    fn default() -> Self {
        Self::at(Probability::saturating(0.999))
    }
}

/// Where an item stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum State {
    /// More votes are wanted.
    Open,
    /// Settled.
    Final {
        /// The label.
        positive: bool,
        /// Posterior of that label.
        confidence: Probability,
    },
    /// People have had their say and it does not come out as one label. A product too: the posterior is exported.
    Ambiguous,
}

impl StopRule {
    /// Final at this confidence, to which the base rate may contribute a factor of five in odds and no more.
    pub fn at(confidence: Probability) -> Self {
        let confidence_of_votes = Probability::from_log_odds((confidence.log_odds() - 5.0_f64.ln()).max(0.0));
        Self { confidence, confidence_of_votes, min_votes: 3, min_prefixes: 3, max_votes: 10.0 }
    }

    /// Where the item stands after its votes so far.
    pub fn state(&self, item: &ItemPosterior) -> State {
        match self.core().state(item.tally()) {
            streaming::State::Open => State::Open,
            streaming::State::Final { class, confidence } => {
                let positive = class == self::class(true);
                if self.votes_say(item, positive) {
                    State::Final { positive, confidence }
                } else if item.effective_votes() >= self.max_votes {
                    State::Ambiguous
                } else {
                    State::Open
                }
            }
            streaming::State::Hard => State::Ambiguous,
        }
    }

    /// Whether the votes alone make the label as sure as they must.
    fn votes_say(&self, item: &ItemPosterior, positive: bool) -> bool {
        let towards = if positive { item.vote_log_odds() } else { -item.vote_log_odds() };
        Probability::from_log_odds(towards) >= self.confidence_of_votes
    }

    /// The core's rule: the votes' posterior as it is, nothing too dear.
    fn core(&self) -> streaming::StopRule {
        streaming::StopRule {
            confidence: self.confidence,
            min_answers: self.min_votes,
            min_clusters: self.min_prefixes,
            max_answers: self.max_votes,
            price: 0.0,
            calibration: Calibration::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::select::crowd::Crowd;
    use crate::select::vote::Vote;

    fn after(prior: f64, votes: impl IntoIterator<Item = (bool, f64)>) -> ItemPosterior {
        let votes = votes.into_iter().map(|(picked, human)| Vote {
            picked,
            human: Probability::saturating(human),
            new_prefix: true,
        });
        ItemPosterior::replay(&Crowd::default(), Probability::saturating(prior), votes)
    }

    #[test]
    fn an_item_without_votes_is_open() {
        assert_eq!(StopRule::default().state(&after(0.5, [])), State::Open);
    }

    #[test]
    fn a_certain_prior_alone_is_no_label() {
        let rule = StopRule::default();
        assert_eq!(rule.state(&after(1.0, [])), State::Open);
        assert_eq!(rule.state(&after(1.0, [(true, 1.0); 2])), State::Open);
    }

    #[test]
    fn four_people_who_agree_settle_an_even_item() {
        let rule = StopRule::default();
        for picked in [true, false] {
            assert_eq!(rule.state(&after(0.5, [(picked, 1.0); 3])), State::Open);
            match rule.state(&after(0.5, [(picked, 1.0); 4])) {
                State::Final { positive, confidence } => {
                    assert_eq!(positive, picked);
                    assert!(confidence >= rule.confidence);
                }
                other => panic!("four votes leave it {other:?}"),
            }
        }
    }

    #[test]
    fn a_base_rate_settles_nothing_in_place_of_votes() {
        let rule = StopRule::default();
        // Three people of little trust and a base rate of 1 % give 0.9996; the three alone give 0.96.
        let three = after(0.01, [(false, 0.8); 3]);
        assert!(three.positive().complement() >= rule.confidence);
        assert_eq!(rule.state(&three), State::Open);
        assert!(matches!(rule.state(&after(0.01, [(false, 0.8); 5])), State::Final { positive: false, .. }));
        let trusting = StopRule { confidence_of_votes: Probability::HALF, ..rule };
        assert!(matches!(trusting.state(&three), State::Final { positive: false, .. }));
    }

    #[test]
    fn ten_people_who_disagree_make_an_item_ambiguous() {
        let split = |people: usize| (0..people).map(|index| (index % 2 == 0, 1.0));
        let rule = StopRule::default();
        assert_eq!(rule.state(&after(0.5, split(9))), State::Open);
        assert_eq!(rule.state(&after(0.5, split(10))), State::Ambiguous);
    }

    #[test]
    fn a_hundred_clickers_do_not_make_an_item_ambiguous() {
        let noise = (0..100).map(|index| (index % 2 == 0, 0.05));
        assert_eq!(StopRule::default().state(&after(0.5, noise)), State::Open);
    }

    #[test]
    fn one_prefix_settles_nothing() {
        let crowd = Crowd { repeated_prefix_weight: Probability::ONE, ..Crowd::default() };
        let votes = (0..9).map(|index| Vote { picked: true, human: Probability::ONE, new_prefix: index == 0 });
        let item = ItemPosterior::replay(&crowd, Probability::HALF, votes);
        assert!(item.positive() > StopRule::default().confidence);
        assert_eq!(StopRule::default().state(&item), State::Open);
        let class_room = StopRule { min_prefixes: 1, ..StopRule::default() };
        assert!(matches!(class_room.state(&item), State::Final { positive: true, .. }));
    }
}
