//! Tiles on disk, each under its own SHA-256. Knows files, not who refers to them.
//!
//! `<data>/images/ab/ab….jpg`; a file is complete or absent, whatever is killed when.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use sha2::{Digest as _, Sha256};

/// The folder inside the data folder.
pub const SHELF_FOLDER: &str = "images";
/// Held by whoever adds pictures to the database, so that one process never takes another's import for a dead one.
const LOCK_FILE: &str = "import.lock";
/// What files end in until they are complete.
const PART: &str = "part";

/// Why the shelf could not do it.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    /// The file system refused.
    #[error("{}: {cause}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the file system said.
        cause: io::Error,
    },
    /// A tile that should be there is not.
    #[error("{} is missing: restore the images folder from a backup", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// A tile's content is not what its name says.
    #[error("{} is damaged: restore it from a backup", path.display())]
    Damaged {
        /// Where it is.
        path: PathBuf,
    },
}

/// The folder of tiles.
#[derive(Clone, Debug)]
pub struct Shelf {
    folder: PathBuf,
}

/// The right to add pictures to the database, held by one process at a time; given back when dropped.
#[derive(Debug)]
pub struct ImportLock {
    _file: File,
}

impl Shelf {
    /// Opens the shelf of a data folder, creates it when absent.
    ///
    /// # Errors
    /// [`ShelfError::File`].
    pub fn open(data: &Path) -> Result<Self, ShelfError> {
        let folder = data.join(SHELF_FOLDER);
        fs::create_dir_all(&folder).map_err(at(&folder))?;
        Ok(Self { folder })
    }

    /// Puts a tile on the shelf and returns its SHA-256. Putting it twice changes nothing but the file's time.
    /// It survives a power cut once [`Shelf::sync_folders`] has returned.
    ///
    /// # Errors
    /// [`ShelfError::File`].
    pub fn put(&self, tile: &[u8]) -> Result<[u8; 32], ShelfError> {
        static PARTS: AtomicU64 = AtomicU64::new(0);
        let digest = Sha256::digest(tile).into();
        let path = self.path(&digest);
        let folder = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder).map_err(at(folder))?;
        let part = PARTS.fetch_add(1, Ordering::Relaxed);
        let part = path.with_extension(format!("{}-{part}.{PART}", std::process::id()));
        let written = File::create(&part).and_then(|mut file| {
            file.write_all(tile)?;
            file.sync_all()
        });
        written.map_err(at(&part))?;
        fs::rename(&part, &path).map_err(at(&path))?;
        Ok(digest)
    }

    /// Returns once the names of all tiles put so far are on disk.
    ///
    /// # Errors
    /// [`ShelfError::File`].
    pub fn sync_folders(&self) -> Result<(), ShelfError> {
        for folder in self.folders()? {
            File::open(&folder).and_then(|folder| folder.sync_all()).map_err(at(&folder))?;
        }
        File::open(&self.folder).and_then(|folder| folder.sync_all()).map_err(at(&self.folder))
    }

    /// The tile of this SHA-256.
    ///
    /// # Errors
    /// [`ShelfError::Missing`], or [`ShelfError::Damaged`] when the content has another digest.
    pub fn read(&self, digest: &[u8; 32]) -> Result<Vec<u8>, ShelfError> {
        let path = self.path(digest);
        let tile = match fs::read(&path) {
            Ok(tile) => tile,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Err(ShelfError::Missing { path }),
            Err(cause) => return Err(ShelfError::File { path, cause }),
        };
        if <[u8; 32]>::from(Sha256::digest(&tile)) != *digest {
            return Err(ShelfError::Damaged { path });
        }
        Ok(tile)
    }

    /// Deletes tiles that nobody refers to and that were put before `put_before_ms`, and what killed processes left
    /// half-written; returns how many files. A younger file may belong to an import that is still reading.
    ///
    /// # Errors
    /// [`ShelfError::File`].
    pub fn sweep(&self, referenced: &BTreeSet<[u8; 32]>, put_before_ms: u64) -> Result<usize, ShelfError> {
        let names: BTreeSet<String> = referenced.iter().map(file_name).collect();
        let put_before = UNIX_EPOCH + Duration::from_millis(put_before_ms);
        let mut n_deleted = 0;
        for folder in self.folders()? {
            for entry in fs::read_dir(&folder).map_err(at(&folder))? {
                let entry = entry.map_err(at(&folder))?;
                let path = entry.path();
                let ours = path.extension().is_some_and(|extension| extension == "jpg" || extension == PART);
                let kept = entry.file_name().to_str().is_some_and(|name| names.contains(name));
                let put = entry.metadata().and_then(|metadata| metadata.modified()).map_err(at(&path))?;
                if ours && !kept && put < put_before {
                    fs::remove_file(&path).map_err(at(&path))?;
                    n_deleted += 1;
                }
            }
        }
        Ok(n_deleted)
    }

    /// Waits until no other process adds pictures to the database, then keeps them all waiting.
    ///
    /// # Errors
    /// [`ShelfError::File`].
    pub fn lock_imports(&self) -> Result<ImportLock, ShelfError> {
        let path = self.folder.join(LOCK_FILE);
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(at(&path))?;
        file.lock().map_err(at(&path))?;
        Ok(ImportLock { _file: file })
    }

    fn path(&self, digest: &[u8; 32]) -> PathBuf {
        let name = file_name(digest);
        self.folder.join(name.get(..2).unwrap_or_default()).join(name)
    }

    fn folders(&self) -> Result<Vec<PathBuf>, ShelfError> {
        let mut folders = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(at(&self.folder))? {
            let entry = entry.map_err(at(&self.folder))?;
            if entry.file_type().map_err(at(&entry.path()))?.is_dir() {
                folders.push(entry.path());
            }
        }
        folders.sort_unstable();
        Ok(folders)
    }
}

