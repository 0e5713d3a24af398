//! `corvee export`.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use corvee_protocol::CampaignName;

use super::{Context, find_campaign, progress};
use crate::campaign::register::rules;
use crate::export::folder::Existing;
use crate::export::manifest::Manifest;
use crate::export::{ExportOptions, export};

/// Arguments of `corvee export`.
#[derive(Args)]
pub(super) struct Export {
    /// The campaign.
    campaign: CampaignName,
    /// Folder to write into; made when absent.
    folder: PathBuf,
    /// Compares final labels with the labels kept hidden at import.
    #[arg(long)]
    evaluate: bool,
    /// Puts the export in the place of an earlier one.
    #[arg(long)]
    replace: bool,
}

impl Export {
    pub(super) async fn run(self, context: Context) -> anyhow::Result<()> {
        let store = context.store().await?;
        let campaign = find_campaign(&store, &self.campaign).await?;
        let existing = if self.replace { Existing::Replace } else { Existing::Keep };
        let options = ExportOptions { folder: self.folder, existing, evaluate: self.evaluate };
        let bar = progress::bar(0, "writing");
        let step = |step: crate::export::Step| {
            bar.set_length(step.total);
            bar.set_position(step.done);
        };
        let mut snapshot = store.snapshot().await?;
        let now_ms = context.clock.now_ms();
        let manifest = export(&mut snapshot, &campaign, &rules(&campaign), &options, now_ms, &step).await;
        bar.finish_and_clear();
        let manifest = manifest?;
        context.output.print(&manifest, || describe(&manifest, &options))
    }
}

fn describe(manifest: &Manifest, options: &ExportOptions) -> String {
    let counts = &manifest.counts;
    let mut text = format!(
        "{} items: {} final, {} ambiguous, {} open, {} gold. {} votes. Everything is in {}.",
        counts.items,
        counts.settled,
        counts.ambiguous,
        counts.open,
        counts.gold,
        manifest.ledger.votes,
        options.folder.display(),
    );
    if let Some(evaluation) = &manifest.evaluation {
        write!(text, "\nOf {} final labels whose truth is known, {} are right", evaluation.items, evaluation.right)
            .expect("writing to a String cannot fail");
        if let Some(share) = evaluation.share_right {
            write!(text, " ({:.2} %)", share * 100.0).expect("writing to a String cannot fail");
        }
        text.push('.');
        for wrong in &evaluation.wrong {
            write!(text, "\n  wrong: {} is {} ({} votes)", wrong.file, wrong.truth, wrong.votes)
                .expect("writing to a String cannot fail");
        }
    }
    text
}
