//! `corvee stats`.

use std::collections::BTreeMap;

use clap::Args;
use corvee_consensus::{Crowd, DriftAlarm, GoldPolicy};
use corvee_protocol::CampaignName;
use corvee_protocol::ledger::Ledger;
use serde::Serialize;

use super::{Context, find_campaign};
use crate::campaign::drift::last_alarm;
use crate::campaign::ledger;
use crate::campaign::pool::{Pool, is_expelled};
use crate::store::campaigns::CampaignId;
use crate::store::statistics::Counts;

/// Arguments of `corvee stats`.
#[derive(Args)]
pub(super) struct Stats {
    /// One campaign only.
    campaign: Option<CampaignName>,
}

impl Stats {
    pub(super) async fn run(self, context: Context) -> anyhow::Result<()> {
        let store = context.store().await?;
        let campaigns = match self.campaign {
            Some(name) => vec![find_campaign(&store, &name).await?],
            None => store.campaigns().await?,
        };
        let now_ms = context.clock.now_ms();
        let (day, week) = (store.lately(now_ms, 24).await?, store.lately(now_ms, 7 * 24).await?);
        let mut standings = Vec::with_capacity(campaigns.len());
        let cast =
            store.campaigns().await?.iter().map(|campaign| campaign.sums.votes + campaign.sums.votes_removed).sum();
        for campaign in &campaigns {
            let crowd = Crowd::default();
            let policy = GoldPolicy { servings_per_gold: campaign.terms.gold_servings, ..GoldPolicy::default() };
            let standings_now = store.standings(campaign.id).await?;
            let expelled = standings_now.iter().filter(|item| is_expelled(&policy, &crowd, item)).count();
            let drift = last_alarm(&store, campaign.id, &standings_now, cast).await?.map(Drift::from);
            let fresh_gold = Pool::new(policy, &crowd, standings_now).fresh_gold();
            if let Some(ledger) = ledger::counted(&store, &campaign.terms.name, now_ms).await? {
                let of_campaign = |counts: &BTreeMap<Option<CampaignId>, Counts>| {
                    Recent::from(counts.get(&Some(campaign.id)).copied().unwrap_or_default())
                };
                let (last_24_hours, last_7_days) = (of_campaign(&day), of_campaign(&week));
                let expelled_gold = expelled;
                standings.push(CampaignStats { ledger, fresh_gold, expelled_gold, drift, last_24_hours, last_7_days });
            }
        }
        let turns = store.machine_turns().await?;
        context.output.print(&standings, || {
            if standings.is_empty() {
                return "No campaign yet: create one with `corvee campaign create`.".to_owned();
            }
            let campaigns = standings.iter().map(describe).collect::<Vec<_>>().join("\n\n");
            let of_sites =
                |counts: &BTreeMap<Option<CampaignId>, Counts>| counts.get(&None).copied().unwrap_or_default();
            format!("{campaigns}\n\n{}", describe_sites(turns, &of_sites(&day), &of_sites(&week)))
        })
    }
}

/// A campaign's ledger, with what only its requester is told.
#[derive(Serialize)]
struct CampaignStats {
    #[serde(flatten)]
    ledger: Ledger,
    /// Gold that was served no more often than an unknown item is.
    fresh_gold: usize,
    /// Gold that good visitors contradict: no longer served.
    expelled_gold: usize,
    /// The last time that one class was answered otherwise than usual, among the latest votes.
    drift: Option<Drift>,
    /// The last 24 hours of UTC, the one that runs included.
    last_24_hours: Recent,
    /// The last 168 hours, likewise.
    last_7_days: Recent,
}

/// What happened in a campaign lately.
#[derive(Serialize)]
struct Recent {
    /// Challenges that visitors asked for.
    challenges: u64,
    screens: u64,
    /// Visits that answered their first screen.
    visits: u64,
    passed: u64,
    /// Challenges that were answered too badly.
    failed: u64,
    visitor_ms: u64,
    gold_answers: u64,
    /// Votes cast.
    votes: u64,
    /// Votes taken back, whenever they were cast.
    votes_removed: u64,
}

impl From<Counts> for Recent {
    fn from(counts: Counts) -> Self {
        let Counts {
            challenges, screens, visits, passed, failed, visitor_ms, gold_answers, votes, votes_removed, ..
        } = counts;
        Self { challenges, screens, visits, passed, failed, visitor_ms, gold_answers, votes, votes_removed }
    }
}

/// A class that visitors contradict more often than usual.
#[derive(Serialize)]
struct Drift {
    /// Of items that show the thing, or of those that do not.
    class: &'static str,
    /// Share of votes that usually disagree with the final label.
    usual: f64,
    /// Share of those that did.
    lately: f64,
    /// How many these were.
    votes: u32,
}

impl From<DriftAlarm> for Drift {
    fn from(alarm: DriftAlarm) -> Self {
        let class = if alarm.positive { "positive" } else { "negative" };
        Self { class, usual: alarm.usual.value(), lately: alarm.lately.value(), votes: alarm.answers }
    }
}

