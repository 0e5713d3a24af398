//! Waiting instead of labelling: too early, in time, twice, elsewhere, too late.

use std::sync::Arc;

use axum::http::StatusCode;
use corvee_protocol::sealed_wait::{WAIT_BYTES, WAIT_PURPOSE};
use corvee_seal::{KeyRing, Sealer};
use serde_json::json;

use super::{ADDRESS, redeems_once, token, unescaped};
use crate::chance::Chance;
use crate::http::testing::{Reply, TestCollector};

impl TestCollector {
    /// Begins a wait; the address that ends it.
    async fn begin_wait_on_page(&self) -> String {
        let page = self.press(&self.choice().await, "machine", &[]).await;
        assert_eq!((page.status, token(&page)), (StatusCode::OK, None), "{}", page.text);
        refresh(&page).1
    }
}

/// After how many seconds the page goes where.
fn refresh(page: &Reply) -> (u32, String) {
    let content = || page.text.split_once("http-equiv=\"refresh\" content=\"")?.1.split_once('"');
    let parts = content().and_then(|(content, _)| content.split_once(";url="));
    let (seconds, address) = parts.unwrap_or_else(|| panic!("the page does not go on: {}", page.text));
    (seconds.parse().unwrap(), unescaped(address))
}

#[tokio::test]
async fn a_wait_ends_in_a_token_once_and_not_before_it_is_over() {
    let test = TestCollector::start().await;
    let page = test.press(&test.choice().await, "machine", &[]).await;
    let (seconds, address) = refresh(&page);
    assert_eq!(seconds, 20);
    assert!(page.text.contains("goes on by itself in 20\u{a0}s"), "{}", page.text);
    for (waited_ms, left) in [(0, 20), (1, 20), (4_999, 15), (14_999, 1)] {
        test.clock.advance(waited_ms);
        let early = test.page_from(ADDRESS, &address).await;
        assert_eq!((early.status, token(&early)), (StatusCode::OK, None), "{}", early.text);
        assert_eq!(refresh(&early), (left, address.clone()));
    }
    test.clock.advance(1);
    let passed = test.page_from(ADDRESS, &address).await;
    let given = token(&passed).unwrap_or_else(|| panic!("no token: {}", passed.text));
    assert!(!passed.text.contains("/receipt/"), "who labels nothing gets no receipt: {}", passed.text);
    redeems_once(&test, &given).await;
    let again = test.page_from(ADDRESS, &address).await;
    assert_eq!((again.status, token(&again)), (StatusCode::CONFLICT, None), "{}", again.text);
    let ledger = test.ledger().await;
    assert_eq!((&ledger["visits"], &ledger["votes"]), (&json!(0), &json!(0)));
    assert_eq!(test.collector.store.machine_turns().await.unwrap(), 1);
}

#[tokio::test]
async fn of_many_parallel_ends_of_one_wait_one_earns_a_token() {
    let test = Arc::new(TestCollector::start().await);
    let address = test.begin_wait_on_page().await;
    test.clock.advance(20_000);
    let mut ends = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let (test, address) = (Arc::clone(&test), address.clone());
        ends.spawn(async move { token(&test.page_from(ADDRESS, &address).await) });
    }
    let tokens: Vec<String> = ends.join_all().await.into_iter().flatten().collect();
    assert_eq!(tokens.len(), 1);
    redeems_once(&test, &tokens.concat()).await;
}

#[tokio::test]
async fn another_network_does_not_end_a_wait_and_the_right_one_still_does() {
    let test = TestCollector::start().await;
    let address = test.begin_wait_on_page().await;
    test.clock.advance(20_000);
    let foreign = test.page_from("203.0.113.9", &address).await;
    assert_eq!((foreign.status, token(&foreign)), (StatusCode::BAD_REQUEST, None), "{}", foreign.text);
    assert!(token(&test.page_from(ADDRESS, &address).await).is_some());
}

#[tokio::test]
async fn a_wait_that_was_over_long_ago_earns_nothing() {
    let test = TestCollector::start().await;
    let address = test.begin_wait_on_page().await;
    test.clock.advance(20_000 + 20 * 60 * 1000);
    let late = test.page_from(ADDRESS, &address).await;
    assert_eq!((late.status, token(&late)), (StatusCode::CONFLICT, None), "{}", late.text);
}

#[tokio::test]
async fn broken_tickets_and_seals_of_another_kind_or_collector_are_refused() {
    let test = TestCollector::start().await;
    let address = test.begin_wait_on_page().await;
    let (rest, ticket) = address.split_once("&wait=").unwrap();
    let mut altered = ticket.to_owned();
    altered.replace_range(40..41, if ticket.as_bytes()[40] == b'A' { "B" } else { "A" });
    let challenge = test.challenge().await.challenge.as_str().to_owned();
    let mut elsewhere = Chance::seeded(12).generator();
    let sealer = Sealer::new(KeyRing::generate(&mut elsewhere), WAIT_PURPOSE, WAIT_BYTES);
    let foreign = sealer.seal(b"another collector's", &mut elsewhere).unwrap();
    test.clock.advance(20_000);
    let short = ticket.get(1..).unwrap();
    for broken in ["", "x", "%3Cscript%3E", &altered, &foreign, &challenge, short] {
        let reply = test.page_from(ADDRESS, &format!("{rest}&wait={broken}")).await;
        assert_eq!((reply.status, token(&reply)), (StatusCode::BAD_REQUEST, None), "{broken}: {}", reply.text);
    }
    assert!(token(&test.page_from(ADDRESS, &address).await).is_some());
}

#[tokio::test]
async fn waits_become_longer_and_end_with_the_hour() {
    let test = TestCollector::start().await;
    let choice = test.choice().await;
    let mut seconds = Vec::new();
    for _ in 0..30 {
        seconds.push(refresh(&test.press(&choice, "machine", &[]).await).0);
    }
    assert_eq!((&seconds[..6], seconds[29]), (&[20, 20, 20, 20, 20, 40][..], 640));
    let refused = test.press(&choice, "machine", &[]).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "{}", refused.text);
    // Labelling is still open to that network.
    assert_eq!(test.press(&choice, "label", &[]).await.status, StatusCode::OK);
}
