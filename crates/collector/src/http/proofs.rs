//! `POST /v1/proofs`.

use axum::Json;
use axum::extract::State;
use corvee_protocol::puzzle::{Granted, ProofRequest};

use super::AppState;
use super::client_address::ClientAddress;
use super::problems::{JsonBody, Refusal};

/// Takes the numbers that a device has found; 200 with a token comes after it is on disk. Problems: 400 `invalid-challenge` or
/// `invalid-proof`, 409 `challenge-spent`, 410 `challenge-expired`, 429, 503.
pub async fn prove(
    State(app): State<AppState>,
    ClientAddress(address): ClientAddress,
    JsonBody(request): JsonBody<ProofRequest>,
) -> Result<Json<Granted>, Refusal> {
    let prefix = app.collector.prefixes.hash(address, app.collector.clock.now_ms());
    Ok(Json(app.collector.prove(request, prefix).await?))
}

#[cfg(test)]
mod tests;
