//! Which tiles make up the next screen: how much gold, of which label, and which unknown items. Does not know the items,
//! only what is believed of them; positions are shuffled by the caller.

use std::ops::RangeInclusive;

use crate::chance::Chance;
use crate::probability::Probability;
use crate::select::crowd::Crowd;
use crate::select::gold_tiles::{self, GoldDraw};

/// An unknown item that may be served to this visitor (the caller has left out what the visitor, or the visitor's
/// address prefix, has answered before).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// P(positive) from base rate and human votes: what another vote can teach.
    pub positive: Probability,
    /// P(positive) to steer the number of positives on a screen; a machine's opinion may be in it. Without one, the same
    /// as `positive`.
    pub expected_positive: Probability,
}

/// Gold items that may be served to this visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GoldStock {
    /// Positive ones.
    pub positive: usize,
    /// Negative ones.
    pub negative: usize,
}

/// How screens are put together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Composition {
    /// Tiles on a screen. Default 9.
    pub tiles: usize,
    /// Gold tiles on a screen, on average of hidden draws. Default 4.
    pub gold: usize,
    /// How they are drawn. Default hidden.
    pub gold_draw: GoldDraw,
    /// Least expected positives on a screen, gold included. Default 1.7: with fewer, who picks nothing looks like a person.
    pub min_positives: f64,
    /// Most expected positives on a screen, gold included. Default 7.
    pub max_positives: f64,
    /// λ: weight of what a tile teaches about the item, against what it says about the visitor. Default 0.5.
    pub label_weight: Probability,
    /// Randomness of the choice: 0 takes the most informative items, 1 draws in proportion to information. Default 1.
    pub temperature: f64,
}

/// What to put on the next screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScreenPlan {
    /// Positive gold tiles to draw.
    pub gold_positive: usize,
    /// Negative gold tiles to draw.
    pub gold_negative: usize,
    /// Indices into the candidates, each once.
    pub unknown: Vec<usize>,
}

impl Default for Composition {
    fn default() -> Self {
        Self {
            tiles: 9,
            gold: 4,
            gold_draw: GoldDraw::Hidden,
            min_positives: 1.7,
            max_positives: 7.0,
            label_weight: Probability::HALF,
            temperature: 1.0,
        }
    }
}

impl Composition {
    /// Five gold tiles of both labels, for second screens: they vouch for a visitor without a mistake whatever the unknown tiles
    /// say.
    #[must_use]
    pub fn balanced() -> Self {
        Self { gold: 5, gold_draw: GoldDraw::Balanced, min_positives: 2.0, max_positives: 5.0, ..Self::default() }
    }

    /// The same with more gold, for a campaign that has settled next to nothing, whose unknown tiles vouch for nobody: one more
    /// on a first screen, two more on a second. It is the campaign that decides, not the screen, so that the number tells nothing
    /// of its tiles.
    #[must_use]
    pub fn at_the_beginning(self) -> Self {
        let more = match self.gold_draw {
            GoldDraw::Hidden => 1,
            GoldDraw::Balanced => 2,
        };
        Self { gold: self.gold + more, ..self }
    }
}

/// Bits that one honest answer is expected to teach about an item: h(P(picked)) − Σ P(y)·h(P(picked | y)).
pub fn information_for_label(crowd: &Crowd, positive: Probability) -> f64 {
    let picked = crowd.true_positive.mixed(positive, crowd.false_positive);
    let given_positive = positive.value() * crowd.true_positive.entropy_bits();
    let given_negative = positive.complement().value() * crowd.false_positive.entropy_bits();
    (picked.entropy_bits() - given_positive - given_negative).max(0.0)
}

/// Bits that one honest answer is expected to say against a coin: 1 − h(P(picked)).
pub fn information_for_score(crowd: &Crowd, positive: Probability) -> f64 {
    1.0 - crowd.true_positive.mixed(positive, crowd.false_positive).entropy_bits()
}