fn describe(stats: &CampaignStats) -> String {
    let CampaignStats { ledger, fresh_gold, expelled_gold, drift, last_24_hours: day, last_7_days: week } = stats;
    let Ledger { items, .. } = ledger;
    let short = if *fresh_gold == 0 && items.gold > 0 {
        "\n  All gold has been seen often: votes beside it are flagged. Import fresh labelled pictures with --gold 1."
    } else {
        ""
    };
    let drift = drift.as_ref().map_or_else(String::new, |drift| {
        format!(
            "\n  ALARM: {} of {} votes on {} items contradicted their labels lately, {} is usual: somebody may be calling one \
             class the other.",
            percent(drift.lately),
            drift.votes,
            drift.class,
            percent(drift.usual)
        )
    });
    let median = ledger.median_solve_ms.map_or_else(|| "–".to_owned(), |ms| format!("{:.1} s", f64::from(ms) / 1000.0));
    let line = |what, all: Option<u64>, of: fn(&Recent) -> u64| line(what, all, of(day), of(week));
    let rows = [
        line("challenges", None, |recent| recent.challenges),
        line("visits", Some(ledger.visits), |recent| recent.visits),
        line("  passed", Some(ledger.passed), |recent| recent.passed),
        line("failed", None, |recent| recent.failed),
        line("screens", Some(ledger.screens), |recent| recent.screens),
        line("votes cast", Some(ledger.votes + ledger.votes_removed), |recent| recent.votes),
        line("  taken back", Some(ledger.votes_removed), |recent| recent.votes_removed),
        format!("  {:<16} {:>9}", "  standing", ledger.votes),
        line("answers on gold", Some(ledger.gold_answers), |recent| recent.gold_answers),
    ];
    let [hours, hours_of_day, hours_of_week] =
        [ledger.visitor_ms, day.visitor_ms, week.visitor_ms].map(|ms| ms as f64 / 3_600_000.0);
    format!(
        "{}: {}\n  items            {:>9}\n    final          {:>9}\n    ambiguous      {:>9}\n    open           {:>9}\n    gold           {:>9}  ({fresh_gold} fresh, {expelled_gold} expelled)\n{HEAD}\n{}\n  \
         visitor time     {hours:>7.2} h {hours_of_day:>7.2} h {hours_of_week:>7.2} h\n  median visit     {median:>9}\n  paid to visitors        $0{short}{drift}",
        ledger.campaign,
        ledger.question,
        items.items,
        items.settled,
        items.ambiguous,
        items.open,
        items.gold,
        rows.join("\n"),
    )
}

/// What belongs to no campaign.
fn describe_sites(turns: u64, day: &Counts, week: &Counts) -> String {
    let rows = [
        line("puzzles", None, day.puzzles, week.puzzles),
        line("machine's turns", Some(turns), day.machine_turns, week.machine_turns),
        line("tokens redeemed", None, day.redeemed, week.redeemed),
        line("tokens refused", None, day.refused, week.refused),
    ];
    format!("all sites\n{HEAD}\n{}", rows.join("\n"))
}

const HEAD: &str = "                    all time  24 hours    7 days";

/// A row of the table; what is not counted for all time shows a dash.
fn line(what: &str, all: Option<u64>, day: u64, week: u64) -> String {
    let all = all.map_or_else(|| "–".to_owned(), |all| all.to_string());
    format!("  {what:<16} {all:>9} {day:>9} {week:>9}")
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

#[cfg(test)]
mod tests {
    use corvee_protocol::ledger::ItemCounts;

    use super::*;

    #[test]
    fn votes_cast_taken_back_and_standing_each_have_a_row() {
        let ledger = Ledger {
            campaign: "things".to_owned(),
            question: "Which?".to_owned(),
            requester: "Museum".to_owned(),
            items: ItemCounts::default(),
            screens: 3,
            visits: 2,
            passed: 1,
            visitor_ms: 9000,
            gold_answers: 7,
            votes: 40,
            votes_removed: 5,
            counted_until: "2026-01-01T00:00:00Z".to_owned(),
            paid_usd_micros: 0,
            median_solve_ms: None,
        };
        let lately = |votes, votes_removed| Recent::from(Counts { votes, votes_removed, ..Counts::default() });
        let stats = CampaignStats {
            ledger,
            fresh_gold: 0,
            expelled_gold: 0,
            drift: None,
            last_24_hours: lately(12, 5),
            last_7_days: lately(30, 5),
        };
        let text = describe(&stats);
        let rows: Vec<Vec<&str>> = text.lines().map(|row| row.split_whitespace().collect()).collect();
        for row in [&["votes", "cast", "45", "12", "30"][..], &["taken", "back", "5", "5", "5"], &["standing", "40"]] {
            assert!(rows.iter().any(|found| found == row), "{row:?} in\n{text}");
        }
    }
}
