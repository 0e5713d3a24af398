//! `POST /v1/challenges`, for people and for machines, and the sprite of a screen.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use corvee_protocol::challenge::{Challenge, ChallengeRequest};
use corvee_protocol::{Problem, Puzzle, Sealed, Wish};
use serde::Serialize;

use super::AppState;
use super::client_address::ClientAddress;
use super::problems::{JsonBody, Refusal};
use crate::campaign::issuing::{IssueError, OpenChallengeError};

/// What a visitor gets to begin with, by its wish.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Issued {
    /// Pictures to label.
    Challenge(Box<Challenge>),
    /// A puzzle for the device.
    Puzzle(Puzzle),
}

/// Issues a challenge or a puzzle. 200, or a problem: 400, 403 `hostname-refused`, 404 `unknown-sitekey`, 429, 503 `nothing-to-ask`.
pub async fn issue(
    State(app): State<AppState>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    JsonBody(request): JsonBody<ChallengeRequest>,
) -> Result<axum::Json<Issued>, Refusal> {
    refuse_foreign_pages(&app, &headers, &request)?;
    let prefix = app.collector.prefixes.hash(address, app.collector.clock.now_ms());
    Ok(axum::Json(match request.wish {
        Wish::Label => Issued::Challenge(Box::new(app.collector.issue(request, prefix)?)),
        Wish::Machine => Issued::Puzzle(app.collector.issue_puzzle(request, prefix)?),
    }))
}

/// Refuses what a browser says a page of somebody else's asks for: it would have its visitors pass for this site.
///
/// The frame asks as the collector's own page (`same-origin`); a Yew site asks from one of the site's host names. What is no
/// browser sends neither header and could send both.
fn refuse_foreign_pages(app: &AppState, headers: &HeaderMap, request: &ChallengeRequest) -> Result<(), Refusal> {
    let header = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let (Some(origin), Some("cross-site" | "same-site")) = (header("origin"), header("sec-fetch-site")) else {
        return Ok(());
    };
    let hostname = super::settings::hostname_of(origin);
    let site = app.collector.register.site(&request.sitekey);
    match site.zip(hostname) {
        Some((site, hostname)) if site.hostnames.contains(&hostname) => Ok(()),
        _ => Err(Problem::from(IssueError::HostnameRefused).into()),
    }
}

/// The one image of a screen. 200, 400 `invalid-challenge`, 410 `challenge-expired`, 503 while the pictures' store does not answer.
pub async fn sprite(State(app): State<AppState>, Path(sealed): Path<String>) -> Result<Response, Refusal> {
    let sealed = Sealed::try_from(sealed).map_err(|_cause| OpenChallengeError::Invalid)?;
    let state = app.collector.open(&sealed)?;
    let sprite = app.collector.sprite(&state).await?;
    Ok(([(CONTENT_TYPE, "image/jpeg"), (CACHE_CONTROL, "private, no-store")], Bytes::from_owner(sprite))
        .into_response())
}
