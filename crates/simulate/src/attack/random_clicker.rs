//! A1: clicks without looking. Against the scoring code for the rates, against a collector for what a network gets in an hour.

use super::AttackError;
use super::answerer::Answerer;
use super::program::{Bench, Budget, Stock};
use super::row::{Bar, Figure, Row, Unit};
use super::simulated::{Campaign, Challenge, Setting, accepted, on_all_cores};
use super::statistics::mean_of;
use super::visit::{SCREEN_MS, Scene, many};
use crate::forwarded;
use crate::share::Share;
use crate::visitor::Visitor;

const SESSIONS: u64 = 1_000_000;
const CHALLENGES: usize = 40_000;
/// Click rates; a third is the share of positives on a screen.
const RATES: [f64; 6] = [1.0 / 3.0, 0.1, 0.2, 0.5, 0.7, 1.0];
/// Networks that click until they are turned away.
const NETWORKS: u32 = 300;
/// Sessions after which a network that is still not turned away stops.
const SESSIONS_A_NETWORK: u32 = 700;

pub(super) async fn run(bench: &Bench) -> Result<Vec<Row>, AttackError> {
    let mut rows = Vec::new();
    let settings = [("clean", Setting::clean(101), 0.05), ("suspicious", Setting::suspicious(102), 0.01)];
    let banks = on_all_cores(&settings, |(_, setting, _)| Campaign::under_way(*setting, 8_000).challenges(CHALLENGES));
    for ((network, setting, bar), bank) in settings.iter().zip(&banks) {
        rows.extend(rates(network, *setting, *bar, bank));
    }
    rows.push(network_hour(bench).await?);
    Ok(rows)
}

fn rates(network: &str, setting: Setting, bar: f64, bank: &[Challenge]) -> Vec<Row> {
    let places: Vec<(usize, f64)> = RATES.into_iter().enumerate().collect();
    let each = on_all_cores(&places, |(place, rate)| {
        // The base rate is the one the bar is about.
        let sessions = if *place == 0 { SESSIONS } else { SESSIONS / 5 };
        let (passed, _) = accepted(bank, sessions, Answerer::Rate(*rate), setting.thresholds, 7);
        Share::of(passed, sessions)
    });
    let row = |what: String, share: Share| {
        let done = format!("random clicks, {what}, {network} network: {} simulated sessions pass", share.whole);
        Row::new("A1", done, Figure::share(share), Bar::AtMost(bar))
    };
    let base = each.first().copied().map(|share| row("each tile at the base rate of a third".to_owned(), share));
    let worst = each.iter().zip(RATES).max_by(|(one, _), (other, _)| one.value.total_cmp(&other.value));
    let worst = worst.map(|(share, rate)| row(format!("the best of six rates ({rate:.2})"), *share));
    base.into_iter().chain(worst).collect()
}

/// What a network that clicks for an hour gets of a collector as it is shipped.
async fn network_hour(bench: &Bench) -> Result<Row, AttackError> {
    let running = bench.collector(Stock { pictures: 600, gold_percent: 45 }, Budget::Shipped).await?;
    let scene = Scene::of(&running).await?;
    let tokens = many(NETWORKS, 103, move |number, mut chance| {
        let scene = std::sync::Arc::clone(&scene);
        async move {
            let (mut tokens, mut sessions) = (0_u32, 0_u32);
            while sessions < SESSIONS_A_NETWORK {
                let from = forwarded::address(number);
                let Some(visited) = scene.session(from, Visitor::Rate(1.0 / 3.0), &mut chance, SCREEN_MS).await? else {
                    break;
                };
                tokens += u32::from(visited.token.is_some());
                sessions += 1;
            }
            Ok((tokens, sessions))
        }
    })
    .await?;
    running.stop().await?;
    let sessions: u32 = tokens.iter().map(|(_, sessions)| sessions).sum();
    let tokens: Vec<f64> = tokens.iter().map(|(tokens, _)| f64::from(*tokens)).collect();
    let done = format!(
        "{NETWORKS} networks click at a collector as shipped until they are turned away ({sessions} sessions): tokens a \
         network and hour"
    );
    Ok(Row::new("A1", done, mean_of(&tokens, Unit::Plain(3, "")), Bar::AtMost(0.25)))
}
