//! `GET /metrics`, on an address of its own: what the operator's Prometheus reads. Knows no visitor.

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use crate::observe::figures::Figures;

/// The only route of that address.
pub fn router(figures: Figures) -> Router {
    Router::new().route("/metrics", get(show)).with_state(figures)
}

async fn show(State(figures): State<Figures>) -> Response {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], figures.text()).into_response()
}
