//! A machine's turn from puzzle to token, and everything that must be refused on the way.

use axum::http::{Method, StatusCode};
use corvee_protocol::{Granted, Puzzle};
use corvee_work::{Hasher, search};
use serde_json::{Value, json};

use crate::campaign::budget::BudgetLimits;
use crate::campaign::cost::MachineLimits;
use crate::http::testing::{CHEAP, Reply, TestCollector};
use crate::state::Limits;

const ADDRESS: &str = "198.51.100.7";

impl TestCollector {
    async fn puzzle(&self) -> Puzzle {
        let body =
            json!({ "sitekey": self.site.sitekey, "hostname": "example.org", "language": "en", "wish": "machine" });
        let reply = self.post_from(ADDRESS, "/v1/challenges", &body).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
        serde_json::from_value(reply.json).unwrap()
    }

    async fn prove(&self, puzzle: &Puzzle, numbers: &[u32]) -> Reply {
        self.post_from(ADDRESS, "/v1/proofs", &json!({ "puzzle": puzzle.puzzle, "numbers": numbers })).await
    }
}

fn salt(puzzle: &Puzzle) -> [u8; 16] {
    u128::from_str_radix(&puzzle.salt, 16).unwrap().to_be_bytes()
}

fn solved(puzzle: &Puzzle) -> Vec<u32> {
    let mut hasher = Hasher::new(puzzle.memory_kib, puzzle.passes).unwrap();
    let found = |at| search(&mut hasher, &salt(puzzle), at, 0..u32::MAX, puzzle.threshold).unwrap();
    (0..puzzle.solutions).map(found).collect()
}

fn check(reply: &Reply, status: u16, kind: &str, field: &str) {
    assert_eq!(reply.status.as_u16(), status, "{}", reply.text);
    assert_eq!(reply.content_type, "application/problem+json");
    assert_eq!(reply.json["type"], format!("urn:corvee:problem:{kind}"), "{}", reply.text);
    assert_eq!(reply.json.get("field").and_then(Value::as_str), Some(field), "{}", reply.text);
}

#[tokio::test]
async fn a_solved_puzzle_ends_in_a_token_that_redeems_once() {
    let test = TestCollector::start().await;
    let puzzle = test.puzzle().await;
    assert_eq!((puzzle.salt.len(), puzzle.solutions, puzzle.memory_kib), (32, 8, 8));
    test.clock.advance(9_000);
    let reply = test.prove(&puzzle, &solved(&puzzle)).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
    let granted: Granted = serde_json::from_value(reply.json).unwrap();
    assert_eq!(granted.token_lives_ms, 120_000);
    let verified = test.siteverify(&test.site.secret, granted.token.as_str()).await;
    assert_eq!(verified["success"], true, "{verified}");
    assert_eq!(
        (&verified["hostname"], &verified["challenge_ts"]),
        (&json!("example.org"), &json!("2026-01-01T00:00:00Z"))
    );
    assert_eq!(test.siteverify(&test.site.secret, granted.token.as_str()).await["success"], false);
    let ledger = test.ledger().await;
    assert_eq!((&ledger["visits"], &ledger["votes"]), (&json!(0), &json!(0)), "a machine's turn labels nothing");
}

#[tokio::test]
async fn of_many_parallel_proofs_of_one_puzzle_one_earns_a_token() {
    let test = TestCollector::start().await;
    let puzzle = test.puzzle().await;
    let numbers = solved(&puzzle);
    let mut proofs = tokio::task::JoinSet::new();
    let test = std::sync::Arc::new(test);
    for _ in 0..512 {
        let (test, puzzle, numbers) = (std::sync::Arc::clone(&test), puzzle.clone(), numbers.clone());
        proofs.spawn(async move { test.prove(&puzzle, &numbers).await });
    }
    let replies = proofs.join_all().await;
    // Those that come while the first is being checked are refused, those that come later are told its token.
    let (granted, refused): (Vec<Reply>, Vec<Reply>) =
        replies.into_iter().partition(|reply| reply.status == StatusCode::OK);
    assert!(refused.iter().all(|reply| reply.status == StatusCode::CONFLICT));
    let tokens: std::collections::BTreeSet<&str> =
        granted.iter().filter_map(|reply| reply.json["token"].as_str()).collect();
    assert_eq!(tokens.len(), 1, "{tokens:?}");
    assert_eq!(test.collector.store.machine_turns().await.unwrap(), 1);
}

