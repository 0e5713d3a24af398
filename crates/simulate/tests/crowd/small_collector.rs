//! A collector as small as its contract allows: three gold tiles a screen, all of them right or one more screen, then a
//! fresh challenge. Its flaws can be chosen. Keeps everything in memory.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a collector that is itself part of a test fails it by panicking"
)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use corvee_protocol::answer::{Answer, AnswerRequest};
use corvee_protocol::challenge::ChallengeRequest;
use corvee_protocol::sealed_state::{
    CHALLENGE_BYTES, CHALLENGE_PURPOSE, SealedEvidence, SealedPage, SealedState, SealedTile, Standing, TileRole,
};
use corvee_protocol::{Problem, ProblemKind, ReceiptCode};
use corvee_seal::{KeyRing, Sealer};
use corvee_simulate::Target;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// What the collector does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    None,
    OneNetwork,
    SpriteIsNoJpeg,
    ReceiptTellsMore,
    TokenIsRefused,
    ItemTwice,
    CountsDiffer,
}

/// A running collector; it ends with the test's runtime.
pub(crate) struct SmallCollector {
    flaw: Flaw,
    sealer: Sealer,
    inside: Mutex<Inside>,
}

struct Inside {
    chance: ChaCha8Rng,
    visits: BTreeMap<[u8; 16], Visit>,
}

#[derive(Default)]
struct Visit {
    solve_ms: u32,
    gold_tiles: usize,
    votes: usize,
}

impl SmallCollector {
    /// Starts one on a free port.
    pub(crate) async fn start(flaw: Flaw) -> Target {
        let mut chance = ChaCha8Rng::seed_from_u64(11);
        // Every collector has its own key: the port is the one thing that differs.
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let keys = KeyRing::generate(&mut ChaCha8Rng::seed_from_u64(u64::from(address.port())));
        let sealer = Sealer::new(keys.clone(), CHALLENGE_PURPOSE, CHALLENGE_BYTES);
        let inside = Mutex::new(Inside { chance: ChaCha8Rng::from_rng(&mut chance), visits: BTreeMap::new() });
        let router = Router::new()
            .route("/v1/challenges", post(issue))
            .route("/v1/challenges/{sealed}/screen.jpg", get(sprite))
            .route("/v1/answers", post(answer))
            .route("/siteverify", post(verify))
            .route("/v1/campaigns/shoes", get(campaign))
            .route("/v1/campaigns/shoes/items", get(items))
            .with_state(Arc::new(Self { flaw, sealer, inside }));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Target {
            url: format!("http://{address}"),
            sitekey: "k".repeat(40).parse().unwrap(),
            hostname: "127.0.0.1".parse().unwrap(),
            secret: Some("secret".to_owned()),
            campaign: "shoes".parse().unwrap(),
            keys,
            requester_key: "key".to_owned(),
            labels: None,
        }
    }

    /// A challenge of six items from 7 to 30 and three gold ones from 1 to 6, odd ones positive.
    fn challenge(&self, mut state: SealedState) -> Value {
        let mut inside = self.inside.lock().unwrap();
        let first = inside.chance.random_range(0..24_i64);
        let tile = |item, role| SealedTile { item, role };
        state.tiles = (0..6).map(|at| tile(7 + (first + at) % 24, TileRole::Unknown)).collect();
        state.tiles.push(tile(1, TileRole::FreshGold { positive: true }));
        state.tiles.push(tile(3, TileRole::WornGold { positive: true }));
        state
            .tiles
            .push(tile(if self.flaw == Flaw::ItemTwice { 1 } else { 2 }, TileRole::FreshGold { positive: false }));
        let sealed = self.sealer.seal(&postcard::to_allocvec(&state).unwrap(), &mut inside.chance).unwrap();
        json!({
            "screen": {
                "number": state.screen,
                "sprite": format!("/v1/challenges/{sealed}/screen.jpg"),
                "ask": { "select": { "question": "Shoes?", "language": "en", "columns": 3, "rows": 3 } },
            },
            "disclosure": { "requester": "", "data_set": "", "licence": "", "seconds": 14, "seconds_source": "study" },
            "challenge": sealed,
            "lives_ms": 1_200_000,
        })
    }
}

type Shared = State<Arc<SmallCollector>>;

async fn issue(State(collector): Shared, headers: HeaderMap, Json(request): Json<ChallengeRequest>) -> Json<Value> {
    let from = headers["x-forwarded-for"].to_str().unwrap();
    let network = from.rsplit_once('.').unwrap().0;
    let network = if collector.flaw == Flaw::OneNetwork { "one" } else { network };
    let mut prefix = [0; 8];
    for (at, byte) in network.bytes().enumerate() {
        prefix[at % 8] ^= byte.rotate_left(u32::try_from(at / 8 * 3).unwrap());
    }
    let visit = collector.inside.lock().unwrap().chance.random();
    Json(collector.challenge(SealedState {
        nonce: [0; 16],
        visit,
        receipt: [0; 10],
        site: 1,
        campaign: 1,
        hostname: request.hostname,
        language: request.language,
        page: SealedPage::default(),
        issued_ms: 0,
        expires_ms: u64::MAX,
        prefix,
        standing: Standing::Clean,
        screen: 1,
        tiles: Vec::new(),
        seen: Vec::new(),
        before: SealedEvidence::default(),
    }))
}

