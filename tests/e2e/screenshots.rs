//! Pictures of every state, for people to look at: `target/screenshots`. Knows folders, not what is on the pictures.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

use super::browser::Browser;

/// Keeps a picture of the window under this name.
pub(crate) async fn keep(browser: &Browser, name: &str) -> anyhow::Result<()> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().context("cargo's folder for tests lies nowhere")?;
    let folder = target.join("screenshots");
    fs::create_dir_all(&folder)?;
    browser.screenshot(&folder.join(format!("{name}.png"))).await
}
