//! Prints how many answers a second the writer commits, beside a minimal program that puts the same rows into the same
//! schema, as many in a transaction.
#![expect(clippy::print_stdout, reason = "printing the table is the purpose")]

#[path = "commits/raw.rs"]
mod raw;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use corvee_collector::measured::{
    CampaignId, CampaignRules, GoldAnswer, ItemId, NewItem, NewSiteRow, NewToken, NewVote, SecretDigests, Settled,
    Settlement, SiteId, Store, TokenDigest, Writer,
};
use corvee_consensus::{Crowd, Decision, Probability, StopRule};
use corvee_protocol::campaign::{Localized, NewCampaign};
use corvee_protocol::sealed_state::SealedPage;
use corvee_protocol::{Dialect, SiteWords, Turn, Wish};
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use tokio::task::JoinSet;

use raw::Raw;

/// Answers in one transaction of the raw program, and answers under way at the writer: it commits them in as large groups.
const GROUP: usize = 256;
/// Items of the campaign: enough that an item has some ten votes at the end.
const ITEMS: u32 = 100_000;
/// Rounds of both, in turns.
const ROUNDS: usize = 5;
/// Time of a round.
const ROUND: Duration = Duration::from_secs(4);
/// Share of the raw rate, at least.
const BAR: f64 = 0.6;
/// A moment of 2026.
const NOW_MS: u64 = 1_790_000_000_000;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let data = tempfile::tempdir().context("no folder for the data")?;
    let (ours, theirs) = (data.path().join("writer"), data.path().join("raw"));
    for folder in [&ours, &theirs] {
        std::fs::create_dir(folder)?;
    }
    let (store, campaign, site) = filled(&ours).await?;
    let (other, ..) = filled(&theirs).await?;
    other.close().await;
    let (writer, writer_task) = Writer::start(store.clone());
    let mut raw = Raw::open(&theirs).await?;

    let mut chance = ChaCha20Rng::seed_from_u64(1);
    let (mut written, mut committed) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        committed.push(raw_round(&mut raw, campaign, site, &mut chance).await?);
        written.push(writer_round(&writer, campaign, site, &mut chance).await?);
    }
    raw.close().await?;
    drop(writer);
    writer_task.await?;
    store.close().await;

    let [written, committed] = [written, committed].map(median);
    println!("{GROUP} answers at once, {ROUNDS} rounds of {} s each in turns, medians\n", ROUND.as_secs());
    println!("| answers a second | |");
    println!("|---|---:|");
    println!("| through the writer | {written:.0} |");
    println!("| the same rows, {GROUP} answers a transaction, nothing read and nothing replayed | {committed:.0} |");
    println!("\nthe writer commits {:.2} of the raw rate (bar {BAR})", written / committed);
    ensure!(written >= BAR * committed, "the writer commits less than {BAR} of the raw rate");
    Ok(())
}

/// A database with a campaign, a site and items.
async fn filled(folder: &Path) -> anyhow::Result<(Store, CampaignId, SiteId)> {
    let store = Store::open(folder).await?;
    let terms = NewCampaign {
        name: "commits".parse()?,
        question: [("en".parse()?, "Which?".to_owned())].into(),
        target: "thing".to_owned(),
        requester: "Commits".to_owned(),
        data_set: Localized::Plain("numbers".to_owned()),
        licence: "CC0-1.0".to_owned(),
        confidence: 0.999,
        gold_servings: 10,
    };
    let campaign = store.create_campaign(&terms, NOW_MS).await?;
    let import = store.begin_import(campaign, NOW_MS).await?;
    let items: Vec<NewItem> = (0..ITEMS)
        .map(|number| {
            let mut digest = [0; 32];
            digest[..4].copy_from_slice(&number.to_be_bytes());
            let gold = number.is_multiple_of(10).then_some(number.is_multiple_of(20));
            NewItem { file: format!("{number}.jpg"), digest, image: digest, gold, hidden_label: None }
        })
        .collect();
    store.stage_items(campaign, import, &items).await?;
    store.complete_import(campaign, import, 0.5, NOW_MS).await?;
    let site = NewSiteRow {
        sitekey: &"k".repeat(40).parse()?,
        secrets: SecretDigests { first: [1; 32], hcaptcha: None, turnstile: None },
        name: "commits",
        hostnames: &["example.org".parse()?],
        campaigns: &[campaign.0],
        turn: Turn::default(),
        words: &SiteWords::new(),
        created_ms: NOW_MS,
    };
    let site = store.create_site(site).await?;
    Ok((store, campaign, site))
}

