//! A visit from challenge to token, and everything that must be refused on the way.

use axum::http::StatusCode;
use corvee_protocol::{AnswerReply, Sealed};
use serde_json::json;

use crate::campaign::budget::BudgetLimits;
use crate::http::testing::TestCollector;

#[tokio::test]
async fn right_answers_end_in_a_token_that_redeems_once() {
    let test = TestCollector::start().await;
    let passed = test.pass_from("198.51.100.7").await;
    let reply = test.siteverify(&test.site.secret, passed.token.as_str()).await;
    assert_eq!(reply["success"], true);
    assert_eq!(reply["hostname"], "example.org");
    assert_eq!(reply["challenge_ts"], "2026-01-01T00:00:00Z");
    let again = test.siteverify(&test.site.secret, passed.token.as_str()).await;
    assert_eq!(again, json!({ "success": false, "error-codes": ["timeout-or-duplicate"] }));
}

#[tokio::test]
async fn wrong_answers_never_end_in_a_token() {
    let test =
        TestCollector::with_limits(BudgetLimits { challenges: 1000, failures: 1000, ..BudgetLimits::default() }).await;
    let mut challenge = test.challenge().await;
    for _ in 0..40 {
        let right = test.truth(&challenge.challenge).await;
        let wrong: Vec<u8> = (0..9).filter(|tile| !right.contains(tile)).collect();
        let reply = test.answer_from("198.51.100.7", &challenge.challenge, &wrong).await;
        match serde_json::from_value(reply.json).unwrap() {
            AnswerReply::Passed(_) => panic!("wrong answers passed"),
            AnswerReply::More(next) | AnswerReply::Again(next) => challenge = next,
        }
    }
    assert_eq!(test.ledger().await["passed"], 0);
}

#[tokio::test]
async fn another_answer_to_one_challenge_is_refused() {
    let test = TestCollector::start().await;
    let challenge = test.challenge().await;
    let mut picked = test.truth(&challenge.challenge).await;
    assert_eq!(test.answer_from("198.51.100.7", &challenge.challenge, &picked).await.status, StatusCode::OK);
    picked.pop();
    let reply = test.answer_from("198.51.100.7", &challenge.challenge, &picked).await;
    assert_eq!(reply.status, StatusCode::CONFLICT);
    assert_eq!(reply.json["type"], "urn:corvee:problem:challenge-spent");
    assert_eq!(reply.json["field"], "challenge");
    assert_eq!(test.ledger().await["screens"], 1);
}

