//! The programs and files that the tests are given by `cargo xtask test`. Knows their names, not what they do.

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, ensure};

/// The built collector.
pub(crate) fn corvee() -> anyhow::Result<PathBuf> {
    given("CORVEE_BIN")
}

/// The browser.
pub(crate) fn chromium() -> anyhow::Result<PathBuf> {
    given("CORVEE_CHROMIUM")
}

/// The browser's WebDriver server.
pub(crate) fn chromedriver() -> anyhow::Result<PathBuf> {
    given("CORVEE_CHROMEDRIVER")
}

/// The script that looks for accessibility defects.
pub(crate) fn axe() -> anyhow::Result<PathBuf> {
    given("CORVEE_AXE")
}

fn given(variable: &str) -> anyhow::Result<PathBuf> {
    let path = env::var_os(variable).map(PathBuf::from).with_context(|| {
        format!("{variable} is not set: run `cargo xtask test`, which builds the collector, finds the browser and says where they are")
    })?;
    ensure!(path.is_file(), "{variable} names {}, which is no file: run `cargo xtask test`", path.display());
    Ok(path)
}