#[tokio::test]
async fn altered_numbers_are_refused_and_use_the_puzzle_up() {
    let limits = BudgetLimits { clean_failures: 10_000, ..BudgetLimits::default() };
    let test = TestCollector::with(Limits {
        budget: limits,
        machine: MachineLimits { base_work: 400, max_work: 400, ..CHEAP },
    })
    .await;
    let mut hasher = Hasher::new(test.puzzle().await.memory_kib, 1).unwrap();
    for at in 0..8_u8 {
        let puzzle = test.puzzle().await;
        let numbers = solved(&puzzle);
        let mut altered = numbers.clone();
        let wrong = (0..1000).find(|number| hasher.hash(&salt(&puzzle), at, *number) >= puzzle.threshold).unwrap();
        altered[usize::from(at)] = wrong;
        check(&test.prove(&puzzle, &altered).await, 400, "invalid-proof", &format!("numbers[{at}]"));
        check(&test.prove(&puzzle, &numbers).await, 409, "challenge-spent", "puzzle");
    }
    let puzzle = test.puzzle().await;
    let numbers = solved(&puzzle);
    for numbers in [&numbers[..7], &[], &[numbers.as_slice(), &[0]].concat()] {
        check(&test.prove(&puzzle, numbers).await, 400, "invalid-proof", "numbers");
    }
    assert_eq!(test.prove(&puzzle, &numbers).await.status, StatusCode::OK, "too few are not looked at");
}

#[tokio::test]
async fn a_proof_of_one_puzzle_does_not_solve_another() {
    let test = TestCollector::with(Limits {
        machine: MachineLimits { base_work: 800, max_work: 800, ..CHEAP },
        ..Limits::default()
    })
    .await;
    let puzzle = test.puzzle().await;
    let numbers = solved(&puzzle);
    for _ in 0..20 {
        let other = test.puzzle().await;
        assert_ne!(other.salt, puzzle.salt);
        assert_eq!(test.prove(&other, &numbers).await.json["type"], "urn:corvee:problem:invalid-proof");
    }
}

#[tokio::test]
async fn an_expired_puzzle_is_refused() {
    let test = TestCollector::start().await;
    let puzzle = test.puzzle().await;
    let numbers = solved(&puzzle);
    test.clock.advance(u64::from(puzzle.lives_ms));
    check(&test.prove(&puzzle, &numbers).await, 410, "challenge-expired", "puzzle");
}

#[tokio::test]
async fn a_challenge_is_no_puzzle_and_a_puzzle_no_challenge() {
    let test = TestCollector::start().await;
    let (challenge, puzzle) = (test.challenge().await, test.puzzle().await);
    let body = json!({ "puzzle": challenge.challenge, "numbers": [1, 2, 3, 4, 5, 6, 7, 8] });
    check(&test.post("/v1/proofs", &body).await, 400, "invalid-challenge", "puzzle");
    check(&test.answer_from(ADDRESS, &puzzle.puzzle, &[]).await, 400, "invalid-challenge", "challenge");
    let sealed = puzzle.puzzle.as_str();
    let mut altered = sealed.to_owned();
    altered.replace_range(40..41, if sealed.as_bytes()[40] == b'A' { "B" } else { "A" });
    let body = json!({ "puzzle": altered, "numbers": solved(&puzzle) });
    check(&test.post("/v1/proofs", &body).await, 400, "invalid-challenge", "puzzle");
}

