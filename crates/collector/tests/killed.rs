//! A collector that is killed under load, three times: what it acknowledged is there when it comes back, and only once.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails where it stands")]

#[path = "drawn/pictures.rs"]
mod pictures;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use corvee_protocol::sealed_state::{CHALLENGE_BYTES, CHALLENGE_PURPOSE, SealedState, TileRole};
use corvee_protocol::{AnswerReply, Challenge};
use corvee_seal::{KeyRing, Sealer};
use serde_json::{Value, json};
use tokio::sync::mpsc;

/// Acknowledged answers after which the collector is killed.
const ANSWERS_PER_LIFE: usize = 150;
const WORKERS: u32 = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_killed_collector_has_lost_no_acknowledged_answer() {
    let data = tempfile::tempdir().unwrap();
    let site = found(data.path());
    let mut acknowledged = Acknowledged::default();
    for life in 0..3 {
        let mut collector = Collector::start(data.path());
        acknowledged.check(&collector, &site).await;
        let heard = load(&collector, &site, life).await;
        collector.kill();
        assert!(heard.answers.len() >= ANSWERS_PER_LIFE, "only {} answers before the kill", heard.answers.len());
        acknowledged.add(heard);
    }
    let mut collector = Collector::start(data.path());
    acknowledged.check(&collector, &site).await;
    let stats: Value = serde_json::from_str(&corvee(data.path(), &["--json", "stats", "things"])).unwrap();
    let ledger = &stats[0];
    let n_answers = u64::try_from(acknowledged.answers.len()).unwrap();
    assert!(ledger["screens"].as_u64().unwrap() >= n_answers, "{ledger}");
    // What the ledger says and what an export counts row by row must agree after all of it.
    let folder = data.path().join("export");
    corvee(data.path(), &["export", "things", folder.to_str().unwrap()]);
    let votes = std::fs::read_to_string(folder.join("votes.csv")).unwrap().lines().count() - 1;
    assert_eq!(u64::try_from(votes).unwrap(), ledger["votes"].as_u64().unwrap());
    collector.kill();
}

struct Site {
    sitekey: String,
    secret: String,
}

/// What the collector has acknowledged.
#[derive(Default)]
struct Acknowledged {
    /// Bodies of answers that were replied to.
    answers: Vec<Value>,
    /// Tokens not yet redeemed.
    tokens: Vec<String>,
    /// Tokens whose redemption was replied to.
    redeemed: Vec<String>,
}

impl Acknowledged {
    fn add(&mut self, other: Self) {
        self.answers.extend(other.answers);
        self.tokens.extend(other.tokens);
        self.redeemed.extend(other.redeemed);
    }

    /// Every answer is spent, every token redeems once, no redeemed token redeems again.
    async fn check(&mut self, collector: &Collector, site: &Site) {
        for answer in &self.answers {
            let reply = collector.post("/v1/answers", answer, 200).await;
            assert_eq!(reply["type"], "urn:corvee:problem:challenge-spent", "{reply}");
        }
        for token in self.tokens.drain(..) {
            assert_eq!(collector.redeem(site, &token).await["success"], true, "an acknowledged token was lost");
            self.redeemed.push(token);
        }
        for token in &self.redeemed {
            assert_eq!(collector.redeem(site, token).await["success"], false, "a token redeemed twice");
        }
    }
}

/// Sessions from several networks at once until enough answers are acknowledged; the last ones are cut by the kill.
async fn load(collector: &Collector, site: &Site, life: u32) -> Acknowledged {
    let heard = Arc::new(Mutex::new(Acknowledged::default()));
    let truth = Arc::new(collector.truth().await);
    let (tick, mut ticks) = mpsc::channel(ANSWERS_PER_LIFE);
    let workers: Vec<_> = (0..WORKERS)
        .map(|worker| {
            let (client, heard, truth, tick) =
                (collector.client(), Arc::clone(&heard), Arc::clone(&truth), tick.clone());
            let sitekey = site.sitekey.clone();
            tokio::spawn(async move {
                for visit in 0_u32.. {
                    let network = (life * WORKERS + worker) * 40 + visit % 40;
                    if client.visit(&sitekey, network, &truth, &heard).await.is_err() || tick.send(()).await.is_err() {
                        return;
                    }
                }
            })
        })
        .collect();
    let enough = async {
        while heard.lock().unwrap().answers.len() < ANSWERS_PER_LIFE {
            ticks.recv().await.expect("workers go on until the kill");
        }
    };
    tokio::time::timeout(std::time::Duration::from_mins(2), enough).await.expect("answers come in two minutes");
    // Half of the tokens are redeemed while the load goes on.
    let tokens: Vec<String> = {
        let mut heard = heard.lock().unwrap();
        let half = heard.tokens.len() / 2;
        heard.tokens.drain(..half).collect()
    };
    for token in tokens {
        assert_eq!(collector.redeem(site, &token).await["success"], true);
        heard.lock().unwrap().redeemed.push(token);
    }
    collector.kill_now();
    // Workers that wait to be heard go on and meet the kill.
    drop(ticks);
    for worker in workers {
        worker.await.unwrap();
    }
    std::mem::take(&mut *heard.lock().unwrap())
}

