//! What Turnstile's clients see that others do not.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::clock::Clock as _;
use crate::http::testing::TestCollector;

const PATH: &str = "/turnstile/v0/siteverify";
const KEY: &str = "0f8fad5b-d9cb-469f-a165-70867728950e";
const OTHER_KEY: &str = "7c9e6679-7425-40de-944b-e07fc1f90ae7";

/// A secret as Turnstile's clients spell it.
fn secret(test: &TestCollector) -> String {
    let key = test.site.keys.iter().find(|key| key.dialect == corvee_protocol::Dialect::Turnstile).unwrap();
    key.secret.clone().unwrap()
}

async fn json_verify(test: &TestCollector, body: &Value) -> Value {
    let reply = test.post(PATH, body).await;
    assert_eq!(reply.status, StatusCode::OK);
    reply.json
}

fn failure(code: &str) -> Value {
    json!({ "success": false, "error-codes": [code], "messages": [] })
}

#[tokio::test]
async fn a_success_says_what_the_page_said() {
    let test = TestCollector::start().await;
    let page = json!({ "dialect": "turnstile", "action": "login", "cdata": "session-1" });
    let token = test.pass_on("198.51.100.7", &page).await.token;
    test.clock.advance(299_999);
    let reply = json_verify(&test, &json!({ "secret": secret(&test), "response": token })).await;
    let expected = json!({
        "success": true, "error-codes": [], "challenge_ts": "2026-01-01T00:00:00Z", "hostname": "example.org",
        "action": "login", "cdata": "session-1", "metadata": { "interactive": true },
    });
    assert_eq!(reply, expected);
    let plain = test.pass_from("198.52.100.7").await.token;
    let reply = json_verify(&test, &json!({ "secret": secret(&test), "response": plain })).await;
    assert_eq!((&reply["action"], &reply["cdata"]), (&json!(""), &json!("")));
}

#[tokio::test]
async fn a_token_of_the_machine_was_not_interactive() {
    let test = TestCollector::start().await;
    let now_ms = test.clock.now_ms();
    let token = crate::campaign::token::mint(&test.collector.chance, now_ms);
    let site = test.collector.register.site(&test.site.sitekey).unwrap();
    let earned = crate::store::tokens::NewToken {
        digest: crate::campaign::token::token_digest(token.as_str()),
        site: site.id,
        hostname: "example.org".to_owned(),
        page: corvee_protocol::sealed_state::SealedPage::default(),
        way: corvee_protocol::Wish::Machine,
        challenge_ms: now_ms,
        passed_ms: now_ms,
    };
    test.collector.store.insert_token(&earned).await;
    let reply = json_verify(&test, &json!({ "secret": secret(&test), "response": token })).await;
    assert_eq!(reply["metadata"], json!({ "interactive": false }), "{reply}");
}

#[tokio::test]
async fn all_three_forms_are_taken_and_a_get_is_refused() {
    let test = TestCollector::start().await;
    let secret = secret(&test);
    let token = test.pass_from("198.51.100.7").await.token;
    let get = Request::get(format!("{PATH}?secret={secret}&response={token}")).body(Body::empty()).unwrap();
    let reply = test.send(get).await;
    assert_eq!((reply.status, reply.json), (StatusCode::OK, failure("bad-request")), "and the token is not spent");
    let form = format!("secret={secret}&response={token}");
    assert_eq!(test.siteverify_at(PATH, &form).await["success"], true);
    assert_eq!(test.siteverify_at(PATH, &form).await, failure("timeout-or-duplicate"));
    let token = test.pass_from("198.52.100.7").await.token;
    let body = format!(
        "--x\r\ncontent-disposition: form-data; name=\"secret\"\r\n\r\n{secret}\r\n\
         --x\r\ncontent-disposition: form-data; name=\"response\"\r\n\r\n{token}\r\n--x--\r\n"
    );
    let request = Request::post(PATH).header("content-type", "multipart/form-data; boundary=x");
    assert_eq!(test.send(request.body(Body::from(body)).unwrap()).await.json["success"], true);
    assert_eq!(json_verify(&test, &json!({ "response": "x" })).await, failure("missing-input-secret"));
    assert_eq!(json_verify(&test, &json!({ "secret": secret })).await, failure("missing-input-response"));
    assert_eq!(json_verify(&test, &json!([])).await, failure("bad-request"));
}

