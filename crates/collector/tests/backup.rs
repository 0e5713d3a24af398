//! A backup that is taken while visitors answer: it opens as a data folder, its sums add up, and every answer that was
//! acknowledged before it began is in it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails where it stands")]

#[path = "drawn/pictures.rs"]
mod pictures;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use corvee_protocol::sealed_state::{CHALLENGE_BYTES, CHALLENGE_PURPOSE, SealedState};
use corvee_protocol::{AnswerReply, Challenge, ReceiptCode};
use corvee_seal::{KeyRing, Sealer};
use serde_json::{Value, json};
use tokio::sync::Notify;

const WORKERS: u32 = 4;
/// Answers acknowledged before the backup begins, and again before it may end.
const ANSWERS: usize = 60;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_backup_under_load_is_a_data_folder_of_one_moment() {
    let place = tempfile::tempdir().unwrap();
    let (data, target) = (place.path().join("data"), place.path().join("backup"));
    let sitekey = found(&data);
    std::fs::write(data.join("corvee.toml"), "listen = \"127.0.0.1:9\"\n[sprites]\nmemory_mib = 8\n").unwrap();
    let collector = Collector::start(&data);
    let visitors = Visitors::start(&collector, &sitekey);
    visitors.heard_at_least(ANSWERS).await;
    let before: Vec<Heard> = visitors.heard.lock().unwrap().clone();

    let taken = corvee(&data, &["--json", "backup", target.to_str().unwrap()]);
    let taken: Value = serde_json::from_str(&taken).unwrap();
    let after = visitors.heard.lock().unwrap().len();
    visitors.heard_at_least(after + ANSWERS).await;
    let n_heard = visitors.end().await;
    drop(collector);
    assert_eq!((&taken["pictures"], &taken["lost_pictures"]), (&json!(60), &json!([])), "{taken}");
    assert_eq!(taken["files"], json!(["sealing.keys", "requester.key", "corvee.toml"]));

    let doctor: Value = serde_json::from_str(&corvee(&target, &["--json", "doctor"])).unwrap();
    let wrong = doctor.as_array().unwrap().iter().filter(|finding| finding["verdict"] == "wrong");
    assert_eq!(wrong.count(), 0, "{doctor}");
    forgets(&target, &before);

    let restored = Collector::start(&target);
    let ledger = restored.json("/v1/campaigns/things/ledger").await;
    let screens = usize::try_from(ledger["screens"].as_u64().unwrap()).unwrap();
    assert!((before.len()..n_heard).contains(&screens), "{} answers before, {n_heard} in all: {ledger}", before.len());
    for heard in &before {
        let code = ReceiptCode::from_bytes(heard.state.receipt);
        let receipt = restored.json(&format!("/v1/receipts/{code}")).await;
        assert!(receipt["votes"].as_u64().is_some_and(|votes| votes > 0), "an acknowledged answer is lost: {receipt}");
    }
    // It is a collector like any other: what was begun before is gone, what begins is answered.
    let again = Visitors::start(&restored, &sitekey);
    again.heard_at_least(4).await;
    again.end().await;
    drop(restored);

    let export = place.path().join("export");
    corvee(&target, &["export", "things", export.to_str().unwrap()]);
    let manifest: Value =
        serde_json::from_str(&std::fs::read_to_string(export.join("manifest.json")).unwrap()).unwrap();
    let votes = std::fs::read_to_string(export.join("votes.csv")).unwrap().lines().count() - 1;
    assert_eq!(manifest["ledger"]["votes"], json!(votes), "{manifest}");
    let counts = &manifest["counts"];
    let sum: u64 = ["final", "ambiguous", "open", "gold"].iter().map(|state| counts[*state].as_u64().unwrap()).sum();
    assert_eq!((counts["items"].as_u64(), sum), (Some(60), 60), "{counts}");
}

