//! Which tiles make up the next screen: how much gold, of which label, and which unknown items. Does not know the items,
//! only what is believed of them; positions are shuffled by the caller.

use crate::chance::Chance;
use crate::probability::Probability;
use crate::select::crowd::Crowd;

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
    /// Gold tiles on a screen, the same on every one of a campaign under way: receipts and the ledger say how much gold there
    /// was, so that a number which changed would, over many screens whose pictures are recognised, tell which of them are gold.
    /// A number that stays tells it too, to who collects enough screens: what is open under A7. Default 4.
    pub gold: usize,
    /// Least expected positives on a screen, gold included. Default 1.7: with fewer, who picks nothing looks like a person; with
    /// more, gold shows the thing more often than unknown tiles do, which tells it from them.
    pub min_positives: f64,
    /// Most expected positives on a screen, gold included. Default 5.
    pub max_positives: f64,
    /// λ: weight of what a tile teaches about the item, against what it says about the visitor. Default 0.5.
    pub label_weight: Probability,
    /// Randomness of the choice: 0 takes the most informative items, 1 draws in proportion to information. Default 1.
    pub temperature: f64,
    /// What the gold is to be of: see [`GoldClasses`].
    pub gold_classes: GoldClasses,
}

/// Of which class gold is chosen, within the wanted range of positives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoldClasses {
    /// As the unknown tiles are, so that who sees what a tile shows is not told thereby whether it is gold.
    AsUnknown,
    /// As many of both as bring the screen to the middle of the range: what says most about the visitor.
    Balanced,
}

/// What to put on the next screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScreenPlan {
    /// Positive gold tiles to draw, at least one.
    pub gold_positive: usize,
    /// Negative gold tiles to draw, at least one.
    pub gold_negative: usize,
    /// Indices into the candidates, each once.
    pub unknown: Vec<usize>,
}

impl Default for Composition {
    fn default() -> Self {
        Self {
            tiles: 9,
            gold: 4,
            min_positives: 1.7,
            max_positives: 5.0,
            label_weight: Probability::HALF,
            temperature: 1.0,
            gold_classes: GoldClasses::AsUnknown,
        }
    }
}

impl Composition {
    /// The default with gold of both labels: for second screens and for suspicious prefixes. With the gold of the first
    /// screen, these vouch for a visitor without a mistake whatever the unknown tiles say.
    #[must_use]
    pub fn balanced() -> Self {
        Self { min_positives: 2.0, gold_classes: GoldClasses::Balanced, ..Self::default() }
    }

