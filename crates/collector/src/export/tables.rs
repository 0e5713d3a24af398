//! The rows of an export and their two forms, CSV and JSON lines, line for line the same. Knows columns; does not know
//! where rows come from.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use corvee_consensus::{Crowd, Probability, Vote};
use serde::{Deserialize, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use crate::clock;
use crate::images::shelf::hex;
use crate::store::items::ItemState;
use crate::store::snapshot::{ItemRow, VoteRow};

/// Columns of `labels.csv`, keys of `labels.jsonl`.
pub const LABEL_COLUMNS: [&str; 14] = [
    "item",
    "file",
    "sha256",
    "state",
    "label",
    "positive",
    "confidence",
    "p_positive",
    "votes",
    "votes_positive",
    "effective_votes",
    "votes_beside_over_exposed_gold",
    "source",
    "settled_at",
];

/// Columns of `votes.csv`, keys of `votes.jsonl`. None of them is an attribute of a visitor: a worker is one visit, and of
/// its time only the day is told.
pub const VOTE_COLUMNS: [&str; 11] = [
    "vote",
    "item",
    "file",
    "worker",
    "label",
    "positive",
    "weight",
    "human",
    "new_prefix",
    "over_exposed_gold",
    "day",
];

/// What the two answers are called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelNames {
    /// The campaign's target.
    pub positive: String,
    /// Everything else.
    pub negative: String,
}

impl LabelNames {
    /// The target, and `other`.
    pub fn of(target: &str) -> Self {
        let negative = if target == "other" { "not other" } else { "other" };
        Self { positive: target.to_owned(), negative: negative.to_owned() }
    }

    fn name(&self, positive: bool) -> &str {
        if positive { &self.positive } else { &self.negative }
    }
}

/// A number told with six decimals: what lies beyond is the machine's, not the crowd's.
#[derive(Clone, Copy, Debug, PartialEq)]
struct SixDecimals(f64);

impl Serialize for SixDecimals {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64((self.0 * 1e6).round() / 1e6)
    }
}

/// A row of labels.
#[derive(Debug, Serialize)]
pub(super) struct LabelRow<'a> {
    item: i64,
    file: &'a str,
    sha256: String,
    state: &'static str,
    /// Empty while the item is open, and when it is ambiguous.
    label: Option<&'a str>,
    positive: Option<bool>,
    /// Posterior of the label; 1 for gold.
    confidence: Option<SixDecimals>,
    p_positive: SixDecimals,
    votes: u64,
    votes_positive: u64,
    effective_votes: SixDecimals,
    votes_beside_over_exposed_gold: u64,
    source: &'static str,
    settled_at: Option<String>,
}

impl<'a> LabelRow<'a> {
    pub(super) fn new(item: &'a ItemRow, names: &'a LabelNames) -> Self {
        let p_positive = item.gold.map_or_else(
            || Probability::from_log_odds(item.log_odds),
            |positive| Probability::saturating(f64::from(u8::from(positive))),
        );
        let positive = label(item);
        let confidence = positive.map(|positive| if positive { p_positive } else { p_positive.complement() });
        Self {
            item: item.id.0,
            file: &item.file,
            sha256: hex(&item.digest),
            state: item.state.word(),
            label: positive.map(|positive| names.name(positive)),
            positive,
            confidence: confidence.map(|confidence| SixDecimals(confidence.value())),
            p_positive: SixDecimals(p_positive.value()),
            votes: item.n_votes,
            votes_positive: item.n_positive,
            effective_votes: SixDecimals(item.effective_votes),
            votes_beside_over_exposed_gold: item.n_over_exposed,
            source: if item.gold.is_some() { "gold" } else { "votes" },
            settled_at: item.settled_ms.map(clock::rfc3339),
        }
    }
}

/// The label of an item that has one.
pub(super) fn label(item: &ItemRow) -> Option<bool> {
    match item.state {
        ItemState::Gold => item.gold,
        ItemState::Final => Some(item.log_odds > 0.0),
        ItemState::Open | ItemState::Ambiguous => None,
    }
}

/// A row of votes.
#[derive(Debug, Serialize)]
pub(super) struct VoteLine<'a> {
    vote: i64,
    item: i64,
    file: &'a str,
    worker: String,
    label: &'a str,
    positive: bool,
    /// Nats by which the vote moved the item, whatever the direction.
    weight: SixDecimals,
    human: SixDecimals,
    new_prefix: bool,
    over_exposed_gold: bool,
    day: String,
}

