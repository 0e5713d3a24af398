//! A14: colluders who call one class the other. Against the drift monitor of the scoring code, which the collector runs.

use super::answerer::Answerer;
use super::row::{Bar, Figure, Row, Unit};
use super::simulated::{Campaign, Setting, on_all_cores};
use super::statistics::quantile_of;
use crate::share::Share;

const RUNS: u64 = 100;
/// Settled items before the attack begins.
const BEFORE: u64 = 1_000;
/// Visits after which the attack counts as unnoticed.
const PATIENCE: u32 = 20_000;
/// Visits of a busy month, in so many campaigns.
const MONTH: u32 = 100_000;
const MONTHS: u64 = 4;

pub(super) fn run() -> Vec<Row> {
    let mut rows = Vec::new();
    // Where the gold is answered rightly it cannot tell: the answers that could are those on nearly settled items.
    let attacks = [
        ("gold included", Answerer::ClassFlip, 0, "gold"),
        ("gold known and answered rightly", Answerer::ClassFlipOffGold, 1, "nearly settled items"),
    ];
    for (what, attacker, source, where_told) in attacks {
        let seeds: Vec<u64> = (0..RUNS).map(|run| 1_400 + run).collect();
        let mut answers = on_all_cores(&seeds, |seed| answers_until_alarm(attacker, source, *seed));
        let noticed = answers.iter().filter(|answers| answers.is_finite()).count() as u64;
        let in_time = Share::of(answers.iter().filter(|answers| **answers <= 200.0).count() as u64, RUNS);
        let done = format!(
            "a fifth of visitors pick nothing of what shows the thing, {what}, {RUNS} simulated campaigns ({noticed} alarms, \
             {:.0} % within 200): answers on {where_told} of that class until the alarm, median",
            in_time.value * 100.0
        );
        rows.push(Row::new("A14", done, quantile_of(&mut answers, 500, Unit::Plain(0, "")), Bar::AtMost(200.0)));
    }
    let seeds: Vec<u64> = (0..MONTHS).map(|run| 1_450 + run).collect();
    let alarms: usize = on_all_cores(&seeds, |seed| {
        let mut campaign = Campaign::under_way(Setting::clean(*seed), BEFORE);
        for _ in 0..MONTH {
            campaign.visit();
        }
        campaign.alarms.len()
    })
    .into_iter()
    .sum();
    // Poisson: exact 95 % limits would need tables; (√(k + 3/8) ± 0.98)² is within a tenth of them.
    let (k, months) = (alarms as f64, MONTHS as f64);
    let limit = |shift: f64| ((k + 0.375).sqrt() + shift).max(0.0).powi(2) / months;
    let figure = Figure {
        value: k / months,
        low: if alarms == 0 { 0.0 } else { limit(-0.98) },
        high: limit(0.98),
        unit: Unit::Plain(2, ""),
    };
    let done = format!(
        "nobody attacks, {MONTHS} months of {MONTH} simulated visits, one in ten a random clicker: alarms a month"
    );
    rows.push(Row::new("A14", done, figure, Bar::AtMost(1.0)));
    rows
}

fn answers_until_alarm(attacker: Answerer, source: usize, seed: u64) -> f64 {
    let setting = Setting { attackers: 0.2, attacker, ..Setting::clean(seed) };
    let mut campaign = Campaign::under_way(setting, BEFORE);
    let (alarms, watched) = (campaign.alarms.len(), campaign.watched.get(source).copied().unwrap_or(0));
    for _ in 0..PATIENCE {
        campaign.visit();
        if campaign.alarms.len() > alarms {
            return (campaign.watched.get(source).copied().unwrap_or(0) - watched) as f64;
        }
    }
    f64::INFINITY
}
