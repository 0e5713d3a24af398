//! Labels a folder of real photographs by a simulated crowd over HTTP, and compares the export with the hidden truth.
#![expect(clippy::print_stdout, reason = "printing the figures is the purpose")]

#[path = "program/operator.rs"]
mod operator;
#[path = "program/pooled.rs"]
mod pooled;
#[path = "program/server.rs"]
mod server;

use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use clap::Parser;
use corvee_simulate::{Crowd, LabelReport, Report, run};
use indicatif::ProgressBar;
use serde::Deserialize;

use operator::Operator;
use pooled::Pooled;

const CAMPAIGN: &str = "shoes";

/// The campaign "Which photos show shoes?" over photographs: 15 % gold, one visitor in ten a random clicker.
#[derive(Parser)]
struct Arguments {
    /// The collector's binary.
    #[arg(long)]
    corvee: PathBuf,
    /// A folder with images/ and labels.csv (file,label).
    #[arg(long)]
    photos: PathBuf,
    /// The label that means yes.
    #[arg(long, default_value = "shoes")]
    target: String,
    /// Visitors of one run.
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..))]
    visitors: u32,
    /// Seed of the first run; the following ones count on.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Runs, each with a fresh collector; the bars are for all of them together.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..))]
    runs: u64,
    /// Sessions under way at once, 1 to 64.
    #[arg(long, default_value_t = 8)]
    concurrency: usize,
    /// Fresh challenges that a visitor who failed still tries; the bars are for 0.
    #[arg(long, default_value_t = 0)]
    retries: u32,
}

/// What of an export's fact sheet is compared.
#[derive(Deserialize)]
struct Manifest {
    counts: Counts,
    ledger: Ledger,
    evaluation: Evaluation,
}

#[derive(Deserialize)]
struct Counts {
    items: u64,
    #[serde(rename = "final")]
    settled: u64,
    ambiguous: u64,
    open: u64,
    gold: u64,
}

#[derive(Deserialize)]
struct Ledger {
    visits: u64,
    passed: u64,
    votes: u64,
}

#[derive(Deserialize)]
struct Evaluation {
    items: u64,
    right: u64,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let mut pooled = Pooled::default();
    for seed in arguments.seed..arguments.seed + arguments.runs {
        println!("seed {seed}");
        let report = one_run(&arguments, seed).await?;
        println!("{report}");
        pooled.add(report);
    }
    println!("{pooled}");
    ensure!(pooled.passes_every_bar(), "a bar is missed: the table above says which");
    Ok(())
}

async fn one_run(arguments: &Arguments, seed: u64) -> anyhow::Result<Report> {
    let operator = Operator::new(&arguments.corvee)?;
    let create = [
        ["campaign", "create", CAMPAIGN, "--target"].as_slice(),
        &[&arguments.target],
        &["--question", "en=Which photos show shoes?", "--question", "fr=Quelles photos montrent des chaussures ?"],
        &["--requester", "Costume Museum", "--data-set", "clothing, a training set", "--licence", "CC0-1.0"],
    ];
    operator.call(create.concat()).await?;
    let site = operator.create_site(CAMPAIGN).await?;
    let (images, labels) = (arguments.photos.join("images"), arguments.photos.join("labels.csv"));
    let images = images.to_str().context("the folder of photographs has no UTF-8 name")?;
    let labels = labels.to_str().context("the folder of photographs has no UTF-8 name")?;
    let import = ["import", CAMPAIGN, images, "--labels", labels, "--gold", "0.15", "--seed", &seed.to_string()];
    operator.call(import).await?;

    let server = operator.serve().await?;
    let target = operator.target(&server, &site)?;
    let crowd = Crowd {
        visitors: arguments.visitors,
        seed,
        concurrency: arguments.concurrency,
        retries: arguments.retries,
        ..Crowd::default()
    };
    let progress = ProgressBar::new(0);
    let report = run(&target, &crowd, &progress).await;
    progress.finish_and_clear();
    let errors = server.stop().await?;
    let report = report?;
    ensure!(errors == 0, "the collector's log holds {errors} errors");

    let export = operator.path("export");
    let export = export.to_str().context("the data folder has no UTF-8 name")?;
    let manifest = operator.call(["export", CAMPAIGN, export, "--evaluate"]).await?;
    reconcile(&serde_json::from_str(&manifest).context("the export's fact sheet cannot be read")?, &report)?;
    Ok(report)
}

/// The export must say what the crowd has seen.
fn reconcile(manifest: &Manifest, report: &Report) -> anyhow::Result<()> {
    let Manifest { counts, ledger, evaluation } = manifest;
    let LabelReport { items, gold, settled, ambiguous, open, right, votes, .. } = &report.labels;
    let exported = [counts.items, counts.gold, counts.settled, counts.ambiguous, counts.open, ledger.votes];
    let listed = [*items, *gold, *settled, *ambiguous, *open, *votes];
    ensure!(exported == listed, "items and votes are exported as {exported:?}, but were listed as {listed:?}");
    let visits = [ledger.visits, ledger.passed];
    let sessions = [report.people.sessions + report.clickers.sessions, report.tokens.issued];
    ensure!(visits == sessions, "the ledger counts {visits:?} visits and tokens, the crowd had {sessions:?}");
    let evaluated = [evaluation.right, evaluation.items];
    let compared = [right.part, right.whole];
    ensure!(evaluated == compared, "the export says that {evaluated:?} labels are right, the crowd says {compared:?}");
    Ok(())
}