    /// The same with five gold tiles: for a campaign that has settled next to nothing, whose unknown tiles vouch for nobody. It
    /// is the campaign that decides, not the screen, so that the number tells nothing of its tiles.
    #[must_use]
    pub fn at_the_beginning(self) -> Self {
        Self { gold: 5, ..self }
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

/// Plans a screen. Draws one number per candidate and one more, so that the same chance gives the same plan.
///
/// Unknown items are drawn without replacement with probability in proportion to valueᵗ, t = 1 / temperature and value =
/// λ·label information + (1 − λ)·score information (Gumbel's trick: the largest of ln value / T + noise), then exchanged
/// while the expected positives, gold included, lie outside the wanted range and a better item exists. The number of
/// positive gold then steers the screen to the middle of that range.
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
    let mut ranked = ranked(crowd, composition, candidates, chance);
    let gold = composition
        .gold
        .min(stock.positive + stock.negative)
        .min(tiles.max(3) - 1)
        .max(tiles.saturating_sub(candidates.len()))
        .min(tiles);
    let mut spare = ranked.split_off(tiles - gold);
    let mut unknown = ranked;

    let most_positive = stock.positive.min(gold - 1);
    let least_positive = gold.saturating_sub(stock.negative).max(1);
    let expected = |chosen: &[Ranked]| chosen.iter().map(|item| item.expected_positive).sum::<f64>();
    for _ in 0..unknown.len() {
        let sum = expected(&unknown);
        let wanted = if sum + (most_positive as f64) < composition.min_positives {
            1.0
        } else if sum + least_positive as f64 > composition.max_positives {
            -1.0
        } else {
            break;
        };
        if !exchange(&mut unknown, &mut spare, wanted) {
            break;
        }
    }

    let of_unknown = expected(&unknown);
    let target = match composition.gold_classes {
        GoldClasses::AsUnknown => gold as f64 * of_unknown / unknown.len().max(1) as f64,
        GoldClasses::Balanced => f64::midpoint(composition.min_positives, composition.max_positives) - of_unknown,
    };
    // Randomised rounding: 2.3 becomes 3 in three of ten screens.
    let rounding = chance.unit();
    let is_wanted = |count: usize| {
        let (after, before) = (count as f64 + 1.0 + of_unknown, count as f64 + of_unknown);
        before < composition.min_positives || (count as f64 + rounding < target && after <= composition.max_positives)
    };
    let gold_positive = least_positive + (least_positive..most_positive).filter(|count| is_wanted(*count)).count();
    Some(ScreenPlan {
        gold_positive,
        gold_negative: gold - gold_positive,
        unknown: unknown.into_iter().map(|item| item.index).collect(),
    })
}

/// A candidate with its place in the draw.
struct Ranked {
    index: usize,
    expected_positive: f64,
    key: f64,
}

/// All candidates, best first.
fn ranked(crowd: &Crowd, composition: &Composition, candidates: &[Candidate], chance: &mut impl Chance) -> Vec<Ranked> {
    let label = composition.label_weight;
    let mut ranked: Vec<Ranked> = candidates
        .iter()
        .enumerate()
        .map(|(index, candidate)| {
            let value = label.value() * information_for_label(crowd, candidate.positive)
                + label.complement().value() * information_for_score(crowd, candidate.positive);
            let gumbel = -(-chance.unit().clamp(1e-12, 1.0 - 1e-12).ln()).ln();
            let key = value.max(1e-6).ln() + composition.temperature.max(0.0) * gumbel;
            Ranked { index, expected_positive: candidate.expected_positive.value(), key }
        })
        .collect();
    ranked.sort_by(|a, b| b.key.total_cmp(&a.key).then(a.index.cmp(&b.index)));
    ranked
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
    fn every_screen_has_the_same_number_of_gold_tiles() {
        let under_way = candidates([0.02, 0.98, 0.05, 0.5, 0.01, 0.9, 0.1, 0.03, 0.97, 0.2, 0.015, 0.6]);
        for pool in [under_way, candidates([0.5; 30]), candidates([0.01; 30]), candidates([0.99; 30])] {
            for composition in [Composition::default(), Composition::balanced()] {
                for seed in 0..500 {
                    let plan =
                        compose(&Crowd::default(), &composition, STOCK, &pool, &mut chance(seed)).expect("enough");
                    assert_eq!(plan.gold_positive + plan.gold_negative, composition.gold);
                }
            }
        }
    }

    #[test]
    fn a_rare_class_still_gets_the_least_expected_positives() {
        let mut pool = candidates([0.02; 50]);
        pool.extend(candidates([0.7; 10]));
        for seed in 0..500 {
            let expected = expected_positives(&plan(&pool, seed), &pool);
            assert!((1.7..=5.0).contains(&expected), "{expected} positives expected");
        }
    }

    #[test]
    fn a_common_class_gets_at_most_five_expected_positives() {
        let mut pool = candidates([0.97; 50]);
        pool.extend(candidates([0.2; 20]));
        for seed in 0..500 {
            let expected = expected_positives(&plan(&pool, seed), &pool);
            assert!((2.0..=5.0).contains(&expected), "{expected} positives expected");
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
        let plan = plan(&pool, 1);
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
                prop_assert!((1..=stock.positive).contains(&plan.gold_positive));
                prop_assert!((1..=stock.negative).contains(&plan.gold_negative));
                let different: std::collections::BTreeSet<_> = plan.unknown.iter().collect();
                prop_assert_eq!(different.len(), plan.unknown.len());
                prop_assert!(plan.unknown.iter().all(|index| *index < pool.len()));
            }
        }
    }
}
