//! Brings a folder of pictures and their labels into a campaign, all or nothing. Does not know who asks for it: a command
//! or an upload.
//!
//! Pictures are read first and put on the shelf under their content's digest, where they harm nobody; then, under a lock,
//! their rows are staged and made visible in one transaction. Whatever is interrupted when: either the whole import is
//! there or none of it, and [`tidy`] clears away what a killed one left.

mod folder;
pub mod gold;
pub(crate) mod labels;
mod pictures;
mod tidying;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

pub use self::gold::TooLittleGold;
use self::gold::{GOLD_OF_EACH_MIN, Labelled};
pub use self::labels::LabelProblem;
use self::labels::Labels;
use self::pictures::{Known, Picture};
use self::tidying::lock;
pub use self::tidying::{owner, tidy};
use crate::images::shelf::{Shelf, ShelfError};
use crate::store::campaigns::{CampaignId, CampaignRow};
use crate::store::items::{ImportId, NewItem};
use crate::store::{Store, StoreError};

/// Items staged between two reports of progress.
const ITEMS_PER_STEP: usize = 1000;
/// Bytes of a labels file: some million rows.
const LABELS_BYTES: u64 = 256 * 1024 * 1024;

/// What to import and how.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// The folder of pictures, searched with the folders inside it.
    pub folder: PathBuf,
    /// The labels; by default `labels.csv` in the folder or beside it, when there is one.
    pub labels: Option<PathBuf>,
    /// Share of the labelled files that becomes gold, 0 to 1, of positives and of negatives each.
    pub gold_share: f64,
    /// Decides which: the same seed and files give the same gold.
    pub seed: u64,
    /// Whether the rest is imported when files are refused.
    pub skip_refused: bool,
}

/// What an import brought.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportReport {
    /// Items in all.
    pub items: u64,
    /// Items whose answer is known to be yes.
    pub gold_positive: u64,
    /// Items whose answer is known to be no.
    pub gold_negative: u64,
    /// Unknown items whose label is kept for evaluation.
    pub labelled_unknown: u64,
    /// Unknown items without a label.
    pub unlabelled: u64,
    /// The labels file that was read.
    pub labels_file: Option<PathBuf>,
    /// Items by label.
    pub labels: BTreeMap<String, u64>,
    /// Labelled pictures that should become gold besides: with less gold than that it wears out. 0 when there is enough.
    pub gold_missing: u64,
    /// The campaign's share of positives now assumed before any vote.
    pub prior: f64,
    /// What was left out.
    pub refusals: Vec<Refusal>,
}

/// A file, or a line of the labels, that is not taken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refusal {
    /// The file, relative to the folder.
    pub file: String,
    /// The line of the labels file that names it, when that is what is wrong.
    pub line: Option<u64>,
    /// What is wrong and what to do.
    pub reason: String,
}

impl Refusal {
    fn of(file: String, reason: impl Into<String>) -> Self {
        Self { file, line: None, reason: reason.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "labels, line {line}: {}: {}", self.file, self.reason),
            None => write!(f, "{}: {}", self.file, self.reason),
        }
    }
}

/// How far an import has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// What is being done.
    pub stage: Stage,
    /// Files or items done.
    pub done: usize,
    /// Of how many.
    pub total: usize,
}

/// What an import does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Pictures are read, checked and put on the shelf.
    Reading,
    /// Items are stored.
    Storing,
}

/// Told of every step; called from one task, in order.
pub type Progress<'a> = dyn Fn(Step) + Send + Sync + 'a;

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file or folder could not be read.
    #[error("{} cannot be read: {cause}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What the file system said.
        cause: io::Error,
    },
    /// The labels file is larger than 256 MiB.
    #[error("{} has more than {LABELS_BYTES} bytes: split the import", path.display())]
    LabelsTooLarge {
        /// Which.
        path: PathBuf,
    },
    /// Lines of the labels file cannot be used.
    #[error("{} cannot be used, nothing was imported:{}", path.display(), listed(problems))]
    Labels {
        /// The labels file.
        path: PathBuf,
        /// All its bad lines.
        problems: Vec<LabelProblem>,
    },
    /// The share of gold is no share.
    #[error("the gold share must be between 0 and 1")]
    GoldShare,
    /// The folder holds no file.
    #[error("{} holds no pictures", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// Files were refused, and skipping them was not asked for (or nothing would be left).
    #[error("{} refused, nothing was imported; correct them, or skip them with --skip-refused (over HTTP skip_refused=true):{}", of_files(.0.len()), listed(.0))]
    Refused(Vec<Refusal>),
    /// The campaign could not ask anybody anything.
    #[error("{0}")]
    TooLittleGold(TooLittleGold),
    /// Tiles were cleared away while the import was under way.
    #[error("pictures of this import were cleared away while it was under way, nothing was imported: run it again")]
    ClearedAway,
    /// The shelf failed.
    #[error(transparent)]
    Shelf(#[from] ShelfError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A thread that worked on it is gone.
    #[error("the import was interrupted")]
    Interrupted,
}