/// A passed screen: six votes, three answers on gold, a token.
fn settlement(campaign: CampaignId, site: SiteId, chance: &mut ChaCha20Rng) -> Settlement {
    let crowd = Crowd::default();
    let rules = CampaignRules { id: campaign, prior: Probability::saturating(0.5), stop: StopRule::default(), crowd };
    let places = rand::seq::index::sample(chance, ITEMS as usize / 10, 9).into_vec();
    // Rows begin at 1; every tenth item, from the first on, is gold.
    let (gold, unknown) = places.split_at(3);
    let row = |place: &usize, offset: i64| ItemId(i64::try_from(*place).unwrap_or(0) * 10 + 1 + offset);
    let votes = unknown.iter().map(|place| NewVote {
        item: row(place, chance.random_range(1..10)),
        picked: chance.random(),
        human: Probability::saturating(0.97),
    });
    let votes = votes.collect();
    let gold = gold.iter().map(|place| GoldAnswer { item: row(place, 0), audit: Some(true) }).collect();
    Settlement {
        nonce: bytes(chance),
        nonce_expires_ms: NOW_MS + 1_200_000,
        // As much as is kept of a passed screen.
        reply: vec![0; 23],
        now_ms: NOW_MS,
        site,
        campaign: rules,
        visit: bytes(chance),
        code_digest: bytes(chance),
        screen_ms: 9000,
        votes,
        gold,
        prefix: bytes(chance),
        over_exposed_gold: false,
        decision: Decision::Accept,
        token: Some(NewToken {
            digest: TokenDigest(bytes(chance)),
            site,
            hostname: "example.org".to_owned(),
            page: SealedPage { dialect: Dialect::default(), action: None, cdata: None, by_hand: false },
            way: Wish::Label,
            challenge_ms: NOW_MS,
            passed_ms: NOW_MS,
        }),
    }
}

fn bytes<const N: usize>(chance: &mut ChaCha20Rng) -> [u8; N] {
    let mut bytes = [0; N];
    chance.fill_bytes(&mut bytes);
    bytes
}

/// Answers a second through the writer, each acknowledged before the next of its visitor begins.
async fn writer_round(
    writer: &Writer,
    campaign: CampaignId,
    site: SiteId,
    chance: &mut ChaCha20Rng,
) -> anyhow::Result<f64> {
    let start = Instant::now();
    let mut visitors = JoinSet::new();
    for _ in 0..GROUP {
        let writer = writer.clone();
        let mut chance = ChaCha20Rng::from_seed(bytes(chance));
        visitors.spawn(async move {
            let mut answers = 0_u32;
            while start.elapsed() < ROUND {
                let settled = writer.settle(settlement(campaign, site, &mut chance)).await?;
                ensure!(matches!(settled, Settled::Recorded(_)), "a fresh nonce was spent");
                answers += 1;
            }
            Ok::<_, anyhow::Error>(answers)
        });
    }
    let mut answers = 0;
    while let Some(ended) = visitors.join_next().await {
        answers += ended??;
    }
    Ok(f64::from(answers) / start.elapsed().as_secs_f64())
}

async fn raw_round(raw: &mut Raw, campaign: CampaignId, site: SiteId, chance: &mut ChaCha20Rng) -> anyhow::Result<f64> {
    let start = Instant::now();
    let mut answers = 0_u32;
    while start.elapsed() < ROUND {
        let group: Vec<Settlement> = (0..GROUP).map(|_| settlement(campaign, site, chance)).collect();
        raw.commit(&group).await?;
        answers += u32::try_from(group.len())?;
    }
    Ok(f64::from(answers) / start.elapsed().as_secs_f64())
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or(f64::NAN)
}
