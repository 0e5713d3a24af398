//! `siteverify` in reCAPTCHA's contract: HTTP 200 whatever the outcome, a boolean `success`, `error-codes` as a list.
//!
//! Parameters come urlencoded, as multipart, as JSON, or in the query, also of a POST; the body wins.

use std::collections::BTreeMap;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest as _, Multipart, RawQuery, Request, State};
use axum::http::header::CONTENT_TYPE;
use corvee_protocol::Token;
use serde::Serialize;

use super::AppState;
use crate::campaign::token::{secret_digest, token_digest};
use crate::clock::rfc3339;
use crate::store::tokens::{Redeemed, Redemption};

/// The reply.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct SiteverifyReply {
    success: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge_ts: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hostname: Option<String>,
    #[serde(rename = "error-codes")]
    error_codes: Vec<&'static str>,
}

/// Redeems a token for a site's server.
pub async fn verify(State(app): State<AppState>, RawQuery(query): RawQuery, request: Request) -> Json<SiteverifyReply> {
    let mut parameters = form(query.unwrap_or_default().as_bytes());
    match body_parameters(request).await {
        Some(body) => parameters.extend(body),
        None => return refused("bad-request"),
    }
    let parameter = |name: &str| parameters.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let Some(secret) = parameter("secret") else {
        return refused("missing-input-secret");
    };
    let Some(response) = parameter("response") else {
        return refused("missing-input-response");
    };
    let Some(site) = app.collector.register.site_by_secret(&secret_digest(secret)) else {
        return refused("invalid-input-secret");
    };
    if response.parse::<Token>().is_err() {
        return refused("invalid-input-response");
    }
    let redemption = Redemption { digest: token_digest(response), site: site.id, now_ms: app.collector.clock.now_ms() };
    match app.collector.writer.redeem(redemption).await {
        Ok(Redeemed::Now { hostname, challenge_ms }) => Json(SiteverifyReply {
            success: true,
            challenge_ts: Some(rfc3339(challenge_ms)),
            hostname: Some(hostname),
            error_codes: Vec::new(),
        }),
        Ok(Redeemed::TooLate) => refused("timeout-or-duplicate"),
        Ok(Redeemed::Unknown) => refused("invalid-input-response"),
        Err(error) => {
            tracing::error!(%error, "a token could not be redeemed");
            refused("internal-error")
        }
    }
}

fn refused(code: &'static str) -> Json<SiteverifyReply> {
    Json(SiteverifyReply { error_codes: vec![code], ..SiteverifyReply::default() })
}

/// The parameters of the body; `None` when it is none of the forms it may have.
async fn body_parameters(request: Request) -> Option<BTreeMap<String, String>> {
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let content_type = content_type.to_ascii_lowercase();
    if content_type.starts_with("multipart/form-data") {
        let mut multipart = Multipart::from_request(request, &()).await.ok()?;
        let mut parameters = BTreeMap::new();
        while let Some(field) = multipart.next_field().await.ok()? {
            let name = field.name().unwrap_or_default().to_owned();
            parameters.insert(name, field.text().await.ok()?);
        }
        return Some(parameters);
    }
    let body = Bytes::from_request(request, &()).await.ok()?;
    if body.is_empty() {
        return Some(BTreeMap::new());
    }
    if content_type.starts_with("application/json") {
        let object: BTreeMap<String, serde_json::Value> = serde_json::from_slice(&body).ok()?;
        let text = |value: serde_json::Value| value.as_str().map(str::to_owned);
        return Some(object.into_iter().filter_map(|(name, value)| Some((name, text(value)?))).collect());
    }
    Some(form(&body))
}

fn form(bytes: &[u8]) -> BTreeMap<String, String> {
    form_urlencoded::parse(bytes).into_owned().collect()
}

#[cfg(test)]
mod tests;
