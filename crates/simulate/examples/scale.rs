//! Prints how long a challenge takes with ten thousand items and with a million items and ten million votes.
#![expect(clippy::print_stdout, reason = "printing the table is the purpose")]

#[path = "program/budget.rs"]
mod budget;
#[path = "program/operator.rs"]
mod operator;
#[path = "program/ready.rs"]
mod ready;
#[path = "program/resident.rs"]
mod resident;
#[path = "program/server.rs"]
mod server;
#[path = "program/weight.rs"]
#[expect(dead_code, reason = "of what a process weighs, its processor time alone is asked here")]
mod weight;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use clap::Parser;
use corvee_simulate::Target;
use corvee_simulate::load::{Flood, Load, LoadFigures, Step, flood};
use tokio::process::Command;

use budget::NO_BUDGET;
use ready::{CAMPAIGN, Ready};
use resident::resident_kib;
use server::Server;
use weight::processor_s;

/// Pictures of the small campaign; those of the large one; votes on each unknown one.
const SMALL: u32 = 10_000;
const LARGE: u32 = 1_000_000;
const VOTES_AN_ITEM: u32 = 10;
/// Rounds of each, in turns.
const ROUNDS: usize = 5;
/// Times the small campaign's, at most.
const BAR: f64 = 2.0;
/// The time in which an idle collector's own work is counted.
const IDLE: Duration = Duration::from_secs(10);

/// Challenges in campaigns of two sizes.
#[derive(Parser)]
struct Arguments {
    /// The collector's release binary.
    #[arg(long)]
    corvee: PathBuf,
    /// The release binary of the collector's example `fill`.
    #[arg(long)]
    fill: PathBuf,
    /// Folder of drawn pictures; drawn first when it is absent.
    #[arg(long)]
    pictures: PathBuf,
    /// Items of the large campaign.
    #[arg(long, default_value_t = LARGE)]
    items: u32,
    /// Seconds of one round.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
}

/// A served campaign of some size.
struct Campaign {
    items: u32,
    filled_s: f64,
    started_s: f64,
    idle_s: f64,
    server: Server,
    target: Target,
    rounds: Vec<LoadFigures>,
    _ready: Ready,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let mut campaigns = Vec::new();
    for items in [SMALL, arguments.items] {
        campaigns.push(Campaign::serve(&arguments, items).await?);
    }
    for round in 0..ROUNDS {
        for campaign in &mut campaigns {
            let first_network = 10_000 * u32::try_from(round)?;
            let load = Load { workers: 4, over: Duration::from_secs(arguments.seconds), first_network };
            campaign.rounds.push(flood(&campaign.target, Flood::Challenges, load).await?);
        }
    }
    println!("challenges, 4 at once, {ROUNDS} rounds of {} s each in turns, medians\n", arguments.seconds);
    println!(
        "| items | votes | filled in (s) | ready after (s) | memory (MiB) | own work while idle (ms a second) | challenges a second | p50 (ms) | p99 |"
    );
    println!("|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    for campaign in &campaigns {
        println!(
            "| {} | {} | {:.1} | {:.1} | {:.0} | {:.1} | {:.0} | {:.3} | {:.3} |",
            campaign.items,
            u64::from(campaign.items) * u64::from(VOTES_AN_ITEM),
            campaign.filled_s,
            campaign.started_s,
            f64::from(resident_kib(&campaign.server.pid()?)?) / 1024.0,
            campaign.idle_s * 1000.0 / IDLE.as_secs_f64(),
            campaign.median(LoadFigures::requests_per_second),
            campaign.median(p50_ms),
            campaign.median(|figures| figures.step(Step::Challenge).map_or(f64::NAN, |step| step.latency.p99_ms)),
        );
    }
    let mut medians = campaigns.iter().map(|campaign| campaign.median(p50_ms));
    let ratio = medians.next_back().zip(medians.next()).map(|(large, small)| large / small).context("two campaigns")?;
    for campaign in campaigns {
        let errors = campaign.server.stop().await?;
        ensure!(errors == 0, "the collector's log holds {errors} errors");
    }
    println!("\nthe large campaign's challenges take {ratio:.2} times as long at the median (bar {BAR})");
    ensure!(ratio <= BAR, "challenges of the large campaign take more than {BAR} times as long");
    Ok(())
}

fn p50_ms(figures: &LoadFigures) -> f64 {
    figures.step(Step::Challenge).map_or(f64::NAN, |step| step.latency.p50_ms)
}

impl Campaign {
    async fn serve(arguments: &Arguments, items: u32) -> anyhow::Result<Self> {
        let ready = Ready::with_pictures(&arguments.corvee, &arguments.pictures, NO_BUDGET).await?;
        let begun = Instant::now();
        let mut command = Command::new(&arguments.fill);
        command.arg("--data").arg(ready.operator.path("")).args(["--campaign", CAMPAIGN]);
        command.args(["--items", &items.to_string(), "--votes-an-item", &VOTES_AN_ITEM.to_string()]);
        let status = command.kill_on_drop(true).status().await.context("cannot start the example fill")?;
        ensure!(status.success(), "the database could not be filled");
        let filled_s = begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        let (server, target) = ready.serve().await?;
        let started_s = begun.elapsed().as_secs_f64();
        // The pictures are rendered beforehand first.
        tokio::time::sleep(IDLE).await;
        let before = processor_s(&server.pid()?)?;
        tokio::time::sleep(IDLE).await;
        let idle_s = processor_s(&server.pid()?)? - before;
        Ok(Self { items, filled_s, started_s, idle_s, server, target, rounds: Vec::new(), _ready: ready })
    }

    fn median(&self, figure: impl Fn(&LoadFigures) -> f64) -> f64 {
        let mut figures: Vec<f64> = self.rounds.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
    }
}
