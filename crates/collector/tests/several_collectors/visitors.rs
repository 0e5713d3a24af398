//! Visitors who answer rightly and try again when something falls, and what they heard. Knows the balancer only.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, Instant};

use corvee_protocol::sealed_state::{CHALLENGE_BYTES, CHALLENGE_PURPOSE, SealedState, TileRole};
use corvee_protocol::{AnswerReply, Challenge};
use corvee_seal::{OpenError, Sealer};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::cluster::{Cluster, Secrets};

const WORKERS: u32 = 6;
/// The shortest pause before trying again; a refusal may ask for more.
const PAUSE: Duration = Duration::from_millis(50);

/// What all visitors heard.
#[derive(Default)]
pub(crate) struct Heard {
    /// Bodies of answers that were acknowledged.
    pub(crate) answers: Vec<Value>,
    /// Receipts of visits that passed.
    pub(crate) receipts: Vec<HeardReceipt>,
    /// Tokens that nobody has redeemed, and when they came.
    pub(crate) tokens: Vec<(String, Instant)>,
    /// Tokens whose redemption was acknowledged.
    pub(crate) redeemed: Vec<String>,
    /// Answers whose first reply was cut off and that had been recorded nevertheless, or may have been.
    pub(crate) unheard: u64,
    /// Why somebody tried again.
    pub(crate) patience: Patience,
}

pub(crate) struct HeardReceipt {
    pub(crate) code: String,
    pub(crate) tiles: u64,
}

#[derive(Default, Clone, Copy)]
pub(crate) struct Patience {
    /// 503 with `Retry-After`, and `internal-error` of siteverify.
    pub(crate) refused: u64,
    /// Connections that were refused or cut.
    pub(crate) cut: u64,
}

/// Visitors at work.
pub(crate) struct Load {
    heard: Arc<Mutex<Heard>>,
    news: Arc<Notify>,
    over: Arc<AtomicBool>,
    keys_seen: Arc<Mutex<std::collections::BTreeSet<u8>>>,
    workers: Vec<JoinHandle<()>>,
}

#[derive(Clone)]
struct Visitor {
    http: reqwest::Client,
    url: String,
    sitekey: String,
    secret: String,
    secrets: Secrets,
    sealer: Arc<RwLock<Sealer>>,
    truth: Arc<BTreeMap<i64, bool>>,
    heard: Arc<Mutex<Heard>>,
    news: Arc<Notify>,
    keys_seen: Arc<Mutex<std::collections::BTreeSet<u8>>>,
}

/// A reply, and whether an earlier try of the same request may have been carried out.
struct Reply {
    value: Value,
    is_repeated: bool,
}

