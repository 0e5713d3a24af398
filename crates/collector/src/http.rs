//! The collector over HTTP: the table of contents of everything a browser or a site's server may call.

pub mod answers;
pub mod assets;
pub mod challenges;
pub mod client_address;
pub mod compression;
pub mod demo_site;
pub mod figures;
pub mod frame;
pub mod health;
pub mod ledger;
pub mod measured;
pub mod pages;
pub mod plain;
pub mod problems;
#[cfg(test)]
mod promises;
pub mod proofs;
pub mod receipts;
pub mod renewals;
pub mod settings;
pub mod siteverify;
#[cfg(test)]
pub(crate) mod testing;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::http::header::{REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Router, middleware};
use corvee_protocol::limits;
use tokio::sync::watch;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{Any, CorsLayer};
use tower_http::timeout::TimeoutLayer;

use self::client_address::TrustedProxies;
use crate::requester;
use crate::requester::key::RequesterKey;
use crate::server::Phase;
use crate::state::Collector;

/// Time a request may take, its body included.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// What every reply promises.
const PROMISES: [(HeaderName, HeaderValue); 3] = [
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
];

/// What handlers share: one pointer, because every request copies it several times.
pub type AppState = Arc<Shared>;

/// The collector, and what handlers need besides.
pub struct Shared {
    /// The collector.
    pub collector: Arc<Collector>,
    /// Whose forwarded headers are believed.
    pub trusted_proxies: Arc<TrustedProxies>,
    /// The bearer key of the requester API.
    pub requester_key: RequesterKey,
    /// How far the collector is from its end.
    pub phase: watch::Receiver<Phase>,
}

/// Every route of the collector.
pub fn router(state: AppState) -> Router {
    let texts = Router::new()
        .route("/v1/challenges", post(challenges::issue))
        .route("/v1/answers", post(answers::answer))
        .route("/v1/proofs", post(proofs::prove))
        .route("/v1/renewals", post(renewals::renew))
        .route("/v1/receipts/{code}", get(receipts::show).delete(receipts::remove))
        .route("/v1/campaigns/{campaign}/ledger", get(ledger::show))
        .route("/plain", get(plain::begin).post(plain::go_on))
        .route("/receipt", get(pages::find_receipt))
        .route("/receipt/{code}", get(pages::receipt).post(pages::remove_receipt))
        .route("/frame", get(frame::show))
        .route("/v1/settings", get(settings::show))
        .layer(compression::layer());
    let visitors = Router::new()
        .route("/v1/challenges/{sealed}/screen.jpg", get(challenges::sprite))
        .merge(texts)
        .layer(DefaultBodyLimit::max(limits::JSON_BODY_BYTES));

    let sites = Router::new()
        .route("/siteverify", get(siteverify::by_secret).post(siteverify::by_secret))
        .route("/recaptcha/api/siteverify", get(siteverify::recaptcha).post(siteverify::recaptcha))
        .route("/turnstile/v0/siteverify", get(siteverify::not_by_get).post(siteverify::turnstile))
        .method_not_allowed_fallback(problems::no_such_method)
        // Their servers wait for it at every form that somebody sends: no layer that is not needed. Its time is limited inside.
        .layer(
            ServiceBuilder::new()
                .layer(middleware::from_fn(measured::measure))
                .map_response(with_promises)
                .layer(CatchPanicLayer::custom(problems::from_panic)),
        );

    let browser = Router::new()
        .route("/api.js", get(assets::loader))
        .route("/recaptcha/api.js", get(assets::loader))
        .route("/recaptcha/enterprise.js", get(assets::loader))
        .route("/1/api.js", get(assets::loader))
        .route("/1/secure-api.js", get(assets::loader))
        .route("/turnstile/v0/api.js", get(assets::loader))
        .route("/assets/{file}", get(assets::immutable))
        // Browsers ask for it by themselves; there is none.
        .route("/favicon.ico", get(|| async { StatusCode::NO_CONTENT }));

    let operator = Router::new().route("/health", get(health::alive)).route("/ready", get(health::ready));

    visitors
        .merge(browser)
        .merge(operator)
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, REQUEST_TIMEOUT))
        .merge(requester::router(&state))
        .fallback(problems::no_such_path)
        .method_not_allowed_fallback(problems::no_such_method)
        // One layer to the router: each of its own would be copied, boxed, with every request.
        .layer(
            ServiceBuilder::new()
                .layer(CorsLayer::new().allow_origin(Any).allow_methods(Any).allow_headers(Any))
                .layer(middleware::from_fn(measured::measure))
                .map_response(with_promises)
                .layer(CatchPanicLayer::custom(problems::from_panic))
                .layer(middleware::from_fn(problems::as_documents)),
        )
        .merge(sites)
        .with_state(state)
}

/// What every reply promises browsers unless its handler knows better.
fn with_promises<B>(mut response: Response<B>) -> Response<B> {
    for (name, value) in PROMISES {
        response.headers_mut().entry(name).or_insert(value);
    }
    response
}
