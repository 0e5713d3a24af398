//! `/v1/campaigns/{campaign}/items`: lists them, and imports uploaded pictures.

use std::collections::BTreeMap;
use std::path::{Component, Path as FilePath, PathBuf};

use axum::Json;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{Multipart, Path, Query, State};
use axum::http::StatusCode;
use corvee_protocol::ledger::ItemCounts;
use corvee_protocol::{Problem, ProblemKind, limits};
use serde::{Deserialize, Serialize};
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;

use super::campaigns::find;
use crate::http::AppState;
use crate::http::problems::Refusal;
use crate::images::shelf::Shelf;
use crate::import::gold::GOLD_SHARE_OTHERWISE;
use crate::import::{ImportError, ImportOptions, ImportReport, import as import_folder};
use crate::store::snapshot::ItemRow;

/// Items of one page at most.
const PAGE_MAX: u32 = 1000;
/// Bytes of one upload at most; larger sets are imported with `corvee import` beside the collector.
const UPLOAD_BYTES: u64 = 4 * 1024 * 1024 * 1024;

/// Which page.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    #[serde(default)]
    after: i64,
    #[serde(default = "page_default")]
    limit: u32,
}

fn page_default() -> u32 {
    100
}

/// A page of items; `next` begins the following one.
#[derive(Serialize)]
pub struct ItemPage {
    items: Vec<ListedItem>,
    counts: ItemCounts,
    next: Option<i64>,
}

/// An item as its requester sees it.
#[derive(Serialize)]
pub struct ListedItem {
    id: i64,
    file: String,
    state: &'static str,
    /// The known answer of gold.
    gold: Option<bool>,
    /// The label kept for evaluation.
    hidden_label: Option<String>,
    /// P(positive).
    p_positive: f64,
    votes: u64,
    servings: u64,
}

impl From<ItemRow> for ListedItem {
    fn from(row: ItemRow) -> Self {
        let p_positive = match row.gold {
            Some(positive) => f64::from(u8::from(positive)),
            None => 1.0 / (1.0 + (-row.log_odds).exp()),
        };
        Self {
            id: row.id.0,
            file: row.file,
            state: row.state.word(),
            gold: row.gold,
            hidden_label: row.hidden_label,
            p_positive,
            votes: row.n_votes,
            servings: row.servings,
        }
    }
}

/// Which uploaded pictures become gold.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportQuery {
    #[serde(default = "gold_default")]
    gold: f64,
    #[serde(default)]
    seed: u64,
    #[serde(default)]
    skip_refused: bool,
}

fn gold_default() -> f64 {
    GOLD_SHARE_OTHERWISE
}

/// What an import brought.
#[derive(Serialize)]
pub struct Imported {
    items: u64,
    gold_positive: u64,
    gold_negative: u64,
    labelled_unknown: u64,
    unlabelled: u64,
    /// Labelled pictures that should become gold besides.
    gold_missing: u64,
    labels: BTreeMap<String, u64>,
    prior: f64,
    refused: Vec<String>,
}

impl From<&ImportReport> for Imported {
    fn from(report: &ImportReport) -> Self {
        Self {
            items: report.items,
            gold_positive: report.gold_positive,
            gold_negative: report.gold_negative,
            labelled_unknown: report.labelled_unknown,
            unlabelled: report.unlabelled,
            gold_missing: report.gold_missing,
            labels: report.labels.clone(),
            prior: report.prior,
            refused: report.refusals.iter().map(ToString::to_string).collect(),
        }
    }
}

