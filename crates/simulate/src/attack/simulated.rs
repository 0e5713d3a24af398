//! A campaign under attack, on the very functions that score and label in the collector: screens are composed from what is
//! believed, visitors answer, votes move the beliefs, settled items leave. Knows no address, no time, no process.

use std::collections::BTreeSet;

use corvee_consensus::{
    Candidate, Composition, Crowd, Decision, DriftAlarm, DriftMonitor, DriftRule, Evidence, GoldStock, ItemPosterior,
    Knowledge, Known, Probability, ScreenNumber, State, StopRule, Thresholds, Vote, Wear, compose, decide,
    human_probabilities, score_screen,
};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::answerer::{Answerer, Slot};

/// Open items at a time.
const OPEN: usize = 400;
/// Items looked at for a screen, as the collector does.
const LOOKED_AT: usize = 64;

/// The campaign and its visitors.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    /// Share of positives among the items.
    pub(super) base_rate: f64,
    /// Share of visitors who click at random, at rates 0, .1, .3, .5, .7, 1.
    pub(super) clickers: f64,
    /// Share of visitors who are attackers.
    pub(super) attackers: f64,
    /// What these do.
    pub(super) attacker: Answerer,
    /// Whether attackers answer only screens that hold a chosen item.
    pub(super) picky: bool,
    /// Share of items that attackers have chosen.
    pub(super) targets: f64,
    /// How right the machine is whose opinion everybody has.
    pub(super) machine: f64,
    /// Whether that opinion is where labels begin and what screens are put together by.
    pub(super) machine_prior: bool,
    /// When labels are final.
    pub(super) stop: StopRule,
    /// Error rates of the decision.
    pub(super) thresholds: Thresholds,
    /// How first screens are put together.
    pub(super) first: Composition,
    /// Seed of everything.
    pub(super) seed: u64,
}

impl Setting {
    /// A clean network, a fifth of positives, one visitor in ten a clicker, nobody attacking.
    pub(super) fn clean(seed: u64) -> Self {
        Self {
            base_rate: 0.2,
            clickers: 0.1,
            attackers: 0.0,
            attacker: Answerer::Person,
            picky: false,
            targets: 0.0,
            machine: 0.8,
            machine_prior: false,
            stop: StopRule::default(),
            thresholds: Thresholds::CLEAN,
            first: Composition::default(),
            seed,
        }
    }

    /// A suspicious network's screens and limits.
    pub(super) fn suspicious(seed: u64) -> Self {
        Self { thresholds: Thresholds::SUSPICIOUS, ..Self::clean(seed) }
    }
}

/// Two screens as they would be shown to one visitor.
pub(super) type Challenge = [Vec<Slot>; 2];

/// What came of a campaign: counts of settled items, votes on them, screens.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) finals: u64,
    pub(super) wrong: u64,
    pub(super) ambiguous: u64,
    /// Votes on settled items, and of these on final ones.
    pub(super) votes: u64,
    pub(super) final_votes: u64,
    pub(super) target_finals: u64,
    pub(super) target_wrong: u64,
    pub(super) screens: u64,
    /// Most servings of one item.
    pub(super) most_servings: u32,
    /// Wrong votes of attackers on unknown tiles, each weighed as it counts, and their unknown tiles.
    pub(super) lies: f64,
    pub(super) attacker_tiles: u64,
}

impl Tally {
    /// Both together.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            finals: self.finals + other.finals,
            wrong: self.wrong + other.wrong,
            ambiguous: self.ambiguous + other.ambiguous,
            votes: self.votes + other.votes,
            final_votes: self.final_votes + other.final_votes,
            target_finals: self.target_finals + other.target_finals,
            target_wrong: self.target_wrong + other.target_wrong,
            screens: self.screens + other.screens,
            most_servings: self.most_servings.max(other.most_servings),
            lies: self.lies + other.lies,
            attacker_tiles: self.attacker_tiles + other.attacker_tiles,
        }
    }

    /// Votes for each final label, those on ambiguous items included.
    pub(super) fn votes_a_label(&self) -> f64 {
        self.votes as f64 / self.finals.max(1) as f64
    }
}

struct Item {
    positive: bool,
    machine: bool,
    target: bool,
    /// From votes of people and the base rate: scores visitors.
    belief: ItemPosterior,
    /// From votes and the machine's opinion, where that is used: decides the label.
    label: ItemPosterior,
    servings: u32,
}

