//! A9: gold found by anything but the picture: places, lengths, headers, bytes of the seal, time. A collector is asked for
//! challenges; the truth comes from the seals.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use corvee_protocol::challenge::{Challenge, ChallengeRequest};
use corvee_protocol::{Dialect, Wish};
use reqwest::Url;

use super::AttackError;
use super::frequency;
use super::program::{Bench, Budget, Stock};
use super::row::{Bar, Figure, Row, Unit};
use super::statistics::{auc, either_way, welch_t};
use super::visit::{Scene, many};
use crate::client::http;
use crate::forwarded;
use crate::target::Loopback;

const STOCK: Stock = Stock { pictures: 600, gold_percent: 45 };
const CHALLENGES: u32 = 100_000;
/// Visits before the attacker comes.
const WARM_UP_VISITS: u32 = 300;
/// Challenges whose sprite is fetched as well.
const SPRITES: u32 = 1_200;
const TILES: usize = 9;
/// Numbers made of a reply.
const FIELDS: [&str; 8] = [
    "bytes of the body",
    "bytes of the headers",
    "number of headers",
    "characters of the seal",
    "mean character of the seal",
    "first character of the seal",
    "last character of the seal",
    "time to the reply",
];

/// A reply as somebody outside sees it, and which of its tiles are gold.
struct Seen {
    fields: [f64; FIELDS.len()],
    gold: [bool; TILES],
    /// Seconds and bytes of the sprite.
    sprite: Option<(f64, f64)>,
}

struct Asker {
    scene: Arc<Scene>,
    http: reqwest::Client,
    url: Url,
    request: ChallengeRequest,
}

impl Asker {
    async fn ask(&self, number: u32, with_sprite: bool) -> Result<Option<Seen>, AttackError> {
        let from = forwarded::address(number);
        let failed = |source| crate::SimulateError::Call { call: "POST /v1/challenges", source };
        let start = Instant::now();
        let request = self.http.post(self.url.clone()).header("x-forwarded-for", from.to_string()).json(&self.request);
        let reply = request.send().await.map_err(failed)?;
        let headers: BTreeMap<String, usize> =
            reply.headers().iter().map(|(name, value)| (name.to_string(), value.len())).collect();
        let body = reply.bytes().await.map_err(failed)?;
        let took = start.elapsed().as_secs_f64();
        let challenge: Challenge = serde_json::from_slice(&body)
            .map_err(|error| AttackError::Program { what: format!("a challenge cannot be read: {error}") })?;
        let state = self.scene.client.open(&challenge.challenge)?;
        let mut gold = [false; TILES];
        for (is_gold, tile) in gold.iter_mut().zip(&state.tiles) {
            *is_gold = tile.role.is_gold();
        }
        let seal = challenge.challenge.as_str().as_bytes();
        let end = |byte: Option<&u8>| f64::from(byte.copied().unwrap_or(0));
        let fields = [
            body.len() as f64,
            headers.iter().map(|(name, length)| name.len() + length).sum::<usize>() as f64,
            headers.len() as f64,
            seal.len() as f64,
            seal.iter().map(|byte| f64::from(*byte)).sum::<f64>() / seal.len().max(1) as f64,
            end(seal.first()),
            end(seal.last()),
            took,
        ];
        let mut sprite = None;
        if with_sprite {
            let start = Instant::now();
            let bytes = self.scene.client.sprite_bytes(&challenge.screen.sprite, from).await?;
            sprite = Some((start.elapsed().as_secs_f64(), bytes.len() as f64));
        }
        Ok(Some(Seen { fields, gold, sprite }))
    }
}