/// A page of items, by row. 200, 400, 404.
pub async fn list(
    State(app): State<AppState>,
    Path(name): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<ItemPage>, Refusal> {
    if !(1..=PAGE_MAX).contains(&page.limit) {
        return Err(Problem::new(ProblemKind::InvalidRequest, format!("must be from 1 to {PAGE_MAX}"))
            .on("limit")
            .into());
    }
    let campaign = find(&app, &name).await?;
    let mut snapshot = app.collector.store.snapshot().await?;
    let counts = snapshot.tally(campaign.id).await?.map(|tally| tally.items).unwrap_or_default();
    let rows = snapshot.items_page(campaign.id, page.after, page.limit).await?;
    let is_full = u32::try_from(rows.len()).is_ok_and(|n| n == page.limit);
    let next = rows.last().map(|row| row.id.0).filter(|_| is_full);
    Ok(Json(ItemPage { items: rows.into_iter().map(ListedItem::from).collect(), counts, next }))
}

/// Imports a multipart upload: parts `file` (with file names) and at most one part `labels` (CSV: file,label).
/// 201, 400, 404, 413, 422 `import-refused` with every refused file.
pub async fn import(
    State(app): State<AppState>,
    Path(name): Path<String>,
    Query(query): Query<ImportQuery>,
    multipart: Multipart,
) -> Result<(StatusCode, Json<Imported>), Refusal> {
    let campaign = find(&app, &name).await?;
    let upload = tempfile::tempdir().map_err(|error| unwritable(&error))?;
    let labels = receive(multipart, upload.path()).await?;
    let options = ImportOptions {
        folder: upload.path().join("files"),
        labels,
        gold_share: query.gold,
        seed: query.seed,
        skip_refused: query.skip_refused,
    };
    let collector = &app.collector;
    let shelf: &Shelf = collector.gallery.shelf();
    let report = import_folder(&collector.store, shelf, &campaign, options, collector.clock.now_ms(), &|_| {}).await;
    let report = report.map_err(refused)?;
    collector.register.refresh(&collector.store).await?;
    Ok((StatusCode::CREATED, Json(Imported::from(&report))))
}

/// Writes the parts into `folder` and returns where the labels are.
async fn receive(mut multipart: Multipart, folder: &FilePath) -> Result<Option<PathBuf>, Refusal> {
    let files = folder.join("files");
    tokio::fs::create_dir(&files).await.map_err(|error| unwritable(&error))?;
    let (mut labels, mut left) = (None, UPLOAD_BYTES);
    while let Some(field) = multipart.next_field().await.map_err(|error| broken(&error))? {
        match field.name().unwrap_or_default() {
            "file" => {
                let name = field.file_name().and_then(relative).ok_or_else(|| {
                    Problem::new(ProblemKind::InvalidRequest, "every part `file` needs a plain relative file name")
                        .on("file")
                })?;
                let path = files.join(name);
                if let Some(parent) = path.parent() {
                    tokio::fs::create_dir_all(parent).await.map_err(|error| taken(&path, &error))?;
                }
                write(field, &path, limits::IMAGE_BYTES + 1, &mut left).await?;
            }
            "labels" if labels.is_none() => {
                let path = folder.join("labels.csv");
                write(field, &path, UPLOAD_BYTES, &mut left).await?;
                labels = Some(path);
            }
            other => {
                let detail = format!("there is a part {other:?}: send parts `file` and at most one part `labels`");
                return Err(Problem::new(ProblemKind::InvalidRequest, detail).on(other.to_owned()).into());
            }
        }
    }
    Ok(labels)
}

/// Writes up to `limit` bytes of a part; what is longer is cut there, one byte too long for the import's own check.
async fn write(mut field: Field<'_>, path: &FilePath, limit: u64, left: &mut u64) -> Result<(), Refusal> {
    let mut file = File::create_new(path).await.map_err(|error| taken(path, &error))?;
    let mut written = 0_u64;
    while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error))? {
        let bytes = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        *left = left.checked_sub(bytes).ok_or_else(|| {
            Refusal::new(ProblemKind::TooLarge, "an upload may have 4 GiB: import larger sets with `corvee import`")
        })?;
        let wanted = usize::try_from(limit.saturating_sub(written)).unwrap_or(usize::MAX).min(chunk.len());
        file.write_all(chunk.get(..wanted).unwrap_or_default()).await.map_err(|error| unwritable(&error))?;
        written += bytes;
    }
    file.flush().await.map_err(|error| unwritable(&error))
}

/// Two parts that want one place are the sender's mistake; everything else is the disk's.
fn taken(path: &FilePath, error: &std::io::Error) -> Refusal {
    use std::io::ErrorKind::{AlreadyExists, IsADirectory, NotADirectory};
    if !matches!(error.kind(), AlreadyExists | IsADirectory | NotADirectory) {
        return unwritable(error);
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let detail = format!("two parts are called {name:?}: give every file a name of its own");
    Problem::new(ProblemKind::InvalidRequest, detail).on("file").into()
}

/// A file name that stays inside its folder.
fn relative(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(name);
    let plain = !name.ends_with('/')
        && name.len() <= limits::FILE_NAME_CHARS
        && path.components().all(|component| matches!(component, Component::Normal(part) if part.len() <= 200));
    (plain && path.components().next().is_some()).then_some(path)
}

fn refused(error: ImportError) -> Refusal {
    match error {
        ImportError::Store(error) => error.into(),
        ImportError::Shelf(error) if error.is_passing() => {
            tracing::error!(%error, "an upload could not be stored");
            let detail = "the pictures' store does not take anything; nothing was imported: try again in a moment";
            Refusal::new(ProblemKind::Unavailable, detail)
        }
        ImportError::GoldShare => {
            Problem::new(ProblemKind::InvalidRequest, ImportError::GoldShare.to_string()).on("gold").into()
        }
        error => Refusal::new(ProblemKind::ImportRefused, error.to_string()),
    }
}

fn broken(error: &MultipartError) -> Refusal {
    Refusal::new(ProblemKind::InvalidRequest, format!("the upload broke off or is no multipart form: {error}"))
}

fn unwritable(error: &std::io::Error) -> Refusal {
    tracing::error!(%error, "an upload could not be written");
    Refusal::new(ProblemKind::Unavailable, "the collector could not write the upload: look at its disk and its log")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uploaded_names_stay_inside_their_folder() {
        assert!(relative("a.jpg").is_some());
        assert!(relative("b/a.jpg").is_some());
        for name in ["", "a/", &"a".repeat(300), "/a.jpg", "../a.jpg", "b/../../a.jpg", "./../a"] {
            assert!(relative(name).is_none(), "{name}");
        }
    }
}
