//! The part of A7 that costs its attacker no answer: screens are asked for and looked at, their pictures recognised, and what
//! the number of gold tiles has in common from one screen to the next is solved for. Asks a collector; answers nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use corvee_protocol::sealed_state::SealedTile;

use super::AttackError;
use super::program::{Bench, Budget, Stock};
use super::row::{Bar, Row};
use super::statistics::{auc, either_way};
use super::visit::{Scene, many};
use crate::forwarded;

const STOCK: Stock = Stock { pictures: 400, gold_percent: 45 };
/// Screens: what one network may ask for in an hour, and four times as many.
const SCREENS: [usize; 2] = [600, 2_400];
/// Rounds of the power iteration.
const ROUNDS: u32 = 3_000;
/// Added to every eigenvalue, so that the least of them, near -1, is the largest in size but for its sign.
const SHIFT: f64 = 1.5;

/// Rows of A7.
pub(super) async fn run(bench: &Bench) -> Result<Vec<Row>, AttackError> {
    let running = bench.collector(STOCK, Budget::Unlimited).await?;
    let scene = Scene::of(&running).await?;
    let most = SCREENS.iter().max().copied().unwrap_or_default();
    let asked = Arc::clone(&scene);
    let screens = many(u32::try_from(most).unwrap_or(u32::MAX), 760, move |_, _| {
        let scene = Arc::clone(&asked);
        async move {
            let challenge = scene.client.challenge(forwarded::address(0)).await?;
            let state = challenge.map(|challenge| scene.client.open(&challenge.reply.challenge)).transpose()?;
            Ok(state.map(|state| state.tiles))
        }
    });
    let screens: Vec<Vec<SealedTile>> = screens.await?.into_iter().flatten().collect();
    running.stop().await?;
    let row = |n_screens: usize| {
        let seen = screens.get(..n_screens).unwrap_or(&screens);
        let [gold, unknown] = told_apart(seen);
        let done = format!(
            "{} screens that nobody answered, {} pictures, each of them recognised: AUC of what their numbers of gold tiles have in \
             common (open: see below)",
            seen.len(),
            gold.len() + unknown.len()
        );
        Row::new("A7", done, either_way(auc(&gold, &unknown)), Bar::Curve)
    };
    Ok(SCREENS.into_iter().map(row).collect())
}

/// A score for every item, of gold and of unknown items. Were tiles drawn one by one, any two items would meet by chance; a
/// number of gold tiles that varies less than that keeps those of one sort apart. The direction in which all meetings together
/// fall shortest of chance is the one that tells them.
fn told_apart(screens: &[Vec<SealedTile>]) -> [Vec<f64>; 2] {
    let mut sorts: BTreeMap<i64, bool> = BTreeMap::new();
    sorts.extend(screens.iter().flatten().map(|tile| (tile.item, tile.role.is_gold())));
    let places: BTreeMap<i64, usize> = sorts.keys().enumerate().map(|(place, item)| (*item, place)).collect();
    let screens: Vec<Vec<usize>> =
        screens.iter().map(|tiles| tiles.iter().filter_map(|tile| places.get(&tile.item)).copied().collect()).collect();
    let scores = least_direction(&screens, places.len());
    let mut found: [Vec<f64>; 2] = Default::default();
    let [gold, unknown] = &mut found;
    for (is_gold, score) in sorts.into_values().zip(scores) {
        if is_gold { gold.push(score) } else { unknown.push(score) }
    }
    found
}

/// The eigenvector of the least eigenvalue of `(C - E) / sqrt(d d')`: C counts on how many screens two items met, E on how many
/// chance alone would have them meet, d on how many each was. Never written out: it is multiplied screen by screen.
fn least_direction(screens: &[Vec<usize>], n_items: usize) -> Vec<f64> {
    let mut served = vec![0.0_f64; n_items];
    for place in screens.iter().flatten() {
        if let Some(served) = served.get_mut(*place) {
            *served += 1.0;
        }
    }
    let roots: Vec<f64> = served.iter().map(|served| served.max(1.0).sqrt()).collect();
    let tiles = screens.iter().map(Vec::len).max().unwrap_or(1) as f64;
    let by_chance = (tiles - 1.0) / tiles / screens.len().max(1) as f64;
    // Any beginning that is no eigenvector.
    let mut vector: Vec<f64> = (0..n_items).map(|place| (place as f64 * 1.618).fract() - 0.5).collect();
    for _ in 0..ROUNDS {
        let scaled: Vec<f64> = vector.iter().zip(&roots).map(|(value, root)| value / root).collect();
        let mut met = vec![0.0; n_items];
        for screen in screens {
            let all: f64 = screen.iter().filter_map(|place| scaled.get(*place)).sum();
            for place in screen {
                if let (Some(met), Some(own)) = (met.get_mut(*place), scaled.get(*place)) {
                    *met += all - own;
                }
            }
        }
        let weight: f64 = vector.iter().zip(&roots).map(|(value, root)| value * root).sum();
        let parts = met.iter().zip(&roots).zip(&vector);
        // Who never met itself by chance either: E has no diagonal.
        let next = parts.map(|((met, root), value)| {
            let meetings = met / root - by_chance * (root * weight - root * root * value);
            SHIFT * value - meetings
        });
        let next: Vec<f64> = next.collect();
        let length = next.iter().map(|value| value * value).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
        vector = next.into_iter().map(|value| value / length).collect();
    }
    vector
}

#[cfg(test)]
mod tests {
    use corvee_protocol::sealed_state::TileRole;
    use rand::seq::IndexedRandom as _;
    use rand::{RngExt as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// The area for 200 items, 89 of them gold.
    fn area(n_screens: usize, gold_of_screen: impl Fn(&mut ChaCha8Rng) -> usize) -> f64 {
        let mut chance = ChaCha8Rng::seed_from_u64(7);
        let items: Vec<i64> = (0..200).collect();
        let (gold, unknown) = items.split_at(89);
        let tile = |item: i64, role| SealedTile { item, role };
        let screens: Vec<Vec<SealedTile>> = (0..n_screens)
            .map(|_| {
                let n = gold_of_screen(&mut chance);
                let of_gold =
                    gold.sample(&mut chance, n).map(|item| tile(*item, TileRole::FreshGold { positive: true }));
                let mut tiles: Vec<SealedTile> = of_gold.collect();
                tiles.extend(unknown.sample(&mut chance, 9 - n).map(|item| tile(*item, TileRole::Unknown)));
                tiles
            })
            .collect();
        let [gold, unknown] = told_apart(&screens);
        either_way(auc(&gold, &unknown)).value
    }

    #[test]
    fn the_same_number_on_every_screen_tells_all_and_one_drawn_tile_by_tile_nothing() {
        let equal = area(300, |_| 4);
        assert!(equal > 0.99, "{equal}");
        let by_tile = area(1_200, |chance| (0..9).filter(|_| chance.random_bool(4.0 / 9.0)).count());
        assert!(by_tile < 0.6, "{by_tile}");
    }
}