#[tokio::test]
async fn bad_proofs_name_the_field() {
    let test = TestCollector::start().await;
    let puzzle = test.puzzle().await.puzzle;
    for (body, field) in [
        (json!({}), "puzzle"),
        (json!({ "puzzle": "", "numbers": [] }), "puzzle"),
        (json!({ "puzzle": puzzle }), "numbers"),
        (json!({ "puzzle": puzzle, "numbers": [-1] }), "numbers[0]"),
        (json!({ "puzzle": puzzle, "numbers": [0, 4_294_967_296_u64] }), "numbers[1]"),
        (json!({ "puzzle": puzzle, "numbers": [], "token": 1 }), "token"),
    ] {
        check(&test.post("/v1/proofs", &body).await, 400, "invalid-request", field);
    }
    assert_eq!(test.call(Method::GET, "/v1/proofs").await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn puzzles_become_dearer_and_end_with_the_hour() {
    let machine = MachineLimits { base_puzzles: 2, puzzles: 5, ..CHEAP };
    let test = TestCollector::with(Limits { machine, ..Limits::default() }).await;
    let mut thresholds = Vec::new();
    for _ in 0..5 {
        thresholds.push(test.puzzle().await.threshold);
    }
    assert_eq!(thresholds, [1 << 31, 1 << 31, 1 << 30, 1 << 30, 1 << 29]);
    let body = json!({ "sitekey": test.site.sitekey, "hostname": "example.org", "language": "en", "wish": "machine" });
    let reply = test.post_from(ADDRESS, "/v1/challenges", &body).await;
    assert_eq!(
        (reply.status, &reply.json["type"]),
        (StatusCode::TOO_MANY_REQUESTS, &json!("urn:corvee:problem:too-many"))
    );
    // Labelling is still open to that network.
    test.challenge_from(ADDRESS).await;
    test.clock.advance(60 * 60 * 1000);
    assert_eq!(test.puzzle().await.threshold, 1 << 31);
}

#[tokio::test]
async fn refused_proofs_are_failures_that_cost_and_shut_nobody_out() {
    let test = TestCollector::with(Limits { machine: CHEAP, ..Limits::default() }).await;
    let puzzle = test.puzzle().await;
    for _ in 0..130 {
        check(&test.prove(&puzzle, &[]).await, 400, "invalid-proof", "numbers");
    }
    let next = test.puzzle().await;
    assert_eq!(next.threshold, 1 << 30, "a network that fails pays twice");
    assert_eq!(test.prove(&next, &solved(&next)).await.status, StatusCode::OK, "and its honest visitors pass");
}

#[tokio::test]
async fn all_puzzles_are_equally_long() {
    let test = TestCollector::start().await;
    let longest = json!({
        "sitekey": test.site.sitekey, "hostname": "example.org", "language": "en", "wish": "machine",
        "dialect": "turnstile", "action": "a".repeat(32), "cdata": "c".repeat(255),
    });
    let reply = test.post_from(ADDRESS, "/v1/challenges", &longest).await;
    let long: Puzzle = serde_json::from_value(reply.json).unwrap();
    assert_eq!(long.puzzle.as_str().len(), test.puzzle().await.puzzle.as_str().len());
    let granted: Granted = serde_json::from_value(test.prove(&long, &solved(&long)).await.json).unwrap();
    assert_eq!(granted.token_lives_ms, 300_000);
}

#[tokio::test]
async fn the_very_same_proof_again_gets_the_same_token_which_redeems_once() {
    let test = TestCollector::start().await;
    let puzzle = test.puzzle().await;
    let numbers = solved(&puzzle);
    let first = test.prove(&puzzle, &numbers).await;
    test.clock.advance(20_000);
    let again = test.prove(&puzzle, &numbers).await;
    assert_eq!((first.status, again.status), (StatusCode::OK, StatusCode::OK), "{}", again.text);
    assert_eq!(first.json["token"], again.json["token"]);
    assert_eq!((&first.json["token_lives_ms"], &again.json["token_lives_ms"]), (&json!(120_000), &json!(100_000)));
    let token = first.json["token"].as_str().unwrap();
    assert_eq!(test.siteverify(&test.site.secret, token).await["success"], true);
    assert_eq!(test.prove(&puzzle, &numbers).await.json["token"], token);
    assert_eq!(test.siteverify(&test.site.secret, token).await["success"], false);
    assert_eq!(test.collector.store.machine_turns().await.unwrap(), 1);

    // Other numbers that solve it as well are another proof; another network is somebody else.
    let mut hasher = Hasher::new(puzzle.memory_kib, puzzle.passes).unwrap();
    let mut others = numbers.clone();
    others[0] = search(&mut hasher, &salt(&puzzle), 0, numbers[0] + 1..u32::MAX, puzzle.threshold).unwrap();
    check(&test.prove(&puzzle, &others).await, 409, "challenge-spent", "puzzle");
    let body = json!({ "puzzle": puzzle.puzzle, "numbers": numbers });
    check(&test.post_from("203.0.113.9", "/v1/proofs", &body).await, 409, "challenge-spent", "puzzle");
}