#[test]
fn a_backup_never_writes_over_anything_and_leaves_nothing_behind() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let _sitekey = found(&data);
    let refused = |target: &Path, why: &str| {
        let output = command(&data, &["backup", target.to_str().unwrap()]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(why), "{said}");
    };
    let taken = place.path().join("taken");
    std::fs::create_dir(&taken).unwrap();
    refused(&taken, "exists already");
    refused(&data, "exists already");
    refused(&place.path().join("no/such/folder"), "nothing can be written into");
    refused(&data.join("backup"), "would lie inside the data folder and be lost with it: name a folder elsewhere");
    refused(&data.join("images/../images/backup"), "would lie inside the data folder");
    assert!(!data.join("backup").exists());
    let names = || -> Vec<String> {
        let entries = std::fs::read_dir(place.path()).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    assert_eq!((names(), std::fs::read_dir(&taken).unwrap().count()), (vec!["data".into(), "taken".into()], 0));

    // A picture that is lost is not hidden, and does not keep the rest from being saved.
    let lost = std::fs::read_dir(data.join("images")).unwrap().map(Result::unwrap).find(|entry| entry.path().is_dir());
    let lost = std::fs::read_dir(lost.unwrap().path()).unwrap().next().unwrap().unwrap().path();
    std::fs::write(&lost, b"no picture").unwrap();
    let target = place.path().join("second");
    refused(&target, "1 pictures are missing or damaged");
    let doctor = command(&target, &["doctor"]).output().unwrap();
    assert!(!doctor.status.success(), "the doctor finds the hole: {}", String::from_utf8_lossy(&doctor.stdout));
    assert_eq!(names(), ["data", "second", "taken"]);
}

#[tokio::test]
async fn beside_a_server_pictures_and_keys_are_copied_and_the_command_for_the_rest_is_told() {
    let Ok(server) = std::env::var("CORVEE_TEST_POSTGRES") else {
        assert!(
            std::env::var_os("CORVEE_REQUIRE_POSTGRES").is_none(),
            "CORVEE_REQUIRE_POSTGRES is set, the server is not"
        );
        drop(std::io::stderr().write_all(b"NOT TESTED on PostgreSQL: `cargo xtask test` starts one\n"));
        return;
    };
    let name = format!("corvee_backup_{}", std::process::id());
    execute(&server, format!("create database {name}")).await;
    let (place_of_server, _) = server.rsplit_once('/').unwrap();
    let url = format!("{place_of_server}/{name}");
    let place = tempfile::tempdir().unwrap();
    let (data, target) = (place.path().join("data"), place.path().join("backup"));
    let with_database = |arguments: &[&str]| said(command(&data, arguments).env("CORVEE_DATABASE_URL", &url));
    let pictures = data.join("pictures");
    pictures::put(30, &pictures);
    with_database(&[&CREATE[..], &["--requester", "Test", "--data-set", "things"]].concat());
    with_database(&["import", "things", pictures.to_str().unwrap(), "--gold", "0.2"]);
    let text = with_database(&["backup", target.to_str().unwrap()]);
    assert!(text.contains("30 pictures, sealing.keys, requester.key:"), "{text}");
    let command = format!("--file=corvee.pgdump {url}");
    assert!(text.contains("  pg_dump --format=custom") && text.contains(&command), "{text}");
    assert!(!target.join("corvee.sqlite").exists());
    execute(&server, format!("drop database {name} with (force)")).await;
}

/// Nothing of these visitors but their votes is in the copied database.
fn forgets(folder: &Path, heard: &[Heard]) {
    let names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let bytes: Vec<u8> = names
        .iter()
        .filter(|name| name.starts_with("corvee.sqlite"))
        .flat_map(|name| std::fs::read(folder.join(name)).unwrap())
        .collect();
    assert!(bytes.len() > 20_000, "{names:?}");
    for Heard { state } in heard {
        for (what, trace) in [("prefix", &state.prefix[..]), ("nonce", &state.nonce[..])] {
            let is_there = bytes.windows(trace.len()).any(|window| window == trace);
            assert!(!is_there, "the backup holds a visitor's {what}");
        }
    }
}

/// An answer that was acknowledged.
#[derive(Clone)]
struct Heard {
    state: SealedState,
}

