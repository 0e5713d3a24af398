//! Clears away what imports leave: rows of killed ones, tiles that no item came to refer to. Knows the lock that keeps imports
//! and this apart, not what an import does.
//!
//! A tile may be deleted only while nobody can come to refer to it. Imports put tiles without the lock, and name them under it
//! after they have seen that all of them are there; here they are deleted under it, after it was seen that nobody names them and
//! that nobody has put them anew.

use super::ImportError;
use crate::clock;
use crate::images::shelf::{ImportLock, Shelf, unreferenced};
use crate::store::{ImportLock as StoreLock, Store, StoreError};

/// Milliseconds a tile nobody refers to is kept: the import that put it may still be reading. A day.
const GRACE_MS: u64 = 24 * 60 * 60 * 1000;
/// Tiles deleted before the lock is looked at again.
const TILES_PER_STEP: usize = 100;

/// What [`tidy`] cleared away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tidied {
    /// Imports that were begun and never completed.
    pub imports: usize,
    /// Files on the shelf that no item refers to.
    pub files: usize,
}

/// Clears away imports whose process was killed, and tiles on the shelf that nobody refers to. Safe beside imports that
/// are under way, on this machine or another.
///
/// # Errors
/// [`ImportError::Shelf`] or [`ImportError::Store`].
pub async fn tidy(store: &Store, shelf: &Shelf, now_ms: u64) -> Result<Tidied, ImportError> {
    let (locks, imports) = lock(store, shelf).await?;
    drop(locks);
    // A database without a campaign owns no pictures: whatever is there is somebody else's.
    let Some(owner) = owner(store).await? else { return Ok(Tidied { imports, files: 0 }) };
    shelf.check(Some(&owner)).await?;
    let put_before_ms = now_ms.saturating_sub(GRACE_MS);
    // Looking at everything may take minutes, in which others import.
    let strays = shelf.strays(store.referenced_images().await?, put_before_ms).await?;
    let mut files = 0;
    if !strays.is_empty() {
        let ((_on_shelf, mut in_store), _) = lock(store, shelf).await?;
        let strays = unreferenced(strays, &store.referenced_images().await?);
        for some in strays.chunks(TILES_PER_STEP) {
            // Whoever loses it deletes nothing more.
            in_store.check().await?;
            files += shelf.remove(some.to_vec(), put_before_ms).await?;
        }
    }
    Ok(Tidied { imports, files })
}

/// Which database this is, in words: they stay as long as it does and travel with its backups. `None` without a campaign.
///
/// # Errors
/// [`StoreError::Database`].
pub async fn owner(store: &Store) -> Result<Option<String>, StoreError> {
    let first = store.campaigns().await?.into_iter().next();
    Ok(first.map(|first| {
        format!("the one whose first campaign is {} of {}", first.terms.name, clock::rfc3339(first.created_ms))
    }))
}

/// Takes the lock and clears away dead imports: whoever holds it is the only one alive. Returns how many there were.
pub(super) async fn lock(store: &Store, shelf: &Shelf) -> Result<((ImportLock, StoreLock), usize), ImportError> {
    let on_shelf = shelf.lock_imports().await?;
    // Machines with the same database have folders of their own, or see one through a network file system that does not lock.
    let in_store = store.lock_imports().await?;
    let n_dead = store.sweep_imports(u64::MAX).await?;
    Ok(((on_shelf, in_store), n_dead))
}
