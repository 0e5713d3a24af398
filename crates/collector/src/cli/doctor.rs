//! `corvee doctor`.

use std::path::Path;

use clap::Args;

use super::output::Output;
use crate::clock::SystemClock;
use crate::config::DatabaseUrl;
use crate::data::DataFolder;
use crate::doctor::{self, Finding, Verdict};
use crate::http::assets;

/// Arguments of `corvee doctor`.
#[derive(Args)]
pub(super) struct Doctor {}

/// A doctor makes no patient: the folder must be there.
pub(super) fn check_folder(data: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(
        data.is_dir(),
        "there is no data folder {}: name it with --data; `corvee serve` or `corvee campaign create` makes one",
        data.display()
    );
    Ok(())
}

impl Doctor {
    /// Prints what was found; an error when something is wrong.
    pub(super) async fn run(self, data: &Path, database: Option<&DatabaseUrl>, output: Output) -> anyhow::Result<()> {
        let data = DataFolder::open_existing(data);
        let findings = doctor::examine(&data, database, &SystemClock, assets::find("api.js").is_some()).await;
        output.print(&findings, || findings.iter().map(line).collect::<Vec<_>>().join("\n"))?;
        let wrong = findings.iter().filter(|finding| finding.verdict == Verdict::Wrong).count();
        anyhow::ensure!(wrong == 0, "wrong: {wrong}; the remedies are above");
        Ok(())
    }
}

fn line(finding: &Finding) -> String {
    let mark = match finding.verdict {
        Verdict::Wrong => "WRONG ",
        Verdict::Advice => "advice",
        Verdict::Good => "good  ",
    };
    let Finding { about, found, remedy, .. } = finding;
    let remedy = if remedy.is_empty() { String::new() } else { format!("\n{:24}-> {remedy}", "") };
    format!("{mark} {about:<16} {found}{remedy}")
}
