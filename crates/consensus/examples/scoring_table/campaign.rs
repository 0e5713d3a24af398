//! A whole campaign in a closed loop: screens are composed from what is believed, visitors answer, votes move the beliefs,
//! settled items leave. Knows no address, no time, no storage.

use std::collections::BTreeSet;

use corvee_consensus::{
    Candidate, Composition, Crowd, Decision, Evidence, GoldStock, ItemPosterior, Knowledge, Probability, ScreenNumber,
    State, StopRule, Thresholds, Tile, Vote, Wear, compose, decide, human_probabilities, score_screen,
};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::visitor::{Slot, Visitor};

/// What kind of campaign is simulated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    /// Share of positives among the items.
    pub(crate) base_rate: f64,
    /// Share of visitors who click at random, with rates 0, .1, .3, .5, .7, 1 in equal parts.
    pub(crate) clickers: f64,
    /// Share of visitors who collude.
    pub(crate) colluders: f64,
    /// What colluders do.
    pub(crate) colluder: Visitor,
    /// Error rates of the decision.
    pub(crate) thresholds: Thresholds,
    /// First screens.
    pub(crate) first: Composition,
    /// How second screens are put together.
    pub(crate) second: Composition,
    /// All gold is as worn as this.
    pub(crate) wear: Wear,
    /// Seed of everything.
    pub(crate) seed: u64,
}

impl Setting {
    /// A clean prefix, 10 % clickers, nobody colluding.
    pub(crate) fn clean(base_rate: f64, seed: u64) -> Self {
        Self {
            base_rate,
            clickers: 0.1,
            colluders: 0.0,
            colluder: Visitor::BlanketLiar,
            thresholds: Thresholds::CLEAN,
            first: Composition::default(),
            second: Composition::balanced(),
            wear: Wear::Fresh,
            seed,
        }
    }

    /// The same where nothing is settled yet, as the collector would show it.
    pub(crate) fn at_the_beginning(self) -> Self {
        Self { first: self.first.at_the_beginning(), second: self.second.at_the_beginning(), ..self }
    }
}

/// Two screens as they would be shown to one visitor.
pub(crate) type Challenge = [Vec<Slot>; 2];

/// What came of a campaign. Counts of settled items, of screens, of votes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    screens: u32,
    gold_tiles: u32,
    finals: u32,
    positives: u32,
    targets: u32,
    wrong: u32,
    wrong_positives: u32,
    wrong_targets: u32,
    ambiguous: u32,
    votes: u32,
    clicker_votes: u32,
    clicker_weight: f64,
}

/// The tally as rates.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rates {
    pub(crate) finals_per_screen: f64,
    pub(crate) gold_per_screen: f64,
    /// Votes spent per final label, ambiguous items included.
    pub(crate) votes_per_label: f64,
    pub(crate) wrong: f64,
    pub(crate) wrong_of_positives: f64,
    pub(crate) wrong_of_targets: f64,
    pub(crate) ambiguous: f64,
    /// Mean effective vote of a random clicker.
    pub(crate) clicker_weight: f64,
}

impl Tally {
    pub(crate) fn rates(&self) -> Rates {
        let share = |part: u32, whole: u32| f64::from(part) / f64::from(whole.max(1));
        Rates {
            finals_per_screen: share(self.finals, self.screens),
            gold_per_screen: share(self.gold_tiles, self.screens),
            votes_per_label: share(self.votes, self.finals),
            wrong: share(self.wrong, self.finals),
            wrong_of_positives: share(self.wrong_positives, self.positives),
            wrong_of_targets: share(self.wrong_targets, self.targets),
            ambiguous: share(self.ambiguous, self.finals + self.ambiguous),
            clicker_weight: self.clicker_weight / f64::from(self.clicker_votes.max(1)),
        }
    }
}

struct Item {
    positive: bool,
    targeted: bool,
    posterior: ItemPosterior,
}

/// A running campaign with a pool of open items; a settled item is replaced by a fresh one.
pub(crate) struct Campaign {
    setting: Setting,
    crowd: Crowd,
    stop: StopRule,
    items: Vec<Item>,
    chance: ChaCha8Rng,
    pub(crate) tally: Tally,
}

impl Campaign {
    /// A campaign nobody has answered yet.
    pub(crate) fn fresh(setting: Setting) -> Self {
        let mut campaign = Self {
            setting,
            crowd: Crowd::default(),
            stop: StopRule::default(),
            items: Vec::new(),
            chance: ChaCha8Rng::seed_from_u64(setting.seed),
            tally: Tally::default(),
        };
        campaign.items = (0..400).map(|_| campaign.new_item()).collect();
        campaign
    }

    /// Serves visitors until so many items are settled.
    pub(crate) fn settle(&mut self, items: u32) {
        while self.tally.finals + self.tally.ambiguous < items {
            self.visit();
        }
    }

    /// A challenge on what is believed now; nothing is recorded.
    pub(crate) fn challenge(&mut self) -> Challenge {
        let (first, _) = self.screen(self.setting.first);
        let (second, _) = self.screen(self.setting.second);
        [first, second]
    }

    /// So many challenges. `visits_between` visitors answer between any two, so that they see different states.
    pub(crate) fn challenges(&mut self, count: usize, visits_between: usize) -> Vec<Challenge> {
        (0..count)
            .map(|_| {
                for _ in 0..visits_between {
                    self.visit();
                }
                self.challenge()
            })
            .collect()
    }

