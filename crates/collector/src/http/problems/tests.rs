//! Bad input of any kind: a problem document that names the field, never a panic.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use crate::campaign::budget::BudgetLimits;
use crate::http::testing::TestCollector;

async fn check(test: &TestCollector, path: &str, body: impl Into<Body>, status: u16, kind: &str, field: Option<&str>) {
    let request = Request::post(path).header("content-type", "application/json").body(body.into()).unwrap();
    let reply = test.send(request).await;
    assert_eq!(reply.status.as_u16(), status, "{path}: {}", reply.text);
    assert_eq!(reply.content_type, "application/problem+json", "{path}");
    assert_eq!(reply.json["type"], format!("urn:corvee:problem:{kind}"), "{}", reply.text);
    assert_eq!(reply.json["status"], status);
    assert!(!reply.json["detail"].as_str().unwrap().is_empty());
    assert_eq!(reply.json.get("field").and_then(Value::as_str), field, "{}", reply.text);
}

#[tokio::test]
async fn bad_challenge_requests_name_the_field() {
    let test = TestCollector::start().await;
    let good = json!({ "sitekey": test.site.sitekey, "hostname": "example.org", "language": "en" });
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body.to_string()
    };
    let path = "/v1/challenges";
    check(&test, path, "", 400, "invalid-request", None).await;
    check(&test, path, "[]", 400, "invalid-request", None).await;
    check(&test, path, "{}", 400, "invalid-request", Some("sitekey")).await;
    check(&test, path, "{", 400, "invalid-request", None).await;
    check(&test, path, "\u{0}", 400, "invalid-request", None).await;
    check(&test, path, vec![0xff, 0xfe], 400, "invalid-request", None).await;
    check(&test, path, "[".repeat(10_000), 400, "invalid-request", None).await;
    check(&test, path, format!("{good} {good}"), 400, "invalid-request", None).await;
    check(&test, path, with("sitekey", json!("short")), 400, "invalid-request", Some("sitekey")).await;
    check(&test, path, with("sitekey", json!(7)), 400, "invalid-request", Some("sitekey")).await;
    check(&test, path, with("sitekey", json!("A".repeat(40))), 404, "unknown-sitekey", Some("sitekey")).await;
    check(&test, path, with("hostname", json!("https://example.org")), 400, "invalid-request", Some("hostname")).await;
    check(&test, path, with("hostname", json!("example.net")), 403, "hostname-refused", Some("hostname")).await;
    check(&test, path, with("language", json!("")), 400, "invalid-request", Some("language")).await;
    check(&test, path, with("surprise", json!(1)), 400, "invalid-request", Some("surprise")).await;
    check(&test, path, with("language", json!("x".repeat(20_000))), 413, "too-large", None).await;
}

#[tokio::test]
async fn bad_answers_name_the_field() {
    let test = TestCollector::start().await;
    let challenge = test.challenge().await.challenge;
    let answer = |challenge: &str, picked: Value| {
        json!({ "challenge": challenge, "answer": { "select": { "picked": picked } }, "timing": { "screen_ms": 1 } })
            .to_string()
    };
    let sealed = challenge.as_str();
    let path = "/v1/answers";
    check(&test, path, answer("", json!([])), 400, "invalid-request", Some("challenge")).await;
    check(&test, path, answer("abc", json!([])), 400, "invalid-challenge", Some("challenge")).await;
    check(&test, path, answer(sealed, json!([9])), 400, "invalid-request", Some("answer.select.picked")).await;
    check(&test, path, answer(sealed, json!([1, 1])), 400, "invalid-request", Some("answer.select.picked")).await;
    check(&test, path, answer(sealed, json!([-1])), 400, "invalid-request", Some("answer.select.picked[0]")).await;
    check(&test, path, answer(sealed, json!([256])), 400, "invalid-request", Some("answer.select.picked[0]")).await;
    check(&test, path, answer(sealed, json!("all")), 400, "invalid-request", Some("answer.select.picked")).await;
    let timing =
        json!({ "challenge": sealed, "answer": { "select": { "picked": [] } }, "timing": { "screen_ms": -5 } });
    check(&test, path, timing.to_string(), 400, "invalid-request", Some("timing.screen_ms")).await;
    let missing = json!({ "challenge": sealed, "answer": { "select": { "picked": [] } }, "timing": {} });
    check(&test, path, missing.to_string(), 400, "invalid-request", Some("timing.screen_ms")).await;
    let kind = json!({ "challenge": sealed, "answer": { "paint": {} }, "timing": { "screen_ms": 5 } });
    check(&test, path, kind.to_string(), 400, "invalid-request", Some("answer")).await;
    let right = test.truth(&challenge).await;
    assert_eq!(
        test.answer_from("198.51.100.7", &challenge, &right).await.status,
        StatusCode::OK,
        "none of these spent it"
    );
}

