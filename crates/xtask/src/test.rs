//! `test`: everything, in the order in which the parts need each other. Knows how to start the tests, not what they hold.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use clap::Args;

use crate::browser::{self, Browser, Firefox};
use crate::clients::Table;
use crate::node_tools::NodeTools;
use crate::postgres::Server;
use crate::workspace::Workspace;
use crate::{clients, dist, program, toolchain};

/// Options of `test`.
#[derive(Args)]
pub(crate) struct Options {
    /// One step alone
    #[arg(long, value_name = "STEP", value_parser = clap::builder::PossibleValuesParser::new(STEPS.iter().map(|step| step.name)))]
    only: Option<String>,
    /// Writes table and snippets into docs/embedding.md instead of comparing them; only with `--only clients`
    #[arg(long, requires = "only")]
    write: bool,
}

struct Step {
    name: &'static str,
    what: &'static str,
    run: fn(&Workspace, &Options) -> Result<()>,
}

/// The step of a cargo feature that is off by default, only run by its name.
const ON_REQUEST: &str = "s3";

/// Each step finds or makes what it needs, so that it also runs alone.
const STEPS: &[Step] = &[
    Step {
        name: "dist",
        what: "the browser bundle and its weight",
        run: |workspace, _| dist::run(workspace, &dist::Options::default()),
    },
    Step {
        name: "browser",
        what: "Chromium, Firefox, their drivers, and fonts",
        run: |workspace, _| browsers(workspace),
    },
    Step {
        name: "native",
        what: "unit, property, API, end-to-end and doc tests, beside a throw-away PostgreSQL",
        run: |workspace, _| native(workspace),
    },
    Step { name: "s3", what: "pictures in a bucket, of a local S3 server", run: |workspace, _| s3(workspace) },
    Step { name: "wasm", what: "the widget's tests inside Chromium", run: |workspace, _| wasm(workspace) },
    Step {
        name: "clients",
        what: "other people's packages, unmodified, and the snippets of the documents",
        run: |workspace, options| clients::run(workspace, if options.write { Table::Written } else { Table::Compared }),
    },
];

/// The packages that are compiled together, so that each is compiled once whatever of them is asked for. xtask is apart: its
/// dependencies would be compiled a second time with the rest's features.
pub(crate) const PRODUCT: [&str; 4] = ["--locked", "--workspace", "--exclude", "xtask"];

enum Outcome {
    Passed(Duration),
    Failed(Duration),
    NotRun,
}

/// Runs the steps, stops at the first that fails, and ends with a summary.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let chosen =
        STEPS.iter().filter(|step| options.only.as_deref().map_or(step.name != ON_REQUEST, |name| name == step.name));
    let mut failure = None;
    let mut summary = Vec::new();
    for step in chosen {
        if failure.is_some() {
            summary.push((step.name, Outcome::NotRun));
            continue;
        }
        println!("\n== {}: {}", step.name, step.what);
        let begin = Instant::now();
        let result = (step.run)(workspace, options);
        let elapsed = begin.elapsed();
        println!("-- {} took {}", step.name, seconds(elapsed));
        match result {
            Ok(()) => summary.push((step.name, Outcome::Passed(elapsed))),
            Err(error) => {
                summary.push((step.name, Outcome::Failed(elapsed)));
                failure = Some(error.context(format!(
                    "the step `{}` failed; repeat it alone with `cargo xtask test --only {}`",
                    step.name, step.name
                )));
            }
        }
    }
    println!("\n== summary");
    for (name, outcome) in &summary {
        println!("{}", line(name, outcome));
    }
    if options.only.is_none() {
        println!("{ON_REQUEST} was not run: it compiles the collector once more; cargo xtask test --only {ON_REQUEST}");
    }
    failure.map_or(Ok(()), Err)
}

/// Tells tests outside the product where its parts are: `CORVEE_BIN`, `CORVEE_CHROMIUM`, `CORVEE_CHROMEDRIVER`,
/// `CORVEE_FIREFOX`, `CORVEE_GECKODRIVER`, `CORVEE_AXE`.
pub(crate) fn give_environment(workspace: &Workspace, command: &mut Command, corvee: &Path) -> Result<()> {
    let (chromium, firefox) = (Browser::ensure()?, Firefox::ensure(workspace)?);
    browser::fonts::ensure()?;
    command
        .env("CORVEE_BIN", corvee)
        .env("CORVEE_CHROMIUM", chromium.chromium)
        .env("CORVEE_CHROMEDRIVER", chromium.chromedriver)
        .env("CORVEE_FIREFOX", firefox.firefox)
        .env("CORVEE_GECKODRIVER", firefox.geckodriver)
        .env("CORVEE_AXE", NodeTools::ensure(workspace)?.axe());
    Ok(())
}

fn browsers(workspace: &Workspace) -> Result<()> {
    let (chromium, firefox) = (Browser::ensure()?, Firefox::ensure(workspace)?);
    browser::fonts::ensure()?;
    for program in [&chromium.chromium, &chromium.chromedriver, &firefox.firefox, &firefox.geckodriver] {
        let version = program::read(Command::new(program).arg("--version"))?;
        println!("{}", version.lines().next().unwrap_or_default());
    }
    Ok(())
}

