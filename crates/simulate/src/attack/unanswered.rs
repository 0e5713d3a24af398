//! The part of A7 that costs its attacker no answer: screens are asked for and looked at, their pictures recognised, and what
//! their gold tiles have in common from one screen to the next is solved for. Asks a collector; answers nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use corvee_protocol::sealed_state::SealedTile;

use super::AttackError;
use super::program::{Bench, Budget, Stock};
use super::row::{Bar, Figure, Row, Unit};
use super::statistics::{auc, either_way, mean_of};
use super::visit::{Scene, many};
use crate::forwarded;

const STOCK: Stock = Stock { pictures: 400, gold_percent: 45 };
/// Screens: what one network may ask for in an hour, and four times as many.
const SCREENS: [usize; 2] = [600, 2_400];
/// Most that is made of them: more than half of all challenges are the attacker's then, most of the time nearly all.
const BAR: Bar = Bar::AtMost(0.60);
/// Rounds of the power iteration.
const ROUNDS: u32 = 1_500;
/// Added to every eigenvalue, so that the least of them, near -1, is the largest in size but for its sign.
const SHIFT: f64 = 1.5;

/// Collectors that are asked: of so few pictures one area moves by three hundredths.
const COLLECTORS: u64 = 3;

/// Rows of A7.
pub(super) async fn run(bench: &Bench) -> Result<Vec<Row>, AttackError> {
    let mut collectors = Vec::new();
    for number in 0..COLLECTORS {
        collectors.push(Watched::one(bench, 760 + number).await?);
    }
    let row = |n_screens: usize, knows_pictures: bool| {
        let area = |watched: &Watched| {
            let attackers = watched.screens.chunks_exact(n_screens);
            let sees = |item| knows_pictures && watched.shows.get(&item).copied().unwrap_or_default();
            attackers.map(|seen| told_apart(seen, sees).value).collect::<Vec<_>>()
        };
        let areas: Vec<f64> = collectors.iter().flat_map(area).collect();
        let how = if knows_pictures { "by whoever sees what they show" } else { "their pictures recognised" };
        let done = format!(
            "{n_screens} screens of {} pictures that nobody answers, {how}: AUC of what gold tiles have in common, mean of {}",
            STOCK.pictures,
            areas.len()
        );
        Row::new("A7", done, mean_of(&areas, Unit::Plain(3, "")), BAR)
    };
    Ok([false, true].into_iter().flat_map(|knows| SCREENS.map(|n_screens| row(n_screens, knows))).collect())
}

/// Screens of one collector, and what its pictures show.
struct Watched {
    screens: Vec<Vec<SealedTile>>,
    shows: BTreeMap<i64, bool>,
}

impl Watched {
    async fn one(bench: &Bench, seed: u64) -> Result<Self, AttackError> {
        let running = bench.collector(STOCK, Budget::Unlimited).await?;
        let scene = Scene::of(&running).await?;
        let most = SCREENS.iter().max().copied().unwrap_or_default();
        let asked = Arc::clone(&scene);
        let screens = many(u32::try_from(most).unwrap_or(u32::MAX), seed, move |_, _| {
            let scene = Arc::clone(&asked);
            async move {
                let challenge = scene.client.challenge(forwarded::address(0)).await?;
                let state = challenge.map(|challenge| scene.client.open(&challenge.reply.challenge)).transpose()?;
                Ok(state.map(|state| state.tiles))
            }
        });
        let screens: Vec<Vec<SealedTile>> = screens.await?.into_iter().flatten().collect();
        running.stop().await?;
        let items: BTreeSet<i64> = screens.iter().flatten().map(|tile| tile.item).collect();
        let known = items.into_iter().map(|item| Ok((item, scene.truth.positive(item)?)));
        let shows = known.collect::<Result<_, AttackError>>()?;
        Ok(Self { screens, shows })
    }
}

/// How well gold is told from unknown items, pictures of either class (`class_of`) on their own. Were tiles drawn one by one,
/// any two items would meet by chance; numbers of gold tiles that vary less than that keep those of one sort apart. The direction
/// in which all meetings together fall shortest of chance is the one that tells them; which end of it is gold is granted.
fn told_apart(screens: &[Vec<SealedTile>], class_of: impl Fn(i64) -> bool) -> Figure {
    let mut best: Option<Figure> = None;
    for sign in [1.0, -1.0] {
        let mut found: [Vec<f64>; 2] = Default::default();
        let [gold, unknown] = &mut found;
        for (class, sign) in [(false, 1.0), (true, sign)] {
            let tiles =
                |tiles: &Vec<SealedTile>| tiles.iter().copied().filter(|tile| class_of(tile.item) == class).collect();
            let of_class: Vec<Vec<SealedTile>> = screens.iter().map(tiles).collect();
            for (is_gold, score) in scored(&of_class) {
                if is_gold { gold.push(sign * score) } else { unknown.push(sign * score) }
            }
        }
        let figure = either_way(auc(gold, unknown));
        if best.as_ref().is_none_or(|best| best.value < figure.value) {
            best = Some(figure);
        }
    }
    best.unwrap_or(Figure::absent(Unit::Plain(3, "")))
}

