//! Whether the collector lives and whether it can serve.

use axum::extract::State;
use corvee_protocol::ProblemKind;

use super::AppState;
use super::problems::Refusal;
use crate::server::Phase;

/// 200 as long as the process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// 200 when the database answers and takes what is written, 503 otherwise and when the collector is about to stop.
pub async fn ready(State(app): State<AppState>) -> Result<&'static str, Refusal> {
    if *app.phase.borrow() != Phase::Serving {
        return Err(Refusal::new(ProblemKind::Unavailable, "the collector is about to stop: ask another"));
    }
    app.collector.store.ping().await?;
    Ok("ok\n")
}