#[tokio::test]
async fn what_is_wrong_with_a_body_is_said_without_rust() {
    let test = TestCollector::start().await;
    let told = async |body: &str| -> String {
        let request = Request::post("/v1/challenges").header("content-type", "application/json");
        let reply = test.send(request.body(Body::from(body.to_owned())).unwrap()).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{}", reply.text);
        reply.json["detail"].as_str().unwrap().to_owned()
    };
    assert_eq!(told(r#"{"sitekey": 7}"#).await, "it must be a text, and is the number 7");
    assert_eq!(told("{}").await, "`sitekey` is missing: add it");
    assert!(told(r#"{"sitkey": 7}"#).await.starts_with("unknown field `sitkey`: there is `sitekey`, `hostname`"));
    assert_eq!(told("").await, "the body ends in the middle, at line 1, column 0: send one whole JSON object");
    assert_eq!(
        told("sitekey=a").await,
        "the body is no JSON, at line 1, column 1: expected value: send one JSON object"
    );
    let good = json!({ "sitekey": test.site.sitekey, "hostname": "example.org", "language": "en" });
    assert_eq!(told(&format!("{good} {good}")).await, "more follows the JSON object: send one object and nothing else");
}

#[tokio::test]
async fn a_body_that_is_not_declared_as_json_is_refused() {
    let test = TestCollector::start().await;
    let reply = test.send(Request::post("/v1/challenges").body(Body::from("{}")).unwrap()).await;
    assert_eq!((reply.status, reply.json["field"].as_str()), (StatusCode::BAD_REQUEST, Some("Content-Type")));
}

#[tokio::test]
async fn paths_and_methods_that_are_not_there_are_problems_too() {
    let test = TestCollector::start().await;
    let cases = [
        (Method::GET, "/nothing", 404, "not-found"),
        (Method::GET, "/v1/challenges", 405, "method-refused"),
        (Method::PUT, "/siteverify", 405, "method-refused"),
        (Method::GET, "/v1/campaigns/unknown/ledger", 404, "not-found"),
        (Method::GET, "/v1/campaigns/..%2f/ledger", 404, "not-found"),
        (Method::GET, "/v1/campaigns/%ff/ledger", 400, "invalid-request"),
        (Method::GET, "/v1/receipts/short", 400, "invalid-request"),
        (Method::GET, "/v1/receipts/AAAA-AAAA-AAAA-AAAA", 404, "not-found"),
        (Method::DELETE, "/v1/receipts/AAAA-AAAA-AAAA-AAAA", 404, "not-found"),
        (Method::GET, "/v1/challenges/abc/screen.jpg", 400, "invalid-challenge"),
        (Method::GET, "/assets/nothing.js", 404, "not-found"),
        (Method::GET, "/v1/campaigns", 401, "unauthorized"),
        (Method::POST, "/v1/sites", 401, "unauthorized"),
    ];
    for (method, path, status, kind) in cases {
        let reply = test.call(method.clone(), path).await;
        assert_eq!(reply.status.as_u16(), status, "{method} {path}: {}", reply.text);
        assert_eq!(reply.content_type, "application/problem+json", "{method} {path}");
        assert_eq!(reply.json["type"], format!("urn:corvee:problem:{kind}"), "{method} {path}");
    }
}

#[tokio::test]
async fn a_network_beyond_its_budget_is_told_when_to_come_back() {
    let limits = BudgetLimits { challenges: 2, ..BudgetLimits::default() };
    let test = TestCollector::with_limits(limits).await;
    test.challenge().await;
    test.challenge().await;
    let body = json!({ "sitekey": test.site.sitekey, "hostname": "example.org", "language": "en" });
    let reply = test.post("/v1/challenges", &body).await;
    assert_eq!(reply.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(reply.json["type"], "urn:corvee:problem:too-many");
    test.challenge_from("203.0.113.1").await;
}
