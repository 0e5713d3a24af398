//! A8: turns one tile round and watches the verdict. Against the scoring code.

use corvee_consensus::{
    Crowd, Decision, Evidence, ScreenNumber, Thresholds, decide, human_probabilities, is_probing, score_screen,
};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::answerer::{Answerer, Slot};
use super::row::{Bar, Figure, Row, Unit};
use super::simulated::{Campaign, Challenge, Setting, on_all_cores};
use super::statistics::{mean_of, mutual_information};
use crate::share::Share;

/// Challenges of one attacker; and of all, so that the figure is sharp.
const CHALLENGES: usize = 10_000;
const REPEATS: u64 = 20;
/// What one network gets in an hour, and what of it with the thresholds of a clean one.
const HOUR: usize = 600;
const CLEAN: usize = 60;
/// Networks of people whose share that is taken for probing is counted.
const OFFICES: u64 = 2_000;
/// Somebody who watches a tenth of all traffic has met a tile so often before, and then one tile in nine was the probed one.
const PROBED_BEFORE: f64 = 0.25 / 9.0;
/// Lie rates that a liar tries.
const LIES: [f64; 4] = [0.1, 0.2, 0.35, 0.5];

/// What an attacker sees of a session: passed at once, on the second screen, not at all, refused at once.
const VERDICTS: usize = 4;
/// How often a probed gold tile, and a probed unknown one, led to each verdict.
type Counts = [[u64; 2]; VERDICTS];
/// The same by how the network stood: clean, probing, suspicious. The attacker knows that.
type ByStanding = [Counts; 3];

pub(super) fn run() -> Vec<Row> {
    let mut rows = Vec::new();
    let mut campaign = Campaign::under_way(Setting::clean(801), 8_000);
    let clean = campaign.challenges(CHALLENGES);
    campaign.setting = Setting::suspicious(801);
    let suspicious = campaign.challenges(CHALLENGES);
    let banks = Banks { clean, suspicious };
    let seeds: Vec<u64> = (0..REPEATS).map(|repeat| 810 + repeat).collect();
    // After the loop: what is learnt by whoever has a network for each challenge.
    let mut each = Vec::new();
    for (a_network, networks, bar) in [
        (HOUR, "all that an hour gives to each of 17 networks", Bar::AtMost(0.05)),
        (CLEAN, "the first 60 of an hour of each of 167 networks", Bar::AtMost(0.05)),
        (10, "the first ten of an hour of each of 1,000 networks", Bar::Curve),
        (1, "each from a network of its own", Bar::Curve),
    ] {
        each = on_all_cores(&seeds, |seed| probe(&banks, a_network, *seed));
        let bits: Vec<f64> = each.iter().map(information).collect();
        let done = format!(
            "{CHALLENGES} challenges answered rightly but for one tile, {networks}, {REPEATS} times over: bits a challenge \
             that the verdict tells of whether the tile was gold"
        );
        rows.push(Row::new("A8", done, mean_of(&bits, Unit::Plain(4, " bit")), bar));
    }
    let offices: Vec<u64> = (0..OFFICES).map(|office| 850_000 + office).collect();
    let taken = on_all_cores(&offices, |seed| u64::from(office_is_taken_for_probing(&banks.clean, *seed)));
    let done = format!(
        "nobody probes: of {OFFICES} networks of sixty people an hour, one in ten a clicker, taken for probing"
    );
    rows.push(Row::new("A8", done, Figure::share(Share::of(taken.iter().sum(), OFFICES)), Bar::Curve));

    let mut counts: Counts = [[0; 2]; VERDICTS];
    for [clean, ..] in &each {
        for (sum, count) in counts.iter_mut().flatten().zip(clean.iter().flatten()) {
            *sum += count;
        }
    }
    let blind = on_all_cores(&LIES, |lies| effect(&banks.clean, &Liar { lies: *lies, learnt: None }, 830));
    let told = on_all_cores(&LIES, |lies| effect(&banks.clean, &Liar { lies: *lies, learnt: Some(counts) }, 830));
    let most = |effects: &[f64]| effects.iter().copied().fold(0.0, f64::max);
    let (blind, told) = (most(&blind), most(&told));
    let done = format!(
        "what the last of these knows, used for lies, at the best of {} lie rates: wrong votes of full weight for each unknown \
         tile, {told:.4} against {blind:.4} without: ratio",
        LIES.len()
    );
    rows.push(Row::new("A8", done, Figure::exact(told / blind, Unit::Plain(3, "")), Bar::Curve));
    rows
}

/// Challenges as they are put together for clean networks and for suspicious ones.
struct Banks {
    clean: Vec<Challenge>,
    suspicious: Vec<Challenge>,
}

/// How one network stands within its hour, as the collector sees it.
#[derive(Clone, Copy, Default)]
struct Network {
    challenges: usize,
    first_screens: u32,
    second_screens: u32,
}

impl Network {
    fn is_probing(&self) -> bool {
        is_probing(self.first_screens, self.second_screens)
    }

    /// What the next challenge's first screen decides, the evidence given.
    fn decide(&mut self, evidence: Evidence, thresholds: Thresholds) -> Decision {
        let decision = decide(evidence, ScreenNumber::First, thresholds);
        if self.challenges > CLEAN {
            return decision;
        }
        if self.is_probing() {
            return if decision == Decision::Accept { Decision::OneMore } else { decision };
        }
        self.first_screens += 1;
        self.second_screens += u32::from(decision == Decision::OneMore);
        decision
    }
}

