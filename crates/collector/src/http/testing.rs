//! A collector for tests: real router, real database in a temporary folder, a clock that stands, chance with a seed.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use corvee_protocol::campaign::NewCampaign;
use corvee_protocol::sealed_state::{SealedState, TileRole};
use corvee_protocol::site::{CreatedSite, NewSite, SiteWords, Turn};
use corvee_protocol::{AnswerReply, Challenge, Sealed};
use corvee_seal::KeyRing;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::campaign::budget::BudgetLimits;
use crate::campaign::cost::MachineLimits;
use crate::campaign::{founding, sites};
use crate::chance::Chance;
use crate::clock::Clock as _;
use crate::clock::testing::StandingClock;
use crate::http::Shared;
use crate::http::client_address::TrustedProxies;
use crate::images::gallery::Gallery;
use crate::images::place::Place;
use crate::images::shelf::Shelf;
use crate::requester::key::RequesterKey;
use crate::state::{Collector, Limits};
use crate::store::Store;
use crate::store::campaigns::CampaignId;
use crate::store::items::NewItem;
use crate::store::writer::Writer;

/// The requester key of every test.
pub(crate) const KEY: &str = "test-key";

/// Machine's turns that a test can take: 16 hashes of 8 KiB on average.
pub(crate) const CHEAP: MachineLimits =
    MachineLimits { memory_kib: 8, base_work: 16, max_work: 128, base_puzzles: 30, puzzles: 600 };

/// A collector with one campaign (`things`) and one site on `example.org`.
pub(crate) struct TestCollector {
    pub(crate) collector: Arc<Collector>,
    pub(crate) clock: Arc<StandingClock>,
    pub(crate) site: CreatedSite,
    pub(crate) data: TempDir,
    router: Router,
}

/// A reply, read to its end.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) content_type: String,
    pub(crate) headers: HeaderMap,
    /// As it travelled.
    pub(crate) size_bytes: usize,
    pub(crate) json: Value,
    pub(crate) text: String,
}

/// Items of the test campaign: 12 gold (4 positive) and 60 unknown, of which every fifth is positive.
pub(crate) fn is_positive(file: &str) -> bool {
    let number: u32 = file.trim_end_matches(".jpg").parse().expect("test files are numbers");
    if number < 12 { number < 4 } else { number.is_multiple_of(5) }
}

impl TestCollector {
    pub(crate) async fn start() -> Self {
        Self::with_limits(BudgetLimits::default()).await
    }

    pub(crate) async fn with_limits(budget: BudgetLimits) -> Self {
        Self::with(Limits { budget, machine: CHEAP }).await
    }

    pub(crate) async fn with(limits: Limits) -> Self {
        let data = tempfile::tempdir().unwrap();
        let (chance, clock) = (Chance::seeded(11), Arc::new(StandingClock::default()));
        let store = Store::open(data.path()).await.unwrap();
        let (writer, _ends_with_the_runtime) = Writer::start(store.clone());
        let campaign = campaign("things");
        founding::found_campaign(&store, &campaign, clock.now_ms()).await.unwrap();
        let id = store.campaign(&campaign.name).await.unwrap().unwrap().id;
        stage(&store, id).await;
        let site = NewSite {
            name: "test".to_owned(),
            hostnames: vec!["example.org".parse().unwrap()],
            campaigns: vec![campaign.name],
            turn: Turn::default(),
            words: SiteWords::new(),
        };
        let site = sites::found_site(&store, &chance, site, clock.now_ms()).await.unwrap();
        let keys = KeyRing::generate(&mut chance.generator());
        let gallery = Gallery::new(Shelf::open(data.path(), &Place::Folder).unwrap(), 1024 * 1024);
        let collector = Collector::new(store, writer, keys, gallery, clock.clone(), chance, limits).await.unwrap();
        let collector = Arc::new(collector);
        let router = crate::http::router(Arc::new(Shared {
            collector: Arc::clone(&collector),
            trusted_proxies: Arc::new(TrustedProxies(vec!["127.0.0.0/8".parse().unwrap()])),
            requester_key: RequesterKey::new(KEY.to_owned()),
            phase: tokio::sync::watch::Sender::new(crate::server::Phase::Serving).subscribe(),
        }));
        Self { collector, clock, site, data, router }
    }

    /// Where its database is.
    pub(crate) fn data_folder(&self) -> &std::path::Path {
        self.data.path()
    }

    /// A second site of the same collector.
    pub(crate) async fn another_site(&self) -> CreatedSite {
        let site = NewSite {
            name: "other".to_owned(),
            hostnames: vec!["example.net".parse().unwrap()],
            campaigns: vec!["things".parse().unwrap()],
            turn: Turn::default(),
            words: SiteWords::new(),
        };
        let site = sites::found_site(&self.collector.store, &self.collector.chance, site, 0).await.unwrap();
        self.collector.register.refresh(&self.collector.store).await.unwrap();
        site
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let headers = response.headers().clone();
        let content_type = headers.get("content-type").map(|value| value.to_str().unwrap().to_owned());
        let body = axum::body::to_bytes(response.into_body(), 1 << 24).await.unwrap();
        let text = String::from_utf8_lossy(&body).into_owned();
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Reply { status, content_type: content_type.unwrap_or_default(), headers, size_bytes: body.len(), json, text }
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.post_from("198.51.100.7", path, body).await
    }

