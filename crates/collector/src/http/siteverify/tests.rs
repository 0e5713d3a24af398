//! The contracts as their clients see them: here what all have in common.

mod hcaptcha;
mod hostile;
mod test_keys;
mod turnstile;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::http::testing::TestCollector;

async fn check(test: &TestCollector, request: Request<Body>, expected: &str) {
    let reply = test.send(request).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
    assert!(reply.json["success"].is_boolean());
    if expected == "success" {
        assert_eq!(reply.json["success"], true, "{}", reply.text);
        assert_eq!(reply.json["error-codes"], json!([]));
        assert_eq!(reply.json["hostname"], "example.org");
        assert_eq!(reply.json["challenge_ts"], "2026-01-01T00:00:00Z");
        for absent in ["score", "action", "cdata", "metadata"] {
            assert_eq!(reply.json.get(absent), None, "{absent} makes clients of other contracts refuse");
        }
    } else {
        assert_eq!(reply.json, json!({ "success": false, "error-codes": [expected] }));
    }
}

fn form(path: &str, body: String) -> Request<Body> {
    let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    request.body(Body::from(body)).unwrap()
}

#[tokio::test]
async fn parameters_come_in_every_form_that_clients_send() {
    let test = TestCollector::start().await;
    let secret = &test.site.secret;
    for (at, path) in ["/siteverify", "/recaptcha/api/siteverify"].into_iter().enumerate() {
        let token = |visitor: usize| test.pass_from(Box::leak(format!("198.{at}.{visitor}.1").into_boxed_str()));
        let t = token(1).await.token;
        check(&test, form(path, format!("secret={secret}&response={t}&remoteip=None")), "success").await;
        let t = token(2).await.token;
        let query = Request::get(format!("{path}?secret={secret}&response={t}")).body(Body::empty()).unwrap();
        check(&test, query, "success").await;
        let t = token(3).await.token;
        let query = Request::post(format!("{path}?secret={secret}&response={t}")).body(Body::empty()).unwrap();
        check(&test, query, "success").await;
        let t = token(4).await.token;
        let body = json!({ "secret": secret, "response": t, "remoteip": null }).to_string();
        let request = Request::post(path).header("content-type", "application/json; charset=utf-8");
        check(&test, request.body(Body::from(body)).unwrap(), "success").await;
        let t = token(7).await.token;
        let body = json!({ "secret": secret, "response": t }).to_string();
        check(&test, Request::post(path).body(Body::from(body)).unwrap(), "success").await;
        let t = token(5).await.token;
        let body = format!(
            "--x\r\ncontent-disposition: form-data; name=\"secret\"\r\n\r\n{secret}\r\n\
             --x\r\ncontent-disposition: form-data; name=\"response\"\r\n\r\n{t}\r\n--x--\r\n"
        );
        let request = Request::post(path).header("content-type", "multipart/form-data; boundary=x");
        check(&test, request.body(Body::from(body)).unwrap(), "success").await;
        let t = token(6).await.token;
        check(&test, form(&format!("{path}?response=nonsense"), format!("secret={secret}&response={t}")), "success")
            .await;
    }
}

#[tokio::test]
async fn every_refusal_has_its_code() {
    let test = TestCollector::start().await;
    let secret = &test.site.secret;
    let cases = [
        ("", "missing-input-secret"),
        ("response=x", "missing-input-secret"),
        ("secret=x", "missing-input-response"),
        ("secret=&response=", "missing-input-secret"),
        ("secret=x&response=x", "invalid-input-secret"),
    ];
    for (body, expected) in cases {
        check(&test, form("/siteverify", body.to_owned()), expected).await;
    }
    for response in ["x", "%00", "AAAA", &"A".repeat(43), &"A".repeat(5000)] {
        check(&test, form("/siteverify", format!("secret={secret}&response={response}")), "invalid-input-response")
            .await;
    }
    let json = Request::post("/siteverify").header("content-type", "application/json");
    check(&test, json.body(Body::from("{\"secret\":")).unwrap(), "bad-request").await;
    let large = form("/siteverify", format!("secret={secret}&response={}", "A".repeat(100_000)));
    check(&test, large, "bad-request").await;
}

