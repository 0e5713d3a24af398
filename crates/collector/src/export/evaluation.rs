//! How final labels compare with truth that was kept from the votes. Knows labels, not who gave them.

use serde::{Deserialize, Serialize};

use super::tables::label;
use crate::store::items::ItemState;
use crate::store::snapshot::ItemRow;

/// The comparison.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Items with a final label whose truth is known.
    pub items: u64,
    /// How many labels are right.
    pub right: u64,
    /// Their share, 0 to 1; absent while there are no items.
    pub share_right: Option<f64>,
    /// Positives by truth among `items`.
    pub truly_positive: u64,
    /// The labels that are wrong.
    pub wrong: Vec<WrongLabel>,
}

/// A final label that is not the truth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrongLabel {
    /// The item's file.
    pub file: String,
    /// What the votes say.
    pub positive: bool,
    /// The label it came with.
    pub truth: String,
    /// Votes.
    pub votes: u64,
}

impl Evaluation {
    /// Compares one more item. Only final ones with a hidden label count.
    pub(super) fn add(&mut self, item: &ItemRow, target: &str) {
        let (Some(positive), Some(truth), ItemState::Final) = (label(item), item.hidden_label.as_ref(), item.state)
        else {
            return;
        };
        let truly_positive = truth == target;
        self.items += 1;
        self.truly_positive += u64::from(truly_positive);
        if positive == truly_positive {
            self.right += 1;
        } else {
            self.wrong.push(WrongLabel {
                file: item.file.clone(),
                positive,
                truth: truth.clone(),
                votes: item.n_votes,
            });
        }
        self.share_right = Some(self.right as f64 / self.items as f64);
    }
}
