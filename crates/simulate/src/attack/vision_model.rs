//! A2: answers like the machine that everybody can ask. A3: answers like a vision model of a given accuracy. Against the
//! scoring code.

use corvee_consensus::Thresholds;

use super::answerer::Answerer;
use super::row::{Bar, Figure, Row, Unit};
use super::simulated::{Campaign, Setting, accepted, on_all_cores};
use super::statistics::difference;
use crate::share::Share;

const SESSIONS: u64 = 200_000;
const CHALLENGES: usize = 40_000;
/// How often a tile is right.
const ACCURACIES: [f64; 3] = [0.80, 0.90, 0.95];
/// Dollars that a solving service asks for a thousand plain pictures and for a thousand grids, advertised 2024 to 2026.
const FARM_USD: [f64; 2] = [0.5, 3.0];

/// A2: one visitor in ten is such a clone, labels begin at the machine's opinion, screens are put together by it.
pub(super) fn clone() -> Vec<Row> {
    let setting = Setting { machine_prior: true, attackers: 0.1, attacker: Answerer::Clone, ..Setting::clean(201) };
    let bank = Campaign::under_way(setting, 8_000).challenges(CHALLENGES);
    let bots = [Answerer::Clone, Answerer::Accuracy(setting.machine)];
    let passed =
        on_all_cores(&bots, |bot| Share::of(accepted(&bank, SESSIONS, *bot, setting.thresholds, 9).0, SESSIONS));
    let [clone, independent] = passed.as_slice() else { return Vec::new() };
    let done = format!(
        "a bot that says what the machine says (right 4 times in 5) passes {:.1} %, an independent one of the same accuracy \
         {:.1} %, {SESSIONS} simulated sessions each: difference",
        clone.value * 100.0,
        independent.value * 100.0
    );
    vec![Row::new("A2", done, difference(*clone, *independent), Bar::AtMost(0.02))]
}

/// A3: the curve.
pub(super) fn curve() -> Vec<Row> {
    let settings = [("clean", Setting::clean(301)), ("suspicious", Setting::suspicious(302))];
    let mut rows = Vec::new();
    for (network, setting) in settings {
        let bank = Campaign::under_way(setting, 8_000).challenges(CHALLENGES);
        let answerers: Vec<(String, Answerer)> = ACCURACIES
            .iter()
            .map(|right| (format!("a model right about {:.0} % of tiles", right * 100.0), Answerer::Accuracy(*right)))
            .chain([("a person".to_owned(), Answerer::Person)])
            .collect();
        let passed =
            on_all_cores(&answerers, |(_, answerer)| accepted(&bank, SESSIONS, *answerer, setting.thresholds, 11));
        for ((who, _), (passed, screens)) in answerers.iter().zip(passed) {
            let done = format!(
                "{who}, {network} network: passes; {:.0} pictures looked at for 1,000 tokens",
                9000.0 * screens as f64 / passed.max(1) as f64
            );
            rows.push(Row::new("A3", done, Figure::share(Share::of(passed, SESSIONS)), Bar::Curve));
        }
    }
    rows
}

/// Dollars that a thousand tokens cost who has people solve them: screens a token times the price of one, at the low and at
/// the high end of what is asked.
pub(super) fn farm_price() -> [Figure; 2] {
    let bank = Campaign::under_way(Setting::clean(401), 8_000).challenges(CHALLENGES);
    let (passed, screens) = accepted(&bank, SESSIONS, Answerer::Person, Thresholds::CLEAN, 13);
    let screens_a_token = screens as f64 / passed.max(1) as f64;
    FARM_USD.map(|price| Figure::exact(price * screens_a_token, Unit::Plain(2, " $")))
}