#[tokio::test]
async fn the_same_call_may_be_repeated_under_its_key_while_the_token_lives() {
    let test = TestCollector::start().await;
    let token = test.pass_on("198.51.100.7", &json!({ "dialect": "turnstile", "action": "login" })).await.token;
    let call = |key: Option<&str>| {
        let mut body = json!({ "secret": secret(&test), "response": token });
        if let Some(key) = key {
            body["idempotency_key"] = json!(key);
        }
        body
    };
    assert_eq!(json_verify(&test, &call(Some("no uuid"))).await, failure("bad-request"));
    let first = json_verify(&test, &call(Some(KEY))).await;
    assert_eq!(first["success"], true);
    test.clock.advance(200_000);
    assert_eq!(json_verify(&test, &call(Some(KEY))).await, first);
    assert_eq!(json_verify(&test, &call(Some(&KEY.replace('-', "").to_uppercase()))).await, first);
    assert_eq!(json_verify(&test, &call(Some(OTHER_KEY))).await, failure("timeout-or-duplicate"));
    assert_eq!(json_verify(&test, &call(None)).await, failure("timeout-or-duplicate"));
    let elsewhere = format!("secret={}&response={token}&idempotency_key={KEY}", test.site.secret);
    assert_eq!(test.siteverify_at("/siteverify", &elsewhere).await["success"], false, "only in this contract");
    test.clock.advance(100_000);
    assert_eq!(json_verify(&test, &call(Some(KEY))).await, failure("timeout-or-duplicate"));
}

#[tokio::test]
async fn a_key_does_not_make_a_keyless_redemption_repeatable() {
    let test = TestCollector::start().await;
    let token = test.pass_from("198.51.100.7").await.token;
    let form = format!("secret={}&response={token}", secret(&test));
    assert_eq!(test.siteverify_at(PATH, &form).await["success"], true);
    let with_key = format!("{form}&idempotency_key={KEY}");
    assert_eq!(test.siteverify_at(PATH, &with_key).await, failure("timeout-or-duplicate"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_parallel_calls_under_two_keys_one_key_wins_all_of_its_calls() {
    let test = Arc::new(TestCollector::start().await);
    for round in 0..5 {
        let token = test.pass_from(&format!("198.51.{round}.7")).await.token;
        let calls: Vec<_> = (0..100)
            .map(|at| {
                let key = [Some(KEY), Some(OTHER_KEY), None][at % 3];
                let (test, token) = (Arc::clone(&test), token.clone());
                tokio::spawn(async move {
                    let named = key.map(|key| format!("&idempotency_key={key}")).unwrap_or_default();
                    let form = format!("secret={}&response={token}{named}", secret(&test));
                    (key, test.siteverify_at(PATH, &form).await["success"] == true)
                })
            })
            .collect();
        let mut outcomes: BTreeMap<Option<&str>, (u32, u32)> = BTreeMap::new();
        for call in calls {
            let (key, success) = call.await.unwrap();
            let (calls, successes) = outcomes.entry(key).or_default();
            *calls += 1;
            *successes += u32::from(success);
        }
        let winners: Vec<_> = outcomes.iter().filter(|(_, (_, successes))| *successes > 0).collect();
        let [(key, (calls, successes))] = winners.as_slice() else { panic!("one of them wins: {outcomes:?}") };
        assert_eq!(successes, if key.is_some() { calls } else { &1 }, "{outcomes:?}");
    }
}
