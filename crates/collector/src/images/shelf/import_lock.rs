//! Keeps imports of one machine apart. Does not know of other machines: for them there is a lock in the database they share.

use std::fs::File;
use std::path::Path;

use super::ShelfError;

/// The right to add pictures to the database, held by one process at a time; given back when dropped.
#[derive(Debug)]
pub struct ImportLock {
    _file: File,
}

impl ImportLock {
    /// Waits until no other process holds this file, then keeps them all waiting.
    ///
    /// # Errors
    /// [`ShelfError::File`].
    pub(super) fn wait_for(path: &Path) -> Result<Self, ShelfError> {
        let file = File::options().create(true).truncate(false).write(true).open(path);
        let held = file.and_then(|file| file.lock().map(|()| file));
        held.map(|file| Self { _file: file }).map_err(|cause| ShelfError::File { path: path.to_owned(), cause })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_import_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("import.lock");
        let lock = ImportLock::wait_for(&path).unwrap();
        let other = File::open(&path).unwrap();
        assert!(other.try_lock().is_err());
        drop(lock);
        assert!(other.try_lock().is_ok());
    }
}
