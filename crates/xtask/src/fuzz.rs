//! `fuzz`: builds the fuzz targets and runs them. Knows no decoder.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;

use crate::workspace::Workspace;
use crate::{coverage, program, test};

/// Options of `fuzz`.
#[derive(Args)]
pub(crate) struct Options {
    /// One target; all of them without a name
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(TARGETS))]
    target: Option<String>,
    /// Seconds for each target
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Runs of each target, instead of seconds: 1000000 is what a nightly run does
    #[arg(long, conflicts_with = "seconds")]
    runs: Option<u64>,
    /// Counts the branches of packages of others too (decoders of pictures, TOML, CSV): finds more, compiles everything anew
    #[arg(long)]
    thorough: bool,
}

/// One for each decoder of bytes from outside.
const TARGETS: [&str; 9] = ["seal", "state", "json", "names", "form", "picture", "labels", "answers", "settings"];

/// Targets at the same time.
const AT_ONCE: usize = 5;
/// Runs of a target at least: one that was hardly tried has failed. A picture of 50 million pixels takes a second.
const LEAST_RUNS: u64 = 50;
/// Seconds a single run may take: a decoder that hangs is a defect.
const RUN_SECONDS: u32 = 10;
/// Memory a target may take: a picture of 50 million pixels is the largest thing that may be decoded.
const MEMORY_MIB: u32 = 1024;
/// Bytes that are tried at most.
const BYTES: u32 = 8192;

/// Builds and runs; an error names the target and the file with the bytes that broke it.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let folder = build(workspace, options)?;
    let chosen: Vec<&str> = match &options.target {
        Some(target) => vec![target],
        None => TARGETS.to_vec(),
    };
    let mut waiting = chosen.into_iter();
    let mut running: Vec<Run> = Vec::new();
    let mut broken = Vec::new();
    loop {
        while running.len() < AT_ONCE {
            let Some(target) = waiting.next() else { break };
            running.push(Run::start(workspace, &folder, target, options)?);
        }
        if running.is_empty() {
            break;
        }
        let mut going = Vec::new();
        for mut run in running {
            match run.process.try_wait()? {
                Some(status) if status.success() => println!("{}", run.outcome()?),
                Some(_) => broken.push(run.breakage()?),
                None => going.push(run),
            }
        }
        running = going;
        std::thread::sleep(Duration::from_millis(100));
    }
    ensure!(broken.is_empty(), "{}", broken.join("\n\n"));
    Ok(())
}

/// Builds the targets; the folder they are in.
fn build(workspace: &Workspace, options: &Options) -> Result<PathBuf> {
    if options.thorough { build_all_counted(workspace) } else { build_ours_counted(workspace) }
}

/// With counters in our own packages alone; those of others are the tests' own.
fn build_ours_counted(workspace: &Workspace) -> Result<PathBuf> {
    let ourselves = env::current_exe().context("nobody knows where this program is")?;
    let mut cargo = workspace.cargo();
    cargo.env("RUSTC_WORKSPACE_WRAPPER", ourselves).env(coverage::ASKED, "1").arg("build").args(test::PRODUCT);
    program::run(cargo.args(TARGETS.iter().flat_map(|target| ["--example", target])))?;
    Ok(workspace.target.join("debug/examples"))
}

/// With counters in everything.
fn build_all_counted(workspace: &Workspace) -> Result<PathBuf> {
    let triple = host(workspace)?;
    let target = workspace.target.join("fuzz");
    // A triple keeps build scripts and macros free of counters.
    program::run(
        workspace
            .cargo()
            .env("RUSTFLAGS", coverage::COUNTERS.join(" "))
            .args(["build", "--locked", "-p", "corvee-fuzz", "--examples", "--profile", "fuzz", "--target", &triple])
            .arg("--target-dir")
            .arg(&target),
    )?;
    Ok(target.join(triple).join("fuzz/examples"))
}

/// The triple of this machine.
fn host(workspace: &Workspace) -> Result<String> {
    let said = program::read(workspace.command("rustc").arg("-vV"))?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not say for which machine it compiles")?.to_owned())
}

/// A target at work.
struct Run {
    target: String,
    process: Child,
    log: PathBuf,
    crashes: PathBuf,
    begin: Instant,
}

impl Run {
    fn start(workspace: &Workspace, folder: &Path, target: &str, options: &Options) -> Result<Self> {
        let place = workspace.target.join("fuzz").join("found").join(target);
        let (corpus, crashes, log) = (place.join("corpus"), place.join("crashes"), place.join("log"));
        let seeds = workspace.path("fuzz/seeds").join(target);
        // What is sealed or random has no seeds worth keeping, and git keeps no empty folder.
        for folder in [&corpus, &crashes, &seeds] {
            fs::create_dir_all(folder)?;
        }
        let limit = match options.runs {
            Some(runs) => format!("-runs={runs}"),
            None => format!("-max_total_time={}", options.seconds),
        };
        let process = Command::new(folder.join(target))
            .args([limit, format!("-timeout={RUN_SECONDS}"), format!("-rss_limit_mb={MEMORY_MIB}")])
            .args([format!("-max_len={BYTES}"), "-print_final_stats=1".to_owned()])
            .arg(format!("-artifact_prefix={}/", crashes.display()))
            .args([&corpus, &seeds])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(&log)?)
            .spawn()
            .with_context(|| format!("the fuzz target {target} does not start"))?;
        Ok(Self { target: target.to_owned(), process, log, crashes, begin: Instant::now() })
    }

    /// A line for a target that found nothing; one that ran nothing has failed.
    fn outcome(&self) -> Result<String> {
        let said = fs::read_to_string(&self.log)?;
        let stat = |name: &str| said.lines().rev().find_map(|line| line.strip_prefix(name)?.trim().parse::<u64>().ok());
        let runs = stat("stat::number_of_executed_units:").context("a fuzz target does not say how often it ran")?;
        let log = self.log.display();
        ensure!(
            runs >= LEAST_RUNS,
            "the fuzz target {} ran {runs} times only: give it more --seconds; see {log}",
            self.target
        );
        let features = said.lines().rev().find_map(|line| line.split_once(" ft: ")?.1.split(' ').next()).unwrap_or("0");
        let memory = stat("stat::peak_rss_mb:").unwrap_or_default();
        let seconds = self.begin.elapsed().as_secs();
        Ok(format!(
            "{:<9} {runs:>9} runs in {seconds:>4} s, {features:>6} features, {memory:>4} MiB: nothing found",
            self.target
        ))
    }

    /// What is known of a target that broke.
    fn breakage(&self) -> Result<String> {
        let said = fs::read_to_string(&self.log)?;
        let last: Vec<&str> = said.lines().rev().take(25).collect();
        let last: Vec<&str> = last.into_iter().rev().collect();
        if said.is_empty() {
            bail!("the fuzz target {} ended without a word", self.target);
        }
        let (target, crashes) = (&self.target, self.crashes.display());
        Ok(format!(
            "the fuzz target {target} broke; the bytes are in {crashes}, the end of its log:\n{}",
            last.join("\n")
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_its_program_and_its_seeds() {
        let workspace = Workspace::find().unwrap();
        let manifest = fs::read_to_string(workspace.path("fuzz/Cargo.toml")).unwrap();
        for target in TARGETS {
            assert!(manifest.contains(&format!("name = \"{target}\"\n")), "{target} is no program");
            assert!(workspace.path("fuzz/targets").join(format!("{target}.rs")).is_file(), "{target}");
        }
        assert_eq!(fs::read_dir(workspace.path("fuzz/targets")).unwrap().count(), TARGETS.len());
    }
}