/// Bytes in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digit = |half: u8| DIGITS.get(usize::from(half)).copied().unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn file_name(digest: &[u8; 32]) -> String {
    format!("{}.jpg", hex(digest))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> ShelfError {
    let path = path.to_owned();
    move |cause| ShelfError::File { path, cause }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG_AGO_MS: u64 = 1_000;
    const FAR_AHEAD_MS: u64 = 32_503_680_000_000;

    fn shelf() -> (tempfile::TempDir, Shelf) {
        let data = tempfile::tempdir().unwrap();
        let shelf = Shelf::open(data.path()).unwrap();
        (data, shelf)
    }

    #[test]
    fn what_is_put_is_read_back_under_its_digest() {
        let (data, shelf) = shelf();
        let digest = shelf.put(b"abc").unwrap();
        assert_eq!(shelf.put(b"abc").unwrap(), digest);
        shelf.sync_folders().unwrap();
        assert_eq!(shelf.read(&digest).unwrap(), b"abc");
        let path = "images/ba/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad.jpg";
        assert_eq!(fs::read(data.path().join(path)).unwrap(), b"abc");
        assert_eq!(fs::read_dir(data.path().join("images/ba")).unwrap().count(), 1);
    }

    #[test]
    fn a_missing_and_a_damaged_tile_are_told_apart() {
        let (_data, shelf) = shelf();
        let digest = shelf.put(b"abc").unwrap();
        assert!(matches!(shelf.read(&[9; 32]), Err(ShelfError::Missing { .. })));
        fs::write(shelf.path(&digest), b"abd").unwrap();
        assert!(matches!(shelf.read(&digest), Err(ShelfError::Damaged { .. })));
        shelf.put(b"abc").unwrap();
        assert_eq!(shelf.read(&digest).unwrap(), b"abc");
    }

    #[test]
    fn only_what_nobody_refers_to_is_swept() {
        let (_data, shelf) = shelf();
        let (kept, dropped) = (shelf.put(b"kept").unwrap(), shelf.put(b"dropped").unwrap());
        let part = shelf.path(&kept).with_extension("1-1.part");
        fs::write(&part, b"half").unwrap();
        let referenced = BTreeSet::from([kept]);
        assert_eq!(shelf.sweep(&referenced, LONG_AGO_MS).unwrap(), 0);
        assert_eq!(shelf.sweep(&referenced, FAR_AHEAD_MS).unwrap(), 2);
        assert!(shelf.read(&kept).is_ok() && shelf.read(&dropped).is_err() && !part.exists());
    }

    #[test]
    fn one_import_at_a_time() {
        let (_data, shelf) = shelf();
        let lock = shelf.lock_imports().unwrap();
        let other = File::open(shelf.folder.join(LOCK_FILE)).unwrap();
        assert!(other.try_lock().is_err());
        drop(lock);
        assert!(other.try_lock().is_ok());
    }
}
