//! What the widget is told, for whom and where.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::hostname_of;
use crate::campaign::address::PrefixHash;
use crate::clock::Clock as _;
use crate::http::testing::{Reply, TestCollector};

async fn settings(test: &TestCollector, query: &str) -> Reply {
    test.call(Method::GET, &format!("/v1/settings?{query}")).await
}

async fn change(test: &TestCollector, change: Value) {
    let path = format!("/v1/sites/{}", test.site.sitekey);
    let reply = test.request(Method::PATCH, &path, Some(&change)).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
}

#[tokio::test]
async fn every_spelling_of_the_site_key_finds_the_site() {
    let test = TestCollector::start().await;
    for key in &test.site.keys {
        let query = format!("sitekey={}&origin=https://example.org&dialect={}", key.sitekey, key.dialect.as_str());
        let reply = settings(&test, &query).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
        assert_eq!(reply.json["sitekey"], json!(key.sitekey));
        assert_eq!(reply.json["offer"], "both");
        assert_eq!(reply.json["disclosure"]["requester"], "Test Museum");
        let asked = json!({ "sitekey": key.sitekey, "hostname": "example.org", "language": "en" });
        assert_eq!(test.post("/v1/challenges", &asked).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn what_the_page_says_comes_back_and_nonsense_is_left_out() {
    let test = TestCollector::start().await;
    let query = format!(
        "sitekey={}&origin=https://example.org:8443&hl=fr&theme=dark&size=compact&dialect=turnstile&action=login&cdata=x-1&renewal=never",
        test.site.sitekey
    );
    let json = settings(&test, &query).await.json;
    let expected = json!({
        "hostname": "example.org", "origin": "https://example.org:8443", "language": "fr", "theme": "dark",
        "size": "compact", "dialect": "turnstile", "action": "login", "cdata": "x-1", "renewal": "never",
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(json[name], *value, "{name}");
    }
    let query = format!("sitekey={}&origin=https://example.org&theme=pink&action=a%20b&hl=x", test.site.sitekey);
    let json = settings(&test, &query).await.json;
    assert_eq!((&json["theme"], json.get("action"), &json["language"]), (&json!("auto"), None, &json!("en")));
}

#[tokio::test]
async fn strangers_are_refused_by_name() {
    let test = TestCollector::start().await;
    let key = &test.site.sitekey;
    let cases = [
        ("origin=https://example.org".to_owned(), 404, "unknown-sitekey"),
        (format!("sitekey={}&origin=https://example.org", "A".repeat(40)), 404, "unknown-sitekey"),
        (format!("sitekey={key}"), 403, "hostname-refused"),
        (format!("sitekey={key}&origin=https://example.net"), 403, "hostname-refused"),
        ("sitekey=1x00000000000000000000AA&origin=null".to_owned(), 403, "hostname-refused"),
    ];
    for (query, status, kind) in cases {
        let reply = settings(&test, &query).await;
        assert_eq!(reply.status.as_u16(), status, "{query}: {}", reply.text);
        assert_eq!(reply.json["type"], format!("urn:corvee:problem:{kind}"));
    }
}

#[tokio::test]
async fn a_test_key_works_on_any_page() {
    let test = TestCollector::start().await;
    let hcaptcha = "10000000-ffff-ffff-ffff-000000000001";
    let cases = [
        ("1x00000000000000000000AA", json!({ "passes": "XXXX.DUMMY.TOKEN.XXXX" })),
        ("2x00000000000000000000AB", json!("blocks")),
        ("3x00000000000000000000FF", json!({ "asks": "XXXX.DUMMY.TOKEN.XXXX" })),
        (hcaptcha, json!({ "asks": "10000000-aaaa-bbbb-cccc-000000000001" })),
    ];
    for (key, testing) in cases {
        for origin in ["http://localhost:3000", "https://anything.example"] {
            let reply = settings(&test, &format!("sitekey={key}&origin={origin}")).await;
            assert_eq!(reply.json["testing"], testing, "{key} on {origin}: {}", reply.text);
        }
    }
    let invisible = settings(&test, &format!("sitekey={hcaptcha}&origin=http://localhost&size=invisible")).await;
    assert!(invisible.json["testing"].get("passes").is_some(), "{}", invisible.text);
    let ours = settings(&test, &format!("sitekey={}&origin=https://example.org", test.site.sitekey)).await;
    assert_eq!(ours.json.get("testing"), None);
}

#[tokio::test]
async fn whose_turn_it_is_decides_what_is_offered() {
    let test = TestCollector::start().await;
    let query = format!("sitekey={}&origin=https://example.org", test.site.sitekey);
    change(&test, json!({ "turn": "after-failures:2" })).await;
    let loopback = || test.collector.prefixes.hash([127, 0, 0, 1].into(), test.clock.now_ms());
    let offers = |failures: u32| {
        let (test, query) = (&test, &query);
        async move {
            for _ in 0..failures {
                test.collector.budget.note_failure(loopback(), test.clock.now_ms());
            }
            settings(test, query).await.json["offer"].clone()
        }
    };
    test.collector.budget.note_failure(PrefixHash([9; 8]), test.clock.now_ms());
    assert_eq!(offers(0).await, "machine");
    assert_eq!(offers(1).await, "machine");
    assert_eq!(offers(1).await, "both");
    test.clock.advance(60 * 60 * 1000);
    assert_eq!(offers(0).await, "machine", "failures count for an hour");

    change(&test, json!({ "turn": "machine" })).await;
    assert_eq!(offers(5).await, "machine");
    let asked = json!({ "sitekey": test.site.sitekey, "hostname": "example.org", "language": "en", "wish": "label" });
    let refused = test.post("/v1/challenges", &asked).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(refused.json["type"], "urn:corvee:problem:labelling-refused");
    assert!(refused.json["detail"].as_str().unwrap().contains("wish machine"), "{}", refused.text);
}

#[tokio::test]
async fn a_site_of_the_machines_needs_no_campaign() {
    let test = TestCollector::start().await;
    change(&test, json!({ "turn": "machine", "remove_campaigns": ["things"] })).await;
    let query = format!("sitekey={}&origin=https://example.org", test.site.sitekey);
    let reply = settings(&test, &query).await;
    assert_eq!(reply.json["offer"], "machine", "{}", reply.text);
    assert_eq!(reply.json["disclosure"]["requester"], "test");
    let back = json!({ "turn": "both" });
    let refused = test.request(Method::PATCH, &format!("/v1/sites/{}", test.site.sitekey), Some(&back)).await;
    assert_eq!((refused.status, &refused.json["field"]), (StatusCode::BAD_REQUEST, &json!("turn")));
}

#[test]
fn an_origin_becomes_its_host_name() {
    let host = |origin| hostname_of(origin).map(|name| name.to_string());
    assert_eq!(host("https://example.org").as_deref(), Some("example.org"));
    assert_eq!(host("http://127.0.0.1:8080").as_deref(), Some("127.0.0.1"));
    assert_eq!(host("http://[::1]:8080").as_deref(), Some("[::1]"));
    for origin in [
        "",
        "null",
        "example.org",
        "javascript:alert(1)",
        "https://",
        "https://a/b",
        "https://[::1",
        "http://a:80@evil",
        "http://a:x",
    ] {
        assert_eq!(host(origin), None, "{origin}");
    }
}
