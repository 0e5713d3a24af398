//! A7: gold found by how often it is seen; and the half of A6 that is about tiles seen before. A collector is answered by a
//! crowd, the attacker watches a share of its challenges and recognises every item.

use std::collections::BTreeMap;
use std::sync::Arc;

use corvee_protocol::sealed_state::SealedTile;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::AttackError;
use super::counts::{self, CountedScreen};
use super::program::{Bench, Budget, Stock};
use super::row::{Bar, Figure, Row, Unit};
use super::statistics::{auc, difference, either_way};
use super::visit::{SCREEN_MS, Scene, many};
use crate::forwarded;
use crate::share::Share;
use crate::visitor::{ClickerModel, PersonModel, Visitor};

/// Gold for a whole campaign: as many servings of it as of unknown items. The visits leave some of both unseen: a campaign at its
/// end, which asks again what is settled, is another matter.
const STOCK: Stock = Stock { pictures: 2_400, gold_percent: 45 };
const VISITS: u32 = 800;
/// What `corvee import` takes for gold without being told.
const LITTLE_GOLD: Stock = Stock { pictures: 1_200, gold_percent: 15 };
const LITTLE_VISITS: u32 = 600;
/// One visitor in so many only clicks.
const CLICKERS: u32 = 10;
/// Attackers of whom each watches another share.
const WATCHERS: u64 = 20;
/// The same who put counts together, which takes longer.
const COUNTERS: u64 = 6;
/// Screens that pass before the attacker is asked.
const WARM_UP: usize = 150;

/// Every answered screen of a crowd, in order.
pub(super) async fn crowd(bench: &Bench, stock: Stock, visits: u32) -> Result<Vec<Vec<SealedTile>>, AttackError> {
    let running = bench.collector(stock, Budget::Unlimited).await?;
    let scene = Scene::of(&running).await?;
    let screens = self::visits(&scene, visits).await?;
    running.stop().await?;
    Ok(screens)
}

/// The same of a running collector.
pub(super) async fn visits(scene: &Arc<Scene>, visits: u32) -> Result<Vec<Vec<SealedTile>>, AttackError> {
    let scene = Arc::clone(scene);
    let mut visited = many(visits, 701, move |number, mut chance| {
        let scene = Arc::clone(&scene);
        async move {
            let visitor = if number % CLICKERS == 0 {
                Visitor::clicker(ClickerModel::Mixed, &mut chance)
            } else {
                Visitor::Person(PersonModel::default())
            };
            let visited = scene.session(forwarded::address(number), visitor, &mut chance, SCREEN_MS).await?;
            Ok((number, visited))
        }
    })
    .await?;
    visited.sort_by_key(|(number, _)| *number);
    Ok(visited.into_iter().filter_map(|(_, visited)| visited).flat_map(|it| it.screens).map(|it| it.tiles).collect())
}

/// How often an attacker who watches a share of the screens has seen each tile before, of gold and of unknown items.
fn seen_before(screens: &[Vec<SealedTile>], share: f64) -> [Vec<f64>; 2] {
    let mut seen: [Vec<f64>; 2] = Default::default();
    let [gold, unknown] = &mut seen;
    for watcher in 0..WATCHERS {
        let mut chance = ChaCha8Rng::seed_from_u64(710 + watcher);
        let mut counts: BTreeMap<i64, u32> = BTreeMap::new();
        for (number, tiles) in screens.iter().enumerate() {
            if !chance.random_bool(share) {
                continue;
            }
            for tile in tiles {
                let count = counts.entry(tile.item).or_default();
                if number >= WARM_UP {
                    let group = if tile.role.is_gold() { &mut *gold } else { &mut *unknown };
                    group.push(f64::from(*count));
                }
                *count += 1;
            }
        }
    }
    seen
}