/// Imports a folder into a campaign.
///
/// # Errors
/// [`ImportError`]: nothing was imported. [`ImportError::Refused`] names every refused file.
pub async fn import(
    store: &Store,
    shelf: &Shelf,
    campaign: &CampaignRow,
    options: ImportOptions,
    now_ms: u64,
    progress: &Progress<'_>,
) -> Result<ImportReport, ImportError> {
    if !(0.0..=1.0).contains(&options.gold_share) {
        return Err(ImportError::GoldShare);
    }
    let ImportOptions { folder, labels, .. } = options;
    let (folder, labels_file) = blocking(move || locate(&folder, labels)).await??;
    let read = labels_file.clone();
    let labels = blocking(move || read.as_deref().map(read_labels).transpose()).await??;
    // The folder's own labels are no picture either when others are named.
    let except: Vec<PathBuf> = labels_file.iter().cloned().chain([folder.join(labels::LABELS_FILE)]).collect();
    let walked_folder = folder.clone();
    let found = blocking(move || folder::walk(&walked_folder, &except)).await?;
    let found = found.map_err(|(path, cause)| ImportError::Unreadable { path, cause })?;
    if found.files.is_empty() && found.refusals.is_empty() {
        return Err(ImportError::Empty { path: folder });
    }

    let prefix = labels_file.as_deref().and_then(|labels| labels::prefix(labels, &folder));
    let names: Vec<&str> = found.files.iter().map(|file| file.name.as_str()).collect();
    let (label_of, absent) = match_labels(labels.unwrap_or_default(), &names, prefix.as_deref());
    shelf.check(owner(store).await?.as_deref()).await?;
    let known = known(store, shelf, campaign.id).await?;
    let mut refusals = found.refusals;
    let (pictures, refused) = pictures::read_all(found.files, shelf, known, progress).await?;
    refusals.extend(refused);
    refusals.sort_unstable();
    // A hundred rows may name what a hundred refused files were to be called: files first.
    refusals.extend(absent);
    if pictures.is_empty() || (!refusals.is_empty() && !options.skip_refused) {
        return Err(ImportError::Refused(refusals));
    }

    let items = items(pictures, label_of, &campaign.terms.target, options.gold_share, options.seed);
    let mut report = ImportReport {
        items: items.len() as u64,
        gold_positive: items.iter().filter(|(item, _)| item.gold == Some(true)).count() as u64,
        gold_negative: items.iter().filter(|(item, _)| item.gold == Some(false)).count() as u64,
        labelled_unknown: items.iter().filter(|(item, _)| item.hidden_label.is_some()).count() as u64,
        unlabelled: items.iter().filter(|(_, label)| label.is_none()).count() as u64,
        labels_file,
        labels: BTreeMap::new(),
        gold_missing: 0,
        prior: campaign.prior,
        refusals,
    };
    for label in items.iter().filter_map(|(_, label)| label.as_ref()) {
        *report.labels.entry(label.clone()).or_default() += 1;
    }
    let items: Vec<NewItem> = items.into_iter().map(|(item, _)| item).collect();
    // Nobody clears tiles away as long as this is held, and those that are here now will be referred to when it is given back.
    let (_lock, _) = lock(store, shelf).await?;
    if shelf.first_absent(items.iter().map(|item| item.image).collect()).await?.is_some() {
        return Err(ImportError::ClearedAway);
    }
    report.prior = prior(store, campaign, &report).await?;
    let import = store.begin_import(campaign.id, now_ms).await?;
    let stored = store_items(store, shelf, campaign.id, import, &items, progress).await;
    let stored = match stored {
        Ok(()) => store.complete_import(campaign.id, import, report.prior, now_ms).await.map_err(Into::into),
        Err(error) => Err(error),
    };
    if let Err(error) = stored {
        // Should this fail too, the rows stay invisible and the next import clears them away.
        drop(store.abandon_import(import).await);
        return Err(error);
    }
    let counts = store.item_counts(campaign.id).await?;
    report.gold_missing = gold::missing_gold(counts.open, counts.gold);
    Ok(report)
}

async fn known(store: &Store, shelf: &Shelf, campaign: CampaignId) -> Result<Known, ImportError> {
    let (_lock, _) = lock(store, shelf).await?;
    let mut known = Known::default();
    for (name, digest) in store.known_files(campaign).await? {
        if let Ok(digest) = <[u8; 32]>::try_from(digest) {
            known.name_by_digest.insert(digest, name.clone());
            known.digest_by_name.insert(name, digest);
        }
    }
    Ok(known)
}

