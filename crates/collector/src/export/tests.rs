//! Whole exports from a real database with real votes.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Mutex;

use corvee_consensus::{Crowd, Decision, Probability, StopRule, Vote};
use corvee_protocol::campaign::NewCampaign;
use sha2::{Digest as _, Sha256};

use super::*;
use crate::images::shelf::hex;
use crate::store::Store;
use crate::store::answers::{NewVote, Settlement};
use crate::store::items::{ItemId, NewItem};
use crate::store::receipts::Removal;
use crate::store::sites::SiteId;
use crate::store::writer::Writer;

const NOW_MS: u64 = 1_767_225_600_000;

/// A campaign with four gold items and `n_unknown` unknown ones, every third of which truly shows shoes.
struct Place {
    data: tempfile::TempDir,
    store: Store,
    writer: Writer,
    campaign: CampaignRow,
    rules: CampaignRules,
}

impl Place {
    async fn new(n_unknown: u16) -> Self {
        let data = tempfile::tempdir().unwrap();
        let store = Store::open(data.path()).await.unwrap();
        let terms: NewCampaign = serde_json::from_value(serde_json::json!({
            "name": "shoes", "question": {"en": "Which photos show shoes?", "fr": "Quelles photos montrent des chaussures ?"},
            "target": "shoes", "requester": "City Museum", "data_set": "clothes", "licence": "CC0 1.0"
        }))
        .unwrap();
        let id = store.create_campaign(&terms, NOW_MS).await.unwrap();
        let import = store.begin_import(id, NOW_MS).await.unwrap();
        let items: Vec<NewItem> = (0..n_unknown + 4)
            .map(|at| NewItem {
                file: format!("{at:04}.jpg"),
                digest: Sha256::digest(at.to_be_bytes()).into(),
                image: [0; 32],
                gold: (at < 4).then_some(at % 2 == 0),
                hidden_label: (at >= 4).then(|| if at % 3 == 0 { "shoes" } else { "hat" }.to_owned()),
            })
            .collect();
        store.stage_items(id, import, &items).await.unwrap();
        store.complete_import(id, import, 0.5, NOW_MS).await.unwrap();
        let campaign = store.campaign(&terms.name).await.unwrap().unwrap();
        let (writer, _task) = Writer::start(store.clone());
        let rules = CampaignRules { id, prior: Probability::HALF, stop: StopRule::default(), crowd: Crowd::default() };
        Self { data, store, writer, campaign, rules }
    }

    /// A visit from an address of its own that votes on these items: (row, picked).
    async fn visit(&self, number: u8, votes: &[(i64, bool)]) {
        let settlement = Settlement {
            nonce: [number; 16],
            nonce_expires_ms: NOW_MS + 1000,
            reply: Vec::new(),
            now_ms: NOW_MS + 45_296_000,
            site: SiteId(1),
            campaign: self.rules,
            visit: [number; 16],
            code_digest: [number; 32],
            screen_ms: 12_000,
            votes: votes
                .iter()
                .map(|(item, picked)| NewVote {
                    item: ItemId(*item),
                    picked: *picked,
                    human: Probability::saturating(0.97),
                })
                .collect(),
            gold: Vec::new(),
            prefix: [number; 8],
            over_exposed_gold: number.is_multiple_of(5),
            decision: Decision::OneMore,
            token: None,
        };
        self.writer.settle(settlement).await.unwrap();
    }

    /// Eight visits that agree on items 5 to 8, of which 6 truly shows shoes (row 7), and quarrel over item 9.
    async fn answered(&self) {
        for number in 1..=8 {
            self.visit(number, &[(5, false), (6, false), (7, true), (8, true), (9, number % 2 == 0)]).await;
        }
    }

    fn options(&self) -> ExportOptions {
        ExportOptions { folder: self.data.path().join("export"), existing: Existing::Keep, evaluate: false }
    }

    async fn export(&self, options: &ExportOptions) -> Result<Manifest, ExportError> {
        let mut snapshot = self.store.snapshot().await.unwrap();
        export(&mut snapshot, &self.campaign, &self.rules, options, NOW_MS, &|_| {}).await
    }

    fn rows(&self, file: &str) -> Vec<BTreeMap<String, String>> {
        let path = self.options().folder.join(file);
        csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
    }