struct Visitors {
    heard: Arc<Mutex<Vec<Heard>>>,
    news: Arc<Notify>,
    over: Arc<AtomicBool>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Visitors {
    /// Visitors who pick nothing, from many networks, until the end.
    fn start(collector: &Collector, sitekey: &str) -> Self {
        let (heard, news, over) = (Arc::default(), Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
        let tasks = (0..WORKERS).map(|worker| {
            let visitor = Visitor {
                http: collector.http.clone(),
                url: collector.url.clone(),
                sealer: Arc::clone(&collector.sealer),
            };
            let (heard, news, over): (Arc<Mutex<Vec<Heard>>>, _, _) =
                (Arc::clone(&heard), Arc::clone(&news), Arc::clone(&over));
            let sitekey = sitekey.to_owned();
            tokio::spawn(async move {
                for visit in 0_u32.. {
                    if over.load(Ordering::SeqCst) {
                        return;
                    }
                    let answered = visitor.visit(&sitekey, worker * 5000 + visit).await;
                    heard.lock().unwrap().push(answered);
                    news.notify_one();
                }
            })
        });
        let tasks = tasks.collect();
        Self { heard, news, over, tasks }
    }

    async fn heard_at_least(&self, n: usize) {
        while self.heard.lock().unwrap().len() < n {
            assert!(self.tasks.iter().all(|task| !task.is_finished()), "a visitor gave up: see above");
            let _one_more_or_a_while =
                tokio::time::timeout(std::time::Duration::from_secs(1), self.news.notified()).await;
        }
    }

    async fn end(self) -> usize {
        self.over.store(true, Ordering::SeqCst);
        for task in self.tasks {
            task.await.unwrap();
        }
        self.heard.lock().unwrap().len()
    }
}

struct Visitor {
    http: reqwest::Client,
    url: String,
    sealer: Arc<Sealer>,
}

impl Visitor {
    /// One visit of one screen.
    async fn visit(&self, sitekey: &str, network: u32) -> Heard {
        let begin = json!({ "sitekey": sitekey, "hostname": "127.0.0.1", "language": "en" });
        let challenge = self.post("/v1/challenges", &begin, network).await;
        let challenge: Challenge = serde_json::from_value(challenge.clone()).unwrap_or_else(|_| panic!("{challenge}"));
        let state = postcard::from_bytes(&self.sealer.open(challenge.challenge.as_str()).unwrap()).unwrap();
        let answer = json!({
            "challenge": challenge.challenge,
            "answer": { "select": { "picked": [] } },
            "timing": { "screen_ms": 9000 },
        });
        let reply = self.post("/v1/answers", &answer, network).await;
        let reply: AnswerReply = serde_json::from_value(reply.clone()).unwrap_or_else(|_| panic!("{reply}"));
        assert!(!matches!(reply, AnswerReply::Passed(_)), "picking nothing passed");
        Heard { state }
    }

    async fn post(&self, path: &str, body: &Value, network: u32) -> Value {
        let address = format!("{}.{}.{}.9", 11 + network / 65536, network / 256 % 256, network % 256);
        let request = self.http.post(format!("{}{path}", self.url)).header("x-forwarded-for", address).json(body);
        request.send().await.unwrap().json().await.unwrap()
    }
}

struct Collector {
    process: Child,
    url: String,
    http: reqwest::Client,
    sealer: Arc<Sealer>,
    key: String,
}

impl Collector {
    fn start(data: &Path) -> Self {
        let mut process = command(data, &["serve", "--listen", "127.0.0.1:0", "--trusted-proxy", "127.0.0.0/8"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("listening on ").expect(&line).to_owned();
        let keys = KeyRing::from_text(&std::fs::read_to_string(data.join("sealing.keys")).unwrap()).unwrap();
        Self {
            process,
            url,
            http: reqwest::Client::new(),
            sealer: Arc::new(Sealer::new(keys, CHALLENGE_PURPOSE, CHALLENGE_BYTES)),
            key: std::fs::read_to_string(data.join("requester.key")).unwrap().trim().to_owned(),
        }
    }

    async fn json(&self, path: &str) -> Value {
        let request = self.http.get(format!("{}{path}", self.url)).bearer_auth(&self.key);
        request.send().await.unwrap().json().await.unwrap()
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        // One that has ended is past killing.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

const CREATE: [&str; 7] =
    ["campaign", "create", "things", "--question", "en=Which pictures show a bicycle?", "--target", "bicycle"];

/// A campaign of sixty pictures and a site; its key.
fn found(data: &Path) -> String {
    let pictures = data.join("pictures");
    pictures::put(60, &pictures);
    corvee(data, &[&CREATE[..], &["--requester", "Test", "--data-set", "things"]].concat());
    corvee(data, &["import", "things", pictures.to_str().unwrap(), "--gold", "0.3"]);
    let site =
        corvee(data, &["--json", "site", "create", "--name", "t", "--hostname", "127.0.0.1", "--campaign", "things"]);
    let site: Value = serde_json::from_str(&site).unwrap();
    site["sitekey"].as_str().unwrap().to_owned()
}

/// Runs a command to its end and returns what it printed.
fn corvee(data: &Path, arguments: &[&str]) -> String {
    said(&mut command(data, arguments))
}

fn said(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert!(status.success(), "{command:?}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

fn command(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_corvee"));
    command.arg("--data").arg(data).args(arguments);
    command
}

async fn execute(server: &str, statement: String) {
    use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
    let mut connection = PgConnection::connect(server).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}
