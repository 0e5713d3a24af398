//! Everything of the collector that reads bytes from outside, for those who try it with any bytes. Each takes what it is
//! given and says whether that was in order; none may ever panic, hang or grow without bound.

use axum::body::Body;
use axum::http::Request;
use axum::http::header::CONTENT_TYPE;

use crate::config::Config;
use crate::http::siteverify;
use crate::images::intake;
use crate::import::labels;

/// A picture, as an import takes it in. What it becomes is a tile of 256 by 256 pixels that decodes.
#[must_use]
pub fn picture(bytes: &[u8]) -> bool {
    match intake::take(bytes, None) {
        Ok(taken) => {
            let tile = image::load_from_memory_with_format(&taken.tile, image::ImageFormat::Jpeg);
            tile.is_ok_and(|tile| (tile.width(), tile.height()) == (256, 256))
        }
        Err(_refused) => false,
    }
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
    let request = Request::post(format!("/siteverify?{query}")).header(CONTENT_TYPE, content_type);
    match request.body(Body::from(body)) {
        Ok(request) => siteverify::are_parameters(request).await,
        // No client can send such a query, or such a header.
        Err(_impossible) => false,
    }
}