/// A running campaign; a settled item is replaced by a fresh one.
pub(super) struct Campaign {
    pub(super) setting: Setting,
    crowd: Crowd,
    items: Vec<Item>,
    chance: ChaCha8Rng,
    drift: DriftMonitor,
    pub(super) tally: Tally,
    pub(super) alarms: Vec<DriftAlarm>,
    /// Answers that the drift monitor took in, of items that show the thing: gold, and nearly settled ones.
    pub(super) watched: [u64; 2],
}

impl Campaign {
    /// A campaign nobody has answered yet.
    pub(super) fn fresh(setting: Setting) -> Self {
        let crowd = Crowd::default();
        let mut campaign = Self {
            setting,
            crowd,
            items: Vec::new(),
            chance: ChaCha8Rng::seed_from_u64(setting.seed),
            drift: DriftMonitor::new(DriftRule::default(), &crowd),
            tally: Tally::default(),
            alarms: Vec::new(),
            watched: [0; 2],
        };
        campaign.items = (0..OPEN).map(|_| campaign.new_item()).collect();
        campaign
    }

    /// One under way: so many items were settled before anybody attacked.
    pub(super) fn under_way(setting: Setting, settled: u64) -> Self {
        let mut campaign = Self::fresh(Setting { attackers: 0.0, ..setting });
        campaign.settle(settled);
        campaign.setting = setting;
        campaign.tally = Tally::default();
        campaign
    }

    /// Serves visitors until so many items are settled.
    pub(super) fn settle(&mut self, items: u64) {
        while self.tally.finals + self.tally.ambiguous < items {
            self.visit();
        }
    }

    /// So many challenges, with visitors between any two, so that they see different states.
    pub(super) fn challenges(&mut self, count: usize) -> Vec<Challenge> {
        let second = Composition::balanced();
        (0..count)
            .map(|_| {
                self.visit();
                [self.screen(self.setting.first).0, self.screen(second).0]
            })
            .collect()
    }

    fn new_item(&mut self) -> Item {
        let Setting { base_rate, machine, machine_prior, targets, .. } = self.setting;
        let positive = self.chance.random_bool(base_rate);
        let says = self.chance.random_bool(machine) == positive;
        let base = Probability::saturating(base_rate);
        let machine = Probability::saturating(if says { machine } else { 1.0 - machine });
        Item {
            positive,
            machine: says,
            target: self.chance.random_bool(targets),
            belief: ItemPosterior::new(base),
            label: ItemPosterior::new(if machine_prior { machine } else { base }),
            servings: 0,
        }
    }

    /// A screen, and the places of its unknown items, which come last.
    fn screen(&mut self, composition: Composition) -> (Vec<Slot>, Vec<usize>) {
        let pool = self.items.len();
        let offered: BTreeSet<usize> = (0..LOOKED_AT).map(|_| self.chance.random_range(0..pool)).collect();
        let offered: Vec<usize> = offered.into_iter().collect();
        let steered = self.setting.machine_prior;
        let candidates: Vec<Candidate> = offered
            .iter()
            .filter_map(|at| self.items.get(*at))
            .map(|item| {
                let positive = item.belief.positive();
                let expected_positive = if steered { item.label.positive() } else { positive };
                Candidate { positive, expected_positive }
            })
            .collect();
        let stock = GoldStock { positive: 50, negative: 50 };
        let chance = &mut self.chance;
        let plan = compose(&self.crowd, &composition, stock, &candidates, &mut || chance.random::<f64>());
        let plan = plan.expect("gold of both labels and sixty candidates fill nine tiles");
        let mut slots = Vec::with_capacity(composition.tiles);
        for place in 0..plan.gold_positive + plan.gold_negative {
            let positive = place < plan.gold_positive;
            let machine = self.chance.random_bool(self.setting.machine) == positive;
            let knowledge = Knowledge::Gold { positive, wear: Wear::Fresh };
            slots.push(Slot { knowledge, positive, machine, target: false });
        }
        let chosen: Vec<usize> = plan.unknown.iter().filter_map(|index| offered.get(*index)).copied().collect();
        slots.extend(chosen.iter().filter_map(|at| self.items.get(*at)).map(|item| Slot {
            knowledge: Knowledge::Unknown { positive: item.belief.positive() },
            positive: item.positive,
            machine: item.machine,
            target: item.target,
        }));
        (slots, chosen)
    }

