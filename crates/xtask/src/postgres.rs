//! A throw-away PostgreSQL: an empty server in a temporary folder, started for tests or for a developer, gone afterwards.
//! Knows no table.

mod server;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::program;
use crate::workspace::Workspace;

pub(crate) use server::Server;

/// Options of `postgres`.
#[derive(Args)]
pub(crate) struct Options {
    /// Run with the server's address in its environment; the server stops when it ends
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
    command: Vec<String>,
}

/// Starts a server and runs the command beside it; without one, says where the server is and runs until Ctrl-C.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let server = Server::start()?;
    let Some((name, arguments)) = options.command.split_first() else {
        return server.serve_until_interrupted();
    };
    let mut command = if name == "cargo" { workspace.cargo() } else { workspace.command(name) };
    server.give_environment(&mut command);
    program::run(command.args(arguments))
}

/// Where programs of PostgreSQL are looked for besides `PATH`: Debian keeps them apart, by version.
fn debian_folders() -> Vec<PathBuf> {
    let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") else { return Vec::new() };
    let mut versions: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            Some((path.file_name()?.to_str()?.parse().ok()?, path.join("bin")))
        })
        .collect();
    versions.sort_unstable_by(|(one, _), (other, _)| other.cmp(one));
    versions.into_iter().map(|(_, folder)| folder).collect()
}

/// The program of this name, of the newest PostgreSQL that there is.
fn find(name: &str) -> Option<PathBuf> {
    let of_debian = debian_folders().into_iter().map(|folder| folder.join(name)).find(|path| path.is_file());
    of_debian.or_else(|| program::find(name))
}

/// A program as the user that the server runs as: root may not, so that root becomes somebody else.
fn as_user(user: Option<&str>, name: &Path) -> Command {
    let Some(user) = user else { return Command::new(name) };
    let mut command = Command::new("setpriv");
    command.arg(format!("--reuid={user}")).arg(format!("--regid={user}")).arg("--clear-groups").arg("--").arg(name);
    command
}
