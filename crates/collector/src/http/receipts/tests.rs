//! Receipts tell what was done, and taking votes back leaves no trace of them in any label.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use crate::campaign::telling::{SCREENS_TOLD_TOGETHER, Tiles, VOTES_REMOVED_STEP};
use crate::http::testing::TestCollector;
use crate::store::campaigns::LedgerSums;
use crate::store::statistics::DAY_MS;

#[tokio::test]
async fn a_receipt_tells_what_its_visit_did() {
    let test = TestCollector::start().await;
    let passed = test.pass_from("198.51.100.7").await;
    let reply = test.call(Method::GET, &format!("/v1/receipts/{}?hl=fr", passed.receipt.code)).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
    assert_eq!(reply.json["votes"], passed.receipt.votes);
    assert_eq!(reply.json["gold_tiles"], passed.receipt.gold_tiles);
    let screens = reply.json["solve_ms"].as_u64().unwrap() / 9000;
    assert_eq!(u64::from(passed.receipt.gold_tiles + passed.receipt.votes), 9 * screens);
    assert!(reply.text.contains("≈\u{a0}"), "{}", reply.text);
    assert_eq!(reply.json["passed"], true);
    assert_eq!(reply.json["prices_language"], "fr");
    assert_eq!(reply.json["day"], "2026-01-01");
    let ledger = test.ledger().await;
    assert_eq!(ledger["votes"], Tiles::of_many(screens, false).votes);
    assert_eq!(ledger["visitor_ms"], passed.receipt.solve_ms);
    assert_eq!(ledger["paid_usd_micros"], 0);
}

#[tokio::test]
async fn what_single_screens_held_is_told_in_the_sums_of_whole_days() {
    let test = TestCollector::start().await;
    let (mut told, mut held) = (Vec::new(), Vec::new());
    for visitor in 0..SCREENS_TOLD_TOGETHER {
        // The evening of a day with one screen is over: nobody learns what that held.
        if visitor == 1 {
            test.clock.advance(DAY_MS);
            let ledger = test.ledger().await;
            let screens = ledger["screens"].as_u64().unwrap();
            assert_eq!(tiles_of(&ledger), (screens, Tiles::of_many(screens, false).votes));
        }
        let before = sums(&test).await;
        let receipt = test.pass_from(&format!("198.18.{visitor}.1")).await.receipt;
        let now = sums(&test).await;
        if now.screens == before.screens + 1 {
            told.push((receipt.gold_tiles, receipt.votes));
            held.push((now.gold_answers - before.gold_answers, now.votes - before.votes));
        }
    }
    assert!(told.iter().all(|counts| [(5, 4), (4, 5)].contains(counts)), "{told:?}");
    assert!(held.iter().any(|counts| Some(counts) != held.first()), "{held:?}");

    test.pass_from("198.18.200.1").await;
    let exact = sums(&test).await;
    let ledger = test.ledger().await;
    assert_eq!(ledger["counted_until"], "2026-01-02T00:00:00Z");
    assert_eq!(tiles_of(&ledger).0, exact.screens);

    test.clock.advance(DAY_MS);
    let ledger = test.ledger().await;
    assert_eq!(ledger["counted_until"], "2026-01-03T00:00:00Z");
    let (screens, votes) = tiles_of(&ledger);
    assert_eq!(screens, exact.screens);
    assert!(
        votes.abs_diff(exact.votes) <= 8,
        "all but the first screen is counted: {votes} told, {} cast",
        exact.votes
    );
}

/// Screens that the tiles of a ledger would fill, and its votes.
fn tiles_of(ledger: &Value) -> (u64, u64) {
    let [gold, votes] = ["gold_answers", "votes"].map(|name| ledger[name].as_u64().unwrap());
    assert_eq!((gold + votes) % 9, 0, "{ledger}");
    ((gold + votes) / 9, votes)
}

#[tokio::test]
async fn taking_votes_back_leaves_labels_as_if_they_had_never_been_given() {
    let test = TestCollector::start().await;
    for visitor in 0..10 {
        test.pass_from(&format!("198.18.{visitor}.1")).await;
    }
    let before = standings(&test).await;
    let (ledger_before, sums_before) = (test.ledger().await, sums(&test).await);
    let passed = test.pass_from("198.18.99.1").await;
    assert_ne!(standings(&test).await, before);

    let path = format!("/v1/receipts/{}", passed.receipt.code.as_str().to_lowercase());
    let removed = test.call(Method::DELETE, &path).await;
    assert_eq!(removed.json, json!({ "votes_removed": passed.receipt.votes }));
    assert_eq!(standings(&test).await, before, "bit for bit");
    assert_eq!(sums(&test).await.votes, sums_before.votes);
    let n_votes = sums(&test).await.votes_removed;
    assert!(n_votes > 0);
    let ledger = test.ledger().await;
    assert_eq!((&ledger["votes_removed"], &ledger["items"]), (&json!(0), &ledger_before["items"]));

    let again = test.call(Method::DELETE, &path).await;
    assert_eq!(again.json, json!({ "votes_removed": 0 }));
    let receipt = test.call(Method::GET, &path).await;
    assert_eq!(receipt.json["votes"], 0);
    assert_eq!(receipt.json["removed_at"], "2026-01-01T00:00:00Z");
    test.clock.advance(DAY_MS);
    let ledger = test.ledger().await;
    assert_eq!(ledger["votes_removed"], n_votes / VOTES_REMOVED_STEP * VOTES_REMOVED_STEP);
}