    pub(super) fn visit(&mut self) {
        let Setting { clickers, attackers, attacker, picky, thresholds, first, .. } = self.setting;
        let draw: f64 = self.chance.random();
        let attacks = draw >= clickers && draw < clickers + attackers;
        let answerer = if draw < clickers {
            let rates = [0.0, 0.1, 0.3, 0.5, 0.7, 1.0];
            Answerer::Rate(rates.get(self.chance.random_range(0..rates.len())).copied().unwrap_or(0.5))
        } else if attacks {
            attacker
        } else {
            Answerer::Person
        };
        let mut evidence = Evidence::default();
        let second = Composition::balanced();
        for (number, composition) in [(ScreenNumber::First, first), (ScreenNumber::Second, second)] {
            let (slots, chosen) = self.screen(composition);
            if attacks && picky && !slots.iter().any(|slot| slot.target) {
                return;
            }
            let tiles = answerer.answer(&slots, &mut self.chance);
            let human = human_probabilities(&self.crowd, &tiles, evidence);
            self.tally.screens += 1;
            self.watch(&slots, &tiles);
            let gold = tiles.len() - chosen.len();
            for (((tile, slot), human), at) in tiles.iter().zip(&slots).zip(human).skip(gold).zip(&chosen) {
                let vote = Vote { picked: tile.picked, human, new_prefix: true };
                if attacks {
                    self.tally.attacker_tiles += 1;
                    self.tally.lies += if tile.picked == slot.positive { 0.0 } else { vote.effective(&self.crowd) };
                }
                self.cast(*at, vote);
            }
            evidence = score_screen(&self.crowd, &tiles, evidence);
            if decide(evidence, number, thresholds) != Decision::OneMore {
                break;
            }
        }
    }

    /// What the collector's drift monitor would be told of this screen.
    fn watch(&mut self, slots: &[Slot], tiles: &[corvee_consensus::Tile]) {
        let known = slots.iter().zip(tiles).filter_map(|(slot, tile)| match slot.knowledge {
            Knowledge::Gold { positive, .. } => Some((positive, Known::Gold, tile.picked)),
            Knowledge::Unknown { positive } => Some((self.drift.nearly_known(positive)?, Known::Votes, tile.picked)),
        });
        let known: Vec<_> = known.collect();
        for (positive, source, _) in &known {
            let [gold, votes] = &mut self.watched;
            let count = if *source == Known::Gold { gold } else { votes };
            *count += u64::from(*positive);
        }
        self.alarms.extend(self.drift.observe_screen(&known));
    }

    /// Votes count whether or not the visitor passes, with the weight the other tiles give them.
    fn cast(&mut self, at: usize, vote: Vote) {
        let Some(item) = self.items.get_mut(at) else { return };
        item.servings += 1;
        item.belief.add(&self.crowd, vote);
        item.label.add(&self.crowd, vote);
        self.tally.most_servings = self.tally.most_servings.max(item.servings);
        match self.setting.stop.state(&item.label) {
            State::Open => return,
            State::Ambiguous => self.tally.ambiguous += 1,
            State::Final { positive, .. } => {
                let wrong = u64::from(positive != item.positive);
                self.tally.finals += 1;
                self.tally.final_votes += u64::from(item.label.votes());
                self.tally.wrong += wrong;
                self.tally.target_finals += u64::from(item.target);
                self.tally.target_wrong += wrong * u64::from(item.target);
            }
        }
        self.tally.votes += u64::from(item.label.votes());
        let fresh = self.new_item();
        if let Some(item) = self.items.get_mut(at) {
            *item = fresh;
        }
    }
}

/// Sessions accepted when somebody answers so many of `challenges`, in turns, and the screens that took.
pub(super) fn accepted(
    challenges: &[Challenge],
    sessions: u64,
    answerer: Answerer,
    thresholds: Thresholds,
    seed: u64,
) -> (u64, u64) {
    let crowd = Crowd::default();
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let (mut accepted, mut screens) = (0, 0);
    let mut turns = challenges.iter().cycle();
    for _ in 0..sessions {
        let Some(challenge) = turns.next() else { break };
        let mut evidence = Evidence::default();
        for (slots, number) in challenge.iter().zip([ScreenNumber::First, ScreenNumber::Second]) {
            screens += 1;
            let tiles = answerer.answer(slots, &mut chance);
            evidence = score_screen(&crowd, &tiles, evidence);
            let decision = decide(evidence, number, thresholds);
            accepted += u64::from(decision == Decision::Accept);
            if decision != Decision::OneMore {
                break;
            }
        }
    }
    (accepted, screens)
}

/// Runs `work` for all of `inputs` on as many threads as there are processors; results in the order of the inputs.
pub(super) fn on_all_cores<T: Sync, R: Send>(inputs: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(inputs.len().max(1));
    let mut results: Vec<(usize, R)> = std::thread::scope(|scope| {
        let worker = || {
            let mut done = Vec::new();
            loop {
                let at = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                let Some(input) = inputs.get(at) else { return done };
                done.push((at, work(input)));
            }
        };
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(worker)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("a simulation does not panic")).collect()
    });
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}
