//! The very same answer sent again, because its reply was lost: the same reply, and nothing twice.

use axum::http::StatusCode;
use corvee_protocol::{AnswerReply, Challenge, Sealed};
use serde_json::{Value, json};

use crate::campaign::budget::BudgetLimits;
use crate::http::testing::{Reply, TestCollector};

const ADDRESS: &str = "198.51.100.7";

/// The challenge that is passed, what passes it, and the reply.
async fn passed(test: &TestCollector) -> (Sealed, Vec<u8>, Reply) {
    let mut challenge = test.challenge_from(ADDRESS).await;
    for _ in 0..6 {
        let picked = test.truth(&challenge.challenge).await;
        let reply = test.answer_from(ADDRESS, &challenge.challenge, &picked).await;
        match serde_json::from_value(reply.json.clone()).unwrap() {
            AnswerReply::Passed(_) => return (challenge.challenge, picked, reply),
            AnswerReply::More(next) | AnswerReply::Again(next) => challenge = next,
        }
    }
    panic!("right answers did not pass");
}

fn next(reply: &Reply, which: &str) -> Challenge {
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
    serde_json::from_value(reply.json[which].clone()).unwrap_or_else(|error| panic!("{error}: {}", reply.text))
}

fn is_spent(reply: &Reply) -> bool {
    reply.status == StatusCode::CONFLICT && reply.json["type"] == "urn:corvee:problem:challenge-spent"
}

