//! What `cargo xtask test --only clients` has built and installed. Knows where it is, not what it does.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};

const REMEDY: &str =
    "run `cargo xtask test --only clients`, which builds and installs what is needed and says where it is";

/// The built example `tokens` of the simulator.
pub(crate) fn tokens() -> anyhow::Result<PathBuf> {
    given("CORVEE_TOKENS")
}

/// The Python of the folder where the Python packages are.
pub(crate) fn python() -> anyhow::Result<PathBuf> {
    given("CORVEE_CLIENTS_PYTHON")
}

/// The built driver of the crates.
pub(crate) fn crates() -> anyhow::Result<PathBuf> {
    given("CORVEE_CLIENTS_RUST")
}

/// The built snippet for axum, beside that driver.
pub(crate) fn axum_snippet() -> anyhow::Result<PathBuf> {
    Ok(crates()?.with_file_name(format!("snippet-axum{}", env::consts::EXE_SUFFIX)))
}

/// The folder of what was made of the snippets for pages.
pub(crate) fn snippets() -> anyhow::Result<PathBuf> {
    let folder = named("CORVEE_SNIPPETS")?;
    ensure!(folder.is_dir(), "CORVEE_SNIPPETS names {}, which is no folder: {REMEDY}", folder.display());
    Ok(folder)
}

/// Ruby, where there is one.
pub(crate) fn ruby() -> Option<PathBuf> {
    env::var_os("CORVEE_RUBY").map(PathBuf::from)
}

/// The folder of the bundled pages.
pub(crate) fn pages() -> anyhow::Result<PathBuf> {
    let folder = named("CORVEE_CLIENTS_PAGES")?;
    ensure!(folder.is_dir(), "CORVEE_CLIENTS_PAGES names {}, which is no folder: {REMEDY}", folder.display());
    Ok(folder)
}

/// A path in this repository.
pub(crate) fn repository(path: impl AsRef<Path>) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn given(variable: &str) -> anyhow::Result<PathBuf> {
    let path = named(variable)?;
    ensure!(path.is_file(), "{variable} names {}, which is no file: {REMEDY}", path.display());
    Ok(path)
}

fn named(variable: &str) -> anyhow::Result<PathBuf> {
    env::var_os(variable).map(PathBuf::from).with_context(|| format!("{variable} is not set: {REMEDY}"))
}