impl Load {
    /// Sends visitors until [`Load::end`].
    pub(crate) fn start(cluster: &Cluster) -> Self {
        let (heard, news, over) = (Arc::default(), Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
        let keys_seen = Arc::default();
        let (http, url, secrets) = (Cluster::client(), cluster.balancer(), cluster.secrets());
        let (sitekey, secret) = (cluster.sitekey().to_owned(), cluster.secret().to_owned());
        let truth_of = cluster.url(0);
        let key = std::fs::read_to_string(cluster.folder().join("requester.key")).unwrap();
        let workers = (0..WORKERS).map(|worker| {
            let (heard, news, over, keys_seen) =
                (Arc::clone(&heard), Arc::clone(&news), Arc::clone(&over), Arc::clone(&keys_seen));
            let (http, url, secrets) = (http.clone(), url.clone(), secrets.clone());
            let (sitekey, secret, truth_of, key) = (sitekey.clone(), secret.clone(), truth_of.clone(), key.clone());
            tokio::spawn(async move {
                let truth = Arc::new(truth(&http, &truth_of, key.trim()).await);
                let sealer =
                    Arc::new(RwLock::new(Sealer::new(secrets.ring().await, CHALLENGE_PURPOSE, CHALLENGE_BYTES)));
                let visitor = Visitor { http, url, sitekey, secret, secrets, sealer, truth, heard, news, keys_seen };
                for visit in 0_u32.. {
                    if over.load(Ordering::SeqCst) {
                        return;
                    }
                    visitor.visit(worker * 200 + visit % 200, visit).await;
                }
            })
        });
        let workers = workers.collect();
        Self { heard, news, over, keys_seen, workers }
    }

    /// Waits for so many acknowledged answers more.
    pub(crate) async fn more(&mut self, n: usize) {
        let from = self.heard.lock().unwrap().answers.len();
        self.until(|load| load.heard.lock().unwrap().answers.len() >= from + n).await;
    }

    /// Waits until challenges come that another key sealed than the first ones.
    pub(crate) async fn until_a_second_key_seals(&mut self) {
        self.until(|load| load.keys_seen.lock().unwrap().len() > 1).await;
    }

    /// Lets everybody finish.
    pub(crate) async fn end(self) -> Heard {
        self.over.store(true, Ordering::SeqCst);
        for worker in self.workers {
            worker.await.unwrap();
        }
        std::mem::take(&mut *self.heard.lock().unwrap())
    }

    async fn until(&self, is_so: impl Fn(&Self) -> bool) {
        while !is_so(self) {
            assert!(self.workers.iter().all(|worker| !worker.is_finished()), "a visitor gave up: see above");
            let _one_more_or_a_while = tokio::time::timeout(Duration::from_secs(1), self.news.notified()).await;
        }
    }
}

impl Visitor {
    /// One visit, answered rightly. Everything that is acknowledged is heard.
    async fn visit(&self, network: u32, visit: u32) {
        let begin = json!({ "sitekey": self.sitekey, "hostname": "127.0.0.1", "language": "en" });
        let mut challenge: Challenge = read(self.post("/v1/challenges", &begin, network).await.value);
        if visit.is_multiple_of(10) {
            self.look(&challenge.screen.sprite).await;
        }
        for _ in 0..4 {
            let state = self.open(challenge.challenge.as_str()).await;
            let right = state.tiles.iter().map(|tile| match tile.role {
                TileRole::FreshGold { positive } | TileRole::WornGold { positive } => positive,
                TileRole::Unknown => self.truth[&tile.item],
            });
            let picked: Vec<usize> = right.enumerate().filter_map(|(at, right)| right.then_some(at)).collect();
            let answer = json!({
                "challenge": challenge.challenge,
                "answer": { "select": { "picked": picked } },
                "timing": { "screen_ms": 9000 },
            });
            let Reply { value, is_repeated } = self.post("/v1/answers", &answer, network).await;
            if is_repeated {
                self.heard.lock().unwrap().unheard += 1;
            }
            // Whether or not the first try was recorded, and wherever: the same answer gets its reply.
            let is_spent = value["type"] == "urn:corvee:problem:challenge-spent";
            assert!(!is_spent, "a lost reply is not given again (is repeated: {is_repeated}): {value}");
            match read(value) {
                AnswerReply::Passed(passed) => {
                    self.hear(answer);
                    let receipt = HeardReceipt {
                        code: passed.receipt.code.to_string(),
                        tiles: u64::from(passed.receipt.votes + passed.receipt.gold_tiles),
                    };
                    self.heard.lock().unwrap().receipts.push(receipt);
                    let token = passed.token.to_string();
                    if visit.is_multiple_of(2) {
                        self.redeem(token).await;
                    } else {
                        self.heard.lock().unwrap().tokens.push((token, Instant::now()));
                    }
                    return;
                }
                AnswerReply::More(next) | AnswerReply::Again(next) => {
                    self.hear(answer);
                    challenge = next;
                }
            }
        }
    }

