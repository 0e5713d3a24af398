//! Tiles, each under its own SHA-256, in a folder or in a bucket. Knows where they lie, not who refers to them.
//!
//! A tile is complete or absent, whatever is killed when, and what is read is what was stored. Nothing here waits on the threads
//! that serve requests.

#[cfg(feature = "s3")]
mod bucket;
mod folder;
mod import_lock;

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

#[cfg(feature = "s3")]
use self::bucket::Bucket;
use self::folder::Folder;
pub use self::import_lock::ImportLock;
use super::place::Place;

/// Held by whoever adds pictures to the database, so that one process never takes another's import for a dead one.
const LOCK_FILE: &str = "import.lock";

/// Why the shelf could not do it.
#[derive(Debug, thiserror::Error)]
#[cfg_attr(not(feature = "s3"), expect(dead_code, reason = "a folder has not all troubles of a bucket"))]
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
    #[error("{at} is missing: restore the pictures from a backup")]
    Missing {
        /// Where it should be.
        at: String,
    },
    /// A tile's content is not what its name says.
    #[error("{at} is damaged: restore it from a backup")]
    Damaged {
        /// Where it is.
        at: String,
    },
    /// A bucket is named, and this binary cannot reach any.
    #[cfg_attr(feature = "s3", expect(dead_code, reason = "this binary can"))]
    #[error(
        "[images] in corvee.toml says that pictures are in {place}, and this binary was built without S3: build it with \
         `cargo build --release -p corvee-collector --features s3`, or take [images] out to keep pictures in the data folder"
    )]
    NotBuiltIn {
        /// The bucket.
        place: String,
    },
    /// The settings or the environment do not tell how to reach the store.
    #[error("{place}, which [images] in corvee.toml names, cannot be used: {cause}")]
    Settings {
        /// The bucket.
        place: String,
        /// What is missing or wrong, and what to do.
        cause: String,
    },
    /// The store knows the bucket or the credentials not.
    #[error("{place} refuses: {cause}")]
    Refused {
        /// The bucket.
        place: String,
        /// What the store said, and what to do.
        cause: String,
    },
    /// The store does not answer, or not in time: later it may.
    #[error("{place} does not answer: {cause}")]
    Unreachable {
        /// The bucket.
        place: String,
        /// What was seen of it.
        cause: String,
    },
    /// The bucket holds the pictures of another database.
    #[error(
        "{place} holds the pictures of another database, {found}: give each database a prefix of its own in [images] of corvee.toml"
    )]
    Foreign {
        /// The bucket.
        place: String,
        /// Whose they are.
        found: String,
    },
    /// The threads that worked on it are gone.
    #[error("the collector is stopping")]
    Stopping,
}

impl ShelfError {
    /// Whether it may be otherwise in a moment, with nothing done.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Refused { .. } | Self::Stopping)
    }
}

/// A tile that nobody refers to, or what is left of one: its name below the shelf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray(String);

/// The place of tiles. Clones share it.
#[derive(Clone, Debug)]
pub struct Shelf {
    place: Shelved,
    lock_file: PathBuf,
}

#[derive(Clone, Debug)]
enum Shelved {
    Folder(Folder),
    #[cfg(feature = "s3")]
    Bucket(Bucket),
}

impl Shelf {
    /// Opens the shelf of a data folder. A folder is created when absent; a bucket is not looked at yet.
    ///
    /// # Errors
    /// [`ShelfError::File`], [`ShelfError::NotBuiltIn`] or [`ShelfError::Settings`].
    pub fn open(data: &Path, place: &Place) -> Result<Self, ShelfError> {
        let shelf = Self::existing(data, place)?;
        match &shelf.place {
            Shelved::Folder(folder) => folder.make()?,
            #[cfg(feature = "s3")]
            Shelved::Bucket(_) => {}
        }
        Ok(shelf)
    }

    /// The same shelf, for whoever only looks: a folder that is absent stays so.
    ///
    /// # Errors
    /// [`ShelfError::NotBuiltIn`] or [`ShelfError::Settings`].
    pub fn existing(data: &Path, place: &Place) -> Result<Self, ShelfError> {
        match place {
            Place::Folder => {
                let folder = Folder::of(data);
                Ok(Self { lock_file: folder.path().join(LOCK_FILE), place: Shelved::Folder(folder) })
            }
            #[cfg(feature = "s3")]
            Place::Bucket(place) => {
                Ok(Self { lock_file: data.join(LOCK_FILE), place: Shelved::Bucket(Bucket::open(place)?) })
            }
            #[cfg(not(feature = "s3"))]
            Place::Bucket(place) => Err(ShelfError::NotBuiltIn { place: place.to_string() }),
        }
    }

    /// Whether the folder was never made; a bucket is asked elsewhere.
    pub fn is_absent(&self) -> bool {
        match &self.place {
            Shelved::Folder(folder) => !folder.path().exists(),
            #[cfg(feature = "s3")]
            Shelved::Bucket(_) => false,
        }
    }

