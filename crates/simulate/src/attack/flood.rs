//! A21: asks for more than there is. A collector on loopback, for a few seconds: challenges at a steady rate, and sprites as
//! fast as they come beside it.

use core::time::Duration;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::AttackError;
use super::program::{Bench, Budget, Stock};
use super::row::{Bar, Figure, Row, Unit};
use super::statistics::quantile_of;
use super::visit::Scene;
use crate::forwarded;

const STOCK: Stock = Stock { pictures: 600, gold_percent: 45 };
/// Challenges a second for each core of the machine: 2,000 on four.
const RATE_A_CORE: u32 = 500;
const ALONE: Duration = Duration::from_secs(8);
const WITH_SPRITES: Duration = Duration::from_secs(8);
/// Visitors who fetch one sprite after the other.
const FETCHERS: u32 = 8;
/// Challenges under way at once; beyond it the flood itself would run out of connections.
const UNDER_WAY: u32 = 512;
/// Equal floods after the first. What leaks grows with each; a machine that stood still during one of them has more
/// connections open at once, once.
const FLOODS: u32 = 3;
/// Growth that is none.
const GROWTH_MOST: f64 = 0.05;
const MS: Unit = Unit::Plain(1, " ms");

pub(super) async fn run(bench: &Bench) -> Result<Vec<Row>, AttackError> {
    let running = bench.collector(STOCK, Budget::Unlimited).await?;
    let scene = Scene::of(&running).await?;
    let cores = u32::try_from(std::thread::available_parallelism().map_or(1, std::num::NonZero::get)).unwrap_or(1);
    let rate = RATE_A_CORE * cores;
    // The same flood once before: tables that it fills up to their caps, and the networks it comes from, are there then.
    flood(&scene, rate, ALONE).await?;
    let mut before_kib = running.memory_kib();
    let mut alone = flood(&scene, rate, ALONE).await?;
    let mut growth = grown(&mut before_kib, running.memory_kib());
    for _again in 1..FLOODS {
        if growth.is_none_or(|growth| growth <= GROWTH_MOST) {
            break;
        }
        alone = flood(&scene, rate, ALONE).await?;
        growth = grown(&mut before_kib, running.memory_kib());
    }

    let over = Arc::new(AtomicBool::new(false));
    let fetched = Arc::new(AtomicU32::new(0));
    let mut fetchers = JoinSet::new();
    for number in 0..FETCHERS {
        let (scene, over, fetched) = (Arc::clone(&scene), Arc::clone(&over), Arc::clone(&fetched));
        fetchers.spawn(async move {
            let from = forwarded::address(number);
            while !over.load(Ordering::Relaxed) {
                let Some(challenge) = scene.client.challenge(from).await? else { continue };
                scene.client.sprite(&challenge.reply.screen.sprite, from).await?;
                fetched.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<_, AttackError>(())
        });
    }
    let beside = flood(&scene, rate, WITH_SPRITES).await?;
    over.store(true, Ordering::Relaxed);
    while let Some(fetcher) = fetchers.join_next().await {
        fetcher.map_err(crate::SimulateError::from)??;
    }
    running.stop().await?;

    let p99 = |mut it: Flood| quantile_of(&mut it.took_ms, 990, MS);
    let done = |it: &Flood, beside: &str| {
        format!(
            "{rate} challenges a second on {cores} cores shared with the attacker ({} answered, {} left out){beside}: 99th \
             percentile",
            it.took_ms.len(),
            it.left_out
        )
    };
    let sprites = fetched.load(Ordering::Relaxed);
    let beside_done = done(&beside, &format!(", {FETCHERS} visitors fetching sprites without pause ({sprites})"));
    let growth = growth.map_or_else(|| Figure::absent(Unit::Percent), |growth| Figure::exact(growth, Unit::Percent));
    Ok(vec![
        Row::new("A21", done(&alone, ""), p99(alone), Bar::AtMost(200.0)),
        Row::new("A21", beside_done, p99(beside), Bar::AtMost(200.0)),
        Row::new(
            "A21",
            format!(
                "memory after a flood beside that after the equal one before it, {FLOODS} times at most until it grows no more: growth"
            ),
            growth,
            Bar::AtMost(GROWTH_MOST),
        ),
    ])
}

/// By what share of it memory has grown since; from now on it is measured from here.
fn grown(before_kib: &mut Option<u32>, now_kib: Option<u32>) -> Option<f64> {
    let before = std::mem::replace(before_kib, now_kib);
    Some(f64::from(now_kib?) / f64::from(before?.max(1)) - 1.0)
}

/// What came of a flood.
struct Flood {
    took_ms: Vec<f64>,
    /// Challenges that were not even asked for, because too many were under way.
    left_out: u32,
}

/// Asks at this rate, whatever comes back.
async fn flood(scene: &Arc<Scene>, rate: u32, over: Duration) -> Result<Flood, AttackError> {
    const TICK: Duration = Duration::from_millis(5);
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let begun = Instant::now();
    let mut under_way: JoinSet<Result<f64, AttackError>> = JoinSet::new();
    let mut flood = Flood { took_ms: Vec::new(), left_out: 0 };
    let mut asked = 0_u32;
    while begun.elapsed() < over {
        ticks.tick().await;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate times a few seconds")]
        let due = (begun.elapsed().as_secs_f64() * f64::from(rate)) as u32;
        while asked < due {
            asked += 1;
            if under_way.len() >= UNDER_WAY as usize {
                flood.left_out += 1;
                continue;
            }
            let (scene, from) = (Arc::clone(scene), forwarded::address(asked));
            under_way.spawn(async move {
                let start = Instant::now();
                scene.client.challenge(from).await?;
                Ok(start.elapsed().as_secs_f64() * 1000.0)
            });
        }
        while let Some(reply) = under_way.try_join_next() {
            flood.took_ms.push(reply.map_err(crate::SimulateError::from)??);
        }
    }
    while let Some(reply) = under_way.join_next().await {
        flood.took_ms.push(reply.map_err(crate::SimulateError::from)??);
    }
    Ok(flood)
}