/// Plans a screen. Depends on nothing but its arguments and the numbers it draws: the same chance gives the same plan.
///
/// Unknown items are drawn without replacement with probability in proportion to valueᵗ, t = 1 / temperature and value =
/// λ·label information + (1 − λ)·score information (Gumbel's trick: the largest of ln value / T + noise), then exchanged
/// while the expected positives, gold included, lie outside the wanted range and a better item exists. Hidden gold is drawn
/// before them and is of what unknown tiles of this campaign show on average, whatever this screen's do; balanced gold after
/// them, to bring the screen to the middle of the range.
///
/// `None` without gold of both labels, with fewer than two tiles, or when candidates and gold cannot fill the tiles.
/// Short of candidates (a campaign nearly done), more gold than usual fills the screen.
pub fn compose(
    crowd: &Crowd,
    composition: &Composition,
    stock: GoldStock,
    candidates: &[Candidate],
    chance: &mut impl Chance,
) -> Option<ScreenPlan> {
    let tiles = composition.tiles;
    if stock.positive == 0
        || stock.negative == 0
        || tiles < 2
        || candidates.len() + stock.positive + stock.negative < tiles
    {
        return None;
    }
    let gold = gold_tiles::number(composition.gold_draw, composition.gold, chance)
        .max(1)
        .min(stock.positive + stock.negative)
        .min(tiles.max(3) - 1)
        .max(tiles.saturating_sub(candidates.len()))
        .min(tiles);
    let Ranking { mut ranked, positives } = ranked(crowd, composition, candidates, chance);
    let (fewest, most) = match composition.gold_draw {
        GoldDraw::Hidden => {
            let drawn = gold_tiles::hidden_positives(gold, positives, chance);
            let possible = drawn.min(stock.positive).max(gold.saturating_sub(stock.negative));
            (possible, possible)
        }
        GoldDraw::Balanced => (gold.saturating_sub(stock.negative).max(1), stock.positive.min(gold - 1)),
    };
    let mut spare = ranked.split_off(tiles - gold);
    let mut unknown = ranked;
    let of_unknown = steered(composition, &mut unknown, &mut spare, fewest..=most);
    let gold_positive =
        if fewest < most { to_the_middle(composition, of_unknown, fewest..=most, chance) } else { fewest };
    Some(ScreenPlan {
        gold_positive,
        gold_negative: gold - gold_positive,
        unknown: unknown.into_iter().map(|item| item.index).collect(),
    })
}

/// Exchanges chosen items for spare ones until a number of positive gold tiles in `gold` can bring the screen into the wanted
/// range, or nothing more can be done; tells the expected positives of what is chosen then.
fn steered(composition: &Composition, chosen: &mut [Ranked], spare: &mut [Ranked], gold: RangeInclusive<usize>) -> f64 {
    let expected = |chosen: &[Ranked]| chosen.iter().map(|item| item.expected_positive).sum::<f64>();
    for _ in 0..chosen.len() {
        let sum = expected(chosen);
        let wanted = if sum + (*gold.end() as f64) < composition.min_positives {
            1.0
        } else if sum + *gold.start() as f64 > composition.max_positives {
            -1.0
        } else {
            break;
        };
        if !exchange(chosen, spare, wanted) {
            break;
        }
    }
    expected(chosen)
}

/// The number of positive gold tiles that brings a screen to the middle of the wanted range.
fn to_the_middle(
    composition: &Composition,
    of_unknown: f64,
    gold: RangeInclusive<usize>,
    chance: &mut impl Chance,
) -> usize {
    let target = f64::midpoint(composition.min_positives, composition.max_positives) - of_unknown;
    // Randomised rounding: 2.3 becomes 3 in three of ten screens.
    let rounding = chance.unit();
    let is_wanted = |count: usize| {
        let (after, before) = (count as f64 + 1.0 + of_unknown, count as f64 + of_unknown);
        before < composition.min_positives || (count as f64 + rounding < target && after <= composition.max_positives)
    };
    let (fewest, most) = gold.into_inner();
    fewest + (fewest..most).filter(|count| is_wanted(*count)).count()
}

/// A candidate with its place in the draw.
struct Ranked {
    index: usize,
    expected_positive: f64,
    key: f64,
}

/// All candidates, best first, and the share of positives among those that are served: each counts by its chance to be.
struct Ranking {
    ranked: Vec<Ranked>,
    positives: f64,
}

