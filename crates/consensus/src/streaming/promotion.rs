//! How a label becomes gold, and how gold is lost. Does not know where items are served, nor who passes.

use crate::probability::Probability;
use crate::streaming::likelihood::Class;
use crate::streaming::stopping::{State, StopRule};
use crate::streaming::tally::Tally;

/// What a label needs to become gold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PromotionRule {
    /// Confidence, under the floor the answers were weighed with. Default 0.999.
    pub confidence: Probability,
    /// Answers. Default 5.
    pub min_answers: u32,
    /// Distinct network clusters. Default 4.
    pub min_clusters: u32,
    /// Answers in quarantine, one a network: scored, not gating. Default 20.
    pub shadow_answers: u32,
    /// A shadow is turned down when as many failures as it has would be rarer than this at the pool's rate. Default 0.05:
    /// one right label in twenty is turned down, which costs nothing.
    pub significance: Probability,
    /// Probability of ever demoting right gold. Default 10⁻⁴.
    pub false_demotion: Probability,
}

impl Default for PromotionRule {
    fn default() -> Self {
        Self {
            confidence: Probability::saturating(0.999),
            min_answers: 5,
            min_clusters: 4,
            shadow_answers: 20,
            significance: Probability::saturating(0.05),
            false_demotion: Probability::saturating(1e-4),
        }
    }
}

/// How far a label has come.
#[derive(Debug, Clone, PartialEq)]
pub enum Promotion {
    /// In quarantine.
    Shadow(Shadow),
    /// Serves as gold.
    Gold {
        /// Its label.
        class: Class,
    },
    /// Stays a label, never to be gold.
    TurnedDown,
}

/// An item in quarantine: shown among gold, its answers counted, nobody's pass depending on them.
#[derive(Debug, Clone, PartialEq)]
pub struct Shadow {
    class: Class,
    failures: u32,
    clusters: Vec<u64>,
}

impl PromotionRule {
    /// A shadow of the item, if its label is as sure as gold must be. `stop`: only its calibration is used.
    pub fn nominate(&self, tally: &Tally, stop: &StopRule) -> Option<Shadow> {
        let rule = StopRule {
            confidence: self.confidence,
            min_answers: self.min_answers,
            min_clusters: self.min_clusters,
            ..*stop
        };
        match rule.state(tally) {
            // Where calibration puts the confidence out of reach, nothing is promoted.
            State::Final { class, confidence } if confidence >= self.confidence => {
                Some(Shadow { class, failures: 0, clusters: Vec::new() })
            }
            _ => None,
        }
    }

    /// The shadow after an answer by a visitor of `cluster` who passes on everything else. A network is heard once.
    /// `pool_failures`: share of answers on full gold that such visitors get wrong.
    #[must_use]
    pub fn after(&self, mut shadow: Shadow, cluster: u64, answer: Class, pool_failures: Probability) -> Promotion {
        if shadow.clusters.contains(&cluster) {
            return Promotion::Shadow(shadow);
        }
        shadow.clusters.push(cluster);
        shadow.failures += u32::from(answer != shadow.class);
        // At least one failure in fifty is granted: a pool that was never failed proves no rate of zero.
        let rate = pool_failures.value().max(0.02);
        if upper_tail(self.shadow_answers, shadow.failures, rate) < self.significance.value() {
            return Promotion::TurnedDown;
        }
        if shadow.answers() >= self.shadow_answers {
            return Promotion::Gold { class: shadow.class };
        }
        Promotion::Shadow(shadow)
    }

    /// Whether gold is to be taken out of service.
    pub fn demotes(&self, audit: &Audit) -> bool {
        audit.proves_wrong(self.false_demotion)
    }
}

impl Shadow {
    /// The label in quarantine.
    pub fn class(&self) -> Class {
        self.class
    }

    /// Networks heard so far.
    pub fn answers(&self) -> u32 {
        u32::try_from(self.clusters.len()).unwrap_or(u32::MAX)
    }

    /// How many of them disagreed with the label.
    pub fn failures(&self) -> u32 {
        self.failures
    }
}

