//! A campaign under attack with the monitor watching: what it finds, what it reopens, what that changes. A quarter of the
//! items are targeted, colluders answer the others as good visitors do.

use std::collections::BTreeSet;

use corvee_consensus::Probability;
use corvee_consensus::streaming::{
    Class, Closed, Confusion, Exact, GoldRecord, Likelihood, Monitor, MonitorRule, Population, State, StopRule,
    Suspicion, Tally, Voice,
};
use rand::RngExt as _;

use crate::crowd::{Crowd, GOLD, Visitor};

/// How attackers come by addresses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Networks {
    /// A new one for every visit, like everybody.
    Fresh,
    /// They hold a few: honest visitors come from the first number of networks, colluders from the second.
    Held(u64, u64),
}

/// What came of a campaign, over targeted items.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Outcome {
    pub(crate) flipped: f64,
    pub(crate) hard: f64,
    pub(crate) labels: f64,
    pub(crate) suspects: usize,
    pub(crate) honest_suspects: usize,
    /// Items settled before the family was alarmed, if it was.
    pub(crate) alarmed_after: Option<u64>,
}

const CLASSES: u8 = 4;
const GOLD_ITEMS: u64 = 2_000;
const TRUTH: Class = Class(0);
const AGREED: Class = Class(1);

struct Item {
    targeted: bool,
    answers: Vec<(u64, Class)>,
    state: State,
}

struct Campaign {
    crowd: Crowd,
    networks: Networks,
    visits: u64,
    likelihood: Likelihood,
    ability: Probability,
    calm: StopRule,
    alarmed: StopRule,
    is_alarmed: bool,
    monitor: Monitor,
}

/// `items` items, a quarter of them targeted; the family's alarm raises the confidence from 0.999 to `raised`.
pub(crate) fn run(colluders: f64, networks: Networks, items: u64, raised: f64, watches: bool) -> Outcome {
    let classes = usize::from(CLASSES);
    let calm = StopRule::default();
    let mut campaign = Campaign {
        crowd: Crowd::new(CLASSES, colluders, 12),
        networks,
        visits: 0,
        likelihood: Likelihood::new(&Confusion::even(classes, Probability::HALF)),
        ability: Population::usual(classes).ability(GoldRecord { right: f64::from(GOLD), wrong: 0.0 }),
        calm,
        alarmed: StopRule { confidence: Probability::saturating(raised), ..calm },
        is_alarmed: false,
        monitor: Monitor::new(MonitorRule::default()),
    };
    let shared = Confusion::even(classes, Probability::saturating(0.9));
    let gold = Closed::gold(TRUTH, classes).expect("a class");
    for item in 0..GOLD_ITEMS {
        let answers: Vec<(u64, Class)> = (0..6).map(|_| campaign.answer(None)).collect();
        campaign.monitor.observe(item, &gold, &once(&answers), &shared);
    }
    let mut outcome = Outcome::default();
    let mut all: Vec<Item> = vec![];
    for number in 0..items {
        let mut item = Item { targeted: number % 4 == 0, answers: vec![], state: State::Open };
        campaign.settle(&mut item);
        let closed = campaign.rule().close(&campaign.tally(&item));
        let answers = once(&item.answers);
        all.push(item);
        let Some(closed) = closed.filter(|_| watches) else { continue };
        let alarm = campaign.monitor.observe(number, &closed, &answers, &shared);
        for suspect in &alarm.suspects {
            outcome.suspects += 1;
            outcome.honest_suspects += usize::from(!is_colluders(*suspect));
        }
        let mut reopened: BTreeSet<u64> = alarm.reopened.iter().copied().collect();
        if alarm.family {
            outcome.alarmed_after = Some(number);
            campaign.is_alarmed = true;
            reopened.extend(0..=number);
        }
        for number in reopened {
            if let Some(item) = usize::try_from(number).ok().and_then(|number| all.get_mut(number)) {
                campaign.settle(item);
            }
        }
    }
    let targets = all.iter().filter(|item| item.targeted).count() as f64;
    for item in all.iter().filter(|item| item.targeted) {
        outcome.labels += item.answers.len() as f64 / targets;
        match item.state {
            State::Final { class, .. } if class == AGREED => outcome.flipped += 1.0 / targets,
            State::Hard => outcome.hard += 1.0 / targets,
            State::Final { .. } | State::Open => {}
        }
    }
    outcome
}

/// Colluders' networks are numbered from here.
const THEIRS: u64 = 1 << 40;

fn is_colluders(cluster: u64) -> bool {
    cluster >= THEIRS
}

/// One answer a network.
fn once(answers: &[(u64, Class)]) -> Vec<(u64, Class)> {
    let mut seen = BTreeSet::new();
    answers.iter().copied().filter(|(cluster, _)| seen.insert(*cluster)).collect()
}

impl Campaign {
    fn rule(&self) -> StopRule {
        if self.is_alarmed { self.alarmed } else { self.calm }
    }

    /// The next accepted visitor's network and answer.
    fn answer(&mut self, agreed: Option<Class>) -> (u64, Class) {
        let visitor = self.crowd.accepted();
        self.visits += 1;
        let theirs = if visitor == Visitor::Colluder { THEIRS } else { 0 };
        let cluster = match self.networks {
            Networks::Fresh => theirs + self.visits,
            Networks::Held(_, held) if theirs > 0 => theirs + self.crowd.chance.random_range(0..held),
            Networks::Held(honest, _) => self.crowd.chance.random_range(0..honest),
        };
        (cluster, self.crowd.answer(visitor, TRUTH, agreed))
    }

    /// Asks until the item is settled.
    fn settle(&mut self, item: &mut Item) {
        let agreed = item.targeted.then_some(AGREED);
        loop {
            let tally = self.tally(item);
            item.state = self.rule().state(&tally);
            if item.state != State::Open {
                return;
            }
            let answer = self.answer(agreed);
            let heard = item.answers.iter().any(|(cluster, _)| *cluster == answer.0);
            if !heard && self.monitor.suspicion(answer.0) == Suspicion::Clear {
                item.answers.push(answer);
            }
        }
    }

    /// What the answers of unsuspected networks say.
    fn tally(&self, item: &Item) -> Tally {
        let mut tally = Tally::new(&[1.0; CLASSES as usize]);
        for (cluster, class) in &item.answers {
            if self.monitor.suspicion(*cluster) == Suspicion::Clear {
                let evidence = self.likelihood.evidence(*class, self.ability, Probability::saturating(0.2));
                tally.add(evidence.map(Exact::new), Probability::ONE, Voice::First, Probability::ONE);
            }
        }
        tally
    }
}
