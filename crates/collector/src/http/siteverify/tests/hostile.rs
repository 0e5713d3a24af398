//! Whatever is sent, the reply is HTTP 200 and JSON with a boolean `success`.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::http::testing::TestCollector;

const TYPES: &[&str] = &[
    "",
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    "text/plain",
    "APPLICATION/JSON; charset=x",
    "nonsense",
];

/// Bytes that are nothing, and bytes that are nearly something.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let pieces = [
        "secret=",
        "response=",
        "idempotency_key=",
        "sitekey=",
        "&",
        "%00",
        "%",
        "{",
        "}",
        "\"secret\":",
        "\"response\":",
        "[",
        "null",
        "\"x\"",
        ",",
        "--x\r\n",
        "--x--\r\n",
        "content-disposition: form-data; name=\"secret\"\r\n\r\n",
        "SECRET",
        "TOKEN",
        "0x0000000000000000000000000000000000000000",
        "XXXX.DUMMY.TOKEN.XXXX",
    ];
    prop_oneof![
        vec(any::<u8>(), 0..200),
        vec(select(pieces.to_vec()), 0..12).prop_map(|pieces| pieces.concat().into_bytes()),
    ]
}

#[test]
fn whatever_is_sent_is_answered_with_an_outcome() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let test = runtime.block_on(TestCollector::start());
    let paths = ["/siteverify", "/recaptcha/api/siteverify", "/turnstile/v0/siteverify"];
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) };
    proptest!(config, |(
        path in select(paths.to_vec()),
        post in any::<bool>(),
        query in "([a-z]{0,3}|secret=|response=|SECRET|[%&=+;A-Za-z0-9._~-]{0,6}){0,8}",
        content_type in select(TYPES.to_vec()),
        body in body(),
    )| {
        let body = String::from_utf8(body.clone()).map_or(body, |text| text.replace("SECRET", &test.site.secret).into_bytes());
        let query = query.replace("SECRET", &test.site.secret);
        let request = if post { Request::post(format!("{path}?{query}")) } else { Request::get(format!("{path}?{query}")) };
        let request = request.header("content-type", content_type).body(Body::from(body)).unwrap();
        let reply = runtime.block_on(test.send(request));
        prop_assert_eq!(reply.status, StatusCode::OK);
        prop_assert!(reply.content_type.starts_with("application/json"));
        prop_assert!(reply.json["success"].is_boolean(), "{}", reply.text);
        prop_assert!(reply.json["error-codes"].is_array(), "{}", reply.text);
        prop_assert!(reply.json.get("score").is_none());
    });
}

#[tokio::test]
async fn asking_for_the_head_of_a_reply_redeems_nothing() {
    let test = TestCollector::start().await;
    let token = test.pass_from("203.0.113.7").await.token;
    let path = format!("/siteverify?secret={}&response={token}", test.site.secret);
    test.call(Method::HEAD, &path).await;
    assert_eq!(test.siteverify(&test.site.secret, token.as_str()).await["success"], true);
}