fn native(workspace: &Workspace) -> Result<()> {
    dist::ensure(workspace)?;
    // The collector and the tests are built in one go: apart, packages would be compiled twice with different features.
    program::run(workspace.cargo().arg("build").args(PRODUCT).args(["--bin", "corvee", "--tests"]))?;
    let mut command = workspace.cargo();
    // Not all targets: examples hold no tests, `check` looks at them, and linking them all would take a minute.
    command.arg("test").args(PRODUCT).arg("--tests");
    give_environment(workspace, &mut command, &workspace.binary("debug", "corvee"))?;
    let postgres = Server::start();
    match &postgres {
        Ok(server) => server.give_environment(&mut command),
        Err(error) => warn_of_missing_postgres(error),
    }
    program::run(&mut command)?;
    // Once more after everything that has scrolled past.
    if let Err(error) = &postgres {
        warn_of_missing_postgres(error);
    }
    drop(postgres);
    program::run(workspace.cargo().arg("test").args(PRODUCT).arg("--doc"))?;
    program::run(workspace.cargo().args(["test", "--locked", "-p", "xtask"]))
}

/// The collector with the feature that the other steps leave out, beside a server that checks signatures.
fn s3(workspace: &Workspace) -> Result<()> {
    let server = build_s3_server(workspace)?;
    let tests = ["test", "--locked", "-p", "corvee-collector", "--features", "s3", "--test", "pictures_in_s3"];
    program::run(workspace.cargo().args(tests).env("CORVEE_S3_SERVER", server))?;
    let shelf = ["test", "--locked", "-p", "corvee-collector", "--features", "s3", "--lib", "images"];
    program::run(workspace.cargo().args(shelf))
}

/// Compiles the S3 server, whose packages are not the product's.
fn build_s3_server(workspace: &Workspace) -> Result<PathBuf> {
    build_beside(workspace, "tests/tools/s3-server/Cargo.toml")?;
    Ok(workspace.binary("debug", "s3-server"))
}

fn warn_of_missing_postgres(error: &anyhow::Error) {
    println!("\n!!! NOTHING IS TESTED ON POSTGRESQL: {error:#}\n");
}

fn wasm(workspace: &Workspace) -> Result<()> {
    toolchain::ensure_wasm(workspace)?;
    let browser = Browser::ensure()?;
    let runner = build_runner(workspace)?;
    let session = workspace.target.join("webdriver.json");
    fs::write(&session, serde_json::to_string_pretty(&browser.capabilities())?)
        .context("cannot write webdriver.json")?;
    program::run(
        workspace
            .cargo()
            .args(["test", "--locked", "--target", toolchain::WASM, "-p", "corvee", "--test", "browser"])
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner)
            .env("CHROMEDRIVER", browser.chromedriver)
            .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", session)
            .env("WASM_BINDGEN_TEST_TIMEOUT", "120"),
    )
}

/// Compiles the program that cargo calls for each wasm test binary.
fn build_runner(workspace: &Workspace) -> Result<PathBuf> {
    build_beside(workspace, "tests/tools/browser-runner/Cargo.toml")?;
    Ok(workspace.binary("debug", "browser-runner"))
}

/// Compiles a workspace of its own into our build directory: half of its packages are there already.
pub(crate) fn build_beside(workspace: &Workspace, manifest: &str) -> Result<()> {
    let build = ["build", "--locked", "--manifest-path", manifest, "--target-dir"];
    program::run(workspace.cargo().args(build).arg(&workspace.target))
}

fn line(name: &str, outcome: &Outcome) -> String {
    match outcome {
        Outcome::Passed(elapsed) => format!("{name:<10} passed  {:>8}", seconds(*elapsed)),
        Outcome::Failed(elapsed) => format!("{name:<10} FAILED  {:>8}", seconds(*elapsed)),
        Outcome::NotRun => format!("{name:<10} not run"),
    }
}

fn seconds(elapsed: Duration) -> String {
    format!("{:.1} s", elapsed.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_tells_what_passed_what_failed_and_what_never_ran() {
        assert_eq!(line("dist", &Outcome::Passed(Duration::from_millis(1240))), "dist       passed     1.2 s");
        assert_eq!(line("native", &Outcome::Failed(Duration::from_secs(61))), "native     FAILED    61.0 s");
        assert_eq!(line("wasm", &Outcome::NotRun), "wasm       not run");
    }

    #[test]
    fn the_runner_speaks_the_widgets_version_of_wasm_bindgen() {
        let workspace = Workspace::find().unwrap();
        let locked = |lock: &str, package: &str| {
            let text = fs::read_to_string(workspace.path(lock)).unwrap();
            let (_, after) = text.split_once(&format!("name = \"{package}\"\nversion = \"")).unwrap();
            after.split('"').next().unwrap().to_owned()
        };
        let widget = locked("Cargo.lock", "wasm-bindgen");
        assert_eq!(locked("Cargo.lock", "wasm-bindgen-cli-support"), widget);
        assert_eq!(locked("tests/tools/browser-runner/Cargo.lock", "wasm-bindgen-cli"), widget);
    }
}