    /// Posts JSON as a visitor with this address.
    pub(crate) async fn post_from(&self, address: &str, path: &str, body: &Value) -> Reply {
        let request = Request::post(path).header("content-type", "application/json").header("x-forwarded-for", address);
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    pub(crate) async fn call(&self, method: Method, path: &str) -> Reply {
        self.send(Request::builder().method(method).uri(path).body(Body::empty()).unwrap()).await
    }

    /// Calls the requester API.
    pub(crate) async fn request(&self, method: Method, path: &str, body: Option<&Value>) -> Reply {
        let request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {KEY}"));
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.send(request.header("content-type", "application/json").body(body).unwrap()).await
    }

    pub(crate) async fn challenge_from(&self, address: &str) -> Challenge {
        self.challenge_on(address, &json!({})).await
    }

    /// A challenge on a page that says this of itself: dialect, action, cdata.
    async fn challenge_on(&self, address: &str, page: &Value) -> Challenge {
        let mut body = json!({ "sitekey": self.site.sitekey, "hostname": "example.org", "language": "en" });
        for (name, value) in page.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        let reply = self.post_from(address, "/v1/challenges", &body).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
        serde_json::from_value(reply.json).unwrap()
    }

    pub(crate) async fn challenge(&self) -> Challenge {
        self.challenge_from("198.51.100.7").await
    }

    pub(crate) fn opened(&self, sealed: &Sealed) -> SealedState {
        self.collector.open(sealed).unwrap()
    }

    /// The tiles a person who sees everything picks.
    pub(crate) async fn truth(&self, sealed: &Sealed) -> Vec<u8> {
        let files = self.collector.store.known_item_files().await;
        let state = self.opened(sealed);
        let right = state.tiles.iter().map(|tile| match tile.role {
            TileRole::FreshGold { positive } | TileRole::WornGold { positive } => positive,
            TileRole::Unknown => is_positive(&files[&tile.item]),
        });
        (0..).zip(right).filter_map(|(at, right)| right.then_some(at)).collect()
    }

    pub(crate) async fn answer_from(&self, address: &str, sealed: &Sealed, picked: &[u8]) -> Reply {
        let body = json!({
            "challenge": sealed,
            "answer": { "select": { "picked": picked } },
            "timing": { "screen_ms": 9000 },
        });
        self.post_from(address, "/v1/answers", &body).await
    }

    /// Answers rightly until the visit has passed.
    pub(crate) async fn pass_from(&self, address: &str) -> corvee_protocol::Passed {
        self.pass_on(address, &json!({})).await
    }

    /// The same on a page that says this of itself.
    pub(crate) async fn pass_on(&self, address: &str, page: &Value) -> corvee_protocol::Passed {
        let mut challenge = self.challenge_on(address, page).await;
        for _ in 0..6 {
            let picked = self.truth(&challenge.challenge).await;
            let reply = self.answer_from(address, &challenge.challenge, &picked).await;
            assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
            match serde_json::from_value(reply.json).unwrap() {
                AnswerReply::Passed(passed) => return passed,
                AnswerReply::More(next) | AnswerReply::Again(next) => challenge = next,
            }
        }
        panic!("right answers did not pass");
    }

    pub(crate) async fn siteverify(&self, secret: &str, token: &str) -> Value {
        self.siteverify_at("/siteverify", &format!("secret={secret}&response={token}")).await
    }

    /// Posts a form to one of the verification paths.
    pub(crate) async fn siteverify_at(&self, path: &str, form: &str) -> Value {
        let body = form.to_owned();
        let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        let reply = self.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(reply.status, StatusCode::OK);
        reply.json
    }

    pub(crate) async fn ledger(&self) -> Value {
        self.call(Method::GET, "/v1/campaigns/things/ledger").await.json
    }
}

/// Terms of a campaign.
pub(crate) fn campaign(name: &str) -> NewCampaign {
    NewCampaign {
        name: name.parse().unwrap(),
        question: [
            ("en".parse().unwrap(), "Which show a thing?".to_owned()),
            ("fr".parse().unwrap(), "Lesquelles ?".to_owned()),
        ]
        .into(),
        target: "thing".to_owned(),
        requester: "Test Museum".to_owned(),
        data_set: "things".into(),
        licence: "CC0-1.0".to_owned(),
        confidence: 0.999,
        gold_servings: 10,
    }
}

async fn stage(store: &Store, campaign: CampaignId) {
    let items: Vec<NewItem> = (0..72_u8)
        .map(|number| {
            let file = format!("{number:04}.jpg");
            let positive = is_positive(&file);
            NewItem {
                digest: [number; 32],
                image: [number; 32],
                gold: (number < 12).then_some(positive),
                hidden_label: (number >= 12).then(|| if positive { "thing" } else { "other" }.to_owned()),
                file,
            }
        })
        .collect();
    let import = store.begin_import(campaign, 0).await.unwrap();
    store.stage_items(campaign, import, &items).await.unwrap();
    store.complete_import(campaign, import, 0.25, 0).await.unwrap();
}
