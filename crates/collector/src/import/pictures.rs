//! Reads the pictures of an import with all cores and puts them on the shelf. Does not know their labels.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::num::NonZero;
use std::path::Path;
use std::sync::Arc;

use corvee_protocol::limits::IMAGE_BYTES;
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::folder::FoundFile;
use super::{ImportError, Progress, Refusal, Stage, Step};
use crate::images::intake;
use crate::images::shelf::Shelf;

/// Pictures decoded at once, however many cores there are: each may take 200 MB.
const AT_ONCE_MAX: usize = 8;

/// A picture on the shelf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Picture {
    pub(super) name: String,
    /// SHA-256 of the original.
    pub(super) digest: [u8; 32],
    /// SHA-256 of the tile.
    pub(super) image: [u8; 32],
}

/// What the campaign holds already.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) digest_by_name: BTreeMap<String, [u8; 32]>,
    pub(super) name_by_digest: BTreeMap<[u8; 32], String>,
}

/// Reads all files; pictures and refusals come back ordered by name. Of equal pictures the first one is kept.
///
/// # Errors
/// [`ImportError::Shelf`] when a tile cannot be stored; whatever is wrong with a file itself is a refusal.
pub(super) async fn read_all(
    files: Vec<FoundFile>,
    shelf: &Shelf,
    known: Known,
    progress: &Progress<'_>,
) -> Result<(Vec<Picture>, Vec<Refusal>), ImportError> {
    let at_once = std::thread::available_parallelism().map_or(1, NonZero::get).min(AT_ONCE_MAX);
    let total = files.len();
    let (known, decoders) = (Arc::new(known), Arc::new(Semaphore::new(at_once)));
    let mut readers = JoinSet::new();
    let mut outcomes = BTreeMap::new();
    let mut waiting = files.into_iter();
    loop {
        while readers.len() < at_once + shelf.puts_at_once() {
            let Some(file) = waiting.next() else { break };
            let (shelf, known, decoders) = (shelf.clone(), Arc::clone(&known), Arc::clone(&decoders));
            readers.spawn(async move { (file.name.clone(), take(file, &shelf, known, &decoders).await) });
        }
        let Some(outcome) = readers.join_next().await else {
            break;
        };
        let (name, outcome) = outcome.map_err(|_panicked| ImportError::Interrupted)?;
        outcomes.insert(name, outcome?);
        progress(Step { stage: Stage::Reading, done: outcomes.len(), total });
    }
    Ok(first_of_equals(outcomes.into_values()))
}

fn first_of_equals(outcomes: impl Iterator<Item = Result<Picture, Refusal>>) -> (Vec<Picture>, Vec<Refusal>) {
    let mut names: BTreeMap<[u8; 32], String> = BTreeMap::new();
    let (mut pictures, mut refusals) = (Vec::new(), Vec::new());
    for outcome in outcomes {
        match outcome {
            Err(refusal) => refusals.push(refusal),
            Ok(picture) => {
                if let Some(first) = names.get(&picture.digest) {
                    let reason = format!("is the same picture as {first}: remove one of the two");
                    refusals.push(Refusal::of(picture.name, reason));
                } else {
                    names.insert(picture.digest, picture.name.clone());
                    pictures.push(picture);
                }
            }
        }
    }
    (pictures, refusals)
}

async fn take(
    file: FoundFile,
    shelf: &Shelf,
    known: Arc<Known>,
    decoders: &Semaphore,
) -> Result<Result<Picture, Refusal>, ImportError> {
    let decoder = decoders.acquire().await.map_err(|_closed| ImportError::Interrupted)?;
    let read = tokio::task::spawn_blocking(move || read(&file, &known)).await;
    drop(decoder);
    let Read { name, digest, tile } = match read.map_err(|_panicked| ImportError::Interrupted)? {
        Ok(read) => read,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let image = shelf.put(tile).await?;
    Ok(Ok(Picture { name, digest, image }))
}

/// A picture that is not on the shelf yet.
struct Read {
    name: String,
    digest: [u8; 32],
    tile: Vec<u8>,
}

fn read(file: &FoundFile, known: &Known) -> Result<Read, Refusal> {
    let name = file.name.clone();
    let bytes = match read_bounded(&file.path) {
        Ok(bytes) => bytes,
        Err(cause) => return Err(Refusal::of(name, format!("cannot be read: {cause}"))),
    };
    let digest: [u8; 32] = Sha256::digest(&bytes).into();
    if let Some(known_as) = known.name_by_digest.get(&digest) {
        let reason = format!("is in the campaign already, as {known_as}: remove it from the folder");
        return Err(Refusal::of(name, reason));
    }
    if known.digest_by_name.contains_key(&name) {
        let reason = "the campaign holds another picture under this name: rename it";
        return Err(Refusal::of(name, reason));
    }
    let extension = Path::new(&name).extension().and_then(|extension| extension.to_str());
    let taken = match intake::take(&bytes, extension) {
        Ok(taken) => taken,
        Err(error) => return Err(Refusal::of(name, error.to_string())),
    };
    Ok(Read { name, digest, tile: taken.tile })
}

/// The file, and one byte beyond the limit at most: enough to be refused.
fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(IMAGE_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
