//! Gold found by counting: of each screen is told how many of its tiles were gold, and the pictures are recognised. Belief
//! propagation puts the counts of many screens together. Knows numbers only.

use std::collections::BTreeMap;

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

/// Rounds of messages, and what of its last message each screen keeps: with less, where an item is on ten screens, all of them
/// are held for gold and for none in turns.
const ROUNDS: usize = 150;
const KEPT: f64 = 0.9;
/// Tiles of a screen at most.
const TILES_MOST: usize = 9;
/// Nats that a screen says of a tile at most.
const MOST: f64 = 8.0;
/// Nats by which the first guesses differ, so that none of many equal solutions is left out for want of a beginning.
const GUESS: f64 = 0.05;

/// Tiles of a screen by item, and how many of them were gold.
#[derive(Clone, Debug)]
pub(super) struct CountedScreen {
    pub(super) items: Vec<i64>,
    pub(super) gold: usize,
}

/// Log-odds of being gold, for every item on these screens; `share` is the share of gold among all tiles.
pub(super) fn log_odds_of_gold(screens: &[CountedScreen], share: f64, chance: &mut ChaCha8Rng) -> BTreeMap<i64, f64> {
    let mut numbers: BTreeMap<i64, usize> = BTreeMap::new();
    let screens_by_number: Vec<Vec<usize>> = screens
        .iter()
        .map(|screen| {
            let place = |item: &i64| {
                let next = numbers.len();
                *numbers.entry(*item).or_insert(next)
            };
            screen.items.iter().map(place).collect()
        })
        .collect();
    let prior = (share / (1.0 - share)).ln();
    let guesses: Vec<f64> = numbers.iter().map(|_| prior + chance.random_range(-GUESS..GUESS)).collect();
    let mut odds = guesses.clone();
    let mut said: Vec<Vec<f64>> = screens_by_number.iter().map(|items| vec![0.0; items.len()]).collect();
    for _ in 0..ROUNDS {
        for ((screen, items), said) in screens.iter().zip(&screens_by_number).zip(&mut said) {
            // What each tile is held for without this screen's own word.
            let without = |(item, own): (&usize, &f64)| logistic(odds.get(*item).copied().unwrap_or(prior) - own);
            let beliefs: Vec<f64> = items.iter().zip(said.iter()).map(without).collect();
            for (place, own) in said.iter_mut().enumerate() {
                *own = KEPT * *own + (1.0 - KEPT) * says(&beliefs, place, screen.gold);
            }
        }
        odds.clone_from(&guesses);
        for (item, nats) in screens_by_number.iter().zip(&said).flat_map(|(items, said)| items.iter().zip(said)) {
            if let Some(odds) = odds.get_mut(*item) {
                *odds += nats;
            }
        }
    }
    numbers.into_iter().map(|(item, place)| (item, odds.get(place).copied().unwrap_or(prior))).collect()
}

/// What "so many of these are gold" says of one of them, the others being gold with these probabilities.
fn says(beliefs: &[f64], place: usize, gold: usize) -> f64 {
    // How many of the others are gold: place n holds P(n).
    let mut counts = [0.0; TILES_MOST + 1];
    let [none, ..] = &mut counts;
    *none = 1.0;
    for belief in beliefs.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, belief)| belief) {
        let mut below = 0.0;
        for count in &mut counts {
            (below, *count) = (*count, *count * (1.0 - belief) + below * belief);
        }
    }
    let of = |count: Option<usize>| count.and_then(|count| counts.get(count)).copied().unwrap_or(0.0);
    let (if_gold, if_not) = (of(gold.checked_sub(1)), of(Some(gold)));
    (if_gold.max(1e-9) / if_not.max(1e-9)).ln().clamp(-MOST, MOST)
}

fn logistic(nats: f64) -> f64 {
    1.0 / (1.0 + (-nats).exp())
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::seq::IndexedRandom as _;

    use super::*;
    use crate::attack::statistics::{auc, either_way};

    /// The area for 400 items, so many of them gold, on as many screens as show each of them, gold or not, five times on average.
    fn area(gold_items: usize, gold_of_screen: impl Fn(&mut ChaCha8Rng) -> usize) -> f64 {
        let mut chance = ChaCha8Rng::seed_from_u64(7);
        let items: Vec<i64> = (0..400).collect();
        let (gold, unknown) = items.split_at(gold_items);
        let screens: Vec<CountedScreen> = (0..222)
            .map(|_| {
                let n = gold_of_screen(&mut chance);
                let mut items: Vec<i64> = gold.sample(&mut chance, n).copied().collect();
                items.extend(unknown.sample(&mut chance, 9 - n));
                CountedScreen { items, gold: n }
            })
            .collect();
        let odds = log_odds_of_gold(&screens, gold_items as f64 / 400.0, &mut chance);
        let of = |items: &[i64]| -> Vec<f64> { items.iter().filter_map(|item| odds.get(item)).copied().collect() };
        either_way(auc(&of(gold), &of(unknown))).value
    }

    #[test]
    fn counts_that_differ_tell_gold_and_equal_ones_hardly_do() {
        let differ = area(156, |chance| chance.random_range(2..=5));
        let equal = area(178, |_| 4);
        assert!(differ > 0.75, "{differ}");
        assert!(equal < 0.58, "{equal}");
    }
}