/// Whether each item is gold, and its score: the further the least direction falls short of chance, the more it counts.
fn scored(screens: &[Vec<SealedTile>]) -> Vec<(bool, f64)> {
    let mut sorts: BTreeMap<i64, bool> = BTreeMap::new();
    sorts.extend(screens.iter().flatten().map(|tile| (tile.item, tile.role.is_gold())));
    let places: BTreeMap<i64, usize> = sorts.keys().enumerate().map(|(place, item)| (*item, place)).collect();
    let screens: Vec<Vec<usize>> =
        screens.iter().map(|tiles| tiles.iter().filter_map(|tile| places.get(&tile.item)).copied().collect()).collect();
    let (scores, least) = least_direction(&screens, places.len());
    let spread = (scores.iter().map(|score| score * score).sum::<f64>() / scores.len().max(1) as f64).sqrt();
    let weight = (-least).max(0.0) / spread.max(f64::MIN_POSITIVE);
    sorts.into_values().zip(scores).map(|(is_gold, score)| (is_gold, weight * score)).collect()
}

/// The eigenvector of the least eigenvalue of `(C - E) / sqrt(d d')`, each value divided by `sqrt(d)`, and the eigenvalue: C
/// counts on how many screens two items met, E on how many chance alone would have them meet, d on how many each was. Never
/// written out: it is multiplied screen by screen.
fn least_direction(screens: &[Vec<usize>], n_items: usize) -> (Vec<f64>, f64) {
    let mut served = vec![0.0_f64; n_items];
    for place in screens.iter().flatten() {
        if let Some(served) = served.get_mut(*place) {
            *served += 1.0;
        }
    }
    let roots: Vec<f64> = served.iter().map(|served| served.max(1.0).sqrt()).collect();
    let tiles = || screens.iter().map(|screen| screen.len() as f64);
    let by_chance = tiles().map(|n| n * (n - 1.0)).sum::<f64>() / tiles().sum::<f64>().powi(2).max(1.0);
    // Any beginning that is no eigenvector.
    let mut vector: Vec<f64> = (0..n_items).map(|place| (place as f64 * 1.618).fract() - 0.5).collect();
    let mut largest = SHIFT;
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
        largest = next.iter().map(|value| value * value).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
        vector = next.into_iter().map(|value| value / largest).collect();
    }
    (vector.iter().zip(&roots).map(|(value, root)| value / root).collect(), SHIFT - largest)
}

#[cfg(test)]
mod tests {
    use corvee_consensus::{Candidate, Composition, Crowd, GoldStock, Probability, compose};
    use corvee_protocol::sealed_state::TileRole;
    use rand::seq::IndexedRandom as _;
    use rand::{RngExt as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// One item in so many shows the thing.
    const POSITIVES: i64 = 5;

    /// The area for 200 items, 90 of them gold; `drawn` tells how many gold tiles that show the thing and how many that do not
    /// are on a screen.
    fn area(n_screens: usize, knows: bool, drawn: impl Fn(&mut ChaCha8Rng) -> (usize, usize)) -> f64 {
        let mut chance = ChaCha8Rng::seed_from_u64(7);
        let items: Vec<i64> = (0..200).collect();
        let (gold, unknown) = items.split_at(90);
        let (positive, negative): (Vec<i64>, Vec<i64>) = gold.iter().partition(|item| *item % POSITIVES == 0);
        let tile = |item: &i64, role| SealedTile { item: *item, role };
        let screens: Vec<Vec<SealedTile>> = (0..n_screens)
            .map(|_| {
                let (n_positive, n_negative) = drawn(&mut chance);
                let role = |positive| TileRole::FreshGold { positive };
                let mut tiles: Vec<SealedTile> =
                    positive.sample(&mut chance, n_positive).map(|item| tile(item, role(true))).collect();
                tiles.extend(negative.sample(&mut chance, n_negative).map(|item| tile(item, role(false))));
                let rest = 9 - n_positive - n_negative;
                tiles.extend(unknown.sample(&mut chance, rest).map(|item| tile(item, TileRole::Unknown)));
                tiles
            })
            .collect();
        told_apart(&screens, |item| knows && item % POSITIVES == 0).value
    }

    #[test]
    fn the_same_number_on_every_screen_tells_gold() {
        let equal = area(300, false, |_| (1, 3));
        assert!(equal > 0.99, "{equal}");
    }

    #[test]
    fn one_positive_on_every_screen_tells_positive_gold_to_who_sees_what_pictures_show() {
        let one = |chance: &mut ChaCha8Rng| (1, (0..9).filter(|_| chance.random_bool(1.0 / 3.0)).count().min(8));
        let (blind, seeing) = (area(600, false, one), area(600, true, one));
        assert!(blind < 0.6 && seeing > 0.62, "{blind} {seeing}");
    }

    #[test]
    fn screens_as_they_are_composed_tell_next_to_nothing() {
        let unknown =
            Candidate { positive: Probability::saturating(0.2), expected_positive: Probability::saturating(0.2) };
        let composed = |chance: &mut ChaCha8Rng| {
            let stock = GoldStock { positive: 18, negative: 72 };
            let mut chance = || chance.random::<f64>();
            let plan = compose(&Crowd::default(), &Composition::default(), stock, &[unknown; 64], &mut chance).unwrap();
            (plan.gold_positive, plan.gold_negative)
        };
        for (screens, knows) in [(300, false), (300, true), (1_200, false), (1_200, true)] {
            let area = area(screens, knows, composed);
            assert!(area < 0.64, "{screens} screens: {area}");
        }
    }
}