    /// Fetches the pictures, from whichever collector it may be.
    async fn look(&self, sprite: &str) {
        loop {
            match self.http.get(format!("{}{sprite}", self.url)).send().await {
                Ok(reply) if reply.status() == 200 => {
                    assert_eq!(reply.headers()["content-type"], "image/jpeg");
                    return;
                }
                Ok(reply) => panic!("no pictures: {}", reply.status()),
                Err(_) => self.heard.lock().unwrap().patience.cut += 1,
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn hear(&self, answer: Value) {
        self.heard.lock().unwrap().answers.push(answer);
        self.news.notify_one();
    }

    /// Redeems as the site's server would.
    async fn redeem(&self, token: String) {
        let mut is_repeated = false;
        loop {
            let reply = redeem(&self.http, &self.url, &self.secret, &token).await;
            match reply {
                Ok(reply) if reply["success"] == true => break,
                Ok(reply) if reply["error-codes"] == json!(["internal-error"]) => {
                    self.heard.lock().unwrap().patience.refused += 1;
                }
                // The first try redeemed it, its reply was not heard.
                Ok(reply) if is_repeated && reply["error-codes"] == json!(["timeout-or-duplicate"]) => break,
                Ok(reply) => panic!("an acknowledged token was refused: {reply}"),
                Err(_) => self.heard.lock().unwrap().patience.cut += 1,
            }
            is_repeated = true;
            tokio::time::sleep(PAUSE).await;
        }
        self.heard.lock().unwrap().redeemed.push(token);
    }

    /// What a challenge holds; keys that are new are fetched.
    async fn open(&self, challenge: &str) -> SealedState {
        self.keys_seen.lock().unwrap().insert(key_of(challenge));
        loop {
            let opened = self.sealer.read().unwrap().open(challenge);
            match opened {
                Ok(state) => return postcard::from_bytes(&state).unwrap(),
                Err(OpenError::UnknownKey) => {
                    let ring = self.secrets.ring().await;
                    *self.sealer.write().unwrap() = Sealer::new(ring, CHALLENGE_PURPOSE, CHALLENGE_BYTES);
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error) => panic!("a challenge does not open: {error}"),
            }
        }
    }

    /// Posts until there is a reply; refusals must say when to come back.
    async fn post(&self, path: &str, body: &Value, network: u32) -> Reply {
        let address = format!("198.{}.{}.9", 18 + network / 256 % 2, network % 256);
        let mut is_repeated = false;
        loop {
            let request = self.http.post(format!("{}{path}", self.url)).header("x-forwarded-for", &address).json(body);
            let pause = match request.send().await {
                Ok(reply) if reply.status() == 503 => {
                    let seconds = reply.headers().get("retry-after").expect("a refusal says when to come back");
                    let seconds: u64 = seconds.to_str().unwrap().parse().unwrap();
                    assert_eq!(reply.headers()["content-type"], "application/problem+json");
                    self.heard.lock().unwrap().patience.refused += 1;
                    Duration::from_secs(seconds)
                }
                Ok(reply) => match reply.json().await {
                    Ok(value) => return Reply { value, is_repeated },
                    Err(_cut) => PAUSE,
                },
                Err(_cut) => PAUSE,
            };
            if pause == PAUSE {
                self.heard.lock().unwrap().patience.cut += 1;
            }
            is_repeated = true;
            tokio::time::sleep(pause).await;
        }
    }
}

/// Asks a collector whether a token is good.
pub(crate) async fn redeem(
    http: &reqwest::Client,
    url: &str,
    secret: &str,
    token: &str,
) -> Result<Value, reqwest::Error> {
    let form = [("secret", secret), ("response", token)];
    http.post(format!("{url}/siteverify")).form(&form).send().await?.json().await
}

/// The id of the key that sealed a text: its second byte.
fn key_of(sealed: &str) -> u8 {
    use base64::Engine as _;
    let head = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(&sealed.as_bytes()[..4]).unwrap();
    head[1]
}

async fn truth(http: &reqwest::Client, url: &str, key: &str) -> BTreeMap<i64, bool> {
    let request = http.get(format!("{url}/v1/campaigns/things/items?limit=1000")).bearer_auth(key);
    let page: Value = request.send().await.unwrap().json().await.unwrap();
    let right = |item: &Value| item["gold"].as_bool().unwrap_or(item["hidden_label"] == "bicycle");
    page["items"].as_array().unwrap().iter().map(|item| (item["id"].as_i64().unwrap(), right(item))).collect()
}

#[expect(clippy::needless_pass_by_value, reason = "the reply is not needed after it was read")]
fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{error}: {value}"))
}
