//! `GET` and `DELETE /v1/receipts/{code}`: whoever holds the code sees the receipt and may take the votes back.

use axum::Json;
use axum::extract::{Path, Query, State};
use corvee_protocol::{Language, Problem, ProblemKind, ReceiptCode};
use serde::{Deserialize, Serialize};

use super::AppState;
use super::problems::Refusal;
use crate::campaign::receipts::StoredReceipt;

/// Query of a receipt.
#[derive(Deserialize)]
pub struct ReceiptQuery {
    /// Language of the price measures.
    hl: Option<Language>,
}

/// What a removal did.
#[derive(Serialize)]
pub struct RemovedVotes {
    /// Votes taken back by this call, as the receipt tells them; 0 when they were taken back before.
    votes_removed: u64,
}

/// The receipt. 200, 400, 404.
pub async fn show(
    State(app): State<AppState>,
    Path(code): Path<String>,
    Query(query): Query<ReceiptQuery>,
) -> Result<Json<StoredReceipt>, Refusal> {
    let code = read_code(&code)?;
    let language = query.hl.unwrap_or_else(super::settings::english);
    app.collector.receipt(&code, &language).await?.map(Json).ok_or_else(unknown)
}

/// Takes the votes back. 200, 400, 404.
pub async fn remove(State(app): State<AppState>, Path(code): Path<String>) -> Result<Json<RemovedVotes>, Refusal> {
    let code = read_code(&code)?;
    let votes_removed = app.collector.remove_receipt(&code).await?.ok_or_else(unknown)?;
    Ok(Json(RemovedVotes { votes_removed }))
}

/// A code as people type it.
pub fn read_code(typed: &str) -> Result<ReceiptCode, Refusal> {
    ReceiptCode::from_typed(typed)
        .map_err(|error| Problem::new(ProblemKind::InvalidRequest, error.to_string()).on("code").into())
}

fn unknown() -> Refusal {
    Refusal::new(ProblemKind::NotFound, "no receipt has this code: compare it with the one you were given")
}

#[cfg(test)]
mod tests;
