//! `/v1/sites`.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use corvee_protocol::site::{CreatedSite, NewSite, Site, SiteChange};
use corvee_protocol::{ProblemKind, SiteKey};
use serde::Serialize;

use super::campaigns::from_founding;
use crate::campaign::sites;
use crate::http::AppState;
use crate::http::problems::{JsonBody, Refusal};
use crate::store::sites::SiteRow;

/// A list with its count.
#[derive(Serialize)]
pub struct SiteList {
    sites: Vec<Site>,
    total: usize,
}

/// All sites, oldest first, without secrets. 200.
pub async fn list(State(app): State<AppState>) -> Result<Json<SiteList>, Refusal> {
    let (rows, campaigns) = (app.collector.store.sites().await?, app.collector.store.campaigns().await?);
    let sites: Vec<Site> = rows.into_iter().map(|row| sites::site(row, &campaigns)).collect();
    Ok(Json(SiteList { total: sites.len(), sites }))
}

/// Creates a site; its secrets are in this reply and nowhere else. 201, 400.
pub async fn create(
    State(app): State<AppState>,
    JsonBody(site): JsonBody<NewSite>,
) -> Result<(StatusCode, Json<CreatedSite>), Refusal> {
    let collector = &app.collector;
    let site = sites::found_site(&collector.store, &collector.chance, site, collector.clock.now_ms()).await;
    let site = site.map_err(from_founding)?;
    collector.register.refresh(&collector.store).await?;
    Ok((StatusCode::CREATED, Json(site)))
}

/// Changes what the body names. 200, 400, 404.
pub async fn change(
    State(app): State<AppState>,
    Path(key): Path<String>,
    JsonBody(change): JsonBody<SiteChange>,
) -> Result<Json<Site>, Refusal> {
    let row = find(&app, &key).await?;
    let site = sites::change_site(&app.collector.store, &row, &change).await.map_err(from_founding)?;
    app.collector.register.refresh(&app.collector.store).await?;
    Ok(Json(site))
}

/// Replaces the site's secrets; the new ones are in this reply and nowhere else. 201, 404.
pub async fn rotate(
    State(app): State<AppState>,
    Path(key): Path<String>,
) -> Result<(StatusCode, Json<CreatedSite>), Refusal> {
    let row = find(&app, &key).await?;
    let site = sites::rotate_site(&app.collector.store, &app.collector.chance, row).await?;
    app.collector.register.refresh(&app.collector.store).await?;
    Ok((StatusCode::CREATED, Json(site)))
}

async fn find(app: &AppState, key: &str) -> Result<SiteRow, Refusal> {
    let unknown = || Refusal::new(ProblemKind::NotFound, "no site has this key: GET /v1/sites lists them");
    let key: SiteKey = key.parse().map_err(|_cause| unknown())?;
    sites::find_site(&app.collector.store, &key).await?.ok_or_else(unknown)
}

#[cfg(test)]
mod tests;
