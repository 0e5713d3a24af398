//! `POST /v1/answers`.

use axum::Json;
use axum::extract::State;
use corvee_protocol::answer::{AnswerReply, AnswerRequest};

use super::AppState;
use super::client_address::ClientAddress;
use super::problems::{JsonBody, Refusal};

/// Takes an answer; 200 comes after it is on disk. Problems: 400, 409 `challenge-spent`, 410, 503.
pub async fn answer(
    State(app): State<AppState>,
    ClientAddress(address): ClientAddress,
    JsonBody(request): JsonBody<AnswerRequest>,
) -> Result<Json<AnswerReply>, Refusal> {
    let prefix = app.collector.prefixes.hash(address, app.collector.clock.now_ms());
    Ok(Json(app.collector.answer(request, prefix).await?))
}

#[cfg(test)]
mod tests;