    fn new_item(&mut self) -> Item {
        let base_rate = Probability::saturating(self.setting.base_rate);
        Item {
            positive: self.chance.random_bool(self.setting.base_rate),
            targeted: self.chance.random_bool(0.1),
            posterior: ItemPosterior::new(base_rate),
        }
    }

    fn screen(&mut self, composition: Composition) -> (Vec<Slot>, Vec<usize>) {
        let pool = self.items.len();
        let offered: Vec<usize> =
            (0..60).map(|_| self.chance.random_range(0..pool)).collect::<BTreeSet<_>>().into_iter().collect();
        let candidates: Vec<Candidate> = offered
            .iter()
            .map(|item| {
                let positive = self.items[*item].posterior.positive();
                Candidate { positive, expected_positive: positive }
            })
            .collect();
        let stock = GoldStock { positive: 50, negative: 50 };
        let chance = &mut self.chance;
        let plan = compose(&self.crowd, &composition, stock, &candidates, &mut || chance.random::<f64>())
            .expect("gold of both labels and sixty candidates fill nine tiles");
        let wear = self.setting.wear;
        let gold = |positive| Slot { knowledge: Knowledge::Gold { positive, wear }, positive, targeted: false };
        let mut slots = vec![gold(true); plan.gold_positive];
        slots.resize(plan.gold_positive + plan.gold_negative, gold(false));
        let chosen: Vec<usize> = plan.unknown.iter().map(|index| offered[*index]).collect();
        slots.extend(chosen.iter().map(|item| {
            let Item { positive, targeted, posterior } = &self.items[*item];
            Slot {
                knowledge: Knowledge::Unknown { positive: posterior.positive() },
                positive: *positive,
                targeted: *targeted,
            }
        }));
        (slots, chosen)
    }

    fn visit(&mut self) {
        let Setting { clickers, colluders, colluder, thresholds, first, second, .. } = self.setting;
        let draw: f64 = self.chance.random();
        let visitor = if draw < clickers {
            Visitor::Rate([0.0, 0.1, 0.3, 0.5, 0.7, 1.0][self.chance.random_range(0..6)])
        } else if draw < clickers + colluders {
            colluder
        } else {
            Visitor::Person
        };
        let mut evidence = Evidence::default();
        for (index, number, composition) in [(0, ScreenNumber::First, first), (1, ScreenNumber::Second, second)] {
            let (slots, chosen) = self.screen(composition);
            let tiles = visitor.answer(index, &slots, &mut self.chance);
            self.record(visitor, &tiles, &chosen, evidence);
            evidence = score_screen(&self.crowd, &tiles, evidence);
            if decide(evidence, number, thresholds) != Decision::OneMore {
                break;
            }
        }
    }

    /// Votes count whether or not the visitor passes, with the weight the other tiles give them.
    fn record(&mut self, visitor: Visitor, tiles: &[Tile], chosen: &[usize], before: Evidence) {
        let human = human_probabilities(&self.crowd, tiles, before);
        let gold = tiles.len() - chosen.len();
        self.tally.screens += 1;
        self.tally.gold_tiles += u32::try_from(gold).expect("nine tiles at most");
        for ((tile, human), item) in tiles.iter().zip(human).skip(gold).zip(chosen) {
            let vote = Vote { picked: tile.picked, human, new_prefix: true };
            if matches!(visitor, Visitor::Rate(_)) {
                self.tally.clicker_votes += 1;
                self.tally.clicker_weight += vote.effective(&self.crowd);
            }
            self.items[*item].posterior.add(&self.crowd, vote);
            self.retire(*item);
        }
    }

    fn retire(&mut self, index: usize) {
        let item = &self.items[index];
        match self.stop.state(&item.posterior) {
            State::Open => return,
            State::Ambiguous => self.tally.ambiguous += 1,
            State::Final { positive, .. } => {
                let wrong = u32::from(positive != item.positive);
                self.tally.finals += 1;
                self.tally.wrong += wrong;
                self.tally.positives += u32::from(item.positive);
                self.tally.targets += u32::from(item.targeted);
                self.tally.wrong_targets += wrong * u32::from(item.targeted);
                self.tally.wrong_positives += wrong * u32::from(item.positive);
            }
        }
        self.tally.votes += item.posterior.votes();
        self.items[index] = self.new_item();
    }
}

/// Share of visitors accepted and screens per visitor when all of them answer `challenges` in the same way.
pub(crate) fn passing(
    challenges: &[Challenge],
    visitor: Visitor,
    thresholds: Thresholds,
    chance: &mut ChaCha8Rng,
) -> (f64, f64) {
    let crowd = Crowd::default();
    let (mut accepted, mut screens) = (0_u32, 0_u32);
    for challenge in challenges {
        let mut evidence = Evidence::default();
        for (index, number) in [ScreenNumber::First, ScreenNumber::Second].into_iter().enumerate() {
            screens += 1;
            let tiles = visitor.answer(index, &challenge[index], chance);
            evidence = score_screen(&crowd, &tiles, evidence);
            let decision = decide(evidence, number, thresholds);
            accepted += u32::from(decision == Decision::Accept);
            if decision != Decision::OneMore {
                break;
            }
        }
    }
    let visitors = challenges.len() as f64;
    (f64::from(accepted) / visitors, f64::from(screens) / visitors)
}
