//! `test --only clients`: installs other people's packages at locked versions and starts the tests that use them, those of
//! the documents' snippets included. Knows where they are listed, not what they do.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::dist::digest;
use crate::workspace::Workspace;
use crate::{dist, node_tools, program, snippets, test};

/// Packages for servers, in the language of the folder.
const NODE: &str = "tests/clients/node";
/// Components for pages.
const BROWSER: &str = "tests/clients/browser";
const RUST: &str = "tests/clients/rust/Cargo.toml";
const REQUIREMENTS: &str = "tests/clients/python/requirements.txt";

/// What becomes of the table in `docs/embedding.md`.
#[derive(Clone, Copy)]
pub(crate) enum Table {
    /// It must be that of the run.
    Compared,
    /// It is that of the run.
    Written,
}

/// Installs what is missing and runs all clients.
///
/// # Errors
/// A program is missing, the network is needed and absent, or a client does not work.
pub(crate) fn run(workspace: &Workspace, table: Table) -> Result<()> {
    dist::ensure(workspace)?;
    let python = python(workspace)?;
    node_tools::install(workspace, NODE)?;
    let crates = crates(workspace)?;
    let pages = pages(workspace)?;
    let snippets = snippets::make(workspace, &workspace.path(BROWSER))?;
    // The same packages and features as the native tests, so that nothing is compiled twice.
    let wanted = ["--bin", "corvee", "--example", "tokens", "--test", "clients", "--test", "snippets"];
    program::run(workspace.cargo().arg("build").args(test::PRODUCT).args(wanted))?;
    let mut command = workspace.cargo();
    command.arg("test").args(test::PRODUCT).args(["--no-fail-fast", "--test", "clients", "--test", "snippets"]);
    test::give_environment(workspace, &mut command, &workspace.binary("debug", "corvee"))?;
    command
        .env("CORVEE_TOKENS", workspace.binary("debug", "examples/tokens"))
        .env("CORVEE_CLIENTS_PAGES", pages)
        .env("CORVEE_CLIENTS_PYTHON", python)
        .env("CORVEE_CLIENTS_RUST", crates)
        .env("CORVEE_SNIPPETS", snippets);
    if let Some(ruby) = snippets::ruby() {
        command.env("CORVEE_RUBY", ruby);
    }
    if let Table::Written = table {
        command.env("CORVEE_WRITE_TABLE", "1");
    }
    program::run(&mut command)
}

/// The Python of a folder of its own in which the listed packages are installed. Uses no network when they are.
fn python(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.target.join("clients-python");
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let requirements = workspace.path(REQUIREMENTS);
    let wanted = digest::hex(&fs::read(&requirements).with_context(|| format!("cannot read {REQUIREMENTS}"))?);
    let stamp = folder.join(".installed");
    if fs::read_to_string(&stamp).ok().as_ref() == Some(&wanted) && python.is_file() {
        return Ok(python);
    }
    if program::find("python3").is_none() {
        bail!("python3 is missing: install Python 3.10 or newer with venv (on Debian: `apt-get install python3-venv`)");
    }
    program::run(workspace.command("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--requirement"];
    program::run(workspace.command(&python).args(install).arg(&requirements))?;
    fs::write(&stamp, &wanted).context("cannot note what pip installed")?;
    Ok(python)
}

/// The driver of the crates, built in a workspace of its own.
fn crates(workspace: &Workspace) -> Result<PathBuf> {
    test::build_beside(workspace, RUST)?;
    Ok(workspace.binary("debug", "corvee-clients-rust"))
}

/// The folder of the pages, each with its component in one script.
fn pages(workspace: &Workspace) -> Result<PathBuf> {
    node_tools::install(workspace, BROWSER)?;
    let folder = workspace.target.join("clients-pages");
    let sources = workspace.path(BROWSER).join("pages");
    let mut command = workspace.command(node_tools::NodeTools::ensure(workspace)?.esbuild());
    let mut names = Vec::new();
    for entry in fs::read_dir(&sources).with_context(|| format!("cannot read {}", sources.display()))? {
        let path = entry?.path();
        // These are parts of pages.
        let part = path.file_stem().is_some_and(|stem| ["client", "react", "vue"].contains(&&*stem.to_string_lossy()));
        if !part {
            names.push(path);
        }
    }
    names.sort();
    // React checks what mounting twice finds in its development build alone.
    let defined = [
        "--define:process.env.NODE_ENV=\"development\"",
        "--define:__VUE_OPTIONS_API__=true",
        "--define:__VUE_PROD_DEVTOOLS__=false",
        "--define:__VUE_PROD_HYDRATION_MISMATCH_DETAILS__=false",
    ];
    command.args(names).args(["--bundle", "--format=iife", "--jsx=automatic", "--log-level=warning"]).args(defined);
    program::run(command.arg(format!("--outdir={}", folder.display())))?;
    Ok(folder)
}