impl<'a> VoteLine<'a> {
    pub(super) fn new(row: &'a VoteRow, names: &'a LabelNames, crowd: &Crowd) -> Self {
        let vote = Vote { picked: row.picked, human: Probability::saturating(row.human), new_prefix: row.new_prefix };
        Self {
            vote: row.id,
            item: row.item.0,
            file: &row.file,
            worker: format!("w{}", row.worker),
            label: names.name(row.picked),
            positive: row.picked,
            weight: SixDecimals(vote.log_likelihood_ratio(crowd).abs()),
            human: SixDecimals(row.human),
            new_prefix: row.new_prefix,
            over_exposed_gold: row.over_exposed_gold,
            day: clock::day(row.created_ms),
        }
    }
}

/// A file of the export, as the manifest tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFacts {
    /// Its name in the export.
    pub name: String,
    /// Rows, without a header.
    pub rows: u64,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256 of its content, hexadecimal.
    pub sha256: String,
}

/// A table being written in both forms.
pub(super) struct Table {
    name: &'static str,
    rows: u64,
    csv: csv::Writer<DigestedFile>,
    jsonl: DigestedFile,
}

impl Table {
    pub(super) fn create(folder: &Path, name: &'static str, columns: &[&str]) -> io::Result<Self> {
        let csv = DigestedFile::create(&folder.join(format!("{name}.csv")))?;
        let mut csv = csv::WriterBuilder::new().has_headers(false).from_writer(csv);
        csv.write_record(columns)?;
        Ok(Self { name, rows: 0, csv, jsonl: DigestedFile::create(&folder.join(format!("{name}.jsonl")))? })
    }

    pub(super) fn write(&mut self, row: &impl Serialize) -> io::Result<()> {
        self.csv.serialize(row)?;
        serde_json::to_writer(&mut self.jsonl, row)?;
        self.jsonl.write_all(b"\n")?;
        self.rows += 1;
        Ok(())
    }

    pub(super) fn finish(self) -> io::Result<[FileFacts; 2]> {
        let csv = self.csv.into_inner().map_err(csv::IntoInnerError::into_error)?;
        Ok([
            csv.finish(format!("{}.csv", self.name), self.rows)?,
            self.jsonl.finish(format!("{}.jsonl", self.name), self.rows)?,
        ])
    }
}

/// A file whose digest is known when it is finished.
struct DigestedFile {
    file: BufWriter<File>,
    digest: Sha256,
    bytes: u64,
}

impl DigestedFile {
    fn create(path: &Path) -> io::Result<Self> {
        Ok(Self { file: BufWriter::new(File::create(path)?), digest: Sha256::new(), bytes: 0 })
    }

    fn finish(self, name: String, rows: u64) -> io::Result<FileFacts> {
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        Ok(FileFacts { name, rows, bytes: self.bytes, sha256: hex(&self.digest.finalize()) })
    }
}