/// Turns one tile of every challenge round, `a_network` challenges from one network and then from the next.
fn probe(banks: &Banks, a_network: usize, seed: u64) -> ByStanding {
    let crowd = Crowd::default();
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let mut counts: ByStanding = [[[0; 2]; VERDICTS]; 3];
    let mut network = Network::default();
    for (number, (clean, suspicious)) in banks.clean.iter().zip(&banks.suspicious).enumerate() {
        if number.is_multiple_of(a_network) {
            network = Network::default();
        }
        network.challenges += 1;
        let (standing, [first, second], thresholds) = match (network.challenges > CLEAN, network.is_probing()) {
            (true, _) => (2, suspicious, Thresholds::SUSPICIOUS),
            (false, true) => (1, clean, Thresholds::CLEAN),
            (false, false) => (0, clean, Thresholds::CLEAN),
        };
        let place = chance.random_range(0..first.len());
        let mut tiles = Answerer::Accuracy(1.0).answer(first, &mut chance);
        if let Some(tile) = tiles.get_mut(place) {
            tile.picked = !tile.picked;
        }
        let evidence = score_screen(&crowd, &tiles, Evidence::default());
        let verdict = match network.decide(evidence, thresholds) {
            Decision::Accept => 0,
            Decision::Refuse => 3,
            Decision::OneMore => {
                let tiles = Answerer::Accuracy(1.0).answer(second, &mut chance);
                let evidence = score_screen(&crowd, &tiles, evidence);
                let accepted = decide(evidence, ScreenNumber::Second, thresholds) == Decision::Accept;
                if accepted { 1 } else { 2 }
            }
        };
        let gold = first.get(place).is_some_and(Slot::is_gold);
        if let Some(count) = counts
            .get_mut(standing)
            .and_then(|rows| rows.get_mut(verdict))
            .and_then(|row| row.get_mut(usize::from(!gold)))
        {
            *count += 1;
        }
    }
    counts
}

/// Bits a challenge, over all standings.
fn information(counts: &ByStanding) -> f64 {
    let challenges = |rows: &Counts| rows.iter().flatten().sum::<u64>() as f64;
    let all: f64 = counts.iter().map(challenges).sum();
    let of = |rows: &Counts| if challenges(rows) > 0.0 { mutual_information(rows) * challenges(rows) } else { 0.0 };
    counts.iter().map(of).sum::<f64>() / all.max(1.0)
}

/// Whether sixty visitors of one network, none of whom probes, end as a network that does.
fn office_is_taken_for_probing(bank: &[Challenge], seed: u64) -> bool {
    let crowd = Crowd::default();
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let mut network = Network::default();
    for _ in 0..CLEAN {
        let Some([first, _]) = bank.get(chance.random_range(0..bank.len().max(1))) else { break };
        let answerer = if chance.random_bool(0.1) { Answerer::Rate(0.5) } else { Answerer::Person };
        let tiles = answerer.answer(first, &mut chance);
        network.challenges += 1;
        network.decide(score_screen(&crowd, &tiles, Evidence::default()), Thresholds::CLEAN);
    }
    network.is_probing()
}

/// Somebody who lies on a share of tiles; with what was learnt, a few tiles come with the verdict of an earlier probe.
struct Liar {
    lies: f64,
    learnt: Option<Counts>,
}

impl Liar {
    /// Whether this tile is turned round.
    fn turns(&self, slot: &Slot, chance: &mut ChaCha8Rng) -> bool {
        if let Some(counts) = &self.learnt
            && chance.random_bool(PROBED_BEFORE)
        {
            return Self::believes_unknown(counts, slot.is_gold(), chance);
        }
        chance.random_bool(self.lies)
    }

    /// Draws what an earlier probe of such a tile led to, and judges by it.
    fn believes_unknown(counts: &Counts, is_gold: bool, chance: &mut ChaCha8Rng) -> bool {
        let column = usize::from(!is_gold);
        let of = |row: &[u64; 2]| row.get(column).copied().unwrap_or(0);
        let total: u64 = counts.iter().map(of).sum();
        let mut left = chance.random_range(0..total.max(1));
        let drawn = counts.iter().find(|row| {
            let count = of(row);
            let found = left < count;
            left = left.saturating_sub(count);
            found
        });
        drawn.is_some_and(|[gold, unknown]| unknown > gold)
    }
}

/// Wrong votes for each unknown tile, each weighed by P(person) from the other tiles.
fn effect(bank: &[Challenge], liar: &Liar, seed: u64) -> f64 {
    let crowd = Crowd::default();
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let (mut wrong, mut unknown) = (0.0, 0_u64);
    for [first, _] in bank {
        let mut tiles = Answerer::Accuracy(1.0).answer(first, &mut chance);
        for (tile, slot) in tiles.iter_mut().zip(first) {
            tile.picked ^= liar.turns(slot, &mut chance);
        }
        let human = human_probabilities(&crowd, &tiles, Evidence::default());
        for ((tile, slot), human) in tiles.iter().zip(first).zip(human) {
            if !slot.is_gold() {
                unknown += 1;
                wrong += if tile.picked == slot.positive { 0.0 } else { human.value() };
            }
        }
    }
    wrong / unknown.max(1) as f64
}
