//! The programs and files that the tests are given by `cargo xtask test`. Knows their names, not what they do.

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, ensure};

/// The built collector.
pub(crate) fn corvee() -> anyhow::Result<PathBuf> {
    given("CORVEE_BIN")
}

/// One browser.
pub(crate) fn chromium() -> anyhow::Result<PathBuf> {
    given("CORVEE_CHROMIUM")
}

/// That browser's WebDriver server.
pub(crate) fn chromedriver() -> anyhow::Result<PathBuf> {
    given("CORVEE_CHROMEDRIVER")
}

/// The other browser.
pub(crate) fn firefox() -> anyhow::Result<PathBuf> {
    given("CORVEE_FIREFOX")
}

/// The other browser's WebDriver server.
pub(crate) fn geckodriver() -> anyhow::Result<PathBuf> {
    given("CORVEE_GECKODRIVER")
}

/// The script that looks for accessibility defects.
pub(crate) fn axe() -> anyhow::Result<PathBuf> {
    given("CORVEE_AXE")
}

fn given(variable: &str) -> anyhow::Result<PathBuf> {
    let path = env::var_os(variable).map(PathBuf::from).with_context(|| {
        format!("{variable} is not set: run `cargo xtask test`, which builds the collector, finds the browsers and says where they are")
    })?;
    ensure!(path.is_file(), "{variable} names {}, which is no file: run `cargo xtask test`", path.display());
    Ok(path)
}