impl Write for DigestedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.file.write(bytes)?;
        self.digest.update(bytes.get(..n).unwrap_or_default());
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::items::ItemId;

    fn item(state: ItemState, gold: Option<bool>, log_odds: f64) -> ItemRow {
        ItemRow {
            id: ItemId(7),
            file: "a, b.jpg".to_owned(),
            digest: vec![0xAB; 32],
            gold,
            hidden_label: Some("secret truth".to_owned()),
            state,
            log_odds,
            n_votes: 4,
            effective_votes: 3.123_456_789,
            servings: 99,
            settled_ms: (state == ItemState::Final).then_some(1_767_225_600_000),
            n_positive: 3,
            n_over_exposed: 1,
        }
    }

    fn json(item: &ItemRow) -> serde_json::Value {
        serde_json::to_value(LabelRow::new(item, &LabelNames::of("shoes"))).unwrap()
    }

    #[test]
    fn rows_have_the_columns_and_no_other() {
        let keys = |text: String| {
            let order: Vec<String> = text
                .split("\",\"")
                .flat_map(|part| part.split(",\""))
                .filter_map(|part| part.split_once("\":").map(|(key, _)| key.trim_matches(['{', '"']).to_owned()))
                .collect();
            order
        };
        let open = item(ItemState::Open, None, 0.0);
        let mut plain = open.clone();
        plain.file = "a.jpg".to_owned();
        let names = LabelNames::of("shoes");
        assert_eq!(keys(serde_json::to_string(&LabelRow::new(&plain, &names)).unwrap()), LABEL_COLUMNS);
        let vote = VoteRow {
            id: 1,
            item: ItemId(7),
            file: "a.jpg".to_owned(),
            worker: 3,
            picked: true,
            human: 0.9,
            new_prefix: true,
            over_exposed_gold: false,
            created_ms: 1_767_225_600_000,
        };
        let line = VoteLine::new(&vote, &names, &Crowd::default());
        assert_eq!(keys(serde_json::to_string(&line).unwrap()), VOTE_COLUMNS);
        // The columns that may be published; a new one is a decision about visitors' privacy.
        assert_eq!(
            VOTE_COLUMNS.join(" "),
            "vote item file worker label positive weight human new_prefix over_exposed_gold day"
        );
        assert_eq!(
            LABEL_COLUMNS.join(" "),
            "item file sha256 state label positive confidence p_positive votes votes_positive effective_votes \
             votes_beside_over_exposed_gold source settled_at"
        );
    }

    #[test]
    fn only_what_is_settled_has_a_label() {
        let settled = json(&item(ItemState::Final, None, -8.0));
        assert_eq!(settled["label"], "other");
        assert_eq!(settled["positive"], false);
        assert_eq!(settled["confidence"], 0.999_665);
        assert_eq!(settled["p_positive"], 0.000_335);
        assert_eq!(settled["effective_votes"], 3.123_457);
        assert_eq!(settled["source"], "votes");
        assert_eq!(settled["settled_at"], "2026-01-01T00:00:00Z");

        let gold = json(&item(ItemState::Gold, Some(true), 0.0));
        assert_eq!((&gold["label"], &gold["confidence"]), (&"shoes".into(), &1.0.into()));
        assert_eq!((&gold["p_positive"], &gold["source"]), (&1.0.into(), &"gold".into()));

        for state in [ItemState::Open, ItemState::Ambiguous] {
            let undecided = json(&item(state, None, 0.0));
            assert!(
                undecided["label"].is_null() && undecided["positive"].is_null() && undecided["confidence"].is_null()
            );
            assert_eq!(undecided["p_positive"], 0.5);
        }
    }

    #[test]
    fn the_hidden_truth_is_in_no_row() {
        assert!(!json(&item(ItemState::Open, None, 0.0)).to_string().contains("secret"));
    }

    #[test]
    fn a_target_called_other_keeps_two_names_apart() {
        assert_eq!(LabelNames::of("other").negative, "not other");
        assert_eq!(LabelNames::of("hat").negative, "other");
    }

    #[test]
    fn names_are_written_as_they_are_whatever_a_spreadsheet_makes_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let mut table = Table::create(folder.path(), "labels", &LABEL_COLUMNS).unwrap();
        let names = LabelNames::of("-1+1");
        let mut gold = item(ItemState::Gold, Some(true), 0.0);
        gold.file = "=HYPERLINK(\"x\").jpg".to_owned();
        table.write(&LabelRow::new(&gold, &names)).unwrap();
        table.finish().unwrap();
        let mut csv = csv::Reader::from_path(folder.path().join("labels.csv")).unwrap();
        let row = csv.records().next().unwrap().unwrap();
        assert_eq!((&row[1], &row[4]), (gold.file.as_str(), "-1+1"));
    }

    #[test]
    fn both_forms_hold_the_same_and_the_digests_fit() {
        let folder = tempfile::tempdir().unwrap();
        let mut table = Table::create(folder.path(), "labels", &LABEL_COLUMNS).unwrap();
        let (names, open) = (LabelNames::of("shoes"), item(ItemState::Open, None, 0.0));
        table.write(&LabelRow::new(&open, &names)).unwrap();
        for facts in table.finish().unwrap() {
            let content = std::fs::read(folder.path().join(&facts.name)).unwrap();
            assert_eq!((facts.rows, facts.bytes), (1, content.len() as u64));
            assert_eq!(facts.sha256, hex(&Sha256::digest(&content)));
        }
        let mut csv = csv::Reader::from_path(folder.path().join("labels.csv")).unwrap();
        assert_eq!(csv.headers().unwrap().iter().collect::<Vec<_>>(), LABEL_COLUMNS);
        let row = csv.records().next().unwrap().unwrap();
        assert_eq!(row.iter().take(7).skip(1).collect::<Vec<_>>(), ["a, b.jpg", &"ab".repeat(32), "open", "", "", ""]);
    }
}
