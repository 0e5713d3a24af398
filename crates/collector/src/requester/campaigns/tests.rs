//! The requester API: what is created is listed, what is wrong is named, what is exported adds up.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::json;

use crate::http::testing::{KEY, TestCollector};

#[tokio::test]
async fn a_campaign_is_created_listed_paused_and_not_created_twice() {
    let test = TestCollector::start().await;
    let terms = json!({
        "name": "cats", "question": { "en": "Which show a cat?" }, "target": "cat", "requester": "Shelter", "data_set": "cats",
    });
    let created = test.request(Method::POST, "/v1/campaigns", Some(&terms)).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.text);
    assert_eq!(created.json["confidence"], 0.999);
    assert_eq!(created.json["licence"], "not published");
    let listed = test.request(Method::GET, "/v1/campaigns", None).await;
    assert_eq!(listed.json["total"], 2);
    let twice = test.request(Method::POST, "/v1/campaigns", Some(&terms)).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    let paused = test.request(Method::PATCH, "/v1/campaigns/things", Some(&json!({ "active": false }))).await;
    assert_eq!(paused.json["active"], false);
    let asked = json!({ "sitekey": test.site.sitekey, "hostname": "example.org", "language": "en" });
    let nothing = test.post("/v1/challenges", &asked).await;
    assert_eq!(nothing.json["type"], "urn:corvee:problem:nothing-to-ask");
}

#[tokio::test]
async fn a_data_set_is_described_in_the_visitors_language() {
    let test = TestCollector::start().await;
    let data_set = json!({ "en": "cats in shelters", "fr": "chats de refuges" });
    let terms = json!({
        "name": "cats", "question": { "en": "Which show a cat?" }, "target": "cat", "requester": "Shelter",
        "data_set": data_set,
    });
    let created = test.request(Method::POST, "/v1/campaigns", Some(&terms)).await;
    assert_eq!((created.status, &created.json["data_set"]), (StatusCode::CREATED, &data_set), "{}", created.text);
    let shown = test.request(Method::GET, "/v1/campaigns/cats", None).await;
    assert_eq!(shown.json["data_set"], data_set);
    let plain = test.request(Method::GET, "/v1/campaigns/things", None).await;
    assert_eq!(plain.json["data_set"], "things");
}

#[tokio::test]
async fn wrong_terms_name_the_field() {
    let test = TestCollector::start().await;
    let good = json!({
        "name": "cats", "question": { "en": "Which show a cat?" }, "target": "cat", "requester": "Shelter", "data_set": "cats",
    });
    let cases = [
        ("name", json!("No Slug"), "name"),
        ("question", json!({}), "question"),
        ("question", json!({ "english please": "x" }), "question"),
        ("target", json!(""), "target"),
        ("requester", json!("x".repeat(201)), "requester"),
        ("data_set", json!(" blank "), "data_set"),
        ("data_set", json!({}), "data_set"),
        ("data_set", json!({ "en": "cats", "fr": "" }), "data_set"),
        ("data_set", json!({ "english please": "x" }), "data_set"),
        ("confidence", json!(1.0), "confidence"),
        ("gold_servings", json!(0), "gold_servings"),
        ("gold_servings", json!(-1), "gold_servings"),
    ];
    for (field, value, named) in cases {
        let mut terms = good.clone();
        terms[field] = value;
        let reply = test.request(Method::POST, "/v1/campaigns", Some(&terms)).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{}", reply.text);
        assert!(reply.json["field"].as_str().unwrap().starts_with(named), "{}", reply.text);
    }
}

#[tokio::test]
async fn a_site_needs_a_campaign_and_its_secret_is_shown_once() {
    let test = TestCollector::start().await;
    let site = json!({ "name": "shop", "hostnames": ["shop.example"], "campaigns": ["things"] });
    let created = test.request(Method::POST, "/v1/sites", Some(&site)).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.text);
    assert_eq!(created.json["secret"].as_str().unwrap().len(), 40);
    let listed = test.request(Method::GET, "/v1/sites", None).await;
    assert!(!listed.text.contains(created.json["secret"].as_str().unwrap()));
    assert_eq!(listed.json["total"], 2);
    let unknown = json!({ "name": "shop", "hostnames": ["shop.example"], "campaigns": ["nothing"] });
    let refused = test.request(Method::POST, "/v1/sites", Some(&unknown)).await;
    assert_eq!(refused.json["field"], "campaigns");
}

#[tokio::test]
async fn items_are_listed_by_page_and_their_counts_reconcile() {
    let test = TestCollector::start().await;
    test.pass_from("198.51.100.7").await;
    let mut after = 0;
    let mut n_items = 0;
    loop {
        let path = format!("/v1/campaigns/things/items?after={after}&limit=30");
        let page = test.request(Method::GET, &path, None).await;
        let counts = &page.json["counts"];
        let sum: u64 = ["final", "ambiguous", "open", "gold"].iter().map(|state| counts[state].as_u64().unwrap()).sum();
        assert_eq!(counts["items"], sum);
        n_items += page.json["items"].as_array().unwrap().len();
        match page.json["next"].as_i64() {
            Some(next) => after = next,
            None => break,
        }
    }
    assert_eq!(n_items, 72);
    for (query, field) in
        [("limit=0", "limit"), ("limit=x", "limit"), ("foo=1", "foo"), ("after=99999999999999999999", "after")]
    {
        let refused = test.request(Method::GET, &format!("/v1/campaigns/things/items?{query}"), None).await;
        assert_eq!(
            (refused.status, &refused.json["field"]),
            (StatusCode::BAD_REQUEST, &json!(field)),
            "{}",
            refused.text
        );
        assert!(!refused.text.contains("serialize") && !refused.text.contains("in string"), "{}", refused.text);
    }
}

#[tokio::test]
async fn an_upload_with_refused_files_imports_nothing_and_names_them() {
    let test = TestCollector::start().await;
    let body =
        "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\nno picture\r\n--x--\r\n";
    let upload = |path: &str, body: &str| {
        let request = Request::post(path).header("authorization", format!("Bearer {KEY}"));
        request.header("content-type", "multipart/form-data; boundary=x").body(Body::from(body.to_owned())).unwrap()
    };
    let refused = test.send(upload("/v1/campaigns/things/items", body)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
    assert!(refused.json["detail"].as_str().unwrap().contains("a.jpg"), "{}", refused.text);
    let outside = body.replace("a.jpg", "../a.jpg");
    let refused = test.send(upload("/v1/campaigns/things/items", &outside)).await;
    assert_eq!((refused.status, &refused.json["field"]), (StatusCode::BAD_REQUEST, &json!("file")), "{}", refused.text);
    let counts = test.request(Method::GET, "/v1/campaigns/things/items", None).await;
    assert_eq!(counts.json["counts"]["items"], 72);
}

#[tokio::test]
async fn an_export_is_one_zip_of_five_files() {
    let test = TestCollector::start().await;
    test.pass_from("198.51.100.7").await;
    let reply = test.request(Method::GET, "/v1/campaigns/things/export?evaluate=true", None).await;
    assert_eq!((reply.status, reply.content_type.as_str()), (StatusCode::OK, "application/zip"));
    for name in ["labels.csv", "labels.jsonl", "votes.csv", "votes.jsonl", "manifest.json"] {
        assert!(reply.text.contains(name), "{name}");
    }
}
