//! Prints how many tokens a second a collector redeems, beside a bare axum server under the same requests.
#![expect(clippy::print_stdout, reason = "printing the table is the purpose")]

#[path = "program/bare.rs"]
mod bare;
#[path = "program/budget.rs"]
mod budget;
#[path = "program/operator.rs"]
mod operator;
#[path = "program/ready.rs"]
mod ready;
#[path = "program/server.rs"]
mod server;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use clap::Parser;
use corvee_simulate::load::{Load, LoadFigures, Step, echo_redemptions, redemptions, sessions};

use budget::NO_BUDGET;
use ready::Ready;

/// Share of the bare server's requests, at least.
const BAR: f64 = 0.5;
/// Time of a round of the bare server.
const BARE: Duration = Duration::from_secs(3);

/// Redemptions a second, beside a bare server.
#[derive(Parser)]
struct Arguments {
    /// The collector's release binary.
    #[arg(long)]
    corvee: PathBuf,
    /// The release binary of the example `echo`.
    #[arg(long)]
    echo: PathBuf,
    /// Folder of drawn pictures; drawn first when it is absent.
    #[arg(long)]
    pictures: PathBuf,
    /// Seconds in which the tokens of a round are earned.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// Calls under way at once, 1 to 256.
    #[arg(long, default_value_t = 192)]
    workers: u8,
    /// Rounds of both servers, in turns; medians are printed.
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u8).range(3..))]
    rounds: u8,
    /// Prints without judging.
    #[arg(long)]
    no_bars: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let ready = Ready::with_pictures(&arguments.corvee, &arguments.pictures, NO_BUDGET).await?;
    let (corvee, target) = ready.serve().await?;
    let mut first_network = 0;
    let mut load = |over: Duration| {
        first_network += 97;
        Load { workers: usize::from(arguments.workers), over, first_network }
    };
    let warm = sessions(&target, load(Duration::from_secs(2))).await?;
    let bare = bare::start(&arguments.echo, &warm, &ready.operator.path("echo.log")).await?;
    echo_redemptions(&bare.url, &bare::paths(), load(Duration::from_secs(1))).await?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..arguments.rounds {
        theirs.push(echo_redemptions(&bare.url, &bare::paths(), load(BARE)).await?);
        ours.push(redemptions(&target, load(Duration::from_secs(arguments.seconds))).await?);
    }
    bare.stop().await?;
    let errors = corvee.stop().await?;
    ensure!(errors == 0, "the collector's log holds {errors} errors");

    println!("{} calls at once, {} rounds in turns, medians\n", arguments.workers, arguments.rounds);
    println!("| siteverify | collector | bare axum | ratio |");
    println!("|---|---:|---:|---:|");
    // Of rounds that followed one another: a machine's speed changes from one minute to the next.
    let row = |name: &str, figure: fn(&LoadFigures) -> f64| {
        let ratio = median(ours.iter().zip(&theirs).map(|(ours, theirs)| figure(ours) / figure(theirs)));
        println!(
            "| {name} | {:.1} | {:.1} | {ratio:.2} |",
            median(ours.iter().map(figure)),
            median(theirs.iter().map(figure))
        );
        ratio
    };
    let ratio = row("calls a second", LoadFigures::requests_per_second);
    row("p50 (ms)", |figures| figures.step(Step::Redeem).map_or(f64::NAN, |step| step.latency.p50_ms));
    row("p99 (ms)", |figures| figures.step(Step::Redeem).map_or(f64::NAN, |step| step.latency.p99_ms));
    let calls = ours.iter().map(|round| round.requests).min().context("there was no round")?;
    println!("\neach round of the collector redeems {calls} tokens or more, every one for the first time (bar {BAR})");
    ensure!(arguments.no_bars || ratio >= BAR, "redemptions are less than {BAR} of the bare server's requests");
    Ok(())
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
