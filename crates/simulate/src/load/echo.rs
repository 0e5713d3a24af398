//! The yardstick's client: the requests of a session of one screen, as large as they are at the collector, against a
//! server that only parses them and replies with constants. Knows no challenge.

use std::sync::Arc;
use std::time::Instant;

use reqwest::{RequestBuilder, Url};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::figures::{LoadFigures, Samples};
use super::{Load, collect};
use crate::client::{http, json as read_json};
use crate::error::SimulateError;
use crate::session::{Step, StepRecord};
use crate::target::Loopback;

/// Characters of a sealed challenge and of a token, so that requests are as long as the collector's.
const SEALED: usize = 1083;
const TOKEN: usize = 43;

/// Where the bare server replies with what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EchoPaths {
    /// POST: JSON as large as a challenge.
    pub challenge: String,
    /// GET: bytes as many as a sprite's.
    pub sprite: String,
    /// POST: JSON as large as the reply to an answer.
    pub answer: String,
    /// POST of a form: JSON as large as siteverify's reply.
    pub redeem: String,
}

#[derive(Deserialize)]
struct Constant {
    #[expect(dead_code, reason = "the reply is parsed as the collector's is, and no more")]
    constant: String,
}

/// The same requests against the bare server at `url`.
///
/// # Errors
/// The server is not this machine, or a request is not answered with its constant.
pub async fn echo(url: &str, paths: &EchoPaths, load: Load) -> Result<LoadFigures, SimulateError> {
    let loopback = Loopback::resolve(url).await?;
    let http = http(&loopback)?;
    let requests = Arc::new(Requests::new(http, &loopback.url, paths));
    let start = tokio::time::Instant::now();
    let end = start + load.over;
    let mut workers = JoinSet::new();
    for _ in 0..load.workers() {
        let requests = Arc::clone(&requests);
        workers.spawn(async move {
            let mut samples = Samples::default();
            while tokio::time::Instant::now() < end {
                let begun = Instant::now();
                let steps = requests.sequence().await?;
                samples.note_sequence(&steps, begun.elapsed());
            }
            Ok::<_, SimulateError>(samples)
        });
    }
    collect(workers, start).await
}

/// The last of these requests alone: what a site's server asks.
///
/// # Errors
/// Those of [`echo`].
pub async fn echo_redemptions(url: &str, paths: &EchoPaths, load: Load) -> Result<LoadFigures, SimulateError> {
    let loopback = Loopback::resolve(url).await?;
    let http = http(&loopback)?;
    let requests = Arc::new(Requests::new(http, &loopback.url, paths));
    let start = tokio::time::Instant::now();
    let end = start + load.over;
    let mut workers = JoinSet::new();
    for _ in 0..load.workers() {
        let requests = Arc::clone(&requests);
        workers.spawn(async move {
            let mut samples = Samples::default();
            while tokio::time::Instant::now() < end {
                let redeemed = requests.redeem().await?;
                samples.note_sequence(&[redeemed], redeemed.took);
            }
            Ok::<_, SimulateError>(samples)
        });
    }
    collect(workers, start).await
}

struct Requests {
    http: reqwest::Client,
    challenge: (Url, Value),
    sprite: Url,
    answer: (Url, Value),
    redeem: (Url, [(&'static str, String); 2]),
}

impl Requests {
    fn new(http: reqwest::Client, base: &Url, paths: &EchoPaths) -> Self {
        let at = |path: &str| {
            let mut url = base.clone();
            url.set_path(path);
            url
        };
        let sealed = "s".repeat(SEALED);
        let mut sprite = at(&paths.sprite);
        sprite.set_query(Some(&sealed));
        let challenge = json!({ "sitekey": "k".repeat(40), "hostname": "127.0.0.1", "language": "en" });
        let answer = json!({
            "challenge": sealed,
            "answer": { "select": { "picked": [0, 4, 8] } },
            "timing": { "screen_ms": 13_500 },
        });
        let redeem = [("secret", "k".repeat(40)), ("response", "t".repeat(TOKEN))];
        Self {
            http,
            challenge: (at(&paths.challenge), challenge),
            sprite,
            answer: (at(&paths.answer), answer),
            redeem: (at(&paths.redeem), redeem),
        }
    }

    async fn sequence(&self) -> Result<[StepRecord; 4], SimulateError> {
        Ok([
            self.post(Step::Challenge, &self.challenge).await?,
            self.fetch().await?,
            self.post(Step::Answer, &self.answer).await?,
            self.redeem().await?,
        ])
    }

    async fn post(&self, step: Step, (url, body): &(Url, Value)) -> Result<StepRecord, SimulateError> {
        let reply = read_json::<Constant>("POST to the bare server", forwarded(self.http.post(url.clone()).json(body)));
        let reply = reply.await?;
        Ok(StepRecord { step, took: reply.took, bytes: reply.bytes })
    }

    async fn redeem(&self) -> Result<StepRecord, SimulateError> {
        let (url, form) = &self.redeem;
        let reply = read_json::<Constant>("POST to the bare server", self.http.post(url.clone()).form(form)).await?;
        Ok(StepRecord { step: Step::Redeem, took: reply.took, bytes: reply.bytes })
    }

    async fn fetch(&self) -> Result<StepRecord, SimulateError> {
        const CALL: &str = "GET from the bare server";
        let start = Instant::now();
        let request = forwarded(self.http.get(self.sprite.clone()));
        let reply = request.send().await.and_then(reqwest::Response::error_for_status);
        let body = match reply {
            Ok(reply) => reply.bytes().await,
            Err(error) => Err(error),
        };
        let body = body.map_err(|source| SimulateError::Call { call: CALL, source })?;
        Ok(StepRecord { step: Step::Sprite, took: start.elapsed(), bytes: body.len() })
    }
}

fn forwarded(request: RequestBuilder) -> RequestBuilder {
    request.header("x-forwarded-for", "198.18.0.1")
}
