//! Three collectors on one PostgreSQL behind a plain balancer, under load, while one is killed, one is restarted, keys are
//! rotated and the database itself crashes: every acknowledged answer is there once, no token is redeemed twice, and a
//! client sees nothing but clean reasons to try again.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails where it stands")]
#![expect(clippy::print_stdout, reason = "what was survived is told to whoever asks with --nocapture")]

mod balancer;
mod cluster;
#[path = "../drawn/pictures.rs"]
mod pictures;
mod visitors;

use std::io::Write as _;
use std::time::Duration;

use crate::cluster::Cluster;
use crate::visitors::{Load, Patience, redeem};

/// Acknowledged answers between two things that happen.
const ANSWERS_BETWEEN: usize = 60;
/// Less than the 120 seconds that a token lives.
const TOKEN_LIFE: Duration = Duration::from_secs(100);
/// All of it, on a machine that does much else; alone it takes half a minute.
const BOUND: Duration = Duration::from_mins(8);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn collectors_and_their_database_fall_and_no_acknowledged_answer_is_lost() {
    let (Ok(server), Ok(restart)) =
        (std::env::var("CORVEE_TEST_POSTGRES"), std::env::var("CORVEE_TEST_POSTGRES_RESTART"))
    else {
        assert!(
            std::env::var_os("CORVEE_REQUIRE_POSTGRES").is_none(),
            "CORVEE_REQUIRE_POSTGRES is set, the server is not"
        );
        // Written past the test harness, which keeps what passing tests print.
        let line = b"NOT TESTED: several collectors need a PostgreSQL; `cargo xtask test` starts one\n";
        drop(std::io::stderr().write_all(line));
        return;
    };
    let mut cluster = Cluster::found(&server).await;
    tokio::time::timeout(BOUND, fall_and_rise(&mut cluster, &restart)).await.expect("it ends in time");
    cluster.remove().await;
}

async fn fall_and_rise(cluster: &mut Cluster, restart: &str) {
    let mut load = Load::start(cluster);
    load.more(ANSWERS_BETWEEN).await;

    // Within a second every collector knows the new key; a quarter of a minute later it seals.
    cluster.corvee(&["keys", "rotate"]);
    load.more(ANSWERS_BETWEEN).await;

    cluster.kill(0);
    load.more(ANSWERS_BETWEEN).await;
    cluster.start(0).await;
    load.more(ANSWERS_BETWEEN).await;

    cluster.stop(1);
    cluster.start(1).await;
    load.more(ANSWERS_BETWEEN).await;

    // Immediate: the server's processes die where they stand, and it recovers from its log.
    cluster::shell(restart).await;
    load.more(ANSWERS_BETWEEN).await;

    load.until_a_second_key_seals().await;
    load.more(ANSWERS_BETWEEN).await;
    let heard = load.end().await;

    // Tokens that nobody has redeemed are asked for at all collectors at once: one says yes. First, while they live.
    let client = Cluster::client();
    let urls = [0, 1, 2].map(|collector| cluster.url(collector));
    let mut n_redeemed = 0;
    for (token, since) in &heard.tokens {
        let asked = [0, 1, 2].map(|collector| redeem(&client, &urls[collector], cluster.secret(), token));
        let [one, two, three] = asked;
        let (one, two, three) = tokio::join!(one, two, three);
        let valid = [one, two, three].iter().filter(|reply| reply.as_ref().unwrap()["success"] == true).count();
        let is_alive = since.elapsed() < TOKEN_LIFE;
        assert!(valid == 1 || (valid == 0 && !is_alive), "an acknowledged token is redeemed {valid} times");
        n_redeemed += valid;
    }
    assert!(n_redeemed > 0, "no token lived until the end");

    // Every acknowledged answer is spent wherever it is sent again, and counted once.
    for (at, answer) in heard.answers.iter().enumerate() {
        let reply = cluster.post(at % 3, "/v1/answers", answer).await;
        assert_eq!(reply["type"], "urn:corvee:problem:challenge-spent", "an acknowledged answer was lost: {reply}");
    }
    let ledger = cluster.json(0, "/v1/campaigns/things/ledger").await;
    let (screens, n_answers) = (ledger["screens"].as_u64().unwrap(), heard.answers.len() as u64);
    let most = n_answers + heard.unheard;
    assert!((n_answers..=most).contains(&screens), "{screens} screens, {n_answers} acknowledged, {most} sent");
    for receipt in &heard.receipts {
        let told = cluster.json(2, &format!("/v1/receipts/{}", receipt.code)).await;
        // What a screen holds on average is another matter once the campaign is under way; how many there were is not.
        let tiles = told["votes"].as_u64().unwrap() + told["gold_tiles"].as_u64().unwrap();
        assert_eq!(tiles, receipt.tiles, "{told}");
        assert_eq!(told["passed"], true);
    }

    for token in heard.redeemed.iter().chain(heard.tokens.iter().map(|(token, _)| token)) {
        let reply = redeem(&client, &urls[2], cluster.secret(), token).await.unwrap();
        assert_eq!(reply["success"], false, "a token redeemed twice");
    }

    // What the ledger says and what an export counts row by row agree.
    let folder = cluster.folder().join("export");
    cluster.corvee(&["export", "things", folder.to_str().unwrap()]);
    let votes = std::fs::read_to_string(folder.join("votes.csv")).unwrap().lines().count() as u64 - 1;
    let stats: serde_json::Value = serde_json::from_str(&cluster.corvee(&["--json", "stats", "things"])).unwrap();
    assert_eq!(votes, stats[0]["votes"].as_u64().unwrap());

    let Patience { refused, cut, .. } = heard.patience;
    assert!(refused + cut > 0, "nothing fell while somebody was answering");
    println!(
        "{n_answers} answers acknowledged, {} tokens redeemed; tried again after {refused} refusals and {cut} cut connections, {} replies unheard",
        heard.redeemed.len(),
        heard.unheard,
    );
}