fn locate(folder: &Path, labels: Option<PathBuf>) -> Result<(PathBuf, Option<PathBuf>), ImportError> {
    let real = |path: &Path| {
        std::fs::canonicalize(path).map_err(|cause| ImportError::Unreadable { path: path.to_owned(), cause })
    };
    let folder = real(folder)?;
    let labels = labels::find(labels, &folder).map(|labels| real(&labels)).transpose()?;
    Ok((folder, labels))
}

fn read_labels(path: &Path) -> Result<Labels, ImportError> {
    let unreadable = |cause| ImportError::Unreadable { path: path.to_owned(), cause };
    if std::fs::metadata(path).map_err(unreadable)?.len() > LABELS_BYTES {
        return Err(ImportError::LabelsTooLarge { path: path.to_owned() });
    }
    labels::parse(&std::fs::read(path).map_err(unreadable)?)
        .map_err(|problems| ImportError::Labels { path: path.to_owned(), problems })
}

/// Labels by item name, and the rows that name no file of the folder. Rows name files from the folder down, or from the
/// labels file down when that lies above it.
fn match_labels(labels: Labels, names: &[&str], prefix: Option<&str>) -> (BTreeMap<String, String>, Vec<Refusal>) {
    let (mut matched, mut absent) = (BTreeMap::new(), Vec::new());
    for (file, row) in labels.rows {
        let in_folder = |name: &str| names.binary_search(&name).is_ok();
        let from_labels = prefix.and_then(|prefix| file.strip_prefix(prefix));
        if let Some(name) = [Some(file.as_str()), from_labels].into_iter().flatten().find(|name| in_folder(name)) {
            matched.insert(name.to_owned(), row.label);
            continue;
        }
        let ending = format!("/{file}");
        let elsewhere = names.iter().find(|name| name.ends_with(&ending));
        let reason = elsewhere.map_or_else(
            || "no such file in the folder: remove the line or add the file".to_owned(),
            |name| format!("no such file in the folder: write {name}, or import the folder it lies in"),
        );
        absent.push(Refusal { file, line: Some(row.line), reason });
    }
    absent.sort_by_key(|refusal| refusal.line);
    (matched, absent)
}

/// The items of an import, each with the label it came with.
fn items(
    pictures: Vec<Picture>,
    mut label_of: BTreeMap<String, String>,
    target: &str,
    gold_share: f64,
    seed: u64,
) -> Vec<(NewItem, Option<String>)> {
    let labelled: Vec<Labelled> = pictures
        .iter()
        .filter_map(|picture| {
            let label = label_of.get(&picture.name)?;
            Some(Labelled { digest: picture.digest, positive: label == target })
        })
        .collect();
    let gold = gold::choose(&labelled, gold_share, seed);
    let item = |picture: Picture| {
        let label = label_of.remove(&picture.name);
        let known = gold.contains(&picture.digest);
        let item = NewItem {
            file: picture.name,
            digest: picture.digest,
            image: picture.image,
            gold: label.as_ref().filter(|_| known).map(|label| label == target),
            hidden_label: label.clone().filter(|_| !known),
        };
        (item, label)
    };
    pictures.into_iter().map(item).collect()
}

/// The share of positives to assume once this import is in.
///
/// # Errors
/// [`ImportError::TooLittleGold`].
async fn prior(store: &Store, campaign: &CampaignRow, report: &ImportReport) -> Result<f64, ImportError> {
    let (positive, negative) = store.gold_counts(campaign.id).await?;
    let (positive, negative) = (positive + report.gold_positive, negative + report.gold_negative);
    if positive < GOLD_OF_EACH_MIN || negative < GOLD_OF_EACH_MIN {
        return Err(ImportError::TooLittleGold(TooLittleGold {
            positive,
            negative,
            target: campaign.terms.target.clone(),
            labels: report.labels.clone(),
        }));
    }
    Ok(gold::prior(positive, negative))
}

async fn store_items(
    store: &Store,
    shelf: &Shelf,
    campaign: CampaignId,
    import: ImportId,
    items: &[NewItem],
    progress: &Progress<'_>,
) -> Result<(), ImportError> {
    shelf.sync().await?;
    let mut done = 0;
    for some in items.chunks(ITEMS_PER_STEP) {
        store.stage_items(campaign, import, some).await?;
        done += some.len();
        progress(Step { stage: Stage::Storing, done, total: items.len() });
    }
    Ok(())
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ImportError> {
    tokio::task::spawn_blocking(work).await.map_err(|_panicked| ImportError::Interrupted)
}

fn of_files(n: usize) -> String {
    if n == 1 { "1 file was".to_owned() } else { format!("{n} files were") }
}

fn listed<T: fmt::Display>(lines: &[T]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| format!("\n  {line}")).collect();
    lines.concat()
}

#[cfg(test)]
mod tests;