#[tokio::test]
async fn of_many_parallel_answers_to_one_challenge_one_counts() {
    let test = TestCollector::start().await;
    let challenge = test.challenge().await;
    let answers = (0..512_u32).map(|subset| {
        let picked: Vec<u8> = (0..9).filter(|tile| subset & (1 << tile) != 0).collect();
        let (test, sealed) = (&test, &challenge.challenge);
        async move { test.answer_from("198.51.100.7", sealed, &picked).await.status }
    });
    let mut set = Vec::new();
    for answer in answers {
        set.push(answer);
    }
    let statuses = join_all(set).await;
    assert_eq!(statuses.iter().filter(|status| **status == StatusCode::OK).count(), 1);
    assert_eq!(statuses.iter().filter(|status| **status == StatusCode::CONFLICT).count(), 511);
    let ledger = test.ledger().await;
    assert_eq!((&ledger["screens"], &ledger["visits"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn an_expired_challenge_is_refused() {
    let test = TestCollector::start().await;
    let challenge = test.challenge().await;
    let picked = test.truth(&challenge.challenge).await;
    test.clock.advance(20 * 60 * 1000);
    let reply = test.answer_from("198.51.100.7", &challenge.challenge, &picked).await;
    assert_eq!(reply.status, StatusCode::GONE);
    assert_eq!(reply.json["type"], "urn:corvee:problem:challenge-expired");
    assert_eq!(test.ledger().await["screens"], 0);
}

#[tokio::test]
async fn every_altered_character_of_a_challenge_is_refused() {
    let test = TestCollector::start().await;
    let challenge = test.challenge().await;
    let sealed = challenge.challenge.as_str();
    for at in 0..sealed.len() {
        let mut altered = sealed.to_owned();
        let replacement = if sealed.as_bytes()[at] == b'A' { "B" } else { "A" };
        altered.replace_range(at..=at, replacement);
        let altered = Sealed::try_from(altered).unwrap();
        let reply = test.answer_from("198.51.100.7", &altered, &[]).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "character {at}");
        assert_eq!(reply.json["type"], "urn:corvee:problem:invalid-challenge");
    }
    assert_eq!(test.ledger().await["screens"], 0);
}

#[tokio::test]
async fn all_challenges_are_equally_long_and_name_no_item() {
    let test = TestCollector::start().await;
    let mut lengths = std::collections::BTreeSet::new();
    for visitor in 0..20 {
        let mut challenge = test.challenge_from(&format!("198.51.{visitor}.1")).await;
        lengths.insert(challenge.challenge.as_str().len());
        let reply = test.answer_from("198.51.100.7", &challenge.challenge, &[0]).await;
        if let AnswerReply::More(next) | AnswerReply::Again(next) = serde_json::from_value(reply.json).unwrap() {
            challenge = next;
            lengths.insert(challenge.challenge.as_str().len());
        }
    }
    assert_eq!(lengths.len(), 1, "{lengths:?}");
}

#[tokio::test]
async fn a_second_screen_shows_other_items_and_keeps_the_receipt() {
    let test = TestCollector::start().await;
    for visitor in 0..30 {
        let address = format!("198.51.{visitor}.1");
        let challenge = test.challenge_from(&address).await;
        let first = test.opened(&challenge.challenge);
        let reply = test.answer_from(&address, &challenge.challenge, &[]).await;
        let (AnswerReply::More(next) | AnswerReply::Again(next)) = serde_json::from_value(reply.json).unwrap() else {
            panic!("picking nothing passed");
        };
        let second = test.opened(&next.challenge);
        assert_eq!(first.receipt, second.receipt);
        assert_ne!(first.nonce, second.nonce);
        let shown: Vec<i64> = first.tiles.iter().map(|tile| tile.item).collect();
        let unknown_again =
            second.tiles.iter().filter(|tile| !tile.role.is_gold() && shown.contains(&tile.item)).count();
        assert_eq!(unknown_again, 0);
    }
}

#[tokio::test]
async fn right_answers_of_many_visitors_settle_labels_that_are_right() {
    let test = TestCollector::with_limits(BudgetLimits::default()).await;
    for visitor in 0..90 {
        test.pass_from(&format!("198.18.{visitor}.1")).await;
    }
    let ledger = test.ledger().await;
    assert!(ledger["items"]["final"].as_u64().unwrap() >= 50, "{ledger}");
    let campaign = test.collector.store.campaigns().await.unwrap().remove(0);
    let mut snapshot = test.collector.store.snapshot().await.unwrap();
    for item in snapshot.items_page(campaign.id, 0, 1000).await.unwrap() {
        if item.state.word() == "final" {
            assert_eq!(item.log_odds > 0.0, crate::http::testing::is_positive(&item.file), "{}", item.file);
            assert!(item.n_votes >= 3);
        }
    }
}

#[tokio::test]
async fn one_network_alone_settles_nothing() {
    let limits =
        BudgetLimits { clean_challenges: 10_000, clean_failures: 10_000, challenges: 10_000, failures: 10_000 };
    let test = TestCollector::with_limits(limits).await;
    for visitor in 0..60 {
        test.pass_from(&format!("203.0.113.{visitor}")).await;
    }
    let ledger = test.ledger().await;
    assert_eq!(ledger["items"]["final"], 0);
    assert!(ledger["votes"].as_u64().unwrap() > 200);
}

async fn join_all<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.into_iter().map(Box::pin).collect();
    let mut outputs: Vec<Option<F::Output>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, output) in futures.iter_mut().zip(&mut outputs) {
            if output.is_none()
                && let std::task::Poll::Ready(value) = future.as_mut().poll(context)
            {
                *output = Some(value);
            }
        }
        if outputs.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    outputs.into_iter().flatten().collect()
}

mod replies;
