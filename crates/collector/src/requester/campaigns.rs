//! `/v1/campaigns`.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use corvee_protocol::campaign::{Campaign, NewCampaign};
use corvee_protocol::{CampaignName, ProblemKind};
use serde::{Deserialize, Serialize};

use crate::campaign::founding::{self, FoundError};
use crate::http::AppState;
use crate::http::problems::{JsonBody, Refusal};
use crate::store::campaigns::CampaignRow;

/// A list with its count.
#[derive(Serialize)]
pub struct CampaignList {
    campaigns: Vec<Campaign>,
    total: usize,
}

/// What may be changed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CampaignChange {
    active: bool,
}

/// All campaigns, oldest first. 200.
pub async fn list(State(app): State<AppState>) -> Result<Json<CampaignList>, Refusal> {
    let campaigns: Vec<Campaign> = app.collector.store.campaigns().await?.into_iter().map(founding::campaign).collect();
    Ok(Json(CampaignList { total: campaigns.len(), campaigns }))
}

/// Creates a campaign. 201, 400, 409.
pub async fn create(
    State(app): State<AppState>,
    JsonBody(terms): JsonBody<NewCampaign>,
) -> Result<(StatusCode, Json<Campaign>), Refusal> {
    let campaign = founding::found_campaign(&app.collector.store, &terms, app.collector.clock.now_ms()).await;
    let campaign = campaign.map_err(from_founding)?;
    app.collector.register.refresh(&app.collector.store).await?;
    Ok((StatusCode::CREATED, Json(campaign)))
}

/// One campaign. 200, 404.
pub async fn show(State(app): State<AppState>, Path(name): Path<String>) -> Result<Json<Campaign>, Refusal> {
    Ok(Json(founding::campaign(find(&app, &name).await?)))
}

/// Begins or ends asking visitors. 200, 400, 404.
pub async fn change(
    State(app): State<AppState>,
    Path(name): Path<String>,
    JsonBody(change): JsonBody<CampaignChange>,
) -> Result<Json<Campaign>, Refusal> {
    let row = find(&app, &name).await?;
    app.collector.store.set_campaign_active(row.id, change.active).await?;
    app.collector.register.refresh(&app.collector.store).await?;
    Ok(Json(founding::campaign(CampaignRow { active: change.active, ..row })))
}

/// The campaign of this name.
pub async fn find(app: &AppState, name: &str) -> Result<CampaignRow, Refusal> {
    let unknown = || Refusal::new(ProblemKind::NotFound, "no campaign has this name: GET /v1/campaigns lists them");
    let name: CampaignName = name.parse().map_err(|_cause| unknown())?;
    app.collector.store.campaign(&name).await?.ok_or_else(unknown)
}

/// A refusal for what was not founded.
pub fn from_founding(error: FoundError) -> Refusal {
    error.into_problem().map_or_else(Refusal::from, Refusal::from)
}

#[cfg(test)]
mod tests;