#[tokio::test]
async fn a_passed_answer_again_gets_the_same_token_which_redeems_once() {
    let test = TestCollector::start().await;
    let (sealed, picked, first) = passed(&test).await;
    let ledger = test.ledger().await;
    test.clock.advance(20_000);
    let second = test.answer_from(ADDRESS, &sealed, &picked).await;
    assert_eq!(second.status, StatusCode::OK, "{}", second.text);
    let (first, second) = (&first.json["passed"], &second.json["passed"]);
    assert_eq!((&first["token"], &first["receipt"]), (&second["token"], &second["receipt"]));
    assert_eq!((&first["token_lives_ms"], &second["token_lives_ms"]), (&json!(120_000), &json!(100_000)));
    assert_eq!(test.ledger().await, ledger, "nothing is recorded twice");

    let token = first["token"].as_str().unwrap();
    assert_eq!(test.siteverify(&test.site.secret, token).await["success"], true);
    let third = test.answer_from(ADDRESS, &sealed, &picked).await;
    assert_eq!(third.json["passed"]["token"], token, "a used token comes again as well");
    assert_eq!(test.siteverify(&test.site.secret, token).await["success"], false, "and is as used as before");
    test.clock.advance(20 * 60 * 1000);
    assert_eq!(test.answer_from(ADDRESS, &sealed, &picked).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn a_renewed_token_does_not_come_back_to_life() {
    let test = TestCollector::start().await;
    let (sealed, picked, first) = passed(&test).await;
    let old = first.json["passed"]["token"].as_str().unwrap();
    let renewed = test.post("/v1/renewals", &json!({ "token": old })).await;
    let fresh = renewed.json["token"].as_str().unwrap();
    let again = test.answer_from(ADDRESS, &sealed, &picked).await;
    assert_eq!(again.json["passed"]["token"], old);
    assert_eq!(test.siteverify(&test.site.secret, old).await["success"], false);
    assert_eq!(test.siteverify(&test.site.secret, fresh).await["success"], true);
}

#[tokio::test]
async fn many_same_answers_at_once_earn_one_token() {
    let test = std::sync::Arc::new(
        TestCollector::with_limits(BudgetLimits { clean_challenges: 1000, ..BudgetLimits::default() }).await,
    );
    let mut challenge = test.challenge_from(ADDRESS).await;
    loop {
        let picked = test.truth(&challenge.challenge).await;
        let mut answers = tokio::task::JoinSet::new();
        for _ in 0..64 {
            let (test, sealed, picked) = (std::sync::Arc::clone(&test), challenge.challenge.clone(), picked.clone());
            answers.spawn(async move { test.answer_from(ADDRESS, &sealed, &picked).await });
        }
        let replies = answers.join_all().await;
        let tokens: Vec<&Value> = replies.iter().map(|reply| &reply.json["passed"]["token"]).collect();
        if let Some(token) = tokens.iter().find_map(|token| token.as_str()) {
            assert!(tokens.iter().all(|other| *other == token), "{tokens:?}");
            assert_eq!(test.ledger().await["passed"], 1);
            assert_eq!(test.siteverify(&test.site.secret, token).await["success"], true);
            return;
        }
        challenge = next(&replies[0], "more");
        let nonce = test.opened(&challenge.challenge).nonce;
        let same = |reply: &Reply| test.opened(&next(reply, "more").challenge).nonce == nonce;
        assert!(replies.iter().all(same), "one second screen");
    }
}

#[tokio::test]
async fn an_unsure_answer_again_gets_the_same_second_screen() {
    let test = TestCollector::with_limits(BudgetLimits { clean_challenges: 0, ..BudgetLimits::default() }).await;
    let mut second_screens = 0;
    for visitor in 0..20 {
        let address = format!("198.51.{visitor}.7");
        let challenge = test.challenge_from(&address).await;
        let picked = test.truth(&challenge.challenge).await;
        let first = test.answer_from(&address, &challenge.challenge, &picked).await;
        if first.json.get("more").is_none() {
            continue;
        }
        second_screens += 1;
        // Others answer meanwhile: what is known of the items has moved.
        test.pass_from(&format!("198.19.{visitor}.7")).await;
        let again = test.answer_from(&address, &challenge.challenge, &picked).await;
        let (first, again) = (next(&first, "more").challenge, next(&again, "more").challenge);
        assert_ne!(first, again, "a seal is never the same");
        assert_eq!(test.opened(&first), test.opened(&again));
        let picked = test.truth(&first).await;
        let answered = test.answer_from(&address, &first, &picked).await;
        assert_eq!(answered.status, StatusCode::OK, "{}", answered.text);
        let other: Vec<u8> = (0..9).filter(|tile| !picked.contains(tile)).collect();
        assert!(is_spent(&test.answer_from(&address, &again, &other).await), "both are one challenge");
    }
    assert!(second_screens > 0, "no visitor was shown a second screen");
}

#[tokio::test]
async fn a_failed_answer_again_gets_another_challenge_for_the_price_of_one() {
    let limits = BudgetLimits { challenges: 12, failures: 100, ..BudgetLimits::default() };
    let test = TestCollector::with_limits(limits).await;
    let mut challenge = test.challenge_from(ADDRESS).await;
    for _ in 0..6 {
        let right = test.truth(&challenge.challenge).await;
        let wrong: Vec<u8> = (0..9).filter(|tile| !right.contains(tile)).collect();
        let reply = test.answer_from(ADDRESS, &challenge.challenge, &wrong).await;
        if reply.json.get("again").is_some() {
            let mut fresh = vec![test.opened(&next(&reply, "again").challenge).nonce];
            let last = loop {
                let again = test.answer_from(ADDRESS, &challenge.challenge, &wrong).await;
                match again.status {
                    StatusCode::OK => fresh.push(test.opened(&next(&again, "again").challenge).nonce),
                    _ => break again,
                }
            };
            assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS, "{}", last.text);
            assert!((2..=12).contains(&fresh.len()), "{} challenges", fresh.len());
            fresh.sort_unstable();
            fresh.dedup();
            assert!(fresh.len() > 1);
            return;
        }
        challenge = next(&reply, "more");
    }
    panic!("wrong answers did not fail");
}

#[tokio::test]
async fn another_network_gets_nothing_again() {
    let test = TestCollector::start().await;
    let (sealed, picked, _) = passed(&test).await;
    assert!(is_spent(&test.answer_from("203.0.113.9", &sealed, &picked).await));
    // Whoever answers twice from a network that the challenge was not issued to, likewise.
    let challenge = test.challenge_from(ADDRESS).await;
    let picked = test.truth(&challenge.challenge).await;
    let first = test.answer_from("203.0.113.9", &challenge.challenge, &picked).await;
    assert_eq!(first.status, StatusCode::OK);
    assert!(is_spent(&test.answer_from("203.0.113.9", &challenge.challenge, &picked).await));
}
