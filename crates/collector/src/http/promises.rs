//! What is promised of every reply and every file, whatever the route: no cookie, no address. Knows no handler by itself.

use std::path::Path;

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::json;

use super::testing::{Reply, TestCollector};

/// Nobody's address, in a form that nothing else is written in.
const ADDRESS: &str = "2001:db8:a1b2:c3d4:e5f6:a7b8:c9da:ebfc";

/// Whatever a visitor, a page and a site's server ask for in one visit, and what nobody should.
async fn visit(test: &TestCollector) -> Vec<(String, Reply)> {
    let mut replies = Vec::new();
    let challenge = test.challenge_from(ADDRESS).await;
    let passed = test.pass_from(ADDRESS).await;
    let key = &test.site.sitekey;
    let puzzle = json!({ "sitekey": key, "hostname": "example.org", "language": "en", "wish": "machine" });
    replies.push(("a puzzle".to_owned(), test.post_from(ADDRESS, "/v1/challenges", &puzzle).await));
    let picked = test.truth(&challenge.challenge).await;
    replies.push(("an answer".to_owned(), test.answer_from(ADDRESS, &challenge.challenge, &picked).await));
    let renewal = json!({ "token": passed.token });
    replies.push(("a renewal".to_owned(), test.post_from(ADDRESS, "/v1/renewals", &renewal).await));
    let page = format!("sitekey={key}&origin=https://example.org&hl=en");
    for path in [
        format!("/v1/challenges/{}/screen.jpg", challenge.challenge),
        format!("/v1/settings?{page}"),
        format!("/frame?{page}"),
        format!("/plain?{page}"),
        format!("/siteverify?secret={}&response=x", test.site.secret),
        "/v1/campaigns/things/ledger".to_owned(),
        "/receipt".to_owned(),
        "/receipt/0SWR-8S7Q-M8RC-PWD9".to_owned(),
        "/api.js".to_owned(),
        "/recaptcha/api.js".to_owned(),
        "/health".to_owned(),
        "/ready".to_owned(),
        "/v1/sites".to_owned(),
        "/nothing".to_owned(),
    ] {
        let request = Request::get(&path).header("x-forwarded-for", ADDRESS).header("cookie", "session=1");
        replies.push((path, test.send(request.body(Body::empty()).unwrap()).await));
    }
    replies.push(("campaigns".to_owned(), test.request(Method::GET, "/v1/campaigns", None).await));
    replies
}

/// The names and the content of all files in a folder and those inside it.
fn files(folder: &Path, into: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, into);
        } else {
            into.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
}

#[tokio::test]
async fn no_reply_sets_a_cookie() {
    let test = TestCollector::start().await;
    let replies = visit(&test).await;
    assert!(replies.iter().filter(|(_, reply)| reply.status.is_success()).count() > 8, "the visit went wrong");
    for (what, reply) in replies {
        let cookies: Vec<_> = reply.headers.get_all("set-cookie").iter().collect();
        assert!(cookies.is_empty(), "{what} sets {cookies:?}");
        assert!(!reply.text.contains("document.cookie"), "{what} reads cookies");
    }
}

#[tokio::test]
async fn no_file_holds_a_visitors_address() {
    let test = TestCollector::start().await;
    visit(&test).await;
    let mut found = Vec::new();
    files(test.data_folder(), &mut found);
    let bytes: usize = found.iter().map(|(_, content)| content.len()).sum();
    assert!(bytes > 50_000, "where is the database? {:?}", found.iter().map(|(name, _)| name).collect::<Vec<_>>());
    let address: std::net::Ipv6Addr = ADDRESS.parse().unwrap();
    // The prefix alone says as much: what is kept is its keyed hash.
    let traces = [ADDRESS.as_bytes(), b"a1b2:c3d4", &address.octets()[..6]];
    for (name, content) in found {
        for trace in traces {
            assert!(!content.windows(trace.len()).any(|window| window == trace), "{name} holds {trace:?}");
        }
    }
}
