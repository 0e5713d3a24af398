//! What a collector's database weighs, now and when visitors are forgotten. Knows no table.

use std::path::Path;

use anyhow::Context as _;
use tokio::process::Command;

/// Bytes of a collector's database.
pub(crate) struct Disk {
    /// As it lies there.
    pub(crate) now: u64,
    /// Without what is deleted within a day, and without gaps.
    pub(crate) tomorrow: u64,
}

impl Disk {
    /// Of a data folder that nobody serves.
    pub(crate) async fn of(corvee: &Path, data: &Path) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("no folder for a copy")?;
        // A backup forgets visitors; the backup of a backup has no gaps where they were.
        let (forgotten, compact) = (folder.path().join("forgotten"), folder.path().join("compact"));
        for (from, to) in [(data, &forgotten), (&forgotten, &compact)] {
            let backup = Command::new(corvee).arg("--data").arg(from).arg("backup").arg(to).output().await?;
            anyhow::ensure!(backup.status.success(), "{}", String::from_utf8_lossy(&backup.stderr));
        }
        let bytes = |folder: &Path| std::fs::metadata(folder.join("corvee.sqlite")).map(|file| file.len());
        Ok(Self { now: bytes(data)?, tomorrow: bytes(&compact)? })
    }
}
