//! What the pages of a file keep of rows that came and went under load.

use std::collections::HashSet;
use std::path::Path;

use super::super::statistics::HOUR_MS;
use super::super::testing::{NOW, Place, Stage};
use super::super::tokens::{self, NewToken, TokenDigest};
use crate::store::DATABASE_FILE;

/// Tokens of one commit, and commits: as many rows come and go as split the pages again and again.
const TOKENS: u64 = 50;
const COMMITS: u64 = 160;

/// Answers of seventy hours, ten an hour.
const ANSWERS: u32 = 700;

fn digest(number: u64) -> [u8; 32] {
    *blake3::hash(&number.to_be_bytes()).as_bytes()
}

/// How many of these tokens can be told from eight bytes that are still somewhere in the file.
fn found(folder: &Path, numbers: std::ops::Range<u64>) -> usize {
    let bytes = std::fs::read(folder.join(DATABASE_FILE)).unwrap();
    let pieces: HashSet<&[u8]> = bytes.windows(8).collect();
    numbers.filter(|number| digest(*number).windows(8).any(|piece| pieces.contains(piece))).count()
}

#[tokio::test]
async fn tokens_of_long_ago_leave_nothing_beside_those_of_now() {
    let place = Place::sqlite();
    let Place::Sqlite(folder) = &place else { panic!("a file") };
    let stage = Stage::set_up(&place).await;
    // A token every minute and a half or so; those of the last two hours are kept.
    for commit in 0..COMMITS {
        let now_ms = NOW + commit * HOUR_MS / 20;
        let fresh: Vec<NewToken> = (0..TOKENS)
            .map(|at| NewToken {
                digest: TokenDigest(digest(commit * TOKENS + at)),
                passed_ms: now_ms,
                ..stage.token(0)
            })
            .collect();
        let mut transaction = stage.store.database.begin().await.unwrap();
        tokens::inserted(&fresh.iter().collect::<Vec<_>>()).execute(&mut transaction).await.unwrap();
        transaction.commit().await.unwrap();
        stage.store.sweep(now_ms).await.unwrap();
    }
    let kept = 19 * TOKENS;
    let all = COMMITS * TOKENS;
    stage.store.rewrite().await.unwrap();
    assert!(stage.store.cut_log().await.unwrap());
    assert_eq!(found(folder.path(), 0..all - 3 * kept), 0, "of those that were deleted");
    assert_eq!(found(folder.path(), all - kept..all), usize::try_from(kept).unwrap(), "those of now are kept");
}

#[tokio::test]
async fn networks_of_yesterday_leave_nothing_beside_those_of_today() {
    let place = Place::sqlite();
    let Place::Sqlite(folder) = &place else { panic!("a file") };
    let stage = Stage::set_up(&place).await;
    let prefix = |number: u64| *digest(number).first_chunk::<8>().unwrap();
    // Each of a network of its own, on items in another order each time.
    for number in 0..ANSWERS {
        let mut answer =
            stage.answer(number, number, number, &[(number as usize * 5 % 12, true), (number as usize % 11, false)]);
        answer.votes.dedup_by_key(|vote| vote.item);
        answer.now_ms = NOW + u64::from(number) * HOUR_MS / 10;
        answer.nonce_expires_ms = answer.now_ms + HOUR_MS;
        answer.prefix = prefix(u64::from(number));
        let now_ms = answer.now_ms;
        stage.settle(answer).await;
        if number % 10 == 0 {
            stage.store.sweep(now_ms).await.unwrap();
        }
    }
    stage.store.rewrite().await.unwrap();
    assert!(stage.store.cut_log().await.unwrap());
    let bytes = std::fs::read(folder.path().join(DATABASE_FILE)).unwrap();
    let pieces: HashSet<&[u8]> = bytes.windows(8).collect();
    let found = |numbers: std::ops::Range<u64>| numbers.filter(|number| pieces.contains(&prefix(*number)[..])).count();
    let all = u64::from(ANSWERS);
    assert_eq!(found(0..all - 260), 0, "of those that are older than a day");
    assert_eq!(found(all - 200..all), 200, "those of today are kept");
}
