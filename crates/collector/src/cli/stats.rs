//! `corvee stats`.

use clap::Args;
use corvee_protocol::CampaignName;
use corvee_protocol::ledger::Ledger;

use super::{Context, find_campaign};
use crate::campaign::ledger::ledger;

/// Arguments of `corvee stats`.
#[derive(Args)]
pub(super) struct Stats {
    /// One campaign only.
    campaign: Option<CampaignName>,
}

impl Stats {
    pub(super) async fn run(self, context: Context) -> anyhow::Result<()> {
        let store = context.store().await?;
        let names: Vec<CampaignName> = match self.campaign {
            Some(name) => vec![find_campaign(&store, &name).await?.terms.name],
            None => store.campaigns().await?.into_iter().map(|row| row.terms.name).collect(),
        };
        let mut ledgers = Vec::with_capacity(names.len());
        for name in &names {
            ledgers.extend(ledger(&store, name).await?);
        }
        context.output.print(&ledgers, || {
            if ledgers.is_empty() {
                return "No campaign yet: create one with `corvee campaign create`.".to_owned();
            }
            ledgers.iter().map(describe).collect::<Vec<_>>().join("\n\n")
        })
    }
}

fn describe(ledger: &Ledger) -> String {
    let Ledger { items, .. } = ledger;
    let hours = ledger.visitor_ms as f64 / 3_600_000.0;
    let median = ledger.median_solve_ms.map_or_else(|| "–".to_owned(), |ms| format!("{:.1} s", f64::from(ms) / 1000.0));
    format!(
        "{}: {}\n  items            {:>9}\n    final          {:>9}\n    ambiguous      {:>9}\n    open           {:>9}\n    gold           {:>9}\n  \
         visits           {:>9}\n    passed         {:>9}\n  screens          {:>9}\n  votes            {:>9}\n    taken back     {:>9}\n  \
         answers on gold  {:>9}\n  visitor time     {hours:>7.2} h\n  median visit     {median:>9}\n  paid to visitors        $0",
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
