//! `corvee stats`.

use clap::Args;
use corvee_consensus::{Crowd, DriftAlarm, GoldPolicy};
use corvee_protocol::CampaignName;
use corvee_protocol::ledger::Ledger;
use serde::Serialize;

use super::{Context, find_campaign};
use crate::campaign::drift::last_alarm;
use crate::campaign::ledger::ledger;
use crate::campaign::pool::{Pool, is_expelled};

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
            if let Some(ledger) = ledger(&store, &campaign.terms.name).await? {
                standings.push(CampaignStats { ledger, fresh_gold, expelled_gold: expelled, drift });
            }
        }
        let turns = store.machine_turns().await?;
        context.output.print(&standings, || {
            if standings.is_empty() {
                return "No campaign yet: create one with `corvee campaign create`.".to_owned();
            }
            let campaigns = standings.iter().map(describe).collect::<Vec<_>>().join("\n\n");
            format!(
                "{campaigns}\n\nmachine's turns    {turns:>9}  (tokens of all sites that devices earned by computing)"
            )
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
    let CampaignStats { ledger, fresh_gold, expelled_gold, drift } = stats;
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
    let hours = ledger.visitor_ms as f64 / 3_600_000.0;
    let median = ledger.median_solve_ms.map_or_else(|| "–".to_owned(), |ms| format!("{:.1} s", f64::from(ms) / 1000.0));
    format!(
        "{}: {}\n  items            {:>9}\n    final          {:>9}\n    ambiguous      {:>9}\n    open           {:>9}\n    gold           {:>9}  ({fresh_gold} fresh, {expelled_gold} expelled)\n  \
         visits           {:>9}\n    passed         {:>9}\n  screens          {:>9}\n  votes            {:>9}\n    taken back     {:>9}\n  \
         answers on gold  {:>9}\n  visitor time     {hours:>7.2} h\n  median visit     {median:>9}\n  paid to visitors        $0{short}{drift}",
        ledger.campaign,
        ledger.question,
        items.items,
        items.settled,
        items.ambiguous,
        items.open,
        items.gold,
        ledger.visits,
        ledger.passed,
        ledger.screens,
        ledger.votes,
        ledger.votes_removed,
        ledger.gold_answers,
    )
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}