pub(super) async fn run(bench: &Bench) -> Result<Vec<Row>, AttackError> {
    let running = bench.collector(STOCK, Budget::Unlimited).await?;
    let scene = Scene::of(&running).await?;
    // A campaign under way, as most are.
    frequency::visits(&scene, WARM_UP_VISITS).await?;
    let loopback = Loopback::resolve(&running.target.url).await?;
    let http = http(&loopback)?;
    let mut url = loopback.url;
    url.set_path("/v1/challenges");
    let request = ChallengeRequest {
        sitekey: running.target.sitekey.clone(),
        hostname: running.target.hostname.clone(),
        language: "en".parse().expect("en is a language tag"),
        wish: Wish::Label,
        dialect: Dialect::default(),
        action: None,
        cdata: None,
    };
    let asker = Arc::new(Asker { scene, http, url, request });
    let ask = |count, seed, with_sprite| {
        let asker = Arc::clone(&asker);
        many(count, seed, move |number, _| {
            let asker = Arc::clone(&asker);
            async move { asker.ask(number, with_sprite).await }
        })
    };
    let seen: Vec<Seen> = ask(CHALLENGES, 901, false).await?.into_iter().flatten().collect();
    let sprites: Vec<Seen> = ask(SPRITES, 902, true).await?.into_iter().flatten().collect();
    running.stop().await?;
    Ok(rows(&seen, &sprites))
}

fn rows(seen: &[Seen], sprites: &[Seen]) -> Vec<Row> {
    let n = seen.len();
    // Every screen has as much gold: what differs is where. Screens with much of it in the first half of the grid against those
    // with little there, cut at the middle.
    let count = |it: &Seen| it.gold.iter().take(TILES / 2).filter(|gold| **gold).count();
    let mut counts: Vec<usize> = seen.iter().map(count).collect();
    counts.sort_unstable();
    let middle = counts.get(n / 2).copied().unwrap_or(0);
    let field_of = |it: &Seen, field: usize| it.fields.get(field).copied().unwrap_or(0.0);
    let parted = |all: &[Seen], value: &dyn Fn(&Seen) -> f64| -> [Vec<f64>; 2] {
        let [mut much, mut little] = [Vec::new(), Vec::new()];
        for it in all {
            if count(it) > middle { much.push(value(it)) } else { little.push(value(it)) }
        }
        [much, little]
    };
    let mut rows = Vec::new();
    let by_field = FIELDS.iter().enumerate().map(|(field, name)| {
        let [much, little] = parted(seen, &|it| field_of(it, field));
        (either_way(auc(&much, &little)), *name)
    });
    if let Some((worst, name)) = by_field.max_by(|(one, _), (other, _)| one.value.total_cmp(&other.value)) {
        let done = format!(
            "{n} challenges, {} fields of the reply, much gold in the grid's first half against little: AUC of the best ({name})",
            FIELDS.len()
        );
        rows.push(Row::new("A9", done, worst, Bar::AtMost(0.52)));
    }
    let by_place = (0..TILES).map(|place| {
        let at = |wanted: bool| -> Vec<f64> {
            let tiles = seen.iter().flat_map(|it| it.gold.iter().enumerate());
            tiles.filter(|(_, gold)| **gold == wanted).map(|(tile, _)| f64::from(u8::from(tile == place))).collect()
        };
        (either_way(auc(&at(true), &at(false))), place)
    });
    if let Some((worst, place)) = by_place.max_by(|(one, _), (other, _)| one.value.total_cmp(&other.value)) {
        let done = format!("{} tiles by their place in the grid: AUC of the best place ({place})", n * TILES);
        rows.push(Row::new("A9", done, worst, Bar::AtMost(0.52)));
    }
    let t = |all: &[Seen], value: &dyn Fn(&Seen) -> f64| {
        let [much, little] = parted(all, value);
        Figure::exact(welch_t(&much, &little).abs(), Unit::Plain(2, ""))
    };
    let done = format!("time to the challenge, {n} challenges, much gold in the first half against little: |t|");
    rows.push(Row::new("A9", done, t(seen, &|it| field_of(it, FIELDS.len() - 1)), Bar::AtMost(4.5)));
    let done =
        format!("time to the sprite, {} sprites, much gold in the first half against little: |t|", sprites.len());
    rows.push(Row::new("A9", done, t(sprites, &|it| it.sprite.map_or(0.0, |(took, _)| took)), Bar::AtMost(4.5)));
    let done =
        format!("bytes of the sprite, {} sprites, much gold in the first half against little: |t|", sprites.len());
    rows.push(Row::new("A9", done, t(sprites, &|it| it.sprite.map_or(0.0, |(_, bytes)| bytes)), Bar::AtMost(4.5)));
    rows
}
