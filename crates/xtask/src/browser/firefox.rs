//! Firefox and its WebDriver server, which Debian does not package: built once from its crate. Knows no test.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::debian::Missing;
use super::named;
use crate::program;
use crate::workspace::Workspace;

/// The driver's release. It speaks to Firefox 140 and newer; Debian 12 and 13 bring that.
const GECKODRIVER: &str = "0.37.1";

const MISSING: Missing<'_> = Missing {
    what: "Firefox",
    packages: &["firefox-esr"],
    elsewhere: "install it and set FIREFOX to the path of its program",
};

/// A Firefox and the driver that belongs to it.
pub(crate) struct Firefox {
    /// The browser's program.
    pub(crate) firefox: PathBuf,
    /// Its WebDriver server.
    pub(crate) geckodriver: PathBuf,
}

impl Firefox {
    /// The Firefox of this machine, installed when there is none and we may; its driver from `GECKODRIVER`, `PATH`, or built
    /// into the build directory, where the next run finds it.
    ///
    /// # Errors
    /// The browser is missing and may not be installed, or the driver does not build; the error says what to do.
    pub(crate) fn ensure(workspace: &Workspace) -> Result<Self> {
        if firefox()?.is_none() {
            MISSING.install()?;
        }
        let firefox =
            firefox()?.context("the package firefox-esr brought no Firefox: set FIREFOX to its path, then repeat")?;
        Ok(Self { firefox, geckodriver: geckodriver(workspace)? })
    }
}

fn firefox() -> Result<Option<PathBuf>> {
    named("FIREFOX", &["firefox-esr", "firefox"])
}

fn geckodriver(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(found) = named("GECKODRIVER", &["geckodriver"])? {
        return Ok(found);
    }
    let tools = workspace.target.join("tools");
    let built = tools.join("bin").join(format!("geckodriver{}", std::env::consts::EXE_SUFFIX));
    if built.is_file() && is_pinned(&program::read(Command::new(&built).arg("--version"))?) {
        return Ok(built);
    }
    println!("geckodriver {GECKODRIVER} is missing: building it from its crate, once.");
    // Without optimisation: it passes messages on and waits for a browser. In our build directory, where what it has in common
    // with the tests is compiled for both.
    program::run(
        workspace
            .cargo()
            .args(["install", "geckodriver", "--locked", "--debug", "--version"])
            .arg(format!("={GECKODRIVER}"))
            .arg("--root")
            .arg(&tools)
            .env("CARGO_TARGET_DIR", &workspace.target),
    )?;
    if !built.is_file() {
        bail!("geckodriver was built and is not at {}: set GECKODRIVER to its path, then repeat", built.display());
    }
    Ok(built)
}

/// Whether this is what the pinned release says of itself.
fn is_pinned(version: &str) -> bool {
    let mut words = version.split_whitespace();
    words.next() == Some("geckodriver") && words.next() == Some(GECKODRIVER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_pinned_driver_is_kept() {
        assert!(is_pinned(&format!("geckodriver {GECKODRIVER} (5c2a3cc 2026-03-02)\n\nThe source code of this")));
        assert!(!is_pinned("geckodriver 0.1.0\n"));
        assert!(!is_pinned(""));
    }
}
