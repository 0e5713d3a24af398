//! The requester API: campaigns, items, exports and sites, with a bearer key. The same operations as the command line's.

pub mod campaigns;
pub mod exports;
pub mod items;
pub mod key;
pub mod sites;

use axum::extract::DefaultBodyLimit;
use axum::routing::{get, patch, post};
use axum::{Router, middleware};
use corvee_protocol::limits;

use crate::http::AppState;

/// Every route of a requester.
pub fn router(state: &AppState) -> Router<AppState> {
    let documents = Router::new()
        .route("/v1/campaigns", get(campaigns::list).post(campaigns::create))
        .route("/v1/campaigns/{campaign}", get(campaigns::show).patch(campaigns::change))
        .route("/v1/campaigns/{campaign}/export", get(exports::download))
        .route("/v1/sites", get(sites::list).post(sites::create))
        .route("/v1/sites/{sitekey}", patch(sites::change))
        .route("/v1/sites/{sitekey}/secrets", post(sites::rotate))
        .layer(DefaultBodyLimit::max(limits::REQUESTER_BODY_BYTES));
    let uploads = Router::new()
        .route("/v1/campaigns/{campaign}/items", get(items::list).merge(post(items::import)))
        .layer(DefaultBodyLimit::disable());
    documents.merge(uploads).layer(middleware::from_fn_with_state(state.clone(), key::require))
}
