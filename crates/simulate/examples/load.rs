//! Prints how many full sessions a second a collector carries, beside a bare axum server under the same requests.
#![expect(clippy::print_stdout, reason = "printing the table is the purpose")]

#[path = "program/operator.rs"]
mod operator;
#[path = "program/server.rs"]
mod server;
#[path = "program/table.rs"]
mod table;
#[path = "program/weight.rs"]
mod weight;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use clap::Parser;
use corvee_simulate::Target;
use corvee_simulate::load::{EchoPaths, Load, LoadFigures, Step, echo, sessions};
use tokio::process::Command;

use operator::Operator;
use server::Server;
use table::{Round, Table};
use weight::{machine_s, peak_memory_kib, processor_s};

const CAMPAIGN: &str = "bicycles";
/// Every network may ask as often as it likes: 512 networks stand for all visitors.
const BUDGET: &str = "[budget]\nclean_challenges = 100000000\nclean_failures = 100000000\nchallenges = 100000000\n";
/// Sessions before the first round: they fill caches and tell how large replies are.
const WARM_UP: Duration = Duration::from_secs(2);

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
    /// Sessions under way at once, 1 to 64.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u8).range(1..=64))]
    workers: u8,
    /// Rounds of both servers, in turns; medians are printed.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(3..))]
    rounds: u8,
    /// Drawn pictures in the campaign.
    #[arg(long, default_value_t = 300)]
    pictures: u32,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let operator = Operator::new(&arguments.corvee)?;
    std::fs::write(operator.path("corvee.toml"), BUDGET)?;
    let pictures = operator.path("pictures");
    let pictures = pictures.to_str().context("the data folder has no UTF-8 name")?;
    operator.call(["samples", "--count", &arguments.pictures.to_string(), pictures]).await?;
    let create =
        ["campaign", "create", CAMPAIGN, "--question", "en=Which pictures show a bicycle?", "--target", "bicycle"];
    let terms = ["--requester", "Load", "--data-set", "drawn street scenes", "--licence", "CC0-1.0"];
    operator.call(create.into_iter().chain(terms)).await?;
    let site = operator.create_site(CAMPAIGN).await?;
    operator.call(["import", CAMPAIGN, pictures, "--gold", "0.15"]).await?;

    let corvee = operator.serve().await?;
    let target = operator.target(&corvee, &site)?;
    let mut first_network = 0;
    let mut load = |seconds: Duration, workers: u8| {
        first_network += 97;
        Load { workers: usize::from(workers), over: seconds, first_network }
    };
    let warm = sessions(&target, load(WARM_UP, arguments.workers)).await?;
    let bare = start_echo(&arguments.echo, &warm, &operator.path("echo.log")).await?;
    echo(&bare.url, &paths(), load(WARM_UP, arguments.workers)).await?;

    let over = Duration::from_secs(arguments.seconds);
    let mut table = Table::default();
    for _ in 0..arguments.rounds {
        table.bare.push(bare_round(&bare, load(over, arguments.workers)).await?);
        table.corvee.push(corvee_round(&corvee, &target, load(over, arguments.workers)).await?);
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
    let failed = table.failed() + warm.failed;
    ensure!(failed == 0, "{failed} truthful sessions did not end in a redeemed token");
    Ok(())
}

async fn start_echo(program: &Path, warm: &LoadFigures, log: &Path) -> anyhow::Result<Server> {
    let mut command = Command::new(program);
    for (option, step) in [
        ("--challenge-bytes", Step::Challenge),
        ("--sprite-bytes", Step::Sprite),
        ("--answer-bytes", Step::Answer),
        ("--redeem-bytes", Step::Redeem),
    ] {
        let figures = warm.step(step).context("no session was completed while warming up")?;
        command.arg(option).arg(format!("{:.0}", figures.reply_bytes.mean));
    }
    Server::start(command, log).await
}

fn paths() -> EchoPaths {
    EchoPaths {
        challenge: "/json/challenge".to_owned(),
        sprite: "/sprite".to_owned(),
        answer: "/json/answer".to_owned(),
        redeem: "/json/redeem".to_owned(),
    }
}

async fn bare_round(bare: &Server, load: Load) -> anyhow::Result<Round> {
    let before = ProcessorSeconds::now(bare)?;
    let figures = echo(&bare.url, &paths(), load).await?;
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
