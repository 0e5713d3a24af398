//! Profiles of browsers that have visited nothing. Knows no page.

use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::super::kept::Kept;
use super::engine::{Device, Engine};
use super::{Browser, engine};

/// A profile of its own, in which nothing was ever visited.
///
/// Chromium begins with an empty folder. Firefox takes longer to fill one than most visits last: it is given what a Firefox made of
/// an empty folder that was opened and closed.
pub(super) async fn fresh(engine: Engine) -> anyhow::Result<TempDir> {
    static BEGUN: OnceCell<Kept> = OnceCell::const_new();
    let profile = tempfile::tempdir()?;
    if engine == Engine::Firefox {
        BEGUN.get_or_try_init(begun).await?.copy_to(profile.path(), engine::is_of_a_session)?;
    }
    Ok(profile)
}

async fn begun() -> anyhow::Result<Kept> {
    let kept = Kept::named("firefox")?;
    if !kept.is_made() {
        let profile = kept.place()?;
        Browser::open_in(Device::FIREFOX, profile.path(), async |_browser| Ok(())).await?;
        kept.keep(profile)?;
    }
    Ok(kept)
}