#[tokio::test]
async fn the_visitors_address_is_a_hint_that_never_fails() {
    let test = TestCollector::start().await;
    let addresses = ["", "None", "203.0.113.9", "2001:db8::1", "203.0.113.9, 10.0.0.1", "nonsense", "%00"];
    for (at, (address, key)) in addresses.into_iter().zip(test.site.keys.iter().cycle()).enumerate() {
        let token = test.pass_from(&format!("198.51.{at}.1")).await.token;
        let secret = key.secret.as_deref().unwrap();
        let form = format!("secret={secret}&response={token}&remoteip={address}");
        let reply = test.siteverify_at(&key.siteverify, &form).await;
        assert_eq!(reply["success"], true, "{address} at {}: {reply}", key.siteverify);
    }
}

#[tokio::test]
async fn every_spelling_of_the_secret_redeems_at_every_path() {
    let test = TestCollector::start().await;
    for (at, key) in test.site.keys.iter().enumerate() {
        for (dialect, path) in
            ["/siteverify", "/recaptcha/api/siteverify", "/turnstile/v0/siteverify"].iter().enumerate()
        {
            let token = test.pass_from(&format!("198.{at}.{dialect}.1")).await.token;
            let secret = key.secret.as_deref().unwrap();
            let reply = test.siteverify_at(path, &format!("secret={secret}&response={token}")).await;
            assert_eq!(reply["success"], true, "{path}: {reply}");
        }
    }
}

#[tokio::test]
async fn a_collector_that_failed_says_so_as_an_outcome() {
    let test = TestCollector::start().await;
    let token = test.pass_from("198.51.100.7").await.token;
    test.collector.store.close().await;
    for key in &test.site.keys {
        let form = format!("secret={}&response={token}", key.secret.as_deref().unwrap());
        let reply = test.siteverify_at(&key.siteverify, &form).await;
        assert_eq!((&reply["success"], &reply["error-codes"]), (&json!(false), &json!(["internal-error"])));
    }
}

#[tokio::test]
async fn secrets_and_tokens_of_a_query_are_in_no_log() {
    let test = TestCollector::start().await;
    let token = test.pass_from("198.51.100.7").await.token;
    let logs = tempfile::NamedTempFile::new().unwrap();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(std::sync::Arc::new(logs.reopen().unwrap()))
        .finish();
    let logging = tracing::subscriber::set_default(subscriber);
    tracing::trace!("the log is listening");
    let query = format!("secret={}&response={token}", test.site.secret);
    let request = |path: &str| Request::get(format!("{path}?{query}")).body(Body::empty()).unwrap();
    check(&test, request("/siteverify"), "success").await;
    check(&test, request("/siteverify"), "timeout-or-duplicate").await;
    assert_eq!(test.send(request("/siteverif")).await.status, StatusCode::NOT_FOUND);
    test.collector.store.close().await;
    check(&test, request("/siteverify"), "internal-error").await;
    drop(logging);
    let logs = std::fs::read_to_string(logs.path()).unwrap();
    assert!(logs.contains("the log is listening") && logs.contains("could not be redeemed"), "{logs}");
    assert!(!logs.contains(&test.site.secret) && !logs.contains(token.as_str()), "{logs}");
}

#[tokio::test]
async fn another_sites_secret_does_not_spend_the_token() {
    let test = TestCollector::start().await;
    let other = test.another_site().await;
    let token = test.pass_from("198.51.100.7").await.token;
    let refused = test.siteverify(&other.secret, token.as_str()).await;
    assert_eq!(refused, json!({ "success": false, "error-codes": ["invalid-input-response"] }));
    assert_eq!(test.siteverify(&test.site.secret, token.as_str()).await["success"], true);
}

#[tokio::test]
async fn an_expired_token_is_refused() {
    let test = TestCollector::start().await;
    let token = test.pass_from("198.51.100.7").await.token;
    test.clock.advance(120_000);
    let refused = test.siteverify(&test.site.secret, token.as_str()).await;
    assert_eq!(refused["error-codes"], json!(["timeout-or-duplicate"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_parallel_redemptions_give_one_success() {
    let test = std::sync::Arc::new(TestCollector::start().await);
    for round in 0..5 {
        let token = test.pass_from(&format!("198.51.{round}.7")).await.token;
        let tasks: Vec<_> = (0..100)
            .map(|_| {
                let (test, token) = (std::sync::Arc::clone(&test), token.clone());
                tokio::spawn(async move { test.siteverify(&test.site.secret, token.as_str()).await })
            })
            .collect();
        let mut replies: Vec<Value> = Vec::new();
        for task in tasks {
            replies.push(task.await.unwrap());
        }
        assert_eq!(replies.iter().filter(|reply| reply["success"] == true).count(), 1);
        let duplicates = replies.iter().filter(|reply| reply["error-codes"] == json!(["timeout-or-duplicate"]));
        assert_eq!(duplicates.count(), 99);
    }
}
