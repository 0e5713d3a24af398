//! A token that died unredeemed is replaced, within the hour and once.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::clock::Clock as _;
use crate::http::testing::{Reply, TestCollector};

const HOUR_MS: u64 = 60 * 60 * 1000;

async fn renew(test: &TestCollector, token: &str) -> Reply {
    test.post("/v1/renewals", &json!({ "token": token })).await
}

fn assert_gone(reply: &Reply) {
    assert_eq!(reply.status, StatusCode::GONE, "{}", reply.text);
    assert_eq!(reply.json["type"], "urn:corvee:problem:token-gone");
}

#[tokio::test]
async fn a_token_is_replaced_alive_or_dead_and_the_old_one_is_worth_nothing() {
    let test = TestCollector::start().await;
    let first = test.pass_from("198.51.100.7").await.token;
    let reply = renew(&test, first.as_str()).await;
    assert_eq!((reply.status, &reply.json["token_lives_ms"]), (StatusCode::OK, &json!(120_000)), "{}", reply.text);
    let second = reply.json["token"].as_str().unwrap().to_owned();
    assert_gone(&renew(&test, first.as_str()).await);
    let old = test.siteverify(&test.site.secret, first.as_str()).await;
    assert_eq!(old["error-codes"], json!(["invalid-input-response"]));

    test.clock.advance(30 * 60 * 1000);
    assert_eq!(test.siteverify(&test.site.secret, &second).await["error-codes"], json!(["timeout-or-duplicate"]));
    test.collector.store.sweep(test.clock.now_ms()).await.unwrap();
    let third = renew(&test, &second).await.json["token"].as_str().unwrap().to_owned();
    assert_eq!(test.siteverify(&test.site.secret, &third).await["success"], true);
    assert_gone(&renew(&test, &third).await);
}

#[tokio::test]
async fn renewal_ends_an_hour_after_the_pass_however_often_it_was_renewed() {
    let test = TestCollector::start().await;
    let token = test.pass_from("198.51.100.7").await.token;
    test.clock.advance(HOUR_MS - 1);
    test.collector.store.sweep(test.clock.now_ms()).await.unwrap();
    let token = renew(&test, token.as_str()).await.json["token"].as_str().unwrap().to_owned();
    test.clock.advance(1);
    assert_gone(&renew(&test, &token).await);
    assert_eq!(test.siteverify(&test.site.secret, &token).await["success"], true, "it lives its own life out");
    test.clock.advance(2 * HOUR_MS);
    assert_eq!(test.collector.store.sweep(test.clock.now_ms()).await.unwrap().tokens, 1, "nothing stays for ever");
}

#[tokio::test]
async fn a_renewed_token_of_turnstiles_lives_as_long_as_the_first() {
    let test = TestCollector::start().await;
    let token = test.pass_on("198.51.100.7", &json!({ "dialect": "turnstile" })).await;
    assert_eq!(token.token_lives_ms, 300_000);
    let renewed = renew(&test, token.token.as_str()).await;
    assert_eq!(renewed.json["token_lives_ms"], 300_000);
    test.clock.advance(299_999);
    let token = renewed.json["token"].as_str().unwrap();
    assert_eq!(test.siteverify(&test.site.secret, token).await["success"], true);
}

#[tokio::test]
async fn an_invented_token_is_not_renewed() {
    let test = TestCollector::start().await;
    assert_gone(&renew(&test, &"A".repeat(43)).await);
    assert_gone(&renew(&test, "XXXX.DUMMY.TOKEN.XXXX").await);
    let refused = renew(&test, "no token!").await;
    assert_eq!((refused.status, &refused.json["field"]), (StatusCode::BAD_REQUEST, &json!("token")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_hundred_parallel_renewals_one_wins() {
    let test = Arc::new(TestCollector::start().await);
    let token = test.pass_from("198.51.100.7").await.token;
    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let (test, token) = (Arc::clone(&test), token.clone());
            tokio::spawn(async move { renew(&test, token.as_str()).await })
        })
        .collect();
    let mut won: Vec<Value> = Vec::new();
    for task in tasks {
        let reply = task.await.unwrap();
        if reply.status == StatusCode::OK {
            won.push(reply.json);
        } else {
            assert_gone(&reply);
        }
    }
    assert_eq!(won.len(), 1);
    assert_eq!(test.siteverify(&test.site.secret, won[0]["token"].as_str().unwrap()).await["success"], true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_redemption_and_renewal_at_once_one_wins() {
    let test = Arc::new(TestCollector::start().await);
    for round in 0..10 {
        let token = test.pass_from(&format!("198.51.{round}.7")).await.token;
        let redeeming = {
            let (test, token) = (Arc::clone(&test), token.clone());
            tokio::spawn(async move { test.siteverify(&test.site.secret, token.as_str()).await })
        };
        let renewing = {
            let (test, token) = (Arc::clone(&test), token.clone());
            tokio::spawn(async move { renew(&test, token.as_str()).await })
        };
        let (redeemed, renewed) = (redeeming.await.unwrap(), renewing.await.unwrap());
        let outcomes = (redeemed["success"] == true, renewed.status == StatusCode::OK);
        assert!(outcomes == (true, false) || outcomes == (false, true), "{redeemed} and {}", renewed.text);
    }
}
