//! The embedded browser bundle: served as it was compressed at build time, hashed names kept for ever by browsers.

use axum::extract::Path;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use corvee_protocol::ProblemKind;

use super::problems::Refusal;

mod embedded {
    use super::Asset;

    include!(concat!(env!("OUT_DIR"), "/bundle.rs"));
}

/// One file of the bundle.
pub struct Asset {
    /// What the sources call it.
    pub name: &'static str,
    /// Its name in the bundle, hashed when immutable.
    pub file: &'static str,
    /// Its media type.
    pub content_type: &'static str,
    /// Whether its name changes with its content.
    pub immutable: bool,
    /// The `integrity` attribute for whoever loads it.
    pub integrity: &'static str,
    /// As it is.
    pub raw: &'static [u8],
    /// In gzip.
    pub gzip: &'static [u8],
    /// In brotli.
    pub brotli: &'static [u8],
}

/// The file that the sources call `name`.
pub fn find(name: &str) -> Option<&'static Asset> {
    embedded::FILES.iter().find(|asset| asset.name == name)
}

/// Path under which a hashed file is served; empty without a bundle.
pub fn path(name: &str) -> String {
    find(name).map(|asset| format!("/assets/{}", asset.file)).unwrap_or_default()
}

/// `GET /api.js` and the vendors' names for it: the loader, under a name that stays, so browsers ask again after an hour.
pub async fn loader(headers: HeaderMap) -> Result<Response, Refusal> {
    let asset = find("api.js").ok_or_else(without_bundle)?;
    Ok(serve(asset, &headers, "public, max-age=3600, stale-while-revalidate=86400"))
}

/// `GET /assets/{file}`: a file with a hashed name.
pub async fn immutable(Path(file): Path<String>, headers: HeaderMap) -> Result<Response, Refusal> {
    let asset = embedded::FILES.iter().find(|asset| asset.immutable && asset.file == file);
    let asset =
        asset.ok_or_else(|| Refusal::new(ProblemKind::NotFound, "this build of the collector has no such file"))?;
    Ok(serve(asset, &headers, "public, max-age=31536000, immutable"))
}

fn without_bundle() -> Refusal {
    Refusal::new(
        ProblemKind::Unavailable,
        "this collector was built without the widget: run `cargo xtask dist` and build it again",
    )
}

fn serve(asset: &'static Asset, request: &HeaderMap, cache: &'static str) -> Response {
    let accepted = request.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let accepts = |wanted: &str| {
        accepted.split(',').any(|coding| {
            let mut parts = coding.split(';').map(str::trim);
            parts.next() == Some(wanted) && !parts.any(|weight| weight == "q=0" || weight == "q=0.0")
        })
    };
    let (body, encoding) = match () {
        () if accepts("br") => (asset.brotli, Some("br")),
        () if accepts("gzip") => (asset.gzip, Some("gzip")),
        () => (asset.raw, None),
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::http::Method;

    use crate::http::testing::TestCollector;

    #[tokio::test]
    async fn every_vendors_name_serves_the_same_script_to_any_origin() {
        let test = TestCollector::start().await;
        let ours = test.call(Method::GET, "/api.js").await;
        let names = [
            "/recaptcha/api.js",
            "/recaptcha/enterprise.js",
            "/1/api.js",
            "/1/secure-api.js",
            "/turnstile/v0/api.js",
            "/turnstile/v0/api.js?compat=recaptcha&onload=x",
        ];
        for name in names {
            let reply = test.call(Method::GET, name).await;
            assert_eq!((reply.status, &reply.text), (ours.status, &ours.text), "{name}");
            assert_eq!(reply.headers.get("cache-control"), ours.headers.get("cache-control"), "{name}");
            assert_eq!(reply.headers["access-control-allow-origin"], "*", "{name}");
        }
        if super::find("api.js").is_some() {
            let cache = "public, max-age=3600, stale-while-revalidate=86400";
            assert_eq!((ours.status.as_u16(), &ours.headers["cache-control"]), (200, &cache.parse().unwrap()));
            assert!(ours.content_type.starts_with("text/javascript"), "{}", ours.content_type);
        } else {
            assert_eq!(ours.status.as_u16(), 503, "without a bundle it says so: {}", ours.text);
        }
    }
}
