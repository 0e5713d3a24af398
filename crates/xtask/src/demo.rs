//! `demo`: builds what is missing, then becomes the collector's demonstration. Knows none of its options.

use anyhow::Result;
use clap::Args;

use crate::workspace::Workspace;
use crate::{dist, program};

/// Options of `demo`.
#[derive(Args)]
pub(crate) struct Options {
    /// Handed to `corvee demo` as they are
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Builds the bundle and the collector, then runs the demonstration until Ctrl-C.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    dist::ensure(workspace)?;
    let corvee = build_release(workspace)?;
    become_program(workspace.command(corvee).arg("demo").args(&options.arguments))
}

/// The collector's release binary with the bundle inside.
pub(crate) fn build_release(workspace: &Workspace) -> Result<std::path::PathBuf> {
    program::run(workspace.cargo().args([
        "build",
        "--locked",
        "--release",
        "-p",
        "corvee-collector",
        "--bin",
        "corvee",
    ]))?;
    Ok(workspace.binary("release", "corvee"))
}

/// Replaces this process, so that Ctrl-C and the exit code are the collector's own.
#[cfg(unix)]
pub(crate) fn become_program(command: &mut std::process::Command) -> Result<()> {
    use std::os::unix::process::CommandExt as _;

    let error = command.exec();
    Err(error).map_err(|error| anyhow::anyhow!("cannot start `{}`: {error}", program::show(command)))
}

#[cfg(not(unix))]
pub(crate) fn become_program(command: &mut std::process::Command) -> Result<()> {
    program::run(command)
}
