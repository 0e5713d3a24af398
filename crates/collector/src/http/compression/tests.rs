//! Which replies travel compressed, and which must not be touched.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::json;

use crate::http::assets;
use crate::http::testing::{Reply, TestCollector};

async fn fetch(test: &TestCollector, path: &str, accepted: &str) -> Reply {
    let request = Request::get(path).header("accept-encoding", accepted);
    test.send(request.body(Body::empty()).unwrap()).await
}

fn header<'a>(reply: &'a Reply, name: &str) -> &'a str {
    reply.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn texts_travel_as_small_as_the_browser_accepts() {
    let test = TestCollector::start().await;
    for path in ["plain", "v1/settings", "frame"] {
        let address = format!("/{path}?sitekey={}&origin=https://example.org&hl=en", test.site.sitekey);
        let plain = test.call(Method::GET, &address).await;
        if path == "frame" && assets::find("frame.html").is_none() {
            assert_eq!(plain.status, StatusCode::SERVICE_UNAVAILABLE, "without a bundle it says so");
            continue;
        }
        assert_eq!(plain.status, StatusCode::OK, "{}", plain.text);
        assert_eq!((header(&plain, "content-encoding"), header(&plain, "vary")), ("", "accept-encoding"), "{path}");
        for (accepted, coding) in
            [("gzip, deflate, br, zstd", "br"), ("gzip, deflate", "gzip"), ("br;q=0, gzip", "gzip")]
        {
            let reply = fetch(&test, &address, accepted).await;
            assert_eq!((header(&reply, "content-encoding"), header(&reply, "vary")), (coding, "accept-encoding"));
            assert!(
                reply.size_bytes * 3 < plain.size_bytes * 2,
                "{path}: {} bytes by {coding}, {} without",
                reply.size_bytes,
                plain.size_bytes
            );
        }
        assert_eq!(header(&fetch(&test, &address, "zstd, gzip;q=0").await, "content-encoding"), "", "{path}");
    }
}

#[tokio::test]
async fn what_is_short_or_compressed_already_stays_as_it_is() {
    let test = TestCollector::start().await;
    for path in ["/health", "/nothing"] {
        let reply = fetch(&test, path, "br, gzip").await;
        assert_eq!(header(&reply, "content-encoding"), "", "{path}");
    }
    if let Some(asset) = assets::find("widget.css") {
        let reply = fetch(&test, &assets::path("widget.css"), "br").await;
        assert_eq!((header(&reply, "content-encoding"), reply.size_bytes), ("br", asset.brotli.len()));
        assert_eq!(reply.headers.get_all("vary").iter().count(), 1);
    }
}

#[tokio::test]
async fn posts_are_answered_compressed_too() {
    let test = TestCollector::start().await;
    let body = json!({ "sitekey": test.site.sitekey, "hostname": "example.org", "language": "en" }).to_string();
    let request = Request::post("/v1/challenges").header("content-type", "application/json");
    let request = request.header("accept-encoding", "gzip").body(Body::from(body)).unwrap();
    let reply = test.send(request).await;
    assert_eq!((reply.status, header(&reply, "content-encoding")), (StatusCode::OK, "gzip"));
}
