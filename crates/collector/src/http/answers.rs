//! `POST /v1/answers`.

use axum::Json;
use axum::extract::State;
use corvee_protocol::answer::{AnswerReply, AnswerRequest};
use metrics::counter;

use super::AppState;
use super::client_address::ClientAddress;
use super::problems::{JsonBody, Refusal};
use crate::observe::figures::ANSWERS;

/// Takes an answer; 200 comes after it is on disk. Problems: 400, 409 `challenge-spent`, 410, 503.
pub async fn answer(
    State(app): State<AppState>,
    ClientAddress(address): ClientAddress,
    JsonBody(request): JsonBody<AnswerRequest>,
) -> Result<Json<AnswerReply>, Refusal> {
    let prefix = app.collector.prefixes.hash(address, app.collector.clock.now_ms());
    let reply = app.collector.answer(request, prefix).await?;
    let outcome = match &reply {
        AnswerReply::Passed(_) => "passed",
        AnswerReply::More(_) => "more",
        AnswerReply::Again(_) => "again",
    };
    counter!(ANSWERS, "outcome" => outcome).increment(1);
    Ok(Json(reply))
}

#[cfg(test)]
mod tests;
