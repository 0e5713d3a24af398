//! `GET /v1/campaigns/{campaign}/export`: labels, votes and manifest of one moment, as one zip file.

use std::io::{Seek as _, SeekFrom, copy};
use std::path::Path as FilePath;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use corvee_protocol::ProblemKind;
use serde::Deserialize;
use tokio_util::io::ReaderStream;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::campaigns::find;
use crate::campaign::register::rules;
use crate::export::folder::Existing;
use crate::export::{ExportOptions, FILES, export};
use crate::http::AppState;
use crate::http::problems::Refusal;

/// What the export holds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportQuery {
    /// Compares final labels with the labels kept hidden at import.
    #[serde(default)]
    evaluate: bool,
}

/// The export. 200 `application/zip`, 404.
pub async fn download(
    State(app): State<AppState>,
    Path(name): Path<String>,
    Query(query): Query<ExportQuery>,
) -> Result<Response, Refusal> {
    let campaign = find(&app, &name).await?;
    let folder = tempfile::tempdir().map_err(failed)?;
    let options =
        ExportOptions { folder: folder.path().join("export"), existing: Existing::Keep, evaluate: query.evaluate };
    let collector = &app.collector;
    let mut snapshot = collector.store.snapshot().await?;
    export(&mut snapshot, &campaign, &rules(&campaign), &options, collector.clock.now_ms(), &|_| {})
        .await
        .map_err(failed)?;
    let zipped = tokio::task::spawn_blocking(move || zip(&options.folder)).await.map_err(failed)?.map_err(failed)?;
    let body = Body::from_stream(ReaderStream::new(tokio::fs::File::from_std(zipped)));
    let headers = [
        (CONTENT_TYPE, "application/zip".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{}.zip\"", campaign.terms.name)),
        (CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, body).into_response())
}

/// The files of an export in one unnamed temporary file, read from its beginning.
fn zip(folder: &FilePath) -> anyhow::Result<std::fs::File> {
    let mut archive = ZipWriter::new(tempfile::tempfile()?);
    for name in FILES {
        archive.start_file(name, SimpleFileOptions::default().large_file(true))?;
        copy(&mut std::fs::File::open(folder.join(name))?, &mut archive)?;
    }
    let mut file = archive.finish()?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}

fn failed(error: impl Into<anyhow::Error>) -> Refusal {
    let error = error.into();
    tracing::error!(error = format!("{error:#}"), "an export failed");
    Refusal::new(ProblemKind::Unavailable, "the export failed and nothing was written: look at the collector's log")
}
