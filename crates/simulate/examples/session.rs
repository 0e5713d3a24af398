//! Prints how many full sessions a second a collector carries, beside a bare axum server under the same requests, and how
//! long sessions take when it is busy to seven tenths.
#![expect(clippy::print_stdout, reason = "printing the table is the purpose")]

#[path = "program/bare.rs"]
mod bare;
#[path = "program/budget.rs"]
mod budget;
#[path = "program/disk.rs"]
mod disk;
#[path = "program/operator.rs"]
mod operator;
#[path = "program/ready.rs"]
mod ready;
#[path = "program/server.rs"]
mod server;
#[path = "program/table.rs"]
mod table;
#[path = "program/weight.rs"]
mod weight;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::ensure;
use clap::Parser;
use corvee_simulate::Target;
use corvee_simulate::load::{Load, LoadFigures, echo, paced_sessions, sessions};

use budget::NO_BUDGET;
use disk::Disk;
use ready::Ready;
use server::Server;
use table::{Round, Table, median};
use weight::{machine_s, peak_memory_kib, processor_s};

/// Sessions before the first round: they fill caches and tell how large replies are.
const WARM_UP: Duration = Duration::from_secs(4);
/// Share of the bare server's sessions, at least; and what is wished for.
const BAR: f64 = 0.12;
const STRETCH: f64 = 0.25;
/// Share of the most sessions a second at which latencies are judged, and the bar of the 99th percentile.
const BUSY: f64 = 0.7;
const P99_MS: f64 = 50.0;

/// Full sessions a second, beside a bare server.
#[derive(Parser)]
struct Arguments {
    /// The collector's release binary.
    #[arg(long)]
    corvee: PathBuf,
    /// The release binary of the example `echo`.
    #[arg(long)]
    echo: PathBuf,
    /// Seconds of one round.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// Sessions under way at once, 1 to 256.
    #[arg(long, default_value_t = 64)]
    workers: u8,
    /// Rounds of both servers, in turns; medians are printed.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(3..))]
    rounds: u8,
    /// Folder of drawn pictures; drawn first when it is absent.
    #[arg(long)]
    pictures: PathBuf,
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
    let mut load = |seconds: Duration, workers: u8| {
        first_network += 97;
        Load { workers: usize::from(workers), over: seconds, first_network }
    };
    let warm = sessions(&target, load(WARM_UP, arguments.workers)).await?;
    let bare = bare::start(&arguments.echo, &warm, &ready.operator.path("echo.log")).await?;
    echo(&bare.url, &bare::paths(), load(WARM_UP, arguments.workers)).await?;

    let over = Duration::from_secs(arguments.seconds);
    let mut table = Table::default();
    for _ in 0..arguments.rounds {
        table.bare.push(bare_round(&bare, load(over, arguments.workers)).await?);
        table.corvee.push(corvee_round(&corvee, &target, load(over, arguments.workers)).await?);
    }
    let most = median(&table.corvee, |round| round.figures.sessions_per_second());
    for _ in 0..arguments.rounds {
        let load = load(over, u8::MAX);
        let before = ProcessorSeconds::now(&corvee)?;
        table.busy.push(before.round(&corvee, paced_sessions(&target, load, BUSY * most).await?)?);
    }
    table.alone = Some(sessions(&target, load(over.min(Duration::from_secs(5)), 1)).await?);

    println!(
        "{} workers, {} rounds of {} s each in turns, medians; {} processors, client and server on the same ones\n",
        arguments.workers,
        arguments.rounds,
        arguments.seconds,
        std::thread::available_parallelism()?
    );
    println!("{table}");
    println!("largest memory of the collector: {:.0} MiB", f64::from(peak_memory_kib(&corvee.pid()?)?) / 1024.0);
    bare.stop().await?;
    let errors = corvee.stop().await?;
    ensure!(errors == 0, "the collector's log holds {errors} errors");
    let answered = table.sessions() + warm.sessions;
    let disk = Disk::of(&arguments.corvee, &ready.operator.path("")).await?;
    println!(
        "database after {answered} sessions: {:.0} bytes each; after a day, when visitors are forgotten: {:.0}",
        disk.now as f64 / answered as f64,
        disk.tomorrow as f64 / answered as f64
    );
    let failed = table.failed() + warm.failed;
    ensure!(failed == 0, "{failed} truthful sessions did not end in a redeemed token");
    judge(&table, arguments.no_bars)
}

/// Prints how the bars are met.
fn judge(table: &Table, no_bars: bool) -> anyhow::Result<()> {
    let per_second = |rounds: &[Round]| median(rounds, |round| round.figures.sessions_per_second());
    let ratio = per_second(&table.corvee) / per_second(&table.bare);
    let p99_ms = median(&table.busy, |round| round.figures.whole.p99_ms);
    println!("sessions, share of bare axum: {ratio:.3} (bar {BAR}, stretch {STRETCH})");
    println!("session at {BUSY} of the most, p99: {p99_ms:.1} ms (bar {P99_MS})");
    ensure!(no_bars || ratio >= BAR, "sessions are less than {BAR} of the bare server's");
    ensure!(no_bars || p99_ms <= P99_MS, "one session in a hundred takes longer than {P99_MS} ms");
    Ok(())
}

async fn bare_round(bare: &Server, load: Load) -> anyhow::Result<Round> {
    let before = ProcessorSeconds::now(bare)?;
    let figures = echo(&bare.url, &bare::paths(), load).await?;
    before.round(bare, figures)
}

async fn corvee_round(corvee: &Server, target: &Target, load: Load) -> anyhow::Result<Round> {
    let before = ProcessorSeconds::now(corvee)?;
    let figures = sessions(target, load).await?;
    before.round(corvee, figures)
}

/// Processor time used so far.
struct ProcessorSeconds {
    server: f64,
    client: f64,
    machine: f64,
}

impl ProcessorSeconds {
    fn now(server: &Server) -> anyhow::Result<Self> {
        Ok(Self { server: processor_s(&server.pid()?)?, client: processor_s("self")?, machine: machine_s()? })
    }

    fn round(self, server: &Server, figures: LoadFigures) -> anyhow::Result<Round> {
        let after = Self::now(server)?;
        Ok(Round {
            figures,
            server_s: after.server - self.server,
            client_s: after.client - self.client,
            machine_s: after.machine - self.machine,
        })
    }
}
