//! Our estimators beside crowd-kit's: one table, measured in one run on this machine. Knows the names of figures and what is
//! asked of them; the measuring is done by `consensus/peers.py` and by the examples of `corvee-consensus`.
//!
//! Programs print a figure a line, `bar <name> <value>` for ours and `peer <name> <value>` for the peer's; or several of one
//! name, told apart by words: `bar <name> <word>=<text> … <figure>=<value> …`. A `%` divides by a hundred. Other lines pass by.
//!
//! Expected of `batch_table` (SET stands for the folder of a data set):
//! `accuracy-SET` and `gold-accuracy-SET` (without gold, with a tenth of gold) of the eleven sets; `f1-product`;
//! `visitors-accuracy` (three answers a visitor, three labels, a tenth of gold, mean of the sets);
//! `one-answer-SET` and `one-answer-majority-SET` (every worker answers once: ours, majority vote);
//! `calibration-ece` and `calibration-log-loss` (a tenth of gold, means of the sets);
//! `agreement-difference` (the largest of alpha and kappa from the reference values).
//!
//! Of `kinds_table`: `pedestrian-boxes-f1-3`, `pedestrian-boxes-f1-7`, `speech-dev-clean-wer`, `cell-masks-iou`, `emotion-mae`,
//! `valence-mae`. Of `streaming_table`: `real-sets … mean=`, `targeted-flips rule=default colluders=0.1 flipped= labels=`,
//! the same at 0.2, `speed items=200000 answers-per-second= p99-us=`. Of `scaling`: `dawid-skene-SIZE-seconds`,
//! `-every-item-iterations`, `-mib`, `-same-bytes`; `majority-SIZE-seconds`, `-same-bytes`.

mod figures;
mod measure;
mod rows;

use anyhow::{Result, bail};

use self::figures::{Figures, Side};
use self::rows::{Aim, ROWS, Row};
use crate::workspace::Workspace;

/// The folder of data sets, beside the repository.
const DATA: &str = "../shared/data/truth-inference";

/// How much is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Everything; about half an hour.
    Whole,
    /// Nothing beyond a million answers, and none of the peer's slow models.
    Quick,
}

/// Measures and prints the table.
///
/// # Errors
/// The data are absent, Python is, or a bar is missed.
pub(crate) fn run(workspace: &Workspace, extent: Extent) -> Result<()> {
    let data = workspace.path(DATA);
    if !data.is_dir() {
        bail!(
            "THE DATA SETS ARE ABSENT: this table needs the folder {DATA}, relative to the repository; put it there, then repeat"
        );
    }
    let mut figures = measure::all(workspace, &data, extent)?;
    figures.derive();
    let missed = print(&figures, extent);
    if !missed.is_empty() {
        bail!("missed {} of the bars: {}", missed.len(), missed.join("; "));
    }
    Ok(())
}

/// Prints the table; returns the bars that are missed.
fn print(figures: &Figures, extent: Extent) -> Vec<&'static str> {
    println!();
    println!("| what | peer, measured in this run | ours | bar | stretch | met? |");
    println!("|---|---|---|---|---|---|");
    let mut missed = Vec::new();
    for row in ROWS {
        let ours = figures.find(Side::Ours, row.ours);
        let peer = figures.find(Side::Peer, row.peer);
        let verdict = match ours {
            _ if row.slow && extent == Extent::Quick => "not measured (quick)",
            None => "NO: not measured",
            Some(value) if row.aim.reached(value, row.stretch) => "stretch",
            Some(value) if row.aim.reached(value, row.bar) => "yes",
            Some(_) => "NO",
        };
        if verdict.starts_with("NO") {
            missed.push(row.what);
        }
        let sign = match row.aim {
            Aim::AtLeast => "≥",
            Aim::AtMost => "≤",
        };
        println!(
            "| {} | {}{} | {} | {sign} {} | {} | {verdict} |",
            row.what,
            shown(peer),
            note(row, peer),
            shown(ours),
            row.bar,
            row.stretch,
        );
    }
    println!();
    missed
}

/// What the peer's figure is, if there is one.
fn note(row: &Row, peer: Option<f64>) -> String {
    if peer.is_none() || row.peer_is.is_empty() { String::new() } else { format!(" ({})", row.peer_is) }
}

fn shown(value: Option<f64>) -> String {
    match value {
        None => "–".to_owned(),
        Some(value) if value != 0.0 && value.abs() < 1e-3 => format!("{value:.1e}"),
        Some(value) if value.abs() < 10.0 => format!("{value:.4}"),
        Some(value) if value.abs() < 1000.0 => format!("{value:.1}"),
        Some(value) => format!("{value:.0}"),
    }
}
