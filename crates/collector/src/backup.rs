//! A copy of a data folder that is itself a data folder: of one moment, taken while a collector serves. Knows files and tables,
//! no command line.
//!
//! The database is copied first and the pictures afterwards: pictures are on the shelf before a row refers to them and stay
//! there as long as one does, so that every picture of the copied rows is found. What is known of visitors for a day is left
//! out, because nobody would delete it from a backup: address prefixes, spent nonces, tokens.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use serde::Serialize;

use crate::config::CONFIG_FILE;
use crate::data::{DataFolder, SEALING_KEYS_FILE};
use crate::images::place::Place;
use crate::images::shelf::{Shelf, hex};
use crate::requester::key::KEY_FILE;
use crate::store::{DATABASE_FILE, Store};

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Backup {
    /// Where it is.
    pub folder: PathBuf,
    /// What is in its database; `None` when that is a server's.
    pub database: Option<Rows>,
    /// Pictures; `None` when they are in a bucket and stay there.
    pub pictures: Option<usize>,
    /// SHA-256 of pictures that rows refer to and that are missing or damaged: they are not in the backup either.
    pub lost_pictures: Vec<String>,
    /// Keys and settings.
    pub files: Vec<&'static str>,
    /// Bytes of all files.
    pub size_bytes: u64,
}

/// What a copied database holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Rows {
    /// Campaigns.
    pub campaigns: usize,
    /// Their items.
    pub items: u64,
    /// Their votes.
    pub votes: u64,
    /// Sites.
    pub sites: usize,
}

/// How far a backup has come: pictures copied, of how many.
pub type Progress = dyn Fn(usize, usize) + Send + Sync;

/// Copies a data folder into a new one. It gets its name when it is complete and on disk; until then, and when anything
/// fails, there is nothing of that name.
pub async fn take(
    data: &DataFolder,
    store: &Store,
    shelf: &Shelf,
    target: &Path,
    progress: Box<Progress>,
) -> anyhow::Result<Backup> {
    ensure!(
        fs::symlink_metadata(target).is_err(),
        "{} exists already: a backup goes into a folder of its own",
        target.display()
    );
    let parent = match target.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    // What befalls the one must not befall the other.
    if let (Ok(parent), Ok(data)) = (parent.canonicalize(), data.path().canonicalize()) {
        ensure!(
            !parent.starts_with(&data),
            "{} would lie inside the data folder and be lost with it: name a folder elsewhere, best on another disk",
            target.display()
        );
    }
    // It holds what the data folder holds: nobody else may read it either.
    let nobody_else = fs::Permissions::from_mode(0o700);
    let part = tempfile::Builder::new().prefix(".corvee-backup-").permissions(nobody_else).tempdir_in(parent);
    let part = part.with_context(|| format!("nothing can be written into {}", parent.display()))?;
    let database = if store.is_shared() { None } else { Some(copy_database(store, part.path()).await?) };
    let images = match &database {
        Some((_, copy)) => copy.referenced_images().await?,
        None => store.referenced_images().await?,
    };
    let rows = match database {
        Some((rows, copy)) => {
            copy.close().await;
            Some(rows)
        }
        None => None,
    };
    let mut lost_pictures = Vec::new();
    let mut pictures = None;
    if !shelf.is_remote() {
        lost_pictures = copy_pictures(shelf, part.path(), &images, &*progress).await?;
        pictures = Some(images.len() - lost_pictures.len());
    }
    let files = copy_files(data, part.path())?;
    let size_bytes = sync_files(part.path()).with_context(|| format!("{} is not on disk", part.path().display()))?;
    let part = part.keep();
    if let Err(error) = fs::rename(&part, target) {
        drop(fs::remove_dir_all(&part));
        bail!("{} cannot be given its name: {error}", target.display());
    }
    File::open(parent).and_then(|parent| parent.sync_all()).context("the name of the backup is not on disk")?;
    Ok(Backup { folder: target.to_owned(), database: rows, pictures, lost_pictures, files, size_bytes })
}

/// The database of this moment without what is deleted within a day, opened, with what it holds.
async fn copy_database(store: &Store, folder: &Path) -> anyhow::Result<(Rows, Store)> {
    let path = folder.join(DATABASE_FILE);
    store.copy_to(&path).await.with_context(|| format!("the database cannot be copied to {}", path.display()))?;
    let copy = Store::open(folder).await.context("the copied database cannot be opened")?;
    copy.forget_visitors().await.context("the copied database cannot be written")?;
    let campaigns = copy.campaigns().await?;
    let mut items = 0;
    for campaign in &campaigns {
        items += copy.item_counts(campaign.id).await?.items;
    }
    let votes = campaigns.iter().map(|campaign| campaign.sums.votes).sum();
    let rows = Rows { campaigns: campaigns.len(), items, votes, sites: copy.sites().await?.len() };
    Ok((rows, copy))
}

/// Copies pictures and checks them on the way; those that are lost already.
async fn copy_pictures(
    from: &Shelf,
    to: &Path,
    images: &BTreeSet<[u8; 32]>,
    progress: &Progress,
) -> anyhow::Result<Vec<String>> {
    let to = Shelf::open(to, &Place::Folder)?;
    let mut lost = Vec::new();
    for (at, image) in images.iter().enumerate() {
        match from.read(image).await {
            Ok(tile) => {
                to.put(tile).await?;
            }
            Err(error) => {
                tracing::debug!(%error, "a picture is lost");
                lost.push(hex(image));
            }
        }
        progress(at + 1, images.len());
    }
    to.sync().await?;
    Ok(lost)
}

/// Copies keys and settings, readable for their owner alone; the names of those there are.
fn copy_files(data: &DataFolder, to: &Path) -> anyhow::Result<Vec<&'static str>> {
    let copy = DataFolder::open_existing(to);
    let mut copied = Vec::new();
    for name in [SEALING_KEYS_FILE, KEY_FILE, CONFIG_FILE] {
        let path = data.path().join(name);
        match fs::read_to_string(&path) {
            Ok(text) => {
                copy.write_secret(name, &text)?;
                copied.push(name);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && name == CONFIG_FILE => {}
            Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
        }
    }
    Ok(copied)
}

/// Bytes of all files in a folder and those inside it, each on disk when this returns.
fn sync_files(folder: &Path) -> anyhow::Result<u64> {
    let mut size_bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            size_bytes += sync_files(&entry.path())?;
        } else {
            let file = File::open(entry.path())?;
            file.sync_all()?;
            size_bytes += file.metadata()?.len();
        }
    }
    File::open(folder)?.sync_all()?;
    Ok(size_bytes)
}
