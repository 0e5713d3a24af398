//! A crowd against a small collector whose every reply is known: what it reports, and which broken promises it notices.

#[path = "crowd/small_collector.rs"]
mod small_collector;

use corvee_simulate::load::{Load, sessions};
use corvee_simulate::{ClickerModel, Crowd, PersonModel, Report, SimulateError, Target, run};
use indicatif::ProgressBar;
use small_collector::{Flaw, SmallCollector};

const CROWD: Crowd = Crowd {
    visitors: 200,
    random_share: 0.25,
    seed: 3,
    concurrency: 4,
    pace: corvee_simulate::Pace::AsFast,
    people: PersonModel { true_positive: 1.0, false_positive: 0.0 },
    clicker: ClickerModel::Exactly(0),
    retries: 0,
};

async fn visit(flaw: Flaw, crowd: &Crowd) -> Result<Report, SimulateError> {
    let target = SmallCollector::start(flaw).await;
    run(&target, crowd, &ProgressBar::hidden()).await
}

#[tokio::test]
async fn people_pass_and_those_who_pick_nothing_do_not() {
    let report = visit(Flaw::None, &CROWD).await.unwrap();
    assert_eq!((report.people.sessions, report.clickers.sessions), (150, 50));
    assert_eq!((report.people.passed.part, report.people.passed_on_first_screen.part), (150, 150));
    assert_eq!(report.clickers.passed.part, 0);
    assert!((report.clickers.screens_per_session - 2.0).abs() < 1e-12);
    assert_eq!((report.tokens.issued, report.tokens.redeemed), (150, 150));
    // One of the three gold tiles of each screen is worn; 150 screens of people and 100 of clickers.
    assert_eq!((report.gold.over_exposed.part, report.gold.over_exposed.whole), (250, 750));
    let labels = report.labels;
    assert_eq!((labels.items, labels.gold, labels.settled, labels.open), (30, 6, 23, 1));
    assert_eq!(labels.right.part, 22);
    assert_eq!(labels.wrong.first().map(|wrong| wrong.file.as_str()), Some("0007.jpg"));
}

#[tokio::test]
async fn the_same_seed_is_the_same_crowd() {
    let people = PersonModel { true_positive: 0.7, false_positive: 0.2 };
    let crowd = Crowd { people, clicker: ClickerModel::Mixed, concurrency: 1, ..CROWD };
    let one = visit(Flaw::None, &crowd).await.unwrap();
    let other = visit(Flaw::None, &crowd).await.unwrap();
    assert_eq!(one.people, other.people);
    assert_eq!(one.clickers, other.clickers);
    let next = visit(Flaw::None, &Crowd { seed: 4, ..crowd }).await.unwrap();
    assert_ne!(one.people, next.people);
}

#[tokio::test]
async fn a_retry_answers_the_fresh_challenge() {
    let crowd = Crowd { visitors: 10, random_share: 1.0, retries: 1, ..CROWD };
    let report = visit(Flaw::None, &crowd).await.unwrap();
    assert!((report.clickers.screens_per_session - 4.0).abs() < 1e-12);
}

#[tokio::test]
async fn a_collector_that_ignores_the_forwarded_header_is_told_so_before_anybody_answers() {
    let outcome = visit(Flaw::OneNetwork, &CROWD).await;
    assert!(matches!(outcome, Err(SimulateError::OneNetwork)), "{outcome:?}");
}

#[tokio::test]
async fn broken_promises_end_the_run() {
    for (flaw, call) in [
        (Flaw::SpriteIsNoJpeg, "GET the sprite"),
        (Flaw::ReceiptTellsMore, "the receipt"),
        (Flaw::TokenIsRefused, "POST /siteverify"),
        (Flaw::ItemTwice, "the challenge"),
        (Flaw::CountsDiffer, "GET /v1/campaigns/{name}/items"),
    ] {
        let outcome = visit(flaw, &CROWD).await;
        assert!(
            matches!(&outcome, Err(SimulateError::Contract { call: at, .. }) if *at == call),
            "{flaw:?}: {outcome:?}"
        );
    }
}

#[tokio::test]
async fn a_refusal_is_told_with_its_reason() {
    let target = Target { requester_key: "wrong".to_owned(), ..SmallCollector::start(Flaw::None).await };
    let outcome = run(&target, &CROWD, &ProgressBar::hidden()).await;
    assert!(matches!(&outcome, Err(SimulateError::Refused { status: 401, detail, .. }) if detail.contains("key")));
}

#[tokio::test]
async fn keys_of_another_collector_open_nothing() {
    let other = SmallCollector::start(Flaw::None).await;
    let target = Target { url: other.url, ..SmallCollector::start(Flaw::None).await };
    let outcome = run(&target, &CROWD, &ProgressBar::hidden()).await;
    assert!(matches!(outcome, Err(SimulateError::Seal(_))), "{outcome:?}");
}

#[tokio::test]
async fn truthful_sessions_are_counted_under_load() {
    let target = SmallCollector::start(Flaw::None).await;
    let over = std::time::Duration::from_millis(200);
    let figures = sessions(&target, Load { workers: 2, over, first_network: 0 }).await.unwrap();
    assert!(figures.sessions > 0 && figures.failed == 0);
    assert_eq!(figures.requests, 4 * figures.sessions);
    assert_eq!(figures.steps.len(), 4);
}
