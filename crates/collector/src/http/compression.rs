//! Compresses texts that are written for each visitor, by what its browser accepts. Knows no text; the bundle's files and
//! pictures come compressed already and do not pass here.
//!
//! Replies that hold a secret next to an attacker's text give it away by their length (BREACH). These hold none that another
//! page could aim at: there is no cookie and no session, so that a request somebody else provokes gets a reply to themselves,
//! and tokens and seals are fresh random bytes in every reply.

use axum::http::header::CONTENT_TYPE;
use axum::http::{Extensions, HeaderMap, StatusCode, Version};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{And, Predicate as _, SizeAbove};

/// Bytes from which a text is compressed: below, the headers outweigh what is saved.
const WORTH_BYTES: u64 = 1024;
/// The same for brotli and gzip: quick, because every visit waits for it; a frame's document shrinks to a third all the same.
const QUALITY: i32 = 4;

type Kind = fn(StatusCode, Version, &HeaderMap, &Extensions) -> bool;

/// Compresses HTML and JSON of a kilobyte or more with brotli or gzip.
pub fn layer() -> CompressionLayer<And<SizeAbove, Kind>> {
    let worth = SizeAbove::new(WORTH_BYTES).and(is_text as Kind);
    CompressionLayer::new().quality(CompressionLevel::Precise(QUALITY)).compress_when(worth)
}

fn is_text(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    ["text/html", "application/json", "application/problem+json"].iter().any(|kind| content_type.starts_with(kind))
}

#[cfg(test)]
mod tests;
