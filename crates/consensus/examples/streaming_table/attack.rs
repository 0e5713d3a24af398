//! Targeted items under colluders who pass gold and then agree on one wrong class: how many are flipped, at how many labels.

use corvee_consensus::Probability;
use corvee_consensus::streaming::{
    Class, Confusion, Exact, GoldRecord, Likelihood, Population, State, StopRule, Tally, Voice,
};

use crate::crowd::{Crowd, GOLD};

/// How an item is decided.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Plan {
    /// So many answers, the most frequent class, ties evenly.
    Fixed(u32),
    /// Until the posterior is sure, every answer floored.
    Posterior { confidence: f64, floor: f64, most: f64 },
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Outcome {
    pub(crate) flipped: f64,
    pub(crate) hard: f64,
    pub(crate) wrong: f64,
    pub(crate) labels: f64,
    pub(crate) flipped_with_hard: f64,
}

const TRUTH: Class = Class(0);
const AGREED: Class = Class(1);

/// The share of `items` targeted items that come out as the agreed class, every visitor from a network of their own.
pub(crate) fn targeted(classes: u8, colluders: f64, plan: Plan, items: u32, seed: u64) -> Outcome {
    let mut crowd = Crowd::new(classes, colluders, seed);
    let mut sum = Outcome::default();
    for _ in 0..items {
        let (class, labels, leader) = match plan {
            Plan::Fixed(labels) => {
                let class = plurality(&mut crowd, labels);
                (Some(class), labels, Some(class))
            }
            Plan::Posterior { confidence, floor, most } => sequential(&mut crowd, confidence, floor, most),
        };
        sum.labels += f64::from(labels);
        sum.flipped += f64::from(u8::from(class == Some(AGREED)));
        sum.wrong += f64::from(u8::from(class.is_some_and(|class| class != TRUTH)));
        sum.hard += f64::from(u8::from(class.is_none()));
        sum.flipped_with_hard += f64::from(u8::from(leader == Some(AGREED)));
    }
    let share = |count: f64| count / f64::from(items);
    Outcome {
        flipped: share(sum.flipped),
        hard: share(sum.hard),
        wrong: share(sum.wrong),
        labels: share(sum.labels),
        flipped_with_hard: share(sum.flipped_with_hard),
    }
}

fn plurality(crowd: &mut Crowd, labels: u32) -> Class {
    let mut votes = vec![0.0_f64; usize::from(crowd.classes)];
    for _ in 0..labels {
        let visitor = crowd.accepted();
        votes[crowd.answer(visitor, TRUTH, Some(AGREED)).index()] += 1.0;
    }
    // Less than a vote of chance breaks ties evenly.
    for vote in &mut votes {
        *vote += 0.5 * rand::RngExt::random::<f64>(&mut crowd.chance);
    }
    let best = votes.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(class, _)| class);
    Class::at(best)
}

fn sequential(crowd: &mut Crowd, confidence: f64, floor: f64, most: f64) -> (Option<Class>, u32, Option<Class>) {
    let classes = usize::from(crowd.classes);
    let likelihood = Likelihood::new(&Confusion::even(classes, Probability::HALF));
    let record = GoldRecord { right: f64::from(GOLD), wrong: 0.0 };
    let ability = Population::usual(classes).ability(record);
    let floor = Probability::saturating(floor);
    let rule = StopRule { confidence: Probability::saturating(confidence), max_answers: most, ..StopRule::default() };
    let mut tally = Tally::new(&vec![1.0; classes]);
    loop {
        match rule.state(&tally) {
            State::Open => {}
            State::Final { class, .. } => return (Some(class), tally.answers(), Some(class)),
            State::Hard => return (None, tally.answers(), tally.leader().map(|leader| leader.class)),
        }
        let visitor = crowd.accepted();
        let answer = crowd.answer(visitor, TRUTH, Some(AGREED));
        let evidence = likelihood.evidence(answer, ability, floor).map(Exact::new);
        tally.add(evidence, Probability::ONE, Voice::First, Probability::ONE);
    }
}
