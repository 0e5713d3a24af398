//! The demonstration on a data folder of its own, with pictures that were drawn once for all tests. Knows no page and no browser.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use anyhow::anyhow;
use tempfile::TempDir;

use super::kept::Kept;
use super::process::Process;
use super::programs;

/// Pictures of the demonstration: the fewest it draws.
const PICTURES: &str = "100";
const READY: &str = "The protected page: ";

/// Starts the demonstration on this data folder, and tells its origin.
pub(crate) fn serve(data: &Path, listen: &str) -> anyhow::Result<(Process, String)> {
    let mut command = Command::new(programs::corvee()?);
    command.arg("--data").arg(data).args(["demo", "--listen", listen, "--pictures", PICTURES]);
    Process::start(command, |line| Some(line.trim().strip_prefix(READY)?.trim_end_matches('/').to_owned()))
}

/// A data folder with pictures, campaign and site, to be changed at will.
pub(crate) fn fresh() -> anyhow::Result<TempDir> {
    // The first draws for all, and the others wait for it.
    static DRAWN: OnceLock<Result<Kept, String>> = OnceLock::new();
    let drawn = DRAWN.get_or_init(|| drawn().map_err(|error| format!("{error:#}")));
    let drawn = drawn.as_ref().map_err(|error| anyhow!("{error}"))?;
    let data = tempfile::tempdir()?;
    drawn.copy_to(data.path(), |_| false)?;
    Ok(data)
}

/// The folder as a collector has made it that was ended at once.
fn drawn() -> anyhow::Result<Kept> {
    let kept = Kept::named("demonstration")?;
    if !kept.is_made() {
        let data = kept.place()?;
        drop(serve(data.path(), "127.0.0.1:0")?);
        kept.keep(data)?;
    }
    Ok(kept)
}
