//! The data folder: database, images, keys and settings of one collector. Knows files, not what is in them.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use corvee_seal::KeyRing;

use crate::chance::Chance;
use crate::requester::key::{KEY_FILE, RequesterKey};

/// The sealing keys inside the data folder.
pub const SEALING_KEYS_FILE: &str = "sealing.keys";
const LOCK_FILE: &str = "serve.lock";

/// An existing data folder with its keys.
#[derive(Clone, Debug)]
pub struct DataFolder {
    path: PathBuf,
}

/// Held by the one process that serves a data folder.
#[derive(Debug)]
pub struct ServeLock {
    _file: File,
}

impl DataFolder {
    /// The folder at `path`; created with fresh keys when absent.
    pub fn open(path: &Path, chance: &Chance) -> anyhow::Result<Self> {
        // The database knows which items are gold: nobody but the collector's user may read it.
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .with_context(|| format!("the data folder {} cannot be created", path.display()))?;
        let folder = Self { path: path.to_owned() };
        folder.ensure_secret(SEALING_KEYS_FILE, || KeyRing::generate(&mut chance.generator()).to_text().to_string())?;
        folder.ensure_secret(KEY_FILE, || format!("{}\n", URL_SAFE_NO_PAD.encode(chance.bytes::<32>())))?;
        Ok(folder)
    }

    /// A folder that is there and need hold nothing yet.
    pub fn open_existing(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The sealing keys.
    pub fn sealing_keys(&self) -> anyhow::Result<KeyRing> {
        let path = self.path.join(SEALING_KEYS_FILE);
        let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        KeyRing::from_text(&text).with_context(|| {
            format!(
                "{} is damaged: restore it from a backup, or delete it to make new keys (open challenges are lost)",
                path.display()
            )
        })
    }

    /// The bearer key of the requester API.
    pub fn requester_key(&self) -> anyhow::Result<RequesterKey> {
        RequesterKey::load(&self.path).with_context(|| format!("{} cannot be read", self.path.join(KEY_FILE).display()))
    }

    /// The bearer key as text, for a client of the API.
    pub fn requester_key_text(&self) -> anyhow::Result<String> {
        Ok(fs::read_to_string(self.path.join(KEY_FILE))?.trim().to_owned())
    }

    /// Marks this process as the one that serves the folder.
    pub fn lock_for_serving(&self) -> anyhow::Result<ServeLock> {
        let path = self.path.join(LOCK_FILE);
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = file.with_context(|| format!("{} cannot be written", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(ServeLock { _file: file }),
            Err(fs::TryLockError::WouldBlock) => {
                bail!("another collector serves {}: stop it, or choose another folder with --data", self.path.display())
            }
            Err(fs::TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("{} cannot be locked", path.display()))
            }
        }
    }

    /// Writes a file that only its owner may read.
    pub fn write_secret(&self, name: &str, text: &str) -> anyhow::Result<()> {
        let path = self.path.join(name);
        let write = || -> std::io::Result<()> {
            let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&path)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()
        };
        write().with_context(|| format!("{} cannot be written", path.display()))
    }

    /// Writes such a file in the place of an older one: whoever reads it finds the one or the other, whole.
    pub fn replace_secret(&self, name: &str, text: &str) -> anyhow::Result<()> {
        let fresh = format!("{name}.new");
        self.write_secret(&fresh, text)?;
        let path = self.path.join(name);
        let replace = || fs::rename(self.path.join(&fresh), &path).and_then(|()| File::open(&self.path)?.sync_all());
        replace().with_context(|| format!("{} cannot be written", path.display()))
    }

    fn ensure_secret(&self, name: &str, make: impl FnOnce() -> String) -> anyhow::Result<()> {
        if self.path.join(name).exists() { Ok(()) } else { self.write_secret(name, &make()) }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn keys_are_made_once_and_only_their_owner_reads_them() {
        let folder = tempfile::tempdir().unwrap();
        let first = DataFolder::open(folder.path(), &Chance::seeded(1)).unwrap();
        let keys = first.sealing_keys().unwrap().to_text();
        let second = DataFolder::open(folder.path(), &Chance::seeded(2)).unwrap();
        assert_eq!(second.sealing_keys().unwrap().to_text(), keys);
        for name in [SEALING_KEYS_FILE, KEY_FILE] {
            let mode = fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }

    #[test]
    fn a_folder_is_served_by_one_collector_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::open(folder.path(), &Chance::seeded(1)).unwrap();
        let held = data.lock_for_serving().unwrap();
        let refused = data.lock_for_serving().unwrap_err().to_string();
        assert!(refused.contains("another collector serves"), "{refused}");
        drop(held);
        assert!(data.lock_for_serving().is_ok());
    }

    #[test]
    fn damaged_keys_are_refused_with_a_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::open(folder.path(), &Chance::seeded(1)).unwrap();
        data.write_secret(SEALING_KEYS_FILE, "nonsense").unwrap();
        let refused = format!("{:#}", data.sealing_keys().unwrap_err());
        assert!(refused.contains("restore it from a backup") && refused.contains("line 1"), "{refused}");
    }
}
