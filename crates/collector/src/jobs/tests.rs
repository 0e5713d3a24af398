//! What a thief of the disk finds of yesterday's visitors: the bytes of the database's files, before upkeep and after it.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use corvee_protocol::sealed_state::SealedState;
use corvee_protocol::{AnswerReply, ChallengeRequest, Dialect, Wish};

use super::Upkeep;
use crate::campaign::token::token_digest;
use crate::http::testing::TestCollector;
use crate::images::shelf::hex;
use crate::store::DATABASE_FILE;

const HOUR_MS: u64 = 60 * 60 * 1000;
/// Visits that answer screens; enough for the pages of every table to have been split and filled again.
const VISITS: u32 = 120;
/// Visits that wait for a token.
const WAITS: u32 = 20;

/// Bytes that are looked for at once; no trace is shorter.
const PIECE: usize = 8;

/// What must be gone: bytes by what they are.
#[derive(Default)]
struct Traces(BTreeMap<&'static str, Vec<Vec<u8>>>);

impl Traces {
    fn add(&mut self, what: &'static str, bytes: impl Into<Vec<u8>>) {
        self.0.entry(what).or_default().push(bytes.into());
    }

    /// Bytes, and the same written out.
    fn add_binary(&mut self, what: &'static str, bytes: &[u8]) {
        self.add(what, bytes);
        self.add("hexadecimal", hex(bytes));
    }

    fn add_address(&mut self, address: &str) {
        self.add("address", address);
    }

    /// How many of each there are in the database's files, in whole or by eight bytes: what is freed may lose its head.
    fn found(&self, data: &Path) -> BTreeMap<&'static str, usize> {
        let files: Vec<Vec<u8>> = ["", "-wal", "-shm", "-journal"]
            .iter()
            .filter_map(|end| std::fs::read(data.join(format!("{DATABASE_FILE}{end}"))).ok())
            .collect();
        assert!(files.iter().map(Vec::len).sum::<usize>() > 50_000, "the database is somewhere else");
        let pieces: HashSet<&[u8]> = files.iter().flat_map(|file| file.windows(PIECE)).collect();
        let is_there = |bytes: &&Vec<u8>| bytes.windows(PIECE).any(|piece| pieces.contains(piece));
        self.0.iter().map(|(what, all)| (*what, all.iter().filter(is_there).count())).filter(|(_, n)| *n > 0).collect()
    }
}

/// Every other visitor answers rightly, the others pick nothing; some take their answers back.
async fn visit(test: &TestCollector, number: u32, traces: &mut Traces) {
    let address = match number % 3 {
        0 => format!("2001:db8:{number:x}::1"),
        _ => format!("198.51.{number}.7"),
    };
    traces.add_address(&address);
    let mut challenge = test.challenge_from(&address).await;
    for _ in 0..3 {
        let SealedState { nonce, prefix, .. } = test.opened(&challenge.challenge);
        traces.add_binary("nonce", &nonce);
        traces.add_binary("prefix", &prefix);
        let picked = if number.is_multiple_of(2) { test.truth(&challenge.challenge).await } else { Vec::new() };
        let reply = test.answer_from(&address, &challenge.challenge, &picked).await;
        match serde_json::from_value(reply.json).unwrap() {
            AnswerReply::Passed(passed) => {
                traces.add_binary("token", &token_digest(passed.token.as_str()).0);
                traces.add("token's text", passed.token.as_str());
                match number % 8 {
                    0 => assert_eq!(test.siteverify(&test.site.secret, passed.token.as_str()).await["success"], true),
                    2 => assert!(test.collector.remove_receipt(&passed.receipt.code).await.unwrap().is_some()),
                    _ => {}
                }
                return;
            }
            AnswerReply::More(next) | AnswerReply::Again(next) => challenge = next,
        }
    }
}

/// Waits instead, for the same sort of token.
async fn wait(test: &TestCollector, number: u32, traces: &mut Traces) {
    let address = format!("203.0.{number}.9");
    traces.add_address(&address);
    let prefix = test.collector.prefixes.hash(address.parse().unwrap(), test.collector.clock.now_ms());
    let request = ChallengeRequest {
        sitekey: test.site.sitekey.clone(),
        hostname: "example.org".parse().unwrap(),
        language: "en".parse().unwrap(),
        wish: Wish::Machine,
        dialect: Dialect::Corvee,
        action: None,
        cdata: None,
    };
    let begun = test.collector.begin_wait(request, prefix).unwrap();
    test.clock.advance(u64::from(begun.seconds) * 1000);
    let wait = test.collector.open_wait(&begun.ticket).unwrap();
    traces.add_binary("nonce", &wait.nonce);
    let granted = test.collector.end_wait(wait, prefix).await.unwrap();
    traces.add_binary("token", &token_digest(granted.token.as_str()).0);
}

#[tokio::test]
async fn verification_data_is_gone_from_the_disk_within_a_day() {
    let test = TestCollector::start().await;
    let mut traces = Traces::default();
    let mut upkeep = Upkeep::default();
    for number in 1..=VISITS {
        visit(&test, number, &mut traces).await;
        // Nine hours in all, with upkeep at every step: deleted rows make room for others.
        test.clock.advance(HOUR_MS * 9 / u64::from(VISITS));
        upkeep.run(&test.collector).await;
    }
    for number in 1..=WAITS {
        wait(&test, number, &mut traces).await;
    }
    let before = traces.found(test.data.path());
    for what in ["nonce", "prefix", "token"] {
        assert!(before.contains_key(what), "nothing to forget: no {what} among {before:?}");
    }
    for what in ["address", "hexadecimal", "token's text"] {
        assert!(!before.contains_key(what), "an address, a token or a digest as text is never written: {before:?}");
    }

    test.clock.advance(24 * HOUR_MS);
    let without_upkeep = traces.found(test.data.path());
    assert!(without_upkeep.contains_key("prefix"), "time alone deletes nothing");

    upkeep.run(&test.collector).await;
    assert_eq!(traces.found(test.data.path()), BTreeMap::new(), "while the collector runs");
    test.collector.store.close().await;
    assert_eq!(traces.found(test.data.path()), BTreeMap::new(), "after it has ended");
}

#[tokio::test]
async fn a_log_that_somebody_reads_is_cut_when_the_reader_has_gone() {
    let test = TestCollector::start().await;
    let (mut traces, mut upkeep) = (Traces::default(), Upkeep::default());
    for number in 1..=6 {
        visit(&test, number, &mut traces).await;
    }
    let campaign = test.collector.store.campaigns().await.unwrap().remove(0).id;
    let mut export = test.collector.store.snapshot().await.unwrap();
    assert!(export.tally(campaign).await.unwrap().is_some());
    test.clock.advance(24 * HOUR_MS);
    upkeep.run(&test.collector).await;
    assert!(traces.found(test.data.path()).contains_key("prefix"), "the reader still sees yesterday");
    // Nobody waits for the reader: visitors are answered meanwhile.
    visit(&test, 40, &mut Traces::default()).await;
    // The connection gives its moment up on a thread of its own.
    drop(export);
    for _ in 0..100 {
        upkeep.run(&test.collector).await;
        if traces.found(test.data.path()).is_empty() {
            return;
        }
    }
    panic!("the log was never cut");
}