    fn lines(&self, file: &str) -> Vec<serde_json::Value> {
        let text = fs::read_to_string(self.options().folder.join(file)).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

#[tokio::test]
async fn an_export_holds_every_item_and_every_vote_and_adds_up() {
    let place = Place::new(16).await;
    place.answered().await;
    let manifest = place.export(&place.options()).await.unwrap();

    let mut found: Vec<String> = fs::read_dir(place.options().folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort_unstable();
    assert_eq!(found, ["labels.csv", "labels.jsonl", "manifest.json", "votes.csv", "votes.jsonl"]);

    let (labels, votes) = (place.rows("labels.csv"), place.rows("votes.csv"));
    assert_eq!((labels.len(), votes.len()), (20, 40));
    assert!(manifest.counts.reconciles());
    assert_eq!((manifest.counts.items, manifest.counts.gold, manifest.counts.settled), (20, 4, 4));
    assert_eq!(manifest.counts.open, 12);
    assert_eq!((manifest.ledger.votes, manifest.ledger.visits, manifest.ledger.visitor_ms), (40, 8, 96_000));
    assert_eq!(manifest.ledger.statement, "This set embodies 1.6 minutes of unpaid work by 8 anonymous visits.");
    for state in ["gold", "final", "ambiguous", "open"] {
        let n = labels.iter().filter(|row| row["state"] == state).count() as u64;
        let told = serde_json::to_value(manifest.counts).unwrap()[state].as_u64().unwrap();
        assert_eq!(n, told, "{state}");
    }
    let item_votes: u64 = labels.iter().map(|row| row["votes"].parse::<u64>().unwrap()).sum();
    assert_eq!(item_votes, 40);

    let on_disk: Manifest =
        serde_json::from_slice(&fs::read(place.options().folder.join(MANIFEST_FILE)).unwrap()).unwrap();
    assert_eq!(on_disk, manifest);
    for facts in &manifest.files {
        let content = fs::read(place.options().folder.join(&facts.name)).unwrap();
        assert_eq!((hex(&Sha256::digest(&content)), content.len() as u64), (facts.sha256.clone(), facts.bytes));
    }
}

#[tokio::test]
async fn a_label_can_be_followed_from_its_votes() {
    let place = Place::new(16).await;
    place.answered().await;
    place.export(&place.options()).await.unwrap();
    let labels = place.rows("labels.csv");
    let settled = labels.iter().find(|row| row["item"] == "7").unwrap();
    assert_eq!(
        (settled["file"].as_str(), settled["label"].as_str(), settled["positive"].as_str()),
        ("0006.jpg", "shoes", "true")
    );
    assert_eq!((settled["votes"].as_str(), settled["votes_positive"].as_str()), ("8", "8"));
    assert_eq!(settled["votes_beside_over_exposed_gold"], "1");
    assert_eq!(settled["sha256"], hex(&Sha256::digest(6_u16.to_be_bytes())));
    assert_eq!((settled["source"].as_str(), settled["settled_at"].as_str()), ("votes", "2026-01-01T12:34:56Z"));

    // The weights of its votes are the log-odds of its confidence: the prior is one half.
    let votes = place.rows("votes.csv");
    let weights: f64 =
        votes.iter().filter(|row| row["item"] == "7").map(|row| row["weight"].parse::<f64>().unwrap()).sum();
    let confidence = Probability::from_log_odds(weights).value();
    assert!((confidence - settled["confidence"].parse::<f64>().unwrap()).abs() < 2e-6);
    let vote = Vote { picked: true, human: Probability::saturating(0.97), new_prefix: true };
    assert!((weights - 8.0 * vote.log_likelihood_ratio(&Crowd::default())).abs() < 1e-4);

    let quarrel = labels.iter().find(|row| row["item"] == "9").unwrap();
    assert_eq!(
        (quarrel["state"].as_str(), quarrel["label"].as_str(), quarrel["confidence"].as_str()),
        ("open", "", "")
    );
}

#[tokio::test]
async fn both_forms_say_the_same() {
    let place = Place::new(16).await;
    place.answered().await;
    place.export(&place.options()).await.unwrap();
    for (csv, jsonl) in [("labels.csv", "labels.jsonl"), ("votes.csv", "votes.jsonl")] {
        let (rows, lines) = (place.rows(csv), place.lines(jsonl));
        assert_eq!(rows.len(), lines.len());
        for (row, line) in rows.iter().zip(&lines) {
            let line = line.as_object().unwrap();
            assert_eq!(row.len(), line.len());
            for (key, value) in line {
                let expected = match value {
                    serde_json::Value::Null => String::new(),
                    serde_json::Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                assert_eq!(row[key], expected, "{key}");
            }
        }
    }
}

#[tokio::test]
async fn nothing_in_an_export_tells_of_a_visitor() {
    let place = Place::new(16).await;
    place.answered().await;
    place.export(&place.options()).await.unwrap();
    for vote in place.rows("votes.csv") {
        assert_eq!(vote["day"], "2026-01-01");
        let worker = vote["worker"].strip_prefix('w').unwrap();
        assert!(worker.bytes().all(|byte| byte.is_ascii_digit()));
    }
    for file in FILES {
        let text = fs::read_to_string(place.options().folder.join(file)).unwrap();
        // The visits' address hashes, nonces and codes in this test are repeated bytes.
        for number in 1..=8_u8 {
            assert!(!text.contains(&hex(&[number; 8])), "{file}");
        }
        if file.starts_with("votes") {
            assert!(!text.contains("12:34"), "{file}");
        }
    }
}

#[tokio::test]
async fn votes_taken_back_are_in_no_file_and_it_still_adds_up() {
    let place = Place::new(16).await;
    place.answered().await;
    let removal = Removal { code_digest: [3; 32], campaign: place.rules, now_ms: NOW_MS };
    place.writer.remove(removal).await.unwrap();
    let manifest = place.export(&place.options()).await.unwrap();
    assert_eq!((manifest.ledger.votes, manifest.ledger.votes_removed), (35, 5));
    assert_eq!(place.rows("votes.csv").len(), 35);
    assert!(place.rows("votes.csv").iter().all(|row| row["worker"] != "w3"));
}

#[tokio::test]
async fn an_export_is_of_one_moment() {
    let place = Place::new(16).await;
    place.answered().await;
    let mut snapshot = place.store.snapshot().await.unwrap();
    // The view begins with the first read.
    let before = snapshot.tally(place.campaign.id).await.unwrap().unwrap();
    place.visit(50, &[(10, true), (11, true)]).await;
    let options = place.options();
    let manifest = export(&mut snapshot, &place.campaign, &place.rules, &options, NOW_MS, &|_| {}).await.unwrap();
    assert_eq!((manifest.ledger.votes, before.sums.votes), (40, 40));
    drop(snapshot);
    let later = ExportOptions { folder: place.data.path().join("later"), ..place.options() };
    assert_eq!(place.export(&later).await.unwrap().ledger.votes, 42);
}

#[tokio::test]
async fn what_does_not_add_up_is_not_exported() {
    let place = Place::new(16).await;
    place.answered().await;
    let mut counted = Counted::default();
    let mut snapshot = place.store.snapshot().await.unwrap();
    let tally = snapshot.tally(place.campaign.id).await.unwrap().unwrap();
    for item in snapshot.items_page(place.campaign.id, 0, 100).await.unwrap() {
        counted.item(&item);
    }
    for vote in snapshot.votes_page(place.campaign.id, 0, 100).await.unwrap() {
        counted.vote(&vote);
    }
    counted.reconcile(&tally).unwrap();
    let mut dropped = counted;
    dropped.items.items -= 1;
    dropped.items.open -= 1;
    let error = dropped.reconcile(&tally).unwrap_err().to_string();
    assert_eq!(
        error,
        "the export does not add up, nothing was exported: exported items are 19, items in the database are 20"
    );
    let mut doubled = counted;
    doubled.vote_rows += 1;
    assert!(doubled.reconcile(&tally).unwrap_err().to_string().contains("exported votes are 41"));
    let mut ledger = tally;
    ledger.sums.votes -= 1;
    assert!(counted.reconcile(&ledger).unwrap_err().to_string().contains("votes in the ledger are 39"));
}

#[tokio::test]
async fn evaluation_tells_which_labels_are_wrong() {
    let place = Place::new(16).await;
    place.answered().await;
    assert_eq!(place.export(&place.options()).await.unwrap().evaluation, None);
    let options = ExportOptions { existing: Existing::Replace, evaluate: true, ..place.options() };
    let evaluation = place.export(&options).await.unwrap().evaluation.unwrap();
    // Rows 5 to 8 are files 4 to 7; of these only file 6 truly shows shoes, and the crowd says 6 and 7.
    assert_eq!((evaluation.items, evaluation.right, evaluation.truly_positive), (4, 3, 1));
    assert_eq!(evaluation.share_right, Some(0.75));
    let [wrong] = evaluation.wrong.as_slice() else { panic!("{evaluation:?}") };
    assert_eq!((wrong.file.as_str(), wrong.positive, wrong.truth.as_str(), wrong.votes), ("0007.jpg", true, "hat", 8));
}

#[tokio::test]
async fn an_export_longer_than_a_page_is_complete() {
    let place = Place::new(4500).await;
    place.visit(1, &(5..=904).map(|item| (item, item % 3 == 0)).collect::<Vec<_>>()).await;
    let steps = Mutex::new(Vec::new());
    let mut snapshot = place.store.snapshot().await.unwrap();
    let progress = |step: Step| steps.lock().unwrap().push(step);
    let options = place.options();
    export(&mut snapshot, &place.campaign, &place.rules, &options, NOW_MS, &progress).await.unwrap();
    let steps: Vec<u64> = steps.into_inner().unwrap().iter().map(|step| step.done).collect();
    assert_eq!(steps, [2000, 4000, 4504, 5404]);
    let items: Vec<String> = place.rows("labels.csv").into_iter().map(|row| row["item"].clone()).collect();
    assert_eq!(items, (1..=4504).map(|item| item.to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_campaign_without_a_vote_is_exported_with_headers() {
    let place = Place::new(3).await;
    let manifest = place.export(&place.options()).await.unwrap();
    assert_eq!(manifest.files.iter().map(|facts| facts.rows).collect::<Vec<_>>(), [7, 7, 0, 0]);
    let votes = fs::read_to_string(place.options().folder.join("votes.csv")).unwrap();
    assert_eq!(votes.trim_end(), VOTE_COLUMNS.join(","));
    assert!(matches!(place.export(&place.options()).await, Err(ExportError::Exists { .. })));
}