    /// Whether tiles are on another machine: looking at all of them takes minutes, and it may be away.
    pub fn is_remote(&self) -> bool {
        match &self.place {
            Shelved::Folder(_) => false,
            #[cfg(feature = "s3")]
            Shelved::Bucket(_) => true,
        }
    }

    /// Tiles that may be on their way to the shelf beside those that are just being made.
    pub fn puts_at_once(&self) -> usize {
        match &self.place {
            Shelved::Folder(_) => 0,
            #[cfg(feature = "s3")]
            Shelved::Bucket(_) => bucket::AT_ONCE,
        }
    }

    /// Makes sure that the shelf can be used, and that it is not another database's. `owner` says in words which database
    /// it is, the same as long as the database lives; a bucket without an owner takes this one.
    ///
    /// # Errors
    /// [`ShelfError::Refused`], [`ShelfError::Unreachable`] or [`ShelfError::Foreign`]; a folder has passed when it was opened.
    pub async fn check(&self, owner: Option<&str>) -> Result<(), ShelfError> {
        match (&self.place, owner) {
            // It lies beside its database.
            (Shelved::Folder(folder), _) => {
                let folder = folder.clone();
                waiting(move || folder.check()).await
            }
            #[cfg(feature = "s3")]
            (Shelved::Bucket(bucket), owner) => bucket.check(owner).await,
        }
    }

    /// Puts a tile on the shelf and returns its SHA-256. Putting it twice changes nothing but its time. It survives a power
    /// cut once [`Shelf::sync`] has returned.
    ///
    /// # Errors
    /// [`ShelfError::File`], [`ShelfError::Refused`] or [`ShelfError::Unreachable`].
    pub async fn put(&self, tile: Vec<u8>) -> Result<[u8; 32], ShelfError> {
        match &self.place {
            Shelved::Folder(folder) => {
                let folder = folder.clone();
                waiting(move || folder.put(&tile)).await
            }
            #[cfg(feature = "s3")]
            Shelved::Bucket(bucket) => bucket.put(tile).await,
        }
    }

    /// Returns once all tiles put so far are lasting.
    ///
    /// # Errors
    /// [`ShelfError::File`].
    pub async fn sync(&self) -> Result<(), ShelfError> {
        match &self.place {
            Shelved::Folder(folder) => {
                let folder = folder.clone();
                waiting(move || folder.sync()).await
            }
            // A store acknowledges what is lasting.
            #[cfg(feature = "s3")]
            Shelved::Bucket(_) => Ok(()),
        }
    }

    /// The tile of this SHA-256.
    ///
    /// # Errors
    /// [`ShelfError::Missing`], [`ShelfError::Damaged`] when the content has another digest, or what kept it from being read.
    pub async fn read(&self, digest: &[u8; 32]) -> Result<Vec<u8>, ShelfError> {
        match &self.place {
            Shelved::Folder(_) => {
                let (folder, digest) = (self.clone(), *digest);
                waiting(move || folder.read_waiting(&digest)).await
            }
            #[cfg(feature = "s3")]
            Shelved::Bucket(bucket) => self.checked(digest, bucket.read(digest).await?),
        }
    }

    /// The same for a thread that may wait.
    ///
    /// # Errors
    /// As [`Shelf::read`].
    pub fn read_waiting(&self, digest: &[u8; 32]) -> Result<Vec<u8>, ShelfError> {
        let tile = match &self.place {
            Shelved::Folder(folder) => folder.read(digest)?,
            #[cfg(feature = "s3")]
            Shelved::Bucket(bucket) => bucket.read_waiting(digest)?,
        };
        self.checked(digest, tile)
    }

    /// The first of these tiles that is not there.
    ///
    /// # Errors
    /// [`ShelfError::File`], [`ShelfError::Refused`] or [`ShelfError::Unreachable`].
    pub async fn first_absent(&self, digests: BTreeSet<[u8; 32]>) -> Result<Option<[u8; 32]>, ShelfError> {
        match &self.place {
            Shelved::Folder(folder) => {
                let folder = folder.clone();
                waiting(move || {
                    for digest in digests {
                        if !folder.has(&digest)? {
                            return Ok(Some(digest));
                        }
                    }
                    Ok(None)
                })
                .await
            }
            #[cfg(feature = "s3")]
            Shelved::Bucket(bucket) => bucket.first_absent(digests).await,
        }
    }

    /// Tiles that nobody refers to and that were put before `put_before_ms`, and what killed processes left half-written.
    /// A younger one may belong to an import that is still reading.
    ///
    /// # Errors
    /// [`ShelfError::File`], [`ShelfError::Refused`] or [`ShelfError::Unreachable`].
    pub async fn strays(&self, referenced: BTreeSet<[u8; 32]>, put_before_ms: u64) -> Result<Vec<Stray>, ShelfError> {
        match &self.place {
            Shelved::Folder(folder) => {
                let folder = folder.clone();
                waiting(move || folder.strays(&referenced, put_before_ms)).await
            }
            #[cfg(feature = "s3")]
            Shelved::Bucket(bucket) => bucket.strays(&referenced, put_before_ms).await,
        }
    }

