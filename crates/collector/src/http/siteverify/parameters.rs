//! What a site's server sends, in every form its clients send it: urlencoded, multipart or JSON, or all in the query, also
//! of a POST; the body wins. Knows no secret from a token, and never logs either.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::header::CONTENT_TYPE;

/// Parameters by name.
pub(super) struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// The parameters of query and body; `None` when the body is none of the forms it may have.
    pub(super) async fn read(request: Request) -> Option<Self> {
        let mut parameters = form(request.uri().query().unwrap_or_default().as_bytes());
        parameters.extend(body(request).await?);
        Some(Self(parameters))
    }

    /// A parameter that is there and not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

async fn body(request: Request) -> Option<BTreeMap<String, String>> {
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let content_type = content_type.trim_start().to_ascii_lowercase();
    if content_type.starts_with("multipart/form-data") {
        // Few send it, and what reads it is large: apart, so that not every request carries room for it about.
        return Box::pin(multipart(request)).await;
    }
    let body = Bytes::from_request(request, &()).await.ok()?;
    if body.is_empty() {
        return Some(BTreeMap::new());
    }
    // Clients that write JSON by hand often do not say so.
    let looks_like_json = !content_type.starts_with("application/x-www-form-urlencoded") && body.starts_with(b"{");
    if content_type.starts_with("application/json") || looks_like_json {
        let object: BTreeMap<String, serde_json::Value> = serde_json::from_slice(&body).ok()?;
        let text = |value: serde_json::Value| value.as_str().map(str::to_owned);
        return Some(object.into_iter().filter_map(|(name, value)| Some((name, text(value)?))).collect());
    }
    Some(form(&body))
}

async fn multipart(request: Request) -> Option<BTreeMap<String, String>> {
    let mut multipart = Multipart::from_request(request, &()).await.ok()?;
    let mut parameters = BTreeMap::new();
    while let Some(field) = multipart.next_field().await.ok()? {
        let name = field.name().unwrap_or_default().to_owned();
        parameters.insert(name, field.text().await.ok()?);
    }
    Some(parameters)
}

fn form(bytes: &[u8]) -> BTreeMap<String, String> {
    form_urlencoded::parse(bytes).into_owned().collect()
}
