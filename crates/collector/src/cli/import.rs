//! `corvee import`.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use corvee_protocol::CampaignName;

use super::{Context, find_campaign, progress};
use crate::import::gold::{GOLD_PERCENT_WANTED, GOLD_SHARE_OTHERWISE};
use crate::import::{ImportOptions, ImportReport, Stage, import};
use crate::requester::items::Imported;

/// Arguments of `corvee import`.
#[derive(Args)]
pub(super) struct Import {
    /// The campaign.
    campaign: CampaignName,
    /// Folder of JPEG, PNG or WebP pictures; folders inside it are searched too.
    folder: PathBuf,
    /// CSV with columns file and label; by default labels.csv in the folder or beside it.
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
    /// Share of the labelled pictures that becomes gold; the rest keeps its label hidden, for evaluation. Gold should be about
    /// 45 % of all pictures.
    #[arg(long = "gold", value_name = "SHARE", default_value_t = GOLD_SHARE_OTHERWISE)]
    gold_share: f64,
    /// Decides which pictures become gold.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Imports the rest when some files are refused.
    #[arg(long)]
    skip_refused: bool,
}

impl Import {
    pub(super) async fn run(self, context: Context) -> anyhow::Result<()> {
        let store = context.store().await?;
        let campaign = find_campaign(&store, &self.campaign).await?;
        let tiles = context.shelf()?;
        let options = ImportOptions {
            folder: self.folder,
            labels: self.labels,
            gold_share: self.gold_share,
            seed: self.seed,
            skip_refused: self.skip_refused,
        };
        let bar = progress::bar(0, "reading");
        let step = |step: crate::import::Step| {
            bar.set_message(match step.stage {
                Stage::Reading => "reading",
                Stage::Storing => "storing",
            });
            bar.set_length(u64::try_from(step.total).unwrap_or(0));
            bar.set_position(u64::try_from(step.done).unwrap_or(0));
        };
        let report = import(&store, &tiles, &campaign, options, context.clock.now_ms(), &step).await;
        bar.finish_and_clear();
        let report = report?;
        context.output.print(&Imported::from(&report), || describe(&report, &self.campaign))
    }
}

fn describe(report: &ImportReport, campaign: &CampaignName) -> String {
    let mut text = format!(
        "{} pictures are in {campaign}: {} gold ({} yes, {} no), {} with a hidden label, {} without any.",
        report.items,
        report.gold_positive + report.gold_negative,
        report.gold_positive,
        report.gold_negative,
        report.labelled_unknown,
        report.unlabelled,
    );
    if let Some(labels) = &report.labels_file {
        write!(text, "\nLabels from {}.", labels.display()).expect("writing to a String cannot fail");
    }
    if report.gold_missing > 0 {
        write!(
            text,
            "\nToo little gold: about {GOLD_PERCENT_WANTED} % of a campaign's open items and gold should be gold. With less it is seen so often that \
             it can be told apart, and votes beside it are flagged. Import some {} more labelled pictures: \
             corvee import {campaign} FOLDER --gold 1",
            report.gold_missing,
        )
        .expect("writing to a String cannot fail");
    }
    if !report.refusals.is_empty() {
        write!(text, "\n{} were left out:", report.refusals.len()).expect("writing to a String cannot fail");
        for refusal in &report.refusals {
            write!(text, "\n  {refusal}").expect("writing to a String cannot fail");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_little_gold_is_told_with_how_much_is_missing() {
        let report = |gold_missing| ImportReport {
            items: 100,
            gold_positive: 5,
            gold_negative: 10,
            labelled_unknown: 85,
            unlabelled: 0,
            labels_file: None,
            labels: std::collections::BTreeMap::new(),
            gold_missing,
            prior: 0.3,
            refusals: Vec::new(),
        };
        let told = |missing| describe(&report(missing), &"shoes".parse().unwrap());
        assert!(told(38).contains("Too little gold: about 45 % of a campaign's open items and gold should be gold."));
        assert!(told(38).ends_with("Import some 38 more labelled pictures: corvee import shoes FOLDER --gold 1"));
        assert!(!told(0).contains("gold should be"));
    }
}
