//! What is assumed of people as answerers and of how many visitors are not people. Knows no visitor and no item.

use crate::probability::Probability;

/// Assumptions about the crowd of one campaign. The defaults are the field's figures for yes/no questions about photos;
/// a campaign with its own log of gold answers replaces them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crowd {
    /// P(picked | positive, person) on any item. Default 0.954: CIFAR-10H, 511,000 labels by people read as a yes/no
    /// question (Peterson, Battleday, Griffiths, Russakovsky, ICCV 2019).
    pub true_positive: Probability,
    /// P(picked | negative, person) on any item. Default 0.005, same source: people miss, they rarely invent.
    pub false_positive: Probability,
    /// P(picked | positive, person) on gold. Default 0.954 as for any item, for whether a campaign's gold was curated is not
    /// known (items with at least 95 % agreement reach 0.989 in the same data). Assuming less than is true costs nothing
    /// measurable; assuming 0.989 of uncurated gold refuses another 0.5 % of all people.
    pub gold_true_positive: Probability,
    /// P(picked | negative, person) on gold. Default 0.005, likewise.
    pub gold_false_positive: Probability,
    /// Share of visitors who are people, before any tile is read. Default 0.9.
    pub human_share: Probability,
    /// Share of *accepted* people assumed to answer the opposite of what they see. Default 0.115. It bounds what one vote may
    /// say (see [`crate::Vote`]): the less, the more votes a label needs and the more often each picture is seen. At 0.115
    /// colluders who know the gold and are three in ten flip 0.5 % of labels, at 0.2 none, for nearly twice the votes
    /// (attacks A6, A12 and A13 of docs/threat-model.md).
    pub assumed_hostile_share: Probability,
    /// Evidence kept of a vote whose address prefix already voted on the item. Default 0: one prefix, one vote. A class
    /// room behind one address sets 1.
    pub repeated_prefix_weight: Probability,
}

impl Default for Crowd {
    fn default() -> Self {
        Self {
            true_positive: Probability::saturating(0.954),
            false_positive: Probability::saturating(0.005),
            gold_true_positive: Probability::saturating(0.954),
            gold_false_positive: Probability::saturating(0.005),
            human_share: Probability::saturating(0.9),
            assumed_hostile_share: Probability::saturating(0.115),
            repeated_prefix_weight: Probability::ZERO,
        }
    }
}
