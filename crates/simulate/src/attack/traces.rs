//! A20: times that look human, and honest times that do not. Against a collector: behaviour is no factor there, and this
//! would notice if it became one.

use std::sync::Arc;

use super::AttackError;
use super::program::{Bench, Budget, Stock};
use super::row::{Bar, Figure, Row};
use super::statistics::difference;
use super::visit::{Scene, many};
use crate::forwarded;
use crate::share::Share;
use crate::solve_time::draw_screen_ms;
use crate::visitor::{PersonModel, Visitor};

const STOCK: Stock = Stock { pictures: 1_200, gold_percent: 45 };
const SESSIONS: u32 = 1_500;
/// A screen reader's or a switch user's time, the longest a receipt counts.
const ASSISTIVE_MS: u32 = 300_000;

/// What a session says of its time.
#[derive(Clone, Copy)]
enum Trace {
    /// Drawn from people's.
    Human,
    /// Nothing: a bot in no hurry to look like anybody.
    Instant,
    Assistive,
}

pub(super) async fn run(bench: &Bench) -> Result<Vec<Row>, AttackError> {
    let running = bench.collector(STOCK, Budget::Unlimited).await?;
    let scene = Scene::of(&running).await?;
    let bot = Visitor::Rate(1.0 / 3.0);
    let person = Visitor::Person(PersonModel::default());
    // In turns, so that the campaign is equally far for both.
    let [replayed, instant] = passed(&scene, bot, [Trace::Human, Trace::Instant], 2_001).await?;
    let [assistive, usual] = passed(&scene, person, [Trace::Assistive, Trace::Human], 2_002).await?;
    running.stop().await?;
    let rows = [
        (
            format!(
                "random clicks with people's times pass {:.2} %, without {:.2} %",
                percent(replayed),
                percent(instant)
            ),
            difference(replayed, instant),
            0.02,
        ),
        (
            format!(
                "people who take five minutes a screen are refused {:.2} %, others {:.2} %",
                100.0 - percent(assistive),
                100.0 - percent(usual)
            ),
            certain(difference(usual, assistive)),
            0.0,
        ),
    ];
    let row = |(what, figure, bar)| {
        Row::new("A20", format!("{what}, {SESSIONS} sessions each: gain"), figure, Bar::AtMost(bar))
    };
    Ok(rows.map(row).into())
}

/// A gain of nothing cannot be measured to be nothing: what is certain of it, the lower end of its interval, if above 0.
fn certain(gain: Figure) -> Figure {
    Figure { value: gain.low.max(0.0), ..gain }
}

fn percent(share: Share) -> f64 {
    share.value * 100.0
}

async fn passed(
    scene: &Arc<Scene>,
    visitor: Visitor,
    traces: [Trace; 2],
    seed: u64,
) -> Result<[Share; 2], AttackError> {
    let scene = Arc::clone(scene);
    let sessions = many(2 * SESSIONS, seed, move |number, mut chance| {
        let scene = Arc::clone(&scene);
        async move {
            let [one, other] = traces;
            let first = number % 2 == 0;
            let screen_ms = match if first { one } else { other } {
                Trace::Human => draw_screen_ms(&mut chance),
                Trace::Instant => 0,
                Trace::Assistive => ASSISTIVE_MS,
            };
            let visited = scene.session(forwarded::address(number), visitor, &mut chance, screen_ms).await?;
            Ok((first, visited.is_some_and(|visited| visited.token.is_some())))
        }
    })
    .await?;
    let share = |wanted: bool| {
        let of = sessions.iter().filter(|(first, _)| *first == wanted);
        Share::of(of.filter(|(_, passed)| *passed).count() as u64, u64::from(SESSIONS))
    };
    Ok([share(true), share(false)])
}
