//! Figures of speed: each is printed by a program of its own beside its peer, in one run. Knows which programs, not what
//! they measure.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::Options;
use crate::workspace::Workspace;
use crate::{demo, dist, program};

/// Full sessions beside a bare server.
pub(crate) fn session(workspace: &Workspace, options: &Options) -> Result<()> {
    let (corvee, echo) = (collector(workspace)?, example(workspace, "corvee-simulate", "echo")?);
    let mut command = simulate(workspace, "session");
    command.arg("--corvee").arg(corvee).arg("--echo").arg(echo);
    run(workspace, command, options)
}

/// Redemptions beside a bare server.
pub(crate) fn siteverify(workspace: &Workspace, options: &Options) -> Result<()> {
    let (corvee, echo) = (collector(workspace)?, example(workspace, "corvee-simulate", "echo")?);
    let mut command = simulate(workspace, "siteverify");
    command.arg("--corvee").arg(corvee).arg("--echo").arg(echo);
    run(workspace, command, options)
}

/// Answers through the writer beside the same rows without it.
pub(crate) fn commits(workspace: &Workspace, _: &Options) -> Result<()> {
    program::run(&mut running(workspace, "corvee-collector", "commits"))
}

/// Screens joined from variants beside screens encoded anew.
pub(crate) fn sprites(workspace: &Workspace, _: &Options) -> Result<()> {
    program::run(&mut running(workspace, "corvee-sprite", "sprites"))
}

/// Challenges of a large campaign beside those of a small one.
pub(crate) fn scale(workspace: &Workspace, options: &Options) -> Result<()> {
    let (corvee, fill) = (collector(workspace)?, example(workspace, "corvee-collector", "fill")?);
    let mut command = simulate(workspace, "scale");
    command.arg("--corvee").arg(corvee).arg("--fill").arg(fill);
    if options.quick {
        command.args(["--items", "100000"]);
    }
    run(workspace, command, options)
}

/// Memory under a flood.
pub(crate) fn flood(workspace: &Workspace, options: &Options) -> Result<()> {
    let corvee = collector(workspace)?;
    let mut command = simulate(workspace, "flood");
    command.arg("--corvee").arg(corvee);
    if options.quick && options.seconds.is_none() {
        command.args(["--seconds", "60"]);
    }
    run(workspace, command, options)
}

/// Runs a program that needs drawn pictures; they are drawn once for all of them.
fn run(workspace: &Workspace, mut command: Command, options: &Options) -> Result<()> {
    command.arg("--pictures").arg(workspace.target.join("bench/pictures"));
    if let Some(seconds) = options.seconds {
        command.args(["--seconds", &seconds.to_string()]);
    }
    program::run(&mut command)
}

fn collector(workspace: &Workspace) -> Result<PathBuf> {
    dist::ensure(workspace)?;
    demo::build_release(workspace)
}

/// The release binary of an example.
fn example(workspace: &Workspace, package: &str, name: &str) -> Result<PathBuf> {
    program::run(workspace.cargo().args(["build", "--locked", "--release", "-p", package, "--example", name]))?;
    Ok(workspace.target.join("release/examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
}

fn running(workspace: &Workspace, package: &str, name: &str) -> Command {
    let mut command = workspace.cargo();
    command.args(["run", "--locked", "--release", "-p", package, "--example", name]);
    command
}

/// An example of the simulator's, before its arguments.
pub(crate) fn simulate(workspace: &Workspace, name: &str) -> Command {
    let mut command = running(workspace, "corvee-simulate", name);
    command.arg("--");
    command
}
