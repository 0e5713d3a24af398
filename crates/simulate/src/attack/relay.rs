//! A4: somebody else solves it. (a) is priced, (b) comes from another network than the challenge was issued to. Also the
//! honest who are slow or change their network.

use core::time::Duration;
use std::net::Ipv4Addr;
use std::sync::Arc;

use tokio::time::sleep;

use super::AttackError;
use super::program::{Bench, Budget, Stock};
use super::row::{Bar, Figure, Row, Unit};
use super::vision_model::farm_price;
use super::visit::{Reply, SCREEN_MS, Scene, many};
use crate::forwarded;
use crate::share::Share;
use crate::visitor::{PersonModel, Visitor};

const STOCK: Stock = Stock { pictures: 1_200, gold_percent: 45 };
const RELAYED: u32 = 400;
const SLOW: u32 = 100;
const MOVED: u32 = 400;
/// How long the slow ones look at a screen.
const SLOWLY: Duration = Duration::from_mins(2);
const PERSON: Visitor = Visitor::Person(PersonModel { true_positive: 0.954, false_positive: 0.005 });

/// What came of sessions.
#[derive(Default)]
struct Outcomes {
    sessions: u64,
    passed: u64,
    at_once: u64,
    /// Replies that were no screen and no token.
    refused: u64,
}

pub(super) async fn run(bench: &Bench) -> Result<Vec<Row>, AttackError> {
    let running = bench.collector(STOCK, Budget::Shipped).await?;
    let scene = Scene::of(&running).await?;
    // Networks apart from each other: each is asked for a few challenges only.
    let slow = tokio::spawn(sessions(Arc::clone(&scene), SLOW, 400, forwarded::address, SLOWLY));
    // The farm answers from one of the other half of all networks.
    let elsewhere = |number: u32| forwarded::address(number + forwarded::NETWORKS / 2);
    let relayed = sessions(Arc::clone(&scene), RELAYED, 401, elsewhere, Duration::ZERO).await?;
    let moved = moved(Arc::clone(&scene)).await?;
    let slow = slow.await.map_err(crate::SimulateError::from)??;
    running.stop().await?;

    let row = |done: String, figure, bar| Row::new("A4", done, figure, bar);
    let share = |part, whole| Figure::share(Share::of(part, whole));
    let [low, high] = farm_price();
    Ok(vec![
        row("(a) pictures forwarded to paid people at 0.5 $ a thousand: 1,000 tokens cost".to_owned(), low, Bar::Curve),
        row("(a) the same at 3 $ a thousand".to_owned(), high, Bar::Curve),
        row(
            format!(
                "(b) {} challenges issued to one network, answered by people in another: no token on the first screen",
                relayed.sessions
            ),
            share(relayed.sessions - relayed.at_once, relayed.sessions),
            Bar::AtLeast(0.95),
        ),
        row("(b) the same: passed in the end".to_owned(), share(relayed.passed, relayed.sessions), Bar::Curve),
        row(
            format!("{} honest people who take two minutes a screen: refused", slow.sessions),
            Figure::exact(slow.refused as f64, Unit::Plain(0, "")),
            Bar::AtMost(0.0),
        ),
        row(
            format!("{} honest people who change their network between screens: refused", moved.sessions),
            Figure::exact(moved.refused as f64, Unit::Plain(0, "")),
            Bar::AtMost(0.0),
        ),
        row("the same: passed".to_owned(), share(moved.passed, moved.sessions), Bar::Curve),
    ])
}

/// Challenges asked for from one network and answered from `answering`, after `pause`.
async fn sessions(
    scene: Arc<Scene>,
    count: u32,
    seed: u64,
    answering: fn(u32) -> Ipv4Addr,
    pause: Duration,
) -> Result<Outcomes, AttackError> {
    let waits = !pause.is_zero();
    let each = move |number: u32, mut chance: rand_chacha::ChaCha8Rng| {
        let scene = Arc::clone(&scene);
        async move {
            let Some(challenge) = scene.client.challenge(forwarded::address(number)).await? else { return Ok(None) };
            sleep(pause).await;
            let took = if waits { 120_000 } else { SCREEN_MS };
            let visited = scene.answer_all(challenge.reply, answering(number), PERSON, &mut chance, took).await?;
            Ok::<_, AttackError>(Some(visited.replies))
        }
    };
    let replies = if waits {
        // All at once: nobody waits for another's two minutes.
        let mut under_way = tokio::task::JoinSet::new();
        for number in 0..count {
            let mut chance: rand_chacha::ChaCha8Rng = rand::SeedableRng::seed_from_u64(seed);
            chance.set_stream(u64::from(number));
            under_way.spawn(each(number, chance));
        }
        let mut replies = Vec::new();
        while let Some(reply) = under_way.join_next().await {
            replies.push(reply.map_err(crate::SimulateError::from)??);
        }
        replies
    } else {
        many(count, seed, each).await?
    };
    Ok(outcomes(&replies))
}

/// People whose network changes after the first screen, and those who need only one: then before it.
async fn moved(scene: Arc<Scene>) -> Result<Outcomes, AttackError> {
    let replies = many(MOVED, 402, move |number, mut chance| {
        let scene = Arc::clone(&scene);
        async move {
            // Half of the networks have had the relayed challenges: the other quarter is fresh.
            let from = forwarded::address(number + 401);
            let Some(challenge) = scene.client.challenge(from).await? else { return Ok(None) };
            let to = forwarded::address(number + 471);
            let visited = scene.answer_all(challenge.reply, to, PERSON, &mut chance, SCREEN_MS).await?;
            Ok(Some(visited.replies))
        }
    })
    .await?;
    Ok(outcomes(&replies))
}

fn outcomes(sessions: &[Option<Vec<Reply>>]) -> Outcomes {
    let mut outcomes = Outcomes::default();
    for replies in sessions {
        outcomes.sessions += 1;
        let Some(replies) = replies else {
            outcomes.refused += 1;
            continue;
        };
        outcomes.passed += u64::from(replies.contains(&Reply::Passed));
        outcomes.at_once += u64::from(replies.first() == Some(&Reply::Passed));
        outcomes.refused += u64::from(replies.contains(&Reply::TurnedAway));
    }
    outcomes
}
