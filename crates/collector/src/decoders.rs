//! Everything of the collector that reads bytes from outside, for those who try it with any bytes. Each takes what it is
//! given and says whether that was in order; none may ever panic, hang or grow without bound.

use crate::config::Config;
use crate::http::siteverify;
use crate::images::{intake, tile};
use crate::import::labels;

/// A picture, as an import takes it in. What it becomes is a tile of 256 by 256 pixels that decodes.
#[must_use]
pub fn picture(bytes: &[u8]) -> bool {
    intake::take(bytes, None).is_ok_and(|taken| tile::decode(&taken.tile).is_ok())
}

/// The settings of a collector.
#[must_use]
pub fn settings(text: &str) -> bool {
    Config::parse(text).is_ok()
}

/// A table of labels beside pictures.
#[must_use]
pub fn labels(bytes: &[u8]) -> bool {
    labels::parse(bytes).is_ok()
}

/// What a site's server sends to `siteverify`, with this `Content-Type` and this query.
pub async fn parameters(content_type: &str, query: &str, body: Vec<u8>) -> bool {
    siteverify::are_parameters(content_type, query, body).await
}
