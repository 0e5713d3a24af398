//! Sites over the requester API: created with keys in every spelling, changed, their secrets replaced.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::http::testing::TestCollector;

async fn patch(test: &TestCollector, key: &str, change: Value) -> crate::http::testing::Reply {
    test.request(Method::PATCH, &format!("/v1/sites/{key}"), Some(&change)).await
}

#[tokio::test]
async fn a_created_site_shows_every_spelling_and_a_list_shows_no_secret() {
    let test = TestCollector::start().await;
    let site =
        json!({ "name": "shop", "hostnames": ["shop.example"], "campaigns": ["things"], "turn": "after-failures:3" });
    let created = test.request(Method::POST, "/v1/sites", Some(&site)).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.text);
    assert_eq!(created.json["turn"], "after-failures:3");
    let keys = created.json["keys"].as_array().unwrap();
    let lengths: Vec<_> = keys
        .iter()
        .map(|key| {
            let chars = |name: &str| key[name].as_str().unwrap().len();
            (key["dialect"].as_str().unwrap(), chars("sitekey"), chars("secret"))
        })
        .collect();
    assert_eq!(lengths, [("corvee", 40, 40), ("recaptcha", 40, 40), ("hcaptcha", 36, 42), ("turnstile", 24, 35)]);
    assert_eq!(keys[0]["sitekey"], created.json["sitekey"]);
    assert_eq!(keys[3]["siteverify"], "/turnstile/v0/siteverify");
    assert_eq!(keys[2]["script"], "/1/api.js");
    let listed = test.request(Method::GET, "/v1/sites", None).await;
    for key in keys {
        assert!(!listed.text.contains(key["secret"].as_str().unwrap()));
        assert!(listed.text.contains(key["sitekey"].as_str().unwrap()));
    }
}

#[tokio::test]
async fn a_change_changes_what_it_names_and_is_in_force_at_once() {
    let test = TestCollector::start().await;
    let hcaptcha = test.site.keys[2].sitekey.as_str();
    let change = json!({
        "name": "renamed", "add_hostnames": ["example.net"], "remove_hostnames": ["example.org"],
        "words": { "en": { "label_pictures": "Help the museum" } },
    });
    let changed = patch(&test, hcaptcha, change).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text);
    assert_eq!(changed.json["name"], "renamed");
    assert_eq!(changed.json["hostnames"], json!(["example.net"]));
    assert_eq!(changed.json["campaigns"], json!(["things"]));
    assert_eq!(changed.json["words"]["en"]["label_pictures"], "Help the museum");
    let asked = |hostname: &str| json!({ "sitekey": test.site.sitekey, "hostname": hostname, "language": "en" });
    assert_eq!(test.post("/v1/challenges", &asked("example.org")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(test.post("/v1/challenges", &asked("example.net")).await.status, StatusCode::OK);
    let nothing = patch(&test, test.site.sitekey.as_str(), json!({})).await;
    assert_eq!(nothing.json, changed.json, "an empty change changes nothing");
    let none = patch(&test, hcaptcha, json!({ "words": {} })).await;
    assert_eq!(none.json.get("words"), None);
}

#[tokio::test]
async fn what_cannot_be_is_refused_by_field_and_changes_nothing() {
    let test = TestCollector::start().await;
    let key = test.site.sitekey.as_str();
    let long = "x".repeat(1001);
    let cases = [
        (json!({ "name": "" }), "name"),
        (json!({ "name": "ok", "remove_hostnames": ["example.org"] }), "remove_hostnames"),
        (json!({ "name": "ok", "remove_campaigns": ["things"] }), "remove_campaigns"),
        (json!({ "add_campaigns": ["nothing"] }), "add_campaigns"),
        (json!({ "add_hostnames": ["https://x"] }), "add_hostnames[0]"),
        (json!({ "turn": "never" }), "turn"),
        (json!({ "words": { "en": { "Label": "x" } } }), "words"),
        (json!({ "words": { "en": { "label": "" } } }), "words"),
        (json!({ "words": { "en": { "label": long } } }), "words"),
        (json!({ "words": { "en": "x" } }), "words.en"),
        (json!({ "surprise": 1 }), "surprise"),
    ];
    for (change, field) in cases {
        let refused = patch(&test, key, change.clone()).await;
        assert_eq!(
            (refused.status, &refused.json["field"]),
            (StatusCode::BAD_REQUEST, &json!(field)),
            "{change}: {}",
            refused.text
        );
    }
    assert_eq!(patch(&test, key, json!({})).await.json["name"], "test");
    for unknown in ["A".repeat(40), "short".to_owned()] {
        assert_eq!(patch(&test, &unknown, json!({})).await.status, StatusCode::NOT_FOUND);
    }
    let path = format!("/v1/sites/{key}");
    let stranger = test.call(Method::PATCH, &path).await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn fresh_secrets_take_the_place_of_the_old_ones() {
    let test = TestCollector::start().await;
    let path = format!("/v1/sites/{}/secrets", test.site.sitekey);
    let rotated = test.request(Method::POST, &path, None).await;
    assert_eq!(rotated.status, StatusCode::CREATED, "{}", rotated.text);
    assert_eq!(rotated.json["sitekey"], json!(test.site.sitekey));
    for (at, key) in test.site.keys.iter().enumerate() {
        let token = test.pass_from(&format!("198.51.{at}.7")).await.token;
        let form = |secret: &str| format!("secret={secret}&response={token}");
        let old = test.siteverify_at(&key.siteverify, &form(key.secret.as_deref().unwrap())).await;
        assert_eq!(old["error-codes"], json!(["invalid-input-secret"]), "{old}");
        let fresh = rotated.json["keys"][at]["secret"].as_str().unwrap();
        assert_eq!(test.siteverify_at(&key.siteverify, &form(fresh)).await["success"], true);
    }
}