#[tokio::test]
async fn a_label_reopens_when_the_votes_that_settled_it_are_taken_back() {
    let test = TestCollector::start().await;
    let mut codes = Vec::new();
    for visitor in 0..60 {
        codes.push(test.pass_from(&format!("198.18.{visitor}.1")).await.receipt.code);
    }
    assert!(test.ledger().await["items"]["final"].as_u64().unwrap() > 10);
    for code in codes {
        test.call(Method::DELETE, &format!("/v1/receipts/{code}")).await;
    }
    assert_eq!(sums(&test).await.votes, 0);
    let ledger = test.ledger().await;
    assert_eq!(ledger["items"]["final"], 0);
    assert_eq!(ledger["items"]["open"], 60);
    assert!(test.pass_from("198.18.200.1").await.receipt.votes > 0, "the pool asks about them again");
}

#[tokio::test]
async fn the_payslip_is_a_page_and_its_button_takes_the_votes_back() {
    let test = TestCollector::start().await;
    let code = test.pass_from("198.51.100.7").await.receipt.code;
    let page = test.call(Method::GET, &format!("/receipt/{code}")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("Payslip") && page.text.contains(code.as_str()) && page.text.contains("Test Museum"));
    let french = test.call(Method::GET, &format!("/receipt/{code}?hl=fr")).await;
    assert!(french.text.contains("Fiche de paie") && french.text.contains("Retirer mes réponses"));
    let button = Request::post(format!("/receipt/{code}")).header("content-type", "application/x-www-form-urlencoded");
    let removed = test.send(button.body(Body::from("hl=fr")).unwrap()).await;
    assert!(removed.text.contains("réponses ont été retirées"), "{}", removed.text);
    assert!(!removed.text.contains("Retirer mes réponses"));
    let unknown = test.call(Method::GET, "/receipt/%3Cscript%3E").await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    assert!(!unknown.text.contains("<script>"), "{}", unknown.text);
}

#[tokio::test]
async fn prices_are_told_in_the_language_of_whoever_reads_them() {
    let test = TestCollector::start().await;
    let code = test.pass_from("198.51.100.7").await.receipt.code;
    for (wish, language, measure) in [
        ("zh-TW", "zh-Hant", "CAPTCHA 代解服務，最低價"),
        ("he", "he", "שירותי פתרון \u{2068}CAPTCHA\u{2069}, המחיר הנמוך ביותר"),
        ("tlh", "en", "solving services, lowest price"),
    ] {
        let reply = test.call(Method::GET, &format!("/v1/receipts/{code}?hl={wish}")).await;
        assert_eq!(reply.json["prices_language"], language, "{}", reply.text);
        assert!(reply.text.contains(measure), "{}", reply.text);
    }
}

#[tokio::test]
async fn the_payslip_leaves_other_peoples_words_in_their_own_order() {
    let test = TestCollector::start().await;
    let code = test.pass_from("198.51.100.7").await.receipt.code;
    let page = test.call(Method::GET, &format!("/receipt/{code}")).await;
    assert!(page.text.contains(r#"<bdi dir="auto">Test Museum</bdi>"#), "{}", page.text);
    assert!(page.text.contains(r#"<bdi dir="ltr">$0.50 / 1000</bdi>"#), "{}", page.text);
}

async fn sums(test: &TestCollector) -> LedgerSums {
    test.collector.store.campaigns().await.unwrap().remove(0).sums
}

async fn standings(test: &TestCollector) -> Vec<(i64, &'static str, u64, u64)> {
    let campaign = test.collector.store.campaigns().await.unwrap().remove(0);
    let mut snapshot = test.collector.store.snapshot().await.unwrap();
    let items = snapshot.items_page(campaign.id, 0, 1000).await.unwrap();
    items.iter().map(|item| (item.id.0, item.state.word(), item.log_odds.to_bits(), item.n_votes)).collect()
}
