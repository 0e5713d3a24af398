//! Databases for tests: an empty SQLite file, an empty PostgreSQL database, and a small campaign for either. Knows no test.

use std::io::Write as _;
use std::sync::atomic::{AtomicU32, Ordering};

use corvee_consensus::{Crowd, Decision, Probability, StopRule};
use corvee_protocol::campaign::NewCampaign;
use corvee_protocol::sealed_state::SealedPage;
use corvee_protocol::{SiteWords, Turn, Wish};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tempfile::TempDir;

use super::Store;
use super::answers::{CampaignRules, GoldAnswer, NewVote, Recorded, Settled, Settlement};
use super::campaigns::CampaignId;
use super::items::{ItemId, NewItem};
use super::sites::{NewSiteRow, SecretDigests, SiteId};
use super::tokens::{NewToken, TokenDigest};
use super::writer::Writer;

/// Names the server that tests may make databases on, such as `postgres://postgres@127.0.0.1:5433/postgres`.
const SERVER: &str = "CORVEE_TEST_POSTGRES";
/// Set where a missing server is a failure.
const REQUIRED: &str = "CORVEE_REQUIRE_POSTGRES";
/// Databases made by this process: each has a name of its own.
static MADE: AtomicU32 = AtomicU32::new(0);
/// A moment for tests.
pub(crate) const NOW: u64 = 1_767_225_600_000;

/// An empty database of one test.
pub(crate) enum Place {
    /// A file in a temporary folder.
    Sqlite(TempDir),
    /// The address of a database with a name of its own.
    Postgres(String),
}

