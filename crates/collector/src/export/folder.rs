//! The folder an export appears in, all at once: written beside it under another name, renamed when complete. Does not
//! know what is written.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::{ExportError, FILES};

/// What to do with an export that is in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Refuse.
    Keep,
    /// Put the new one in its place. A folder that holds anything else is never touched.
    Replace,
}

/// A folder being filled; without [`PartFolder::publish`] it disappears.
#[derive(Debug)]
pub(super) struct PartFolder {
    part: PathBuf,
    target: PathBuf,
}

impl PartFolder {
    /// Begins a folder that will be `target`.
    ///
    /// # Errors
    /// [`ExportError::Exists`] or [`ExportError::Foreign`] when `target` may not be replaced, [`ExportError::File`].
    pub(super) fn begin(target: &Path, existing: Existing) -> Result<Self, ExportError> {
        let target = &std::path::absolute(target).map_err(at(target))?;
        check_replaceable(target, existing)?;
        let part = beside(target, "part");
        // A leftover under this name is of a dead process that had our number.
        remove(&part)?;
        if let Some(parent) = part.parent() {
            fs::create_dir_all(parent).map_err(at(parent))?;
        }
        fs::create_dir(&part).map_err(at(&part))?;
        Ok(Self { part, target: target.to_owned() })
    }

    pub(super) fn path(&self) -> &Path {
        &self.part
    }

    /// Lets the folder appear in its place.
    ///
    /// # Errors
    /// As [`PartFolder::begin`]: what was in the way may have changed since.
    pub(super) fn publish(self, existing: Existing) -> Result<(), ExportError> {
        check_replaceable(&self.target, existing)?;
        let sync = |folder: &Path| File::open(folder).and_then(|folder| folder.sync_all());
        sync(&self.part).map_err(at(&self.part))?;
        let old = beside(&self.target, "old");
        remove(&old)?;
        if self.target.exists() {
            fs::rename(&self.target, &old).map_err(at(&self.target))?;
        }
        fs::rename(&self.part, &self.target).map_err(at(&self.target))?;
        if let Some(parent) = beside(&self.target, "old").parent() {
            sync(parent).map_err(at(parent))?;
        }
        remove(&old)
    }
}

impl Drop for PartFolder {
    fn drop(&mut self) {
        // Published or not there: nothing to remove. A failure leaves a hidden folder and loses nothing.
        drop(fs::remove_dir_all(&self.part));
    }
}

fn check_replaceable(target: &Path, existing: Existing) -> Result<(), ExportError> {
    let entries = match fs::read_dir(target) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(cause) => return Err(at(target)(cause)),
    };
    for entry in entries {
        let name = entry.map_err(at(target))?.file_name();
        if existing == Existing::Keep {
            return Err(ExportError::Exists { path: target.to_owned() });
        }
        if !FILES.iter().any(|file| name == *file) {
            return Err(ExportError::Foreign { path: target.to_owned(), found: name.to_string_lossy().into_owned() });
        }
    }
    Ok(())
}

/// A hidden name in the same folder as the target, where a rename is atomic.
fn beside(target: &Path, sort: &str) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new(".")).join(format!(".{name}.{sort}-{}", std::process::id()))
}

fn remove(folder: &Path) -> Result<(), ExportError> {
    match fs::remove_dir_all(folder) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(at(folder)(cause)),
        _ => Ok(()),
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> ExportError {
    let path = path.to_owned();
    move |cause| ExportError::File { path, cause }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published(target: &Path, existing: Existing, content: &[u8]) -> Result<(), ExportError> {
        let part = PartFolder::begin(target, existing)?;
        fs::write(part.path().join("labels.csv"), content).unwrap();
        part.publish(existing)
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn an_export_is_there_whole_or_not_at_all() {
        let place = tempfile::tempdir().unwrap();
        let target = place.path().join("deep/export");
        let part = PartFolder::begin(&target, Existing::Keep).unwrap();
        fs::write(part.path().join("labels.csv"), b"half").unwrap();
        assert!(!target.exists());
        drop(part);
        assert_eq!(names(&place.path().join("deep")), [""; 0]);
        published(&target, Existing::Keep, b"whole").unwrap();
        assert_eq!(names(&place.path().join("deep")), ["export"]);
        assert_eq!(fs::read(target.join("labels.csv")).unwrap(), b"whole");
    }

    #[test]
    fn an_empty_folder_is_filled_and_a_full_one_kept() {
        let place = tempfile::tempdir().unwrap();
        let target = place.path().join("export");
        fs::create_dir(&target).unwrap();
        published(&target, Existing::Keep, b"1").unwrap();
        assert!(matches!(published(&target, Existing::Keep, b"2"), Err(ExportError::Exists { .. })));
        assert_eq!(fs::read(target.join("labels.csv")).unwrap(), b"1");
        published(&target, Existing::Replace, b"2").unwrap();
        assert_eq!(fs::read(target.join("labels.csv")).unwrap(), b"2");
        assert_eq!(names(place.path()), ["export"]);
    }

    #[test]
    fn a_folder_with_anything_else_in_it_is_never_replaced() {
        let place = tempfile::tempdir().unwrap();
        let target = place.path().join("home");
        fs::create_dir(&target).unwrap();
        fs::write(target.join("thesis.odt"), b"years").unwrap();
        let error = published(&target, Existing::Replace, b"2").unwrap_err();
        assert!(error.to_string().contains("thesis.odt"), "{error}");
        assert_eq!(names(&target), ["thesis.odt"]);
    }
}