struct Collector {
    process: Mutex<Child>,
    client: Client,
}

#[derive(Clone)]
struct Client {
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
        let client = Client {
            url,
            http: reqwest::Client::new(),
            sealer: Arc::new(Sealer::new(keys, CHALLENGE_PURPOSE, CHALLENGE_BYTES)),
            key: std::fs::read_to_string(data.join("requester.key")).unwrap().trim().to_owned(),
        };
        Self { process: Mutex::new(process), client }
    }

    fn client(&self) -> Client {
        self.client.clone()
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    fn kill_now(&self) {
        self.process.lock().unwrap().kill().unwrap();
    }

    fn kill(&mut self) {
        let mut process = self.process.lock().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
    }

    async fn json(&self, path: &str) -> Value {
        let request = self.client.http.get(format!("{}{path}", self.client.url)).bearer_auth(&self.client.key);
        request.send().await.unwrap().json().await.unwrap()
    }

    async fn post(&self, path: &str, body: &Value, network: u32) -> Value {
        self.client.post(path, body, network).await.unwrap()
    }

    async fn redeem(&self, site: &Site, token: &str) -> Value {
        let form = [("secret", site.secret.as_str()), ("response", token)];
        let reply = self.client.http.post(format!("{}/siteverify", self.client.url)).form(&form).send().await.unwrap();
        reply.json().await.unwrap()
    }

    async fn truth(&self) -> BTreeMap<i64, bool> {
        let page = self.json("/v1/campaigns/things/items?limit=1000").await;
        let items = page["items"].as_array().unwrap();
        let right = |item: &Value| item["gold"].as_bool().unwrap_or(item["hidden_label"] == "bicycle");
        items.iter().map(|item| (item["id"].as_i64().unwrap(), right(item))).collect()
    }
}

impl Client {
    async fn post(&self, path: &str, body: &Value, network: u32) -> Result<Value, reqwest::Error> {
        let address = format!("198.{}.{}.9", 18 + network / 256 % 2, network % 256);
        let request = self.http.post(format!("{}{path}", self.url)).header("x-forwarded-for", address).json(body);
        request.send().await?.json().await
    }

    /// One visit answered rightly; everything that was replied to is heard.
    async fn visit(
        &self,
        sitekey: &str,
        network: u32,
        truth: &BTreeMap<i64, bool>,
        heard: &Mutex<Acknowledged>,
    ) -> Result<(), reqwest::Error> {
        let begin = json!({ "sitekey": sitekey, "hostname": "127.0.0.1", "language": "en" });
        let mut challenge: Challenge =
            serde_json::from_value(self.post("/v1/challenges", &begin, network).await?).unwrap();
        for _ in 0..4 {
            let state: SealedState =
                postcard::from_bytes(&self.sealer.open(challenge.challenge.as_str()).unwrap()).unwrap();
            let right = state.tiles.iter().map(|tile| match tile.role {
                TileRole::FreshGold { positive } | TileRole::WornGold { positive } => positive,
                TileRole::Unknown => truth[&tile.item],
            });
            let picked: Vec<usize> = right.enumerate().filter_map(|(at, right)| right.then_some(at)).collect();
            let answer = json!({
                "challenge": challenge.challenge,
                "answer": { "select": { "picked": picked } },
                "timing": { "screen_ms": 9000 },
            });
            let reply = self.post("/v1/answers", &answer, network).await?;
            let reply: AnswerReply =
                serde_json::from_value(reply.clone()).unwrap_or_else(|error| panic!("{error}: {reply}"));
            let mut heard = heard.lock().unwrap();
            heard.answers.push(answer);
            match reply {
                AnswerReply::Passed(passed) => {
                    heard.tokens.push(passed.token.to_string());
                    return Ok(());
                }
                AnswerReply::More(next) | AnswerReply::Again(next) => challenge = next,
            }
        }
        Ok(())
    }
}

fn found(data: &Path) -> Site {
    let pictures = data.join("pictures");
    pictures::put(90, &pictures);
    let question = "en=Which pictures show a bicycle?";
    let create = ["campaign", "create", "things", "--question", question, "--target", "bicycle"];
    corvee(data, &[&create[..], &["--requester", "Test", "--data-set", "things"]].concat());
    corvee(data, &["import", "things", pictures.to_str().unwrap(), "--gold", "0.2"]);
    let site =
        corvee(data, &["--json", "site", "create", "--name", "t", "--hostname", "127.0.0.1", "--campaign", "things"]);
    let site: Value = serde_json::from_str(&site).unwrap();
    Site { sitekey: site["sitekey"].as_str().unwrap().to_owned(), secret: site["secret"].as_str().unwrap().to_owned() }
}

/// Runs a command to its end and returns what it printed.
fn corvee(data: &Path, arguments: &[&str]) -> String {
    let output = command(data, arguments).output().unwrap();
    assert!(output.status.success(), "corvee {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn command(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_corvee"));
    command.arg("--data").arg(data).args(arguments);
    command
}
