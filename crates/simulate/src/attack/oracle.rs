//! A8: turns one tile round and watches the verdict. Against the scoring code.

use corvee_consensus::{Crowd, Decision, Evidence, ScreenNumber, decide, human_probabilities, score_screen};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::answerer::{Answerer, Slot};
use super::row::{Bar, Figure, Row, Unit};
use super::simulated::{Campaign, Challenge, Setting, on_all_cores};
use super::statistics::{mean_of, mutual_information};

/// Challenges of one attacker; and of all, so that the figure is sharp.
const CHALLENGES: usize = 10_000;
const REPEATS: u64 = 20;
/// Somebody who watches a tenth of all traffic has met a tile so often before, and then one tile in nine was the probed one.
const PROBED_BEFORE: f64 = 0.25 / 9.0;
/// Lie rates that a liar tries.
const LIES: [f64; 4] = [0.1, 0.2, 0.35, 0.5];

/// What an attacker sees of a session: passed at once, on the second screen, not at all, refused at once.
const VERDICTS: usize = 4;
/// How often a probed gold tile, and a probed unknown one, led to each verdict.
type Counts = [[u64; 2]; VERDICTS];

pub(super) fn run() -> Vec<Row> {
    let mut rows = Vec::new();
    let mut campaign = Campaign::under_way(Setting::clean(801), 8_000);
    let bank = campaign.challenges(CHALLENGES);
    let seeds: Vec<u64> = (0..REPEATS).map(|repeat| 810 + repeat).collect();
    let each = on_all_cores(&seeds, |seed| probe(&bank, campaign.setting, *seed));
    let bits: Vec<f64> = each.iter().map(|counts| mutual_information(counts)).collect();
    let done = format!(
        "{CHALLENGES} challenges answered rightly but for one tile, {REPEATS} times over: bits that the verdict tells of whether \
         the tile was gold"
    );
    rows.push(Row::new("A8", done, mean_of(&bits, Unit::Plain(4, " bit")), Bar::AtMost(0.05)));
    for (half, what) in [(0.5, "for half of those who pass on the first"), (1.0, "always")] {
        let blurred: Vec<f64> =
            each.iter().map(|counts| mutual_information(&with_more_screens(counts, half))).collect();
        let done = format!("tried against it, not in use: a second screen {what}");
        rows.push(Row::new("A8", done, mean_of(&blurred, Unit::Plain(4, " bit")), Bar::Curve));
    }

    let mut counts: Counts = [[0; 2]; VERDICTS];
    for (sum, count) in counts.iter_mut().flatten().zip(each.iter().flatten().flatten()) {
        *sum += count;
    }
    let blind = on_all_cores(&LIES, |lies| effect(&bank, &Liar { lies: *lies, learnt: None }, 830));
    let told = on_all_cores(&LIES, |lies| effect(&bank, &Liar { lies: *lies, learnt: Some(counts) }, 830));
    let most = |effects: &[f64]| effects.iter().copied().fold(0.0, f64::max);
    let (blind, told) = (most(&blind), most(&told));
    let done = format!(
        "what such an attacker knows, used for lies, at the best of {} lie rates: wrong votes of full weight for each unknown \
         tile, {told:.4} against {blind:.4} without: ratio",
        LIES.len()
    );
    rows.push(Row::new("A8", done, Figure::exact(told / blind, Unit::Plain(3, "")), Bar::Curve));
    rows
}

/// What the verdicts were if this share of those who passed at once were shown a second screen, which they all pass.
fn with_more_screens(counts: &Counts, share: f64) -> Counts {
    let [at_once, later, never, refused] = *counts;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a count")]
    let moved = at_once.map(|count| (count as f64 * share).round() as u64);
    let sum = |one: [u64; 2], other: [u64; 2]| [one[0] + other[0], one[1] + other[1]];
    [[at_once[0] - moved[0], at_once[1] - moved[1]], sum(later, moved), never, refused]
}

fn probe(bank: &[Challenge], setting: Setting, seed: u64) -> Counts {
    let crowd = Crowd::default();
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let mut counts = [[0; 2]; VERDICTS];
    for challenge in bank {
        let [first, second] = challenge;
        let place = chance.random_range(0..first.len());
        let mut tiles = Answerer::Accuracy(1.0).answer(first, &mut chance);
        if let Some(tile) = tiles.get_mut(place) {
            tile.picked = !tile.picked;
        }
        let evidence = score_screen(&crowd, &tiles, Evidence::default());
        let verdict = match decide(evidence, ScreenNumber::First, setting.thresholds) {
            Decision::Accept => 0,
            Decision::Refuse => 3,
            Decision::OneMore => {
                let tiles = Answerer::Accuracy(1.0).answer(second, &mut chance);
                let evidence = score_screen(&crowd, &tiles, evidence);
                let accepted = decide(evidence, ScreenNumber::Second, setting.thresholds) == Decision::Accept;
                if accepted { 1 } else { 2 }
            }
        };
        let gold = first.get(place).is_some_and(Slot::is_gold);
        if let Some(count) = counts.get_mut(verdict).and_then(|row| row.get_mut(usize::from(!gold))) {
            *count += 1;
        }
    }
    counts
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
