//! Prints what a flood of challenges and sprites that nobody answers does to a collector's memory and latencies.
#![expect(clippy::print_stdout, reason = "printing the table is the purpose")]

#[path = "program/operator.rs"]
mod operator;
#[path = "program/ready.rs"]
mod ready;
#[path = "program/resident.rs"]
mod resident;
#[path = "program/server.rs"]
mod server;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use clap::Parser;
use corvee_simulate::load::{Flood, Load, Step, flood};

use ready::Ready;
use resident::resident_kib;

/// Parts of the flood: memory is read after each.
const PARTS: u32 = 20;
/// The 99th percentile of a challenge (attack A21).
const P99_MS: f64 = 200.0;
/// Memory of the last quarter of the time over that of the second, at most.
const GROWTH: f64 = 1.05;

/// Memory under a flood.
#[derive(Parser)]
struct Arguments {
    /// The collector's release binary.
    #[arg(long)]
    corvee: PathBuf,
    /// Seconds of the flood.
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u64).range(20..))]
    seconds: u64,
    /// Requests under way at once, 1 to 256.
    #[arg(long, default_value_t = 64)]
    workers: u8,
    /// Folder of drawn pictures; drawn first when it is absent.
    #[arg(long)]
    pictures: PathBuf,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    // Every network has the budget it has by default.
    let ready = Ready::with_pictures(&arguments.corvee, &arguments.pictures, "").await?;
    let (corvee, target) = ready.serve().await?;
    let pid = corvee.pid()?;
    let over = Duration::from_secs(arguments.seconds) / PARTS;
    println!("{} requests at once, from 65,536 networks, for {} s\n", arguments.workers, arguments.seconds);
    println!("| seconds | memory (MiB) | challenges a second | challenge p50 (ms) | p99 | sprite p50 | p99 |");
    println!("|---:|---:|---:|---:|---:|---:|---:|");
    println!("| 0 | {:.1} | | | | | |", f64::from(resident_kib(&pid)?) / 1024.0);
    let begun = Instant::now();
    let (mut memory, mut p99_ms, mut first_network) = (Vec::new(), Vec::new(), 0_u32);
    for _ in 0..PARTS {
        let load = Load { workers: usize::from(arguments.workers), over, first_network };
        let figures = flood(&target, Flood::Sprites, load).await?;
        let challenge = figures.step(Step::Challenge).context("nothing was asked")?;
        let sprite = figures.step(Step::Sprite).context("no sprite was fetched")?;
        first_network = first_network.wrapping_add(u32::try_from(challenge.requests).unwrap_or(u32::MAX));
        let kib = resident_kib(&pid)?;
        println!(
            "| {:.0} | {:.1} | {:.0} | {:.2} | {:.2} | {:.2} | {:.2} |",
            begun.elapsed().as_secs_f64(),
            f64::from(kib) / 1024.0,
            challenge.requests as f64 / figures.elapsed_s,
            challenge.latency.p50_ms,
            challenge.latency.p99_ms,
            sprite.latency.p50_ms,
            sprite.latency.p99_ms,
        );
        memory.push(f64::from(kib));
        p99_ms.push(challenge.latency.p99_ms);
    }
    let errors = corvee.stop().await?;
    ensure!(errors == 0, "the collector's log holds {errors} errors");
    let quarter = memory.len() / 4;
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len().max(1) as f64;
    let early = mean(memory.get(quarter..2 * quarter).unwrap_or_default());
    let late = mean(memory.get(3 * quarter..).unwrap_or_default());
    p99_ms.sort_by(f64::total_cmp);
    let p99_ms = p99_ms.get(p99_ms.len() / 2).copied().unwrap_or(f64::NAN);
    println!("\nmemory of the last quarter over that of the second: {:.3} (bar {GROWTH})", late / early);
    println!("challenge, p99 (median of the parts): {p99_ms:.1} ms (bar {P99_MS})");
    ensure!(late <= GROWTH * early, "memory grows");
    ensure!(p99_ms <= P99_MS, "one challenge in a hundred takes longer than {P99_MS} ms");
    Ok(())
}
