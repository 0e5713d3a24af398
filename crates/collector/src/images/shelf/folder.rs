//! Tiles as files, `<data>/images/ab/ab….jpg`: a file is complete or absent, whatever is killed when. Knows one file system,
//! not who refers to the files.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sha2::{Digest as _, Sha256};

use super::{ShelfError, Stray, name};

/// The folder inside the data folder.
const FOLDER: &str = "images";
/// What files end in until they are complete.
const PART: &str = "part";

/// The folder of tiles. Its methods wait for the disk: call them where waiting is allowed.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The folder inside a data folder; it may be absent.
    pub(super) fn of(data: &Path) -> Self {
        Self { path: data.join(FOLDER) }
    }

    /// Makes it when it is absent.
    ///
    /// # Errors
    /// [`ShelfError::File`].
    pub(super) fn make(&self) -> Result<(), ShelfError> {
        fs::create_dir_all(&self.path).map_err(at(&self.path))
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes sure that it can be read.
    ///
    /// # Errors
    /// [`ShelfError::File`].
    pub(super) fn check(&self) -> Result<(), ShelfError> {
        self.folders().map(drop)
    }

    /// Stores a tile and returns its SHA-256. Storing it twice changes nothing but the file's time. It survives a power cut
    /// once [`Folder::sync`] has returned.
    ///
    /// # Errors
    /// [`ShelfError::File`].
    pub(super) fn put(&self, tile: &[u8]) -> Result<[u8; 32], ShelfError> {
        static PARTS: AtomicU64 = AtomicU64::new(0);
        let digest = Sha256::digest(tile).into();
        let path = self.file(&digest);
        let folder = path.parent().unwrap_or(&self.path);
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

    /// Returns once the names of all tiles stored so far are on disk.
    ///
    /// # Errors
    /// [`ShelfError::File`].
    pub(super) fn sync(&self) -> Result<(), ShelfError> {
        for folder in self.folders()? {
            File::open(&folder).and_then(|folder| folder.sync_all()).map_err(at(&folder))?;
        }
        File::open(&self.path).and_then(|folder| folder.sync_all()).map_err(at(&self.path))
    }

    /// The content under this SHA-256, unchecked.
    ///
    /// # Errors
    /// [`ShelfError::Missing`] or [`ShelfError::File`].
    pub(super) fn read(&self, digest: &[u8; 32]) -> Result<Vec<u8>, ShelfError> {
        let path = self.file(digest);
        fs::read(&path).map_err(|cause| match cause.kind() {
            io::ErrorKind::NotFound => ShelfError::Missing { at: shown(&path) },
            _ => ShelfError::File { path, cause },
        })
    }

    /// Whether there is a file under this SHA-256.
    ///
    /// # Errors
    /// [`ShelfError::File`].
    pub(super) fn has(&self, digest: &[u8; 32]) -> Result<bool, ShelfError> {
        let path = self.file(digest);
        path.try_exists().map_err(at(&path))
    }

    /// Tiles that are not among `referenced` and were stored before `put_before_ms`, and what killed processes left
    /// half-written before.
    ///
    /// # Errors
    /// [`ShelfError::File`].
    pub(super) fn strays(&self, referenced: &BTreeSet<[u8; 32]>, put_before_ms: u64) -> Result<Vec<Stray>, ShelfError> {
        let names: BTreeSet<String> = referenced.iter().map(name).collect();
        let mut strays = Vec::new();
        for folder in self.folders()? {
            let shard = folder.file_name().unwrap_or_default().to_owned();
            for entry in fs::read_dir(&folder).map_err(at(&folder))? {
                let entry = entry.map_err(at(&folder))?;
                let path = Path::new(&shard).join(entry.file_name());
                let Some(stray) = path.to_str() else { continue };
                let ours = path.extension().is_some_and(|extension| extension == "jpg" || extension == PART);
                if ours && !names.contains(stray) && self.is_older(stray, put_before_ms)? {
                    strays.push(Stray(stray.to_owned()));
                }
            }
        }
        Ok(strays)
    }

    /// Deletes those of the strays that nobody has stored anew since; returns how many.
    ///
    /// # Errors
    /// [`ShelfError::File`].
    pub(super) fn remove(&self, strays: &[Stray], put_before_ms: u64) -> Result<usize, ShelfError> {
        let mut n_removed = 0;
        for Stray(stray) in strays {
            if self.is_older(stray, put_before_ms)? {
                let path = self.path.join(stray);
                fs::remove_file(&path).map_err(at(&path))?;
                n_removed += 1;
            }
        }
        Ok(n_removed)
    }

    fn is_older(&self, stray: &str, put_before_ms: u64) -> Result<bool, ShelfError> {
        let path = self.path.join(stray);
        let put: SystemTime = match fs::metadata(&path).and_then(|metadata| metadata.modified()) {
            Ok(put) => put,
            // A half-written file that has been completed meanwhile.
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(cause) => return Err(ShelfError::File { path, cause }),
        };
        Ok(put < UNIX_EPOCH + Duration::from_millis(put_before_ms))
    }

    fn file(&self, digest: &[u8; 32]) -> PathBuf {
        self.path.join(name(digest))
    }

    fn folders(&self) -> Result<Vec<PathBuf>, ShelfError> {
        let mut folders = Vec::new();
        for entry in fs::read_dir(&self.path).map_err(at(&self.path))? {
            let entry = entry.map_err(at(&self.path))?;
            if entry.file_type().map_err(at(&entry.path()))?.is_dir() {
                folders.push(entry.path());
            }
        }
        folders.sort_unstable();
        Ok(folders)
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> ShelfError {
    let path = path.to_owned();
    move |cause| ShelfError::File { path, cause }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG_AGO_MS: u64 = 1_000;
    const FAR_AHEAD_MS: u64 = 32_503_680_000_000;

    fn folder() -> (tempfile::TempDir, Folder) {
        let data = tempfile::tempdir().unwrap();
        let folder = Folder::of(data.path());
        folder.make().unwrap();
        (data, folder)
    }

    #[test]
    fn what_is_put_is_read_back_under_its_digest() {
        let (data, folder) = folder();
        let digest = folder.put(b"abc").unwrap();
        assert!(folder.has(&digest).unwrap() && !folder.has(&[9; 32]).unwrap());
        assert_eq!(folder.put(b"abc").unwrap(), digest);
        folder.sync().unwrap();
        assert_eq!(folder.read(&digest).unwrap(), b"abc");
        let path = "images/ba/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad.jpg";
        assert_eq!(fs::read(data.path().join(path)).unwrap(), b"abc");
        assert_eq!(fs::read_dir(data.path().join("images/ba")).unwrap().count(), 1);
    }

    #[test]
    fn only_what_nobody_refers_to_is_a_stray() {
        let (_data, folder) = folder();
        let (kept, dropped) = (folder.put(b"kept").unwrap(), folder.put(b"dropped").unwrap());
        let part = folder.file(&kept).with_extension("1-1.part");
        fs::write(&part, b"half").unwrap();
        let referenced = BTreeSet::from([kept]);
        assert!(folder.strays(&referenced, LONG_AGO_MS).unwrap().is_empty());
        let strays = folder.strays(&referenced, FAR_AHEAD_MS).unwrap();
        // Stored anew between the listing and the deletion.
        assert_eq!(folder.remove(&strays, LONG_AGO_MS).unwrap(), 0);
        assert_eq!(folder.remove(&strays, FAR_AHEAD_MS).unwrap(), 2);
        assert!(folder.read(&kept).is_ok() && folder.read(&dropped).is_err() && !part.exists());
        assert_eq!(folder.remove(&strays, FAR_AHEAD_MS).unwrap(), 0);
    }
}
