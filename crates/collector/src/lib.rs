//! All of the program `corvee`: starts the runtime and hands over to the command line. A library, so that what reads bytes
//! from outside can be tried with any bytes.

#![expect(unreachable_pub, reason = "nobody builds on this: pub marks what other rooms may use")]

mod backup;
mod campaign;
mod chance;
mod cli;
mod clock;
mod config;
mod data;
pub mod decoders;
mod doctor;
mod export;
mod http;
mod images;
mod import;
mod jobs;
mod keys;
pub mod measured;
mod observe;
mod plain_words;
mod requester;
mod sample_folder;
mod server;
mod state;
mod store;

use std::io::Write as _;
use std::process::ExitCode;

/// Threads for work that waits for the disk. They take turns, so that as many as there ever were stay, each with a stack and
/// memory that the allocator keeps for it: 130 of them held 260 MiB under a flood, sixteen 65.
const WAITING_THREADS: usize = 16;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().max_blocking_threads(WAITING_THREADS).enable_all().build();
    let outcome = runtime.map_err(anyhow::Error::from).and_then(|runtime| runtime.block_on(cli::run()));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // A closed standard error leaves nobody to tell.
            let told = format!("{error:#}");
            let json = std::env::args().any(|argument| argument == "--json");
            let line = if json { serde_json::json!({ "error": told }).to_string() } else { format!("corvee: {told}") };
            drop(writeln!(std::io::stderr(), "{line}"));
            ExitCode::FAILURE
        }
    }
}