fn ranked(crowd: &Crowd, composition: &Composition, candidates: &[Candidate], chance: &mut impl Chance) -> Ranking {
    let label = composition.label_weight;
    let (mut positives, mut all) = (0.0, 0.0);
    let mut ranked: Vec<Ranked> = candidates
        .iter()
        .enumerate()
        .map(|(index, candidate)| {
            let value = label.value() * information_for_label(crowd, candidate.positive)
                + label.complement().value() * information_for_score(crowd, candidate.positive);
            let value = value.max(1e-6);
            let expected_positive = candidate.expected_positive.value();
            positives += value * expected_positive;
            all += value;
            let gumbel = -(-chance.unit().clamp(1e-12, 1.0 - 1e-12).ln()).ln();
            let key = value.ln() + composition.temperature.max(0.0) * gumbel;
            Ranked { index, expected_positive, key }
        })
        .collect();
    ranked.sort_by(|a, b| b.key.total_cmp(&a.key).then(a.index.cmp(&b.index)));
    // Without candidates the screen is all gold, and there is nothing it could be told from.
    Ranking { ranked, positives: if candidates.is_empty() { 0.5 } else { positives / all } }
}

/// Exchanges the chosen item that stands most in the way for the best spare one that moves the expected positives in
/// the `wanted` direction (+1 up, −1 down) by at least a quarter. False if there is none.
fn exchange(chosen: &mut [Ranked], spare: &mut [Ranked], wanted: f64) -> bool {
    let Some(out) =
        chosen.iter_mut().min_by(|a, b| (wanted * a.expected_positive).total_cmp(&(wanted * b.expected_positive)))
    else {
        return false;
    };
    let step = |item: &Ranked| wanted * (item.expected_positive - out.expected_positive);
    let Some(into) = spare.iter_mut().find(|item| step(item) >= 0.25) else {
        return false;
    };
    std::mem::swap(out, into);
    true
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    const STOCK: GoldStock = GoldStock { positive: 40, negative: 40 };

    fn chance(seed: u64) -> impl Chance {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        move || generator.random::<f64>()
    }

    fn candidates(positives: impl IntoIterator<Item = f64>) -> Vec<Candidate> {
        let known = |positive| Candidate { positive, expected_positive: positive };
        positives.into_iter().map(|positive| known(Probability::saturating(positive))).collect()
    }

    fn plan(candidates: &[Candidate], seed: u64) -> ScreenPlan {
        compose(&Crowd::default(), &Composition::default(), STOCK, candidates, &mut chance(seed))
            .expect("enough of everything")
    }

    fn expected_positives(plan: &ScreenPlan, candidates: &[Candidate]) -> f64 {
        let unknown: f64 = plan.unknown.iter().map(|index| candidates[*index].expected_positive.value()).sum();
        plan.gold_positive as f64 + unknown
    }

    #[test]
    fn label_and_score_bits_add_up_to_what_an_answer_carries() {
        let crowd = Crowd {
            true_positive: Probability::saturating(0.95),
            false_positive: Probability::saturating(0.05),
            ..Crowd::default()
        };
        for (positive, label, score) in
            [(0.5, 0.714, 0.0), (0.8, 0.492, 0.222), (0.9, 0.298, 0.416), (0.99, 0.037, 0.677)]
        {
            let positive = Probability::saturating(positive);
            assert!((information_for_label(&crowd, positive) - label).abs() < 0.001);
            assert!((information_for_score(&crowd, positive) - score).abs() < 0.001);
        }
    }

    #[test]
    fn second_screens_have_the_same_number_of_gold_tiles_and_first_ones_have_not() {
        let under_way = candidates([0.02, 0.98, 0.05, 0.5, 0.01, 0.9, 0.1, 0.03, 0.97, 0.2, 0.015, 0.6]);
        for pool in [under_way, candidates([0.5; 30]), candidates([0.01; 30]), candidates([0.99; 30])] {
            for (composition, numbers) in [(Composition::default(), 2..=6), (Composition::balanced(), 5..=5)] {
                let mut met = std::collections::BTreeSet::new();
                for seed in 0..500 {
                    let plan =
                        compose(&Crowd::default(), &composition, STOCK, &pool, &mut chance(seed)).expect("enough");
                    met.insert(plan.gold_positive + plan.gold_negative);
                }
                assert!(met.iter().copied().eq(numbers), "{met:?}");
            }
        }
    }

    #[test]
    fn gold_of_first_screens_shows_what_unknown_tiles_show_on_average_whatever_those_of_the_screen_do() {
        let mut pool = candidates([0.02; 40]);
        pool.extend(candidates([0.9; 20]));
        let mut by_unknown = [(0.0, 0.0); 2];
        let anything = Composition { min_positives: 0.0, max_positives: 9.0, ..Composition::default() };
        for seed in 0..20_000 {
            let plan = compose(&Crowd::default(), &anything, STOCK, &pool, &mut chance(seed)).expect("enough");
            let positives = plan.unknown.iter().filter(|index| **index >= 40).count();
            let (of_gold, gold) = &mut by_unknown[usize::from(positives * 2 > plan.unknown.len())];
            *of_gold += plan.gold_positive as f64;
            *gold += (plan.gold_positive + plan.gold_negative) as f64;
        }
        let [few, many] = by_unknown.map(|(positives, all)| positives / all);
        assert!((few - many).abs() < 0.02, "{few} where few unknown tiles show it, {many} where many do");
    }

    #[test]
    fn a_rare_class_still_gets_the_least_expected_positives() {
        let mut pool = candidates([0.02; 50]);
        pool.extend(candidates([0.7; 10]));
        for seed in 0..500 {
            let expected = expected_positives(&plan(&pool, seed), &pool);
            assert!((1.7..=7.0).contains(&expected), "{expected} positives expected");
        }
    }

    #[test]
    fn a_common_class_gets_at_most_seven_expected_positives_unless_gold_brings_more() {
        let mut pool = candidates([0.97; 50]);
        pool.extend(candidates([0.2; 20]));
        for seed in 0..500 {
            let plan = plan(&pool, seed);
            let expected = expected_positives(&plan, &pool);
            let least = plan.gold_positive as f64 + 0.2 * plan.unknown.len() as f64;
            assert!(expected <= least.max(7.0), "{expected} positives expected, at least {least}");
        }
    }

    #[test]
    fn without_gold_of_both_labels_there_is_no_screen() {
        let pool = candidates([0.5; 30]);
        for stock in [GoldStock { positive: 0, negative: 9 }, GoldStock { positive: 9, negative: 0 }] {
            assert_eq!(compose(&Crowd::default(), &Composition::default(), stock, &pool, &mut chance(1)), None);
        }
    }

    #[test]
    fn the_last_items_are_surrounded_by_gold() {
        let pool = candidates([0.5; 2]);
        let plan = compose(&Crowd::default(), &Composition::balanced(), STOCK, &pool, &mut chance(1)).expect("enough");
        assert_eq!(plan.unknown.len(), 2);
        assert_eq!(plan.gold_positive + plan.gold_negative, 7);
    }

    #[test]
    fn undecided_items_are_served_more_often_than_settled_ones_when_labels_matter() {
        let mut pool = candidates([0.999; 20]);
        pool.extend(candidates([0.5; 20]));
        let composition = Composition { label_weight: Probability::ONE, ..Composition::default() };
        let mut undecided = 0_usize;
        let mut served = 0_usize;
        for seed in 0..300 {
            let plan = compose(&Crowd::default(), &composition, STOCK, &pool, &mut chance(seed)).expect("enough");
            undecided += plan.unknown.iter().filter(|index| **index >= 20).count();
            served += plan.unknown.len();
        }
        assert!(undecided * 10 > served * 7, "{undecided} of {served}");
    }

    proptest! {
        #[test]
        fn a_plan_fills_the_screen_with_different_items_and_gold_of_both_labels(
            positives in prop::collection::vec(0.0..=1.0, 0..40), tiles in 0_usize..17,
            stock in (0_usize..20, 0_usize..20), seed: u64,
        ) {
            let pool = candidates(positives);
            let stock = GoldStock { positive: stock.0, negative: stock.1 };
            let composition = Composition { tiles, ..Composition::default() };
            let once = compose(&Crowd::default(), &composition, stock, &pool, &mut chance(seed));
            let again = compose(&Crowd::default(), &composition, stock, &pool, &mut chance(seed));
            prop_assert_eq!(&once, &again);
            let possible = tiles >= 2 && stock.positive > 0 && stock.negative > 0
                && pool.len() + stock.positive + stock.negative >= tiles;
            prop_assert_eq!(once.is_some(), possible);
            if let Some(plan) = once {
                prop_assert_eq!(plan.gold_positive + plan.gold_negative + plan.unknown.len(), tiles);
                prop_assert!(plan.gold_positive <= stock.positive);
                prop_assert!(plan.gold_negative <= stock.negative);
                let different: std::collections::BTreeSet<_> = plan.unknown.iter().collect();
                prop_assert_eq!(different.len(), plan.unknown.len());
                prop_assert!(plan.unknown.iter().all(|index| *index < pool.len()));
            }
        }
    }
}
