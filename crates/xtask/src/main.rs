//! The project's own commands. Only dispatches: each command is one file. Knows nothing of the product's code; it runs
//! cargo and other programs and checks what they leave.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool speaks to its terminal")]

mod attack;
mod bench;
mod browser;
mod check;
mod clients;
mod coverage;
mod demo;
mod dist;
mod fuzz;
mod gallery;
mod node_tools;
mod postgres;
mod program;
mod snippets;
mod test;
mod tidy;
mod toolchain;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

/// What the project can do for you; start with `cargo xtask demo`.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the browser bundle into dist/, print its sizes, fail when a first visit weighs too much
    Dist(dist::Options),
    /// Build everything and start the demonstration
    Demo(demo::Options),
    /// Run every test, in a real browser too; installs what is missing or says what to install
    Test(test::Options),
    /// Formatting, lints (native and wasm) and the rules of the house
    Check,
    /// The rules of the house alone: arrows, rooms, names, words
    Tidy,
    /// Carry out the attacks of docs/threat-model.md on the collector; fails when a bar does not hold
    Attack(attack::Options),
    /// Print the figures that the documents quote
    Bench(bench::Options),
    /// Start an empty PostgreSQL that is gone afterwards, for a command or until Ctrl-C
    Postgres(postgres::Options),
    /// Try every decoder of bytes from outside with any bytes: 60 s each, or `--runs 1000000`
    Fuzz(fuzz::Options),
    /// Take a picture of every state of the widget into docs/gallery
    Gallery,
}

fn main() -> ExitCode {
    let ended = if coverage::is_asked() {
        coverage::compile(std::env::args_os().skip(1))
    } else {
        start(Arguments::parse().command).map(|()| ExitCode::SUCCESS)
    };
    match ended {
        Ok(code) => code,
        Err(error) => {
            // The chain of causes and no stack: what went wrong is a matter of files and programs.
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(task: Task) -> anyhow::Result<()> {
    let workspace = Workspace::find()?;
    match task {
        Task::Dist(options) => dist::run(&workspace, &options),
        Task::Demo(options) => demo::run(&workspace, &options),
        Task::Test(options) => test::run(&workspace, &options),
        Task::Check => check::run(&workspace),
        Task::Tidy => tidy::run(&workspace),
        Task::Attack(options) => attack::run(&workspace, &options),
        Task::Bench(options) => bench::run(&workspace, &options),
        Task::Postgres(options) => postgres::run(&workspace, &options),
        Task::Fuzz(options) => fuzz::run(&workspace, &options),
        Task::Gallery => gallery::run(&workspace),
    }
}
