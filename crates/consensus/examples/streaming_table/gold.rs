//! Labels that become gold although they are wrong, under colluders who agree on every item, shadow gold included.

use corvee_consensus::Probability;
use corvee_consensus::streaming::{
    Class, Confusion, Exact, GoldRecord, Likelihood, Population, Promotion, PromotionRule, StopRule, Tally, Voice,
};

use crate::crowd::{Crowd, GOLD};

const TRUTH: Class = Class(0);
const AGREED: Class = Class(1);

/// Counts of labels.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Promoted {
    pub(crate) nominated: u32,
    pub(crate) nominated_wrong: u32,
    pub(crate) right: u32,
    pub(crate) wrong: u32,
}

/// Serves `items` targeted items until they are nominated or have had 30 answers, then as shadow gold.
pub(crate) fn promote(classes: u8, colluders: f64, items: u32, seed: u64) -> Promoted {
    let mut crowd = Crowd::new(classes, colluders, seed);
    let rule = PromotionRule::default();
    let stop = StopRule::default();
    let k = usize::from(classes);
    let likelihood = Likelihood::new(&Confusion::even(k, Probability::HALF));
    let ability = Population::usual(k).ability(GoldRecord { right: f64::from(GOLD), wrong: 0.0 });
    let floor = Probability::saturating(0.2);
    // Accepted visitors err on gold about one time in ten.
    let pool_failures = Probability::saturating(0.1);
    let mut promoted = Promoted::default();
    for _ in 0..items {
        let mut tally = Tally::new(&vec![1.0; k]);
        let shadow = loop {
            if let Some(shadow) = rule.nominate(&tally, &stop) {
                break Some(shadow);
            }
            if tally.answers() >= 30 {
                break None;
            }
            let visitor = crowd.accepted();
            let answer = crowd.answer(visitor, TRUTH, Some(AGREED));
            let evidence = likelihood.evidence(answer, ability, floor).map(Exact::new);
            tally.add(evidence, Probability::ONE, Voice::First, Probability::ONE);
        };
        let Some(shadow) = shadow else { continue };
        promoted.nominated += 1;
        promoted.nominated_wrong += u32::from(shadow.class() != TRUTH);
        let mut promotion = Promotion::Shadow(shadow);
        let mut cluster = 0;
        while let Promotion::Shadow(shadow) = promotion {
            cluster += 1;
            let visitor = crowd.accepted();
            let answer = crowd.answer(visitor, TRUTH, Some(AGREED));
            promotion = rule.after(shadow, cluster, answer, pool_failures);
        }
        if let Promotion::Gold { class } = promotion {
            promoted.right += u32::from(class == TRUTH);
            promoted.wrong += u32::from(class != TRUTH);
        }
    }
    promoted
}
