//! Folders that take long to make, made once by each build of the collector and kept beside it. Knows nothing of what is in them.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use anyhow::Context as _;
use tempfile::TempDir;

use super::programs;

/// A folder that is there, or may be made.
#[derive(Debug)]
pub(crate) struct Kept {
    path: PathBuf,
}

impl Kept {
    /// The folder of this name; those of earlier builds are removed.
    pub(crate) fn named(name: &str) -> anyhow::Result<Self> {
        let corvee = programs::corvee()?;
        let beside = corvee.parent().context("the collector lies in no folder")?;
        let built = fs::metadata(&corvee)?.modified()?.duration_since(UNIX_EPOCH)?.as_nanos();
        let path = beside.join(format!("{name}-{built}"));
        if !path.is_dir() {
            let earlier = format!("{name}-");
            for entry in fs::read_dir(beside)? {
                let entry = entry?;
                if entry.file_name().to_string_lossy().starts_with(&earlier) && entry.file_type()?.is_dir() {
                    fs::remove_dir_all(entry.path())?;
                }
            }
        }
        Ok(Self { path })
    }

    /// Whether it has been made.
    pub(crate) fn is_made(&self) -> bool {
        self.path.is_dir()
    }

    /// An empty folder in which to make it.
    pub(crate) fn place(&self) -> anyhow::Result<TempDir> {
        Ok(tempfile::tempdir_in(self.path.parent().context("a kept folder lies nowhere")?)?)
    }

    /// Gives what was made its name: it is there as a whole or not at all.
    pub(crate) fn keep(&self, made: TempDir) -> anyhow::Result<()> {
        Ok(fs::rename(made.keep(), &self.path)?)
    }

    /// Copies it into a folder that exists, but for the entries that `is_left_out` names.
    pub(crate) fn copy_to(&self, folder: &Path, is_left_out: fn(&str) -> bool) -> anyhow::Result<()> {
        copy(&self.path, folder, is_left_out)
    }
}

fn copy(from: &Path, to: &Path, is_left_out: fn(&str) -> bool) -> anyhow::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if is_left_out(&entry.file_name().to_string_lossy()) {
            continue;
        }
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&target)?;
            copy(&entry.path(), &target, is_left_out)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
