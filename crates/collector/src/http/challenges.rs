//! `POST /v1/challenges` and the sprite of a screen.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use corvee_protocol::challenge::{Challenge, ChallengeRequest};
use corvee_protocol::{Problem, ProblemKind, Sealed};

use super::AppState;
use super::client_address::ClientAddress;
use super::problems::{JsonBody, Refusal};
use crate::campaign::issuing::OpenChallengeError;

/// Issues a challenge. 200, or a problem: 400, 403 `hostname-refused`, 404 `unknown-sitekey`, 429, 503 `nothing-to-ask`.
pub async fn issue(
    State(app): State<AppState>,
    ClientAddress(address): ClientAddress,
    JsonBody(request): JsonBody<ChallengeRequest>,
) -> Result<axum::Json<Challenge>, Refusal> {
    let prefix = app.collector.prefixes.hash(address, app.collector.clock.now_ms());
    Ok(axum::Json(app.collector.issue(request, prefix)?))
}

/// The one image of a screen. 200, 400 `invalid-challenge`, 410 `challenge-expired`.
pub async fn sprite(State(app): State<AppState>, Path(sealed): Path<String>) -> Result<Response, Refusal> {
    let sealed = Sealed::try_from(sealed).map_err(|_cause| OpenChallengeError::Invalid)?;
    let state = app.collector.open(&sealed)?;
    let sprite = app.collector.sprite(&state).await.map_err(|error| {
        tracing::error!(%error, "a sprite could not be drawn");
        Problem::new(ProblemKind::Internal, "the pictures of this screen could not be drawn: ask for a fresh challenge")
    })?;
    Ok(([(CONTENT_TYPE, "image/jpeg"), (CACHE_CONTROL, "private, no-store")], Bytes::from_owner(sprite))
        .into_response())
}
