//! Whether the collector lives and whether it can serve.

use axum::extract::State;

use super::AppState;
use super::problems::Refusal;

/// 200 as long as the process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// 200 when the database answers, 503 otherwise.
pub async fn ready(State(app): State<AppState>) -> Result<&'static str, Refusal> {
    app.collector.store.ping().await?;
    Ok("ok\n")
}
