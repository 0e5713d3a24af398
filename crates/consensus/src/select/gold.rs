//! How gold ages and how wrong gold is found. Does not know which items are gold, nor where they are stored.

use crate::probability::Probability;
use crate::select::crowd::Crowd;
use crate::select::vote::{class, confusion_of_people};
use crate::streaming::{Audit, Opinion};

/// Whether an attacker may have learnt a gold item by seeing it too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wear {
    /// Served no more often than an unknown item would be.
    #[default]
    Fresh,
    /// Served more often: its evidence is lowered.
    Worn,
}

/// How often gold is served and when it is expelled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GoldPolicy {
    /// Servings after which gold is worn: as many as an unknown item gets before it is settled. Default 10.
    pub servings_per_gold: u32,
    /// Share of gold servings that must come from fresh private gold; the rest may be agreed items. Default 0.8.
    pub fresh_share: Probability,
    /// Leave-one-out P(person) from which a visitor's answer counts as an audit of the gold item. Default 0.95.
    pub auditor: Probability,
    /// Probability of ever expelling right gold. Default 10⁻⁴.
    pub false_expulsion: Probability,
}

impl Default for GoldPolicy {
    fn default() -> Self {
        Self {
            servings_per_gold: 10,
            fresh_share: Probability::saturating(0.8),
            auditor: Probability::saturating(0.95),
            false_expulsion: Probability::saturating(1e-4),
        }
    }
}

/// What the audits of one gold item say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoldVerdict {
    /// Keep serving it.
    Kept,
    /// Good visitors disagree with it: it is no gold any more, and what it cost visitors is to be reviewed.
    Expelled,
}

/// The running audit of one gold item by otherwise good visitors.
pub type GoldAudit = Audit;

impl GoldPolicy {
    /// Whether a gold item served `servings` times before counts as worn.
    pub fn wear(&self, servings: u32) -> Wear {
        if servings < self.servings_per_gold { Wear::Fresh } else { Wear::Worn }
    }

    /// Whether whoever answered a screen so audits its gold: a person by the other tiles (leave-one-out P(person)), who told
    /// tiles apart. All tiles or none say nothing of having looked, and where gold shows the thing rarely none is nearly right.
    pub fn is_auditor(&self, human: Probability, picked: &[bool]) -> bool {
        human >= self.auditor && picked.contains(&true) && picked.contains(&false)
    }

    /// `audit` after one more answer on a gold item whose label is `positive`. Visitors below [`GoldPolicy::auditor`] do
    /// not count. Rates are those of any item, so that merely hard gold is judged by what people can do; the chance that
    /// the auditor is a clicker after all is mixed in.
    #[must_use]
    pub fn audited(
        &self,
        crowd: &Crowd,
        audit: GoldAudit,
        positive: bool,
        picked: bool,
        human: Probability,
    ) -> GoldAudit {
        if human < self.auditor {
            return audit;
        }
        let answers = confusion_of_people(crowd).floored(human.complement());
        let answer_if = |truth: bool| answers.probability(class(truth), class(picked)).max(1e-3);
        let opinion = if picked == positive { Opinion::Agrees } else { Opinion::Disagrees };
        audit.after(opinion, answer_if(!positive), answer_if(positive))
    }

    /// Expelled once the ratio reaches ln(1 / false expulsion): by Ville's inequality right gold ever gets there with at
    /// most that probability, however long it is served.
    pub fn verdict(&self, audit: &GoldAudit) -> GoldVerdict {
        if audit.proves_wrong(self.false_expulsion) { GoldVerdict::Expelled } else { GoldVerdict::Kept }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    const AUDITOR: Probability = Probability::saturating(0.98);

    /// Audits until a gold item labelled `label` is expelled, if it is within `most`.
    fn audits_until_expelled(label: bool, truth: bool, most: u32, chance: &mut ChaCha8Rng) -> Option<u32> {
        let policy = GoldPolicy::default();
        let mut audit = GoldAudit::default();
        for audits in 1..=most {
            let person = chance.random_bool(AUDITOR.value());
            let picks = if !person {
                0.5
            } else if truth {
                0.954
            } else {
                0.005
            };
            audit = policy.audited(&Crowd::default(), audit, label, chance.random_bool(picks), AUDITOR);
            if policy.verdict(&audit) == GoldVerdict::Expelled {
                return Some(audits);
            }
        }
        None
    }

    #[test]
    fn wrong_gold_is_expelled_after_three_to_five_audits() {
        let mut chance = ChaCha8Rng::seed_from_u64(1);
        for label in [true, false] {
            let total: u32 = (0..2_000)
                .map(|_| audits_until_expelled(label, !label, 200, &mut chance).expect("wrong gold goes in the end"))
                .sum();
            let mean = f64::from(total) / 2_000.0;
            assert!((2.0..=5.0).contains(&mean), "gold labelled {label} goes after {mean} audits");
        }
    }

    #[test]
    fn right_gold_stays_for_fifty_audits() {
        let mut chance = ChaCha8Rng::seed_from_u64(2);
        for label in [true, false] {
            let expelled =
                (0..50_000).filter(|_| audits_until_expelled(label, label, 50, &mut chance).is_some()).count();
            // 10⁻⁴ allows 5; three standard errors more.
            assert!(expelled <= 12, "{expelled} of 50,000 right gold items labelled {label} were expelled");
        }
    }

    #[test]
    fn a_doubtful_visitor_is_no_auditor() {
        let policy = GoldPolicy::default();
        let audit = policy.audited(&Crowd::default(), GoldAudit::default(), true, false, Probability::saturating(0.9));
        assert_eq!(audit, GoldAudit::default());
    }

    #[test]
    fn who_picks_all_or_nothing_is_no_auditor() {
        let policy = GoldPolicy::default();
        assert!(policy.is_auditor(AUDITOR, &[true, false, false]));
        assert!(!policy.is_auditor(AUDITOR, &[false; 9]));
        assert!(!policy.is_auditor(AUDITOR, &[true; 9]));
        assert!(!policy.is_auditor(Probability::saturating(0.9), &[true, false, false]));
    }

    #[test]
    fn gold_is_worn_once_served_as_often_as_allowed() {
        let policy = GoldPolicy::default();
        assert_eq!(policy.wear(9), Wear::Fresh);
        assert_eq!(policy.wear(10), Wear::Worn);
    }

    proptest! {
        #[test]
        fn any_audit_stays_finite(
            rates in proptest::array::uniform3(0.0..=1.0), label: bool, picked: bool, times in 0_u32..1_000,
        ) {
            let [true_positive, false_positive, human] = rates.map(Probability::saturating);
            let crowd = Crowd { true_positive, false_positive, ..Crowd::default() };
            let policy = GoldPolicy { auditor: Probability::ZERO, ..GoldPolicy::default() };
            let mut audit = GoldAudit::default();
            for _ in 0..times {
                audit = policy.audited(&crowd, audit, label, picked, human);
            }
            prop_assert!(audit.log_ratio.is_finite());
            prop_assert_eq!(audit.audits, times);
        }
    }
}
