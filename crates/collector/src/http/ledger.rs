//! `GET /v1/campaigns/{campaign}/ledger`: the sum of all, in the open.

use axum::Json;
use axum::extract::{Path, State};
use corvee_protocol::ledger::Ledger;
use corvee_protocol::{CampaignName, ProblemKind};

use super::AppState;
use super::problems::Refusal;
use crate::campaign::ledger;

/// The ledger. 200, 404.
pub async fn show(State(app): State<AppState>, Path(campaign): Path<String>) -> Result<Json<Ledger>, Refusal> {
    let unknown =
        || Refusal::new(ProblemKind::NotFound, "no campaign has this name: `corvee campaign list` names them");
    let name: CampaignName = campaign.parse().map_err(|_cause| unknown())?;
    let now_ms = app.collector.clock.now_ms();
    ledger::told(&app.collector.store, &name, now_ms).await?.map(Json).ok_or_else(unknown)
}