/// What an attacker who watches a share of the screens would make of their numbers of gold tiles: log-odds of every item on
/// them, of gold and of unknown items.
fn counted(screens: &[Vec<SealedTile>], share: f64) -> [Vec<f64>; 2] {
    let is_gold: BTreeMap<i64, bool> = screens.iter().flatten().map(|tile| (tile.item, tile.role.is_gold())).collect();
    let gold_tiles = screens.iter().flatten().filter(|tile| tile.role.is_gold()).count();
    let gold_share = gold_tiles as f64 / screens.iter().flatten().count().max(1) as f64;
    let mut found: [Vec<f64>; 2] = Default::default();
    let [gold, unknown] = &mut found;
    for watcher in 0..COUNTERS {
        let mut chance = ChaCha8Rng::seed_from_u64(740 + watcher);
        let watched: Vec<CountedScreen> = screens
            .iter()
            .filter(|_| chance.random_bool(share))
            .map(|tiles| CountedScreen {
                items: tiles.iter().map(|tile| tile.item).collect(),
                gold: tiles.iter().filter(|tile| tile.role.is_gold()).count(),
            })
            .collect();
        for (item, nats) in counts::log_odds_of_gold(&watched, gold_share, &mut chance) {
            let group = if is_gold.get(&item).copied().unwrap_or_default() { &mut *gold } else { &mut *unknown };
            group.push(nats);
        }
    }
    found
}

/// A7.
pub(super) async fn run(bench: &Bench) -> Result<Vec<Row>, AttackError> {
    let enough = crowd(bench, STOCK, VISITS).await?;
    let little = crowd(bench, LITTLE_GOLD, LITTLE_VISITS).await?;
    let mut rows = Vec::new();
    for (share, bar) in [(0.1, 0.55), (0.5, 0.60)] {
        let [gold, unknown] = seen_before(&enough, share);
        let done = format!(
            "{} answered screens of a collector, {:.0} % of them watched: AUC of “seen before”, gold against unknown ({} and {} \
             tiles)",
            enough.len(),
            share * 100.0,
            gold.len(),
            unknown.len()
        );
        rows.push(Row::new("A7", done, either_way(auc(&gold, &unknown)), Bar::AtMost(bar)));
    }
    for share in [0.1, 0.5] {
        let [gold, unknown] = counted(&enough, share);
        let done = format!(
            "the same, {:.0} % watched, were it told of each screen how many of its tiles are gold (it is not), put together over \
             all pictures by belief propagation: AUC of the items ({} and {}, by {COUNTERS} watchers)",
            share * 100.0,
            gold.len(),
            unknown.len()
        );
        rows.push(Row::new("A7", done, either_way(auc(&gold, &unknown)), Bar::Curve));
    }
    for share in [0.1, 0.5] {
        let [gold, unknown] = seen_before(&little, share);
        let done = format!(
            "the same where only 15 % of the pictures are gold, so that most gold is worn ({} screens), {:.0} % watched",
            little.len(),
            share * 100.0
        );
        rows.push(Row::new("A7", done, either_way(auc(&gold, &unknown)), Bar::Curve));
    }
    Ok(rows)
}

/// Of A6: the share of tiles that somebody who watches a tenth has seen before.
pub(super) async fn met_again(bench: &Bench) -> Result<Vec<Row>, AttackError> {
    let screens = crowd(bench, STOCK, VISITS).await?;
    let [gold, unknown] = seen_before(&screens, 0.1);
    let share = |seen: &[f64]| Share::of(seen.iter().filter(|count| **count > 0.0).count() as u64, seen.len() as u64);
    let (gold, unknown) = (share(&gold), share(&unknown));
    let row = |what: &str, figure, bar| {
        Row::new("A6", format!("10 % of {} screens watched: {what}", screens.len()), figure, bar)
    };
    let apart = difference(gold, unknown);
    let apart = if apart.value < 0.0 {
        Figure { value: -apart.value, low: -apart.high, high: -apart.low, unit: Unit::Percent }
    } else {
        apart
    };
    Ok(vec![
        row("gold tiles seen before", Figure::share(gold), Bar::AtMost(0.2)),
        row("unknown tiles seen before", Figure::share(unknown), Bar::AtMost(0.2)),
        row("how far these two are apart", apart, Bar::AtMost(0.02)),
    ])
}
