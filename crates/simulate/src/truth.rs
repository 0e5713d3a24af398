//! The truth of a campaign's items: from gold, from hidden labels, or from a file. Knows no seal and no visitor.

use std::collections::BTreeMap;

use corvee_protocol::campaign::Campaign;
use serde::Deserialize;

use crate::error::SimulateError;

/// An item as the requester API lists it; members that are not needed here are passed over.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct ListedItem {
    /// Its row.
    pub(crate) id: i64,
    /// Its file.
    pub(crate) file: String,
    pub(crate) state: ListedState,
    /// The known answer of gold.
    pub(crate) gold: Option<bool>,
    /// Truth kept for evaluation.
    pub(crate) hidden_label: Option<String>,
    /// P(positive) from votes, or from gold's own answer.
    pub(crate) p_positive: f64,
    /// Votes that count.
    pub(crate) votes: u64,
}

/// Where an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ListedState {
    Gold,
    Open,
    Final,
    Ambiguous,
}

/// Labels by file, as in `labels.csv`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels(BTreeMap<String, String>);

/// Why a text is no table of labels.
#[derive(Debug, thiserror::Error)]
pub enum LabelsError {
    /// No column of this name.
    #[error("the first line names no column {0}")]
    Column(&'static str),
    /// Not CSV.
    #[error(transparent)]
    Csv(#[from] csv::Error),
}

impl Labels {
    /// Reads CSV whose first line names the columns `file` and `label`; others are passed over, the last line of a file
    /// counts.
    pub fn from_csv(text: &str) -> Result<Self, LabelsError> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let headers = reader.headers()?.clone();
        let column = |name| headers.iter().position(|header| header.trim() == name).ok_or(LabelsError::Column(name));
        let (file, label) = (column("file")?, column("label")?);
        let mut labels = BTreeMap::new();
        for record in reader.records() {
            let record = record?;
            if let (Some(file), Some(label)) = (record.get(file), record.get(label)) {
                labels.insert(file.trim().to_owned(), label.trim().to_owned());
            }
        }
        Ok(Self(labels))
    }
}

/// Which items show the thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Truth(BTreeMap<i64, bool>);

impl Truth {
    /// The truth of all items: gold's own answer, else the hidden label, else the label in `labels`.
    ///
    /// # Errors
    /// [`SimulateError::Unanswerable`] when items remain.
    pub(crate) fn of(
        campaign: &Campaign,
        items: &[ListedItem],
        labels: Option<&Labels>,
    ) -> Result<Self, SimulateError> {
        let target = campaign.terms.target.as_str();
        let mut truth = BTreeMap::new();
        let mut unknown = Vec::new();
        for item in items {
            let hidden = || item.hidden_label.as_deref().map(|label| label == target);
            let given = || labels?.0.get(&item.file).map(|label| label == target);
            match item.gold.or_else(hidden).or_else(given) {
                Some(positive) => drop(truth.insert(item.id, positive)),
                None => unknown.push(item.file.as_str()),
            }
        }
        unknown.first().map_or(Ok(Self(truth)), |file| {
            Err(SimulateError::Unanswerable { count: unknown.len(), file: (*file).to_owned() })
        })
    }

    /// Whether the item shows the thing.
    pub(crate) fn positive(&self, item: i64) -> Result<bool, SimulateError> {
        self.0.get(&item).copied().ok_or(SimulateError::ForeignItem { item })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn item(id: i64, gold: Option<bool>, hidden_label: Option<&str>) -> ListedItem {
        ListedItem {
            id,
            file: format!("{id:04}.jpg"),
            state: if gold.is_some() { ListedState::Gold } else { ListedState::Open },
            gold,
            hidden_label: hidden_label.map(str::to_owned),
            p_positive: 0.1,
            votes: 0,
        }
    }

    pub(crate) fn campaign() -> Campaign {
        serde_json::from_str(
            r#"{"name": "shoes", "question": {"en": "Which photos show shoes?"}, "target": "shoes", "requester": "Museum",
                "data_set": "clothing", "created_at": "2026-01-01T00:00:00Z", "active": true}"#,
        )
        .unwrap()
    }

    #[test]
    fn gold_comes_before_hidden_labels_and_these_before_the_file() {
        let items = [
            item(1, Some(true), Some("hat")),
            item(2, None, Some("shoes")),
            item(3, None, Some("hat")),
            item(4, None, None),
            item(5, None, None),
        ];
        let labels =
            Labels::from_csv("file,label,origin\n0004.jpg, shoes,x\n0005.jpg,hat,y\n0003.jpg,shoes,z\n").unwrap();
        let truth = Truth::of(&campaign(), &items, Some(&labels)).unwrap();
        let positives: Vec<bool> = (1..=5).map(|id| truth.positive(id).unwrap()).collect();
        assert_eq!(positives, [true, true, false, true, false]);
        assert!(matches!(truth.positive(6), Err(SimulateError::ForeignItem { item: 6 })));
    }

    #[test]
    fn items_without_truth_are_counted_and_refused() {
        let items = [item(1, Some(true), None), item(2, None, None), item(3, None, None)];
        let error = Truth::of(&campaign(), &items, None).unwrap_err();
        assert!(matches!(&error, SimulateError::Unanswerable { count: 2, file } if file == "0002.jpg"), "{error}");
    }

    #[test]
    fn a_table_without_its_columns_is_refused() {
        assert!(matches!(Labels::from_csv("name,label\na,b\n"), Err(LabelsError::Column("file"))));
        assert!(matches!(Labels::from_csv("file,label\na\n"), Err(LabelsError::Csv(_))));
    }
}
