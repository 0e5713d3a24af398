//! Tests: a SQLite file that may not grow. Every refused write is reported, none is recorded by half, and what was refused
//! can be sent again when there is room.

use std::sync::atomic::Ordering;

use super::answers::Settled;
use super::database::statement::sql;
use super::database::{self, Database};
use super::testing::{Place, Stage, tag};
use super::{DATABASE_FILE, Store, StoreError};

/// Answers sent; most of them find no room.
const ANSWERS: u32 = 400;
/// Pages of 4 KiB that the file may still grow by.
const ROOM: i64 = 12;

/// The file with room for so many pages.
async fn open(place: &Place, pages: i64) -> Store {
    let Place::Sqlite(folder) = place else { panic!("a file") };
    let options = database::options(&folder.path().join(DATABASE_FILE)).pragma("max_page_count", pages.to_string());
    Store::on(Database::open_with(options).await.unwrap())
}

#[tokio::test]
async fn a_full_disk_refuses_whole_answers_and_says_so() {
    let place = Place::sqlite();
    let stage = Stage::set_up(&place).await;
    let pages: i64 = sql("pragma page_count").one(stage.store.database.reader()).await.unwrap().read(0).unwrap();
    let stage = stage.with_store(open(&place, pages + ROOM).await);
    let (mut recorded, mut refused) = (Vec::new(), Vec::new());
    for number in 1..=ANSWERS {
        let mut answer = stage.answer(number, number, number, &[(0, true), (number as usize % 12, false)]);
        answer.votes.dedup_by_key(|vote| vote.item);
        answer.token = Some(stage.token(number));
        match stage.writer.settle(answer.clone()).await {
            Ok(Settled::Recorded(_)) => recorded.push(answer),
            Ok(Settled::AlreadySpent) => panic!("every challenge is new"),
            Err(StoreError::Batch { cause }) => {
                assert!(cause.contains("full"), "{cause}");
                refused.push(answer);
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert!(!recorded.is_empty() && !refused.is_empty(), "{} recorded", recorded.len());
    if stage.store.write_failed.load(Ordering::Relaxed) {
        assert!(stage.store.ping().await.is_err(), "it says that it can serve, and answers find no room");
    }
    let is_last_refused = refused.last().is_some_and(|answer| answer.code_digest == tag(ANSWERS));
    assert_eq!(stage.store.write_failed.load(Ordering::Relaxed), is_last_refused, "readiness tries before it says yes");
    check(&stage, &recorded.iter().map(|answer| answer.votes.len()).collect::<Vec<_>>()).await;
    for answer in &refused {
        let number = answer.code_digest;
        assert!(stage.store.receipt(&number).await.unwrap().is_none(), "an answer was recorded by half");
    }

    let stage = stage.with_store(place.open().await);
    stage.store.write_failed.store(true, Ordering::Relaxed);
    stage.store.ping().await.unwrap();
    assert!(!stage.store.write_failed.load(Ordering::Relaxed), "there is room again");
    for answer in refused {
        stage.settle(answer.clone()).await;
        recorded.push(answer);
    }
    check(&stage, &recorded.iter().map(|answer| answer.votes.len()).collect::<Vec<_>>()).await;
    assert!(stage.store.receipt(&tag(ANSWERS)).await.unwrap().is_some());
}

/// The ledger, the rows and the receipts count the same answers.
async fn check(stage: &Stage, votes_of_answers: &[usize]) {
    let mut snapshot = stage.store.snapshot().await.unwrap();
    let sums = snapshot.tally(stage.campaign).await.unwrap().unwrap().sums;
    let votes = snapshot.votes_page(stage.campaign, 0, 100_000).await.unwrap().len() as u64;
    let n_answers = votes_of_answers.len() as u64;
    assert_eq!((sums.screens, sums.visits, sums.passed), (n_answers, n_answers, n_answers));
    assert_eq!((sums.votes, votes), (votes, votes_of_answers.iter().sum::<usize>() as u64));
    let integrity: String =
        sql("pragma integrity_check").one(stage.store.database.reader()).await.unwrap().read(0).unwrap();
    assert_eq!(integrity, "ok");
}
