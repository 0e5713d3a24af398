//! `POST /v1/renewals`.

use axum::Json;
use axum::extract::State;
use corvee_protocol::{Granted, RenewalRequest};

use super::AppState;
use super::problems::{JsonBody, Refusal};

/// A fresh token for an unredeemed one. 200, or a problem: 400, 410 `token-gone`, 503.
pub async fn renew(
    State(app): State<AppState>,
    JsonBody(request): JsonBody<RenewalRequest>,
) -> Result<Json<Granted>, Refusal> {
    Ok(Json(app.collector.renew(&request).await?))
}

#[cfg(test)]
mod tests;