impl Place {
    /// A folder for a SQLite file.
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    /// A new database on the server for tests; `None`, and a loud word, where there is none.
    ///
    /// # Panics
    /// When there is none and there must be one.
    pub(crate) async fn postgres() -> Option<Self> {
        let Ok(server) = std::env::var(SERVER) else {
            assert!(std::env::var_os(REQUIRED).is_none(), "{REQUIRED} is set and {SERVER} is not");
            // Written past the test harness, which keeps what passing tests print.
            let line = format!("NOT TESTED on PostgreSQL: {SERVER} is not set; `cargo xtask test` starts one\n");
            drop(std::io::stderr().write_all(line.as_bytes()));
            return None;
        };
        let name = format!("corvee_test_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        on_server(&server, format!("create database {name}")).await;
        let (server, _) = server.rsplit_once('/').expect("the address names a database");
        Some(Self::Postgres(format!("{server}/{name}")))
    }

    /// A collector's view of it, schema included. Each call stands for another process.
    pub(crate) async fn open(&self) -> Store {
        let store = match self {
            Self::Sqlite(folder) => Store::open(folder.path()).await,
            Self::Postgres(url) => Store::connect(url).await,
        };
        store.unwrap()
    }

    /// Takes the database away. Left out when a test fails, so that one can look at it.
    pub(crate) async fn remove(self) {
        if let Self::Postgres(url) = self {
            let (server, name) = url.rsplit_once('/').expect("it was made with a name");
            on_server(&format!("{server}/postgres"), format!("drop database {name} with (force)")).await;
        }
    }
}

async fn on_server(server: &str, statement: String) {
    let mut connection = PgConnection::connect(server).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// A campaign `things` and a site, with `N_GOLD` gold and `N_UNKNOWN` unknown items.
#[derive(Clone)]
pub(crate) struct Stage {
    pub(crate) store: Store,
    pub(crate) writer: Writer,
    pub(crate) campaign: CampaignId,
    pub(crate) site: SiteId,
    /// Every other one positive.
    pub(crate) gold: Vec<ItemId>,
    pub(crate) unknown: Vec<ItemId>,
}

const N_GOLD: u8 = 4;
const N_UNKNOWN: u8 = 12;

impl Stage {
    /// Sets it up in an empty database.
    pub(crate) async fn set_up(place: &Place) -> Self {
        Self::set_up_beside(place.open().await, 0).await
    }

    /// The same beside others, each with a number of its own.
    pub(crate) async fn set_up_beside(store: Store, number: u32) -> Self {
        let name = if number == 0 { "things".to_owned() } else { format!("things-{number}") };
        let campaign = store.create_campaign(&terms(&name), NOW).await.unwrap();
        let import = store.begin_import(campaign, NOW).await.unwrap();
        let items: Vec<NewItem> = (0..N_GOLD + N_UNKNOWN).map(new_item).collect();
        store.stage_items(campaign, import, &items).await.unwrap();
        store.complete_import(campaign, import, 0.25, NOW).await.unwrap();
        let site = create_site(&store, 1000 + number, &[campaign.0]).await;
        let standings = store.standings(campaign).await.unwrap();
        let (gold, unknown): (Vec<_>, Vec<_>) = standings.iter().partition(|standing| standing.gold.is_some());
        let (writer, _ends_with_the_runtime) = Writer::start(store.clone());
        let ids = |standings: Vec<&super::items::ItemStanding>| standings.iter().map(|standing| standing.id).collect();
        Self { store, writer, campaign, site, gold: ids(gold), unknown: ids(unknown) }
    }

    /// The same seen by another collector.
    pub(crate) async fn again(&self, place: &Place) -> Self {
        self.with_store(place.open().await)
    }

    /// The same through another view of the database.
    pub(crate) fn with_store(&self, store: Store) -> Self {
        let (writer, _ends_with_the_runtime) = Writer::start(store.clone());
        Self { store, writer, ..self.clone() }
    }

    pub(crate) fn rules(&self) -> CampaignRules {
        CampaignRules {
            id: self.campaign,
            prior: Probability::saturating(0.25),
            stop: StopRule { confidence: Probability::saturating(0.999), ..StopRule::default() },
            crowd: Crowd::default(),
        }
    }

    /// An answer to challenge `challenge` of visit `visit` from network `prefix`, with votes on these unknown items.
    pub(crate) fn answer(&self, challenge: u32, visit: u32, prefix: u32, votes: &[(usize, bool)]) -> Settlement {
        Settlement {
            nonce: tag(challenge),
            nonce_expires_ms: NOW + 1000,
            reply: Vec::new(),
            now_ms: NOW,
            site: self.site,
            campaign: self.rules(),
            visit: tag(visit),
            code_digest: tag(visit),
            screen_ms: 9000,
            votes: votes
                .iter()
                .map(|(item, picked)| NewVote {
                    item: self.unknown[*item],
                    picked: *picked,
                    human: Probability::saturating(0.97),
                })
                .collect(),
            gold: vec![
                GoldAnswer { item: self.gold[0], audit: Some(true) },
                GoldAnswer { item: self.gold[1], audit: None },
            ],
            prefix: tag(prefix),
            over_exposed_gold: false,
            decision: Decision::OneMore,
            token: None,
        }
    }

    /// A token of this site.
    pub(crate) fn token(&self, number: u32) -> NewToken {
        NewToken {
            digest: TokenDigest(tag(number)),
            site: self.site,
            hostname: "example.org".to_owned(),
            page: SealedPage { dialect: corvee_protocol::Dialect::Corvee, action: None, cdata: None, by_hand: false },
            way: Wish::Label,
            challenge_ms: NOW - 5000,
            passed_ms: NOW,
        }
    }

    /// Records an answer that must be recordable.
    pub(crate) async fn settle(&self, settlement: Settlement) -> Recorded {
        match self.writer.settle(settlement).await.unwrap() {
            Settled::Recorded(recorded) => recorded,
            Settled::AlreadySpent => panic!("the nonce was spent before"),
        }
    }
}

/// Another site on the same campaigns.
pub(crate) async fn create_site(store: &Store, number: u32, campaigns: &[i64]) -> SiteId {
    let site = NewSiteRow {
        sitekey: &format!("{number:0>40}").parse().unwrap(),
        secrets: SecretDigests { first: tag(number), hcaptcha: None, turnstile: None },
        name: "test",
        hostnames: &["example.org".parse().unwrap()],
        campaigns,
        turn: Turn::default(),
        words: &SiteWords::new(),
        created_ms: NOW,
    };
    store.create_site(site).await.unwrap()
}

/// `N` bytes that stand for a number.
pub(crate) fn tag<const N: usize>(number: u32) -> [u8; N] {
    let bytes = number.to_be_bytes();
    std::array::from_fn(|at| bytes[at % 4])
}

/// Terms of a campaign.
pub(crate) fn terms(name: &str) -> NewCampaign {
    NewCampaign {
        name: name.parse().unwrap(),
        question: [("en".parse().unwrap(), "Which pictures show a thing?".to_owned())].into(),
        target: "thing".to_owned(),
        requester: "Test".to_owned(),
        data_set: "things".into(),
        licence: "CC0-1.0".to_owned(),
        confidence: 0.999,
        gold_servings: 10,
    }
}

/// Item `number` of an import; the first ones are gold, every other one positive.
pub(crate) fn new_item(number: u8) -> NewItem {
    NewItem {
        file: format!("{number:04}.jpg"),
        digest: [number; 32],
        image: [number; 32],
        gold: (number < N_GOLD).then_some(number.is_multiple_of(2)),
        hidden_label: (number >= N_GOLD).then(|| "thing".to_owned()),
    }
}