    /// Deletes those of the strays that nobody has put anew since; returns how many.
    ///
    /// # Errors
    /// [`ShelfError::File`], [`ShelfError::Refused`] or [`ShelfError::Unreachable`].
    pub async fn remove(&self, strays: Vec<Stray>, put_before_ms: u64) -> Result<usize, ShelfError> {
        match &self.place {
            Shelved::Folder(folder) => {
                let folder = folder.clone();
                waiting(move || folder.remove(&strays, put_before_ms)).await
            }
            #[cfg(feature = "s3")]
            Shelved::Bucket(bucket) => bucket.remove(&strays, put_before_ms).await,
        }
    }

    /// Waits until no other process of this machine adds pictures to the database, then keeps them all waiting.
    ///
    /// # Errors
    /// [`ShelfError::File`].
    pub async fn lock_imports(&self) -> Result<ImportLock, ShelfError> {
        let path = self.lock_file.clone();
        waiting(move || ImportLock::wait_for(&path)).await
    }

    fn checked(&self, digest: &[u8; 32], tile: Vec<u8>) -> Result<Vec<u8>, ShelfError> {
        if <[u8; 32]>::from(Sha256::digest(&tile)) == *digest {
            return Ok(tile);
        }
        Err(ShelfError::Damaged { at: format!("{self}/{}", name(digest)) })
    }
}

impl fmt::Display for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Shelved::Folder(folder) => write!(f, "{}", folder.path().display()),
            #[cfg(feature = "s3")]
            Shelved::Bucket(bucket) => write!(f, "{bucket}"),
        }
    }
}

/// Those of the strays that still nobody refers to.
pub fn unreferenced(strays: Vec<Stray>, referenced: &BTreeSet<[u8; 32]>) -> Vec<Stray> {
    let names: BTreeSet<String> = referenced.iter().map(name).collect();
    strays.into_iter().filter(|Stray(stray)| !names.contains(stray)).collect()
}

/// Bytes in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digit = |half: u8| DIGITS.get(usize::from(half)).copied().unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// `ab/ab….jpg`: where a tile is below its shelf.
fn name(digest: &[u8; 32]) -> String {
    let digest = hex(digest);
    format!("{}/{digest}.jpg", digest.get(..2).unwrap_or_default())
}

/// Work that waits for the disk, on a thread where that harms nobody.
async fn waiting<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ShelfError> + Send + 'static,
) -> Result<T, ShelfError> {
    tokio::task::spawn_blocking(work).await.map_err(|_panicked| ShelfError::Stopping)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_missing_and_a_damaged_tile_are_told_apart_by_their_place() {
        let data = tempfile::tempdir().unwrap();
        let shelf = Shelf::open(data.path(), &Place::Folder).unwrap();
        let digest = shelf.put(b"abc".to_vec()).await.unwrap();
        shelf.sync().await.unwrap();
        let missing = shelf.read(&[9; 32]).await.unwrap_err();
        let path = data.path().join("images").join(name(&[9; 32]));
        assert_eq!(missing.to_string(), format!("{} is missing: restore the pictures from a backup", path.display()));
        let path = data.path().join("images").join(name(&digest));
        std::fs::write(&path, b"abd").unwrap();
        let damaged = shelf.read(&digest).await.unwrap_err();
        assert_eq!(damaged.to_string(), format!("{} is damaged: restore it from a backup", path.display()));
        assert!(!damaged.is_passing() && !missing.is_passing());
        shelf.put(b"abc".to_vec()).await.unwrap();
        assert_eq!(shelf.read(&digest).await.unwrap(), b"abc");
    }

    #[tokio::test]
    async fn the_first_absent_tile_is_found() {
        let data = tempfile::tempdir().unwrap();
        let shelf = Shelf::open(data.path(), &Place::Folder).unwrap();
        let there = shelf.put(b"abc".to_vec()).await.unwrap();
        assert_eq!(shelf.first_absent(BTreeSet::from([there])).await.unwrap(), None);
        assert_eq!(shelf.first_absent(BTreeSet::from([there, [9; 32]])).await.unwrap(), Some([9; 32]));
    }

    #[cfg(not(feature = "s3"))]
    #[test]
    fn a_binary_without_s3_says_which_setting_it_cannot_follow_and_what_to_do() {
        let data = tempfile::tempdir().unwrap();
        let place: Place = toml::from_str("place = \"s3://museum/tiles\"").unwrap();
        let error = Shelf::open(data.path(), &place).unwrap_err().to_string();
        for part in ["[images] in corvee.toml", "s3://museum/tiles", "--features s3"] {
            assert!(error.contains(part), "{error}");
        }
    }
}
