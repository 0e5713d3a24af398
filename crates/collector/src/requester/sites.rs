//! `/v1/sites`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use corvee_protocol::site::{CreatedSite, NewSite, Site};
use serde::Serialize;

use super::campaigns::from_founding;
use crate::campaign::founding;
use crate::http::AppState;
use crate::http::problems::{JsonBody, Refusal};

/// A list with its count.
#[derive(Serialize)]
pub struct SiteList {
    sites: Vec<Site>,
    total: usize,
}

/// All sites, oldest first, without secrets. 200.
pub async fn list(State(app): State<AppState>) -> Result<Json<SiteList>, Refusal> {
    let (sites, campaigns) = (app.collector.store.sites().await?, app.collector.store.campaigns().await?);
    let sites = founding::sites(sites, &campaigns);
    Ok(Json(SiteList { total: sites.len(), sites }))
}

/// Creates a site; the secret is in this reply and nowhere else. 201, 400.
pub async fn create(
    State(app): State<AppState>,
    JsonBody(site): JsonBody<NewSite>,
) -> Result<(StatusCode, Json<CreatedSite>), Refusal> {
    let collector = &app.collector;
    let site = founding::found_site(&collector.store, &collector.chance, site, collector.clock.now_ms()).await;
    let site = site.map_err(from_founding)?;
    collector.register.refresh(&collector.store).await?;
    Ok((StatusCode::CREATED, Json(site)))
}
