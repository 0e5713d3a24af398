//! A16: one token many times, altered, at another site. A17: one challenge, many answers at once.

use std::sync::Arc;

use corvee_protocol::Token;
use reqwest::Url;
use serde::Deserialize;
use tokio::task::JoinSet;

use super::AttackError;
use super::program::{Bench, Budget, Running, Stock};
use super::row::{Bar, Figure, Row, Unit};
use super::visit::{SCREEN_MS, Scene, answer};
use crate::client::{http, json};
use crate::forwarded;
use crate::share::Share;
use crate::target::Loopback;
use crate::tokens::{Page, tokens};

const STOCK: Stock = Stock { pictures: 300, gold_percent: 45 };
/// Tokens of which each is redeemed a hundred times at once.
const TOKENS: usize = 20;
const AT_ONCE: usize = 100;
/// Answers sent to one challenge at once: 2⁹.
const ANSWERS: usize = 512;
const CHALLENGES: u32 = 4;
const COUNT: Unit = Unit::Plain(0, "");
const VERIFY: &str = "POST /siteverify";

#[derive(Deserialize)]
struct Verified {
    success: bool,
    #[serde(default)]
    hostname: Option<String>,
    #[serde(default)]
    action: Option<String>,
}

struct Verifier {
    http: reqwest::Client,
    url: Url,
}

impl Verifier {
    async fn of(running: &Running) -> Result<Arc<Self>, AttackError> {
        let loopback = Loopback::resolve(&running.target.url).await?;
        let http = http(&loopback)?;
        let mut url = loopback.url;
        url.set_path("/turnstile/v0/siteverify");
        Ok(Arc::new(Self { http, url }))
    }

    async fn redeem(&self, token: &str, secret: &str) -> Result<Verified, AttackError> {
        let request = self.http.post(self.url.clone()).form(&[("secret", secret), ("response", token)]);
        Ok(json::<Verified>(VERIFY, request).await?.reply)
    }
}

/// A16.
pub(super) async fn tokens_again(bench: &Bench) -> Result<Vec<Row>, AttackError> {
    let running = bench.collector(STOCK, Budget::Unlimited).await?;
    let verifier = Verifier::of(&running).await?;
    let secret = running.target.secret.clone().unwrap_or_default();
    let page = Page { action: "log-in".parse().ok(), ..Page::default() };
    let mut fresh = tokens(&running.target, &page, TOKENS + 3).await?.into_iter();

    let mut most = 0;
    let mut exactly_once = 0;
    for token in fresh.by_ref().take(TOKENS) {
        let redeemed = at_once(&verifier, &token, &secret).await?;
        most = most.max(redeemed);
        exactly_once += u64::from(redeemed == 1);
    }
    let mut rows = vec![
        Row::new(
            "A16",
            format!("{TOKENS} tokens, each redeemed {AT_ONCE} times at once: most successes of one"),
            Figure::exact(most as f64, COUNT),
            Bar::AtMost(1.0),
        ),
        Row::new(
            "A16",
            "the same: tokens that redeemed exactly once",
            Figure::share(Share::of(exactly_once, TOKENS as u64)),
            Bar::AtLeast(1.0),
        ),
    ];

    if let Some(token) = fresh.next() {
        let (mut tried, mut taken) = (0_u64, 0_u64);
        for (place, character) in token.as_str().char_indices() {
            for other in ['A', 'b', '0', '_'].into_iter().filter(|other| *other != character) {
                let mut altered = token.as_str().to_owned();
                altered.replace_range(place..=place, other.encode_utf8(&mut [0; 4]));
                tried += 1;
                taken += u64::from(verifier.redeem(&altered, &secret).await?.success);
            }
        }
        let done = format!("one character altered at each position: of {tried} altered tokens redeemed");
        rows.push(Row::new("A16", done, Figure::exact(taken as f64, COUNT), Bar::AtMost(0.0)));
    }
    if let Some(token) = fresh.next() {
        let elsewhere = verifier.redeem(token.as_str(), &running.other_secret).await?.success;
        let here = verifier.redeem(token.as_str(), &secret).await?;
        let foreign = u32::from(elsewhere)
            + u32::from(!here.success)
            + u32::from(here.hostname.as_deref() != Some(running.target.hostname.as_str()))
            + u32::from(here.action.as_deref() != Some("log-in"));
        let done = "one token with another site's secret (must fail), then with its own (must name its host and action): wrong \
                    outcomes of 4";
        rows.push(Row::new("A16", done, Figure::exact(f64::from(foreign), COUNT), Bar::AtMost(0.0)));
    }
    running.stop().await?;
    Ok(rows)
}

async fn at_once(verifier: &Arc<Verifier>, token: &Token, secret: &str) -> Result<usize, AttackError> {
    let mut under_way = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (verifier, token, secret) = (Arc::clone(verifier), token.as_str().to_owned(), secret.to_owned());
        under_way.spawn(async move { verifier.redeem(&token, &secret).await });
    }
    let mut redeemed = 0;
    while let Some(reply) = under_way.join_next().await {
        redeemed += usize::from(reply.map_err(crate::SimulateError::from)??.success);
    }
    Ok(redeemed)
}

/// A17.
pub(super) async fn answers_at_once(bench: &Bench) -> Result<Vec<Row>, AttackError> {
    let running = bench.collector(STOCK, Budget::Unlimited).await?;
    let scene = Scene::of(&running).await?;
    let mut most = 0_u64;
    for number in 0..CHALLENGES {
        let from = forwarded::address(number);
        let Some(challenge) = scene.client.challenge(from).await? else { continue };
        let challenge = challenge.reply;
        let mut under_way = JoinSet::new();
        for guess in 0..ANSWERS {
            // Each of all 2⁹ answers once, the truthful one among them: the same one twice gets the same reply twice.
            let picked: Vec<u8> = (0_u8..9).filter(|tile| guess >> tile & 1 == 1).collect();
            let request = answer(&challenge, picked, SCREEN_MS);
            let scene = Arc::clone(&scene);
            under_way.spawn(async move { scene.client.answer(&request, from).await });
        }
        let mut counted = 0;
        while let Some(reply) = under_way.join_next().await {
            match reply.map_err(crate::SimulateError::from)? {
                Ok(_) => counted += 1,
                Err(crate::SimulateError::Refused { status: 409, .. }) => {}
                Err(other) => return Err(other.into()),
            }
        }
        most = most.max(counted);
    }
    let votes: u64 = scene.client.items().await?.iter().map(|item| item.votes).sum();
    running.stop().await?;
    let done = format!("all {ANSWERS} answers to one challenge at once, {CHALLENGES} challenges: most that counted");
    let done_votes = format!(
        "the same: votes in the data set for each challenge ({CHALLENGES} challenges, 4 to 7 unknown tiles each)"
    );
    Ok(vec![
        Row::new("A17", done, Figure::exact(most as f64, COUNT), Bar::AtMost(1.0)),
        Row::new(
            "A17",
            done_votes,
            Figure::exact(votes as f64 / f64::from(CHALLENGES), Unit::Plain(2, "")),
            Bar::AtMost(7.0),
        ),
    ])
}