async fn sprite(State(collector): Shared) -> impl IntoResponse {
    let end = if collector.flaw == Flaw::SpriteIsNoJpeg { 0 } else { 0xd9 };
    ([(CONTENT_TYPE, "image/jpeg")], vec![0xff, 0xd8, 0xff, 0xdb, 0xff, end])
}

async fn answer(State(collector): Shared, Json(request): Json<AnswerRequest>) -> Json<Value> {
    let plaintext = collector.sealer.open(request.challenge.as_str()).unwrap();
    let mut state: SealedState = postcard::from_bytes(&plaintext).unwrap();
    let Answer::Select(select) = request.answer;
    let flags = select.flags().unwrap();
    let right = state.tiles.iter().zip(flags).all(|(tile, picked)| match tile.role {
        TileRole::Unknown => true,
        TileRole::FreshGold { positive } | TileRole::WornGold { positive } => picked == positive,
    });
    let receipt = {
        let mut inside = collector.inside.lock().unwrap();
        let visit = inside.visits.entry(state.visit).or_default();
        visit.solve_ms += request.timing.screen_ms.min(300_000);
        visit.gold_tiles += state.tiles.iter().filter(|tile| tile.role.is_gold()).count();
        visit.votes += state.tiles.iter().filter(|tile| !tile.role.is_gold()).count();
        json!({
            "code": ReceiptCode::from_bytes(state.receipt),
            "solve_ms": visit.solve_ms,
            "gold_tiles": visit.gold_tiles,
            "votes": visit.votes + usize::from(collector.flaw == Flaw::ReceiptTellsMore),
            "final_labels": 0,
            "requester": "",
            "data_set": "",
            "licence": "",
            "prices": [],
        })
    };
    Json(if right {
        json!({ "passed": { "token": "t".repeat(43), "token_lives_ms": 120_000, "receipt": receipt } })
    } else if state.screen == 1 {
        state.screen = 2;
        json!({ "more": collector.challenge(state) })
    } else {
        state.screen = 1;
        json!({ "again": collector.challenge(state) })
    })
}

async fn verify(State(collector): Shared) -> Json<Value> {
    Json(if collector.flaw == Flaw::TokenIsRefused {
        json!({ "success": false, "error-codes": ["timeout-or-duplicate"] })
    } else {
        json!({ "success": true, "hostname": "127.0.0.1", "challenge_ts": "1970-01-01T00:00:00Z", "error-codes": [] })
    })
}

fn refused(headers: &HeaderMap) -> Option<Response> {
    let offered = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let problem = || Json(Problem::new(ProblemKind::Unauthorized, "send the key"));
    (offered != Some("Bearer key")).then(|| (StatusCode::UNAUTHORIZED, problem()).into_response())
}

async fn campaign(headers: HeaderMap) -> Response {
    let campaign = json!({
        "name": "shoes", "question": { "en": "Shoes?" }, "target": "shoes", "requester": "", "data_set": "", "licence": "",
        "confidence": 0.999, "gold_servings": 10, "created_at": "1970-01-01T00:00:00Z", "active": true,
    });
    refused(&headers).unwrap_or_else(|| Json(campaign).into_response())
}

/// Thirty items: six gold, item 7 final and wrong, item 30 open, the others final and right.
async fn items(State(collector): Shared, headers: HeaderMap) -> Response {
    let item = |id: i64| {
        let positive = id % 2 == 1;
        let said = positive != (id == 7);
        let state = match id {
            ..=6 => "gold",
            30 => "open",
            _ => "final",
        };
        json!({
            "id": id,
            "file": format!("{id:04}.jpg"),
            "state": state,
            "gold": (id <= 6).then_some(positive),
            "hidden_label": (id > 6).then_some(if positive { "shoes" } else { "hat" }),
            "p_positive": if said { 0.9995 } else { 0.0005 },
            "votes": 5,
            "servings": 5,
        })
    };
    let counted = if collector.flaw == Flaw::CountsDiffer { 29 } else { 30 };
    let counts = json!({ "items": counted, "final": 23, "ambiguous": 0, "open": 1, "gold": 6 });
    let page = json!({ "items": (1..=30).map(item).collect::<Vec<_>>(), "counts": counts, "next": null });
    refused(&headers).unwrap_or_else(|| Json(page).into_response())
}