/// P(at least `least` of `trials` | rate each).
fn upper_tail(trials: u32, least: u32, rate: f64) -> f64 {
    let mut term = (1.0 - rate).powi(i32::try_from(trials).unwrap_or(i32::MAX));
    let mut below = 0.0;
    for count in 0..least.min(trials + 1) {
        below += term;
        term *= f64::from(trials - count) / f64::from(count + 1) * rate / (1.0 - rate);
    }
    (1.0 - below).max(0.0)
}

/// The running audit of gold by otherwise good visitors: Wald's sequential test of "the label is wrong" against "the label
/// is right".
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Audit {
    /// ln P(answers | label wrong) / P(answers | label right), in nats.
    pub log_ratio: f64,
    /// Answers that counted as audits.
    pub audits: u32,
    /// Audits that disagreed with the label.
    pub disagreements: u32,
}

/// What one audit said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opinion {
    /// The label is right.
    Agrees,
    /// It is not.
    Disagrees,
}

impl Audit {
    /// After one more answer that is `if_wrong` likely where the label is wrong and `if_right` where it is right.
    #[must_use]
    pub fn after(self, opinion: Opinion, if_wrong: f64, if_right: f64) -> Self {
        Self {
            log_ratio: self.log_ratio + (if_wrong / if_right).ln(),
            audits: self.audits.saturating_add(1),
            disagreements: self.disagreements.saturating_add(u32::from(opinion == Opinion::Disagrees)),
        }
    }

    /// Whether the ratio has reached ln(1 / `false_alarm`): by Ville's inequality a right label ever gets there with at
    /// most that probability, however long it is served.
    pub fn proves_wrong(&self, false_alarm: Probability) -> bool {
        self.log_ratio >= -false_alarm.value().max(1e-300).ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Probability = Probability::saturating(0.08);

    /// Serves a shadow of class 0 to visitors who answer these classes, one network each.
    fn served(answers: impl IntoIterator<Item = u8>) -> Promotion {
        let shadow = Shadow { class: Class(0), failures: 0, clusters: vec![] };
        answers.into_iter().zip(0..).fold(Promotion::Shadow(shadow), |promotion, (answer, cluster)| match promotion {
            Promotion::Shadow(shadow) => PromotionRule::default().after(shadow, cluster, Class(answer), RATE),
            done => done,
        })
    }

    #[test]
    fn a_label_that_people_confirm_becomes_gold_after_twenty() {
        assert!(matches!(served([0; 19]), Promotion::Shadow(_)));
        assert_eq!(served([0; 20]), Promotion::Gold { class: Class(0) });
        assert_eq!(served((0..20).map(|n| u8::from(n == 3 || n == 9))), Promotion::Gold { class: Class(0) });
    }

    #[test]
    fn a_label_that_people_contradict_is_turned_down_early() {
        assert_eq!(served([1, 1, 1, 1, 1]), Promotion::TurnedDown);
        assert!(matches!(served([1, 1, 1]), Promotion::Shadow(_)));
    }

    #[test]
    fn one_network_vouches_once() {
        let rule = PromotionRule::default();
        let mut shadow = Shadow { class: Class(0), failures: 0, clusters: vec![] };
        for _ in 0..50 {
            match rule.after(shadow, 7, Class(0), RATE) {
                Promotion::Shadow(next) => shadow = next,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(shadow.answers(), 1);
    }

    #[test]
    fn the_tail_is_the_binomial_sum() {
        // P(X ≥ 2), n = 3, p = 0.2: 3·0.04·0.8 + 0.008.
        assert!((upper_tail(3, 2, 0.2) - 0.104).abs() < 1e-12);
        assert!((upper_tail(3, 0, 0.2) - 1.0).abs() < 1e-12);
        assert!(upper_tail(3, 4, 0.2).abs() < 1e-12);
    }

    #[test]
    fn wrong_gold_is_demoted_within_a_few_audits() {
        let mut audit = Audit::default();
        for _ in 0..4 {
            audit = audit.after(Opinion::Disagrees, 0.9, 0.05);
        }
        assert!(PromotionRule::default().demotes(&audit));
        assert!(!PromotionRule::default().demotes(&audit.after(Opinion::Agrees, 0.05, 0.9)));
        assert_eq!((audit.audits, audit.disagreements), (4, 4));
    }
}
