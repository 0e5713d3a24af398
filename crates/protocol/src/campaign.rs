//! A campaign as its requester writes and reads it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::{CampaignName, Language};

/// `POST /v1/campaigns`: one question about many items.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewCampaign {
    /// Its name in URLs and files.
    pub name: CampaignName,
    /// The question by language, such as `{"en": "Which photos show shoes?"}`; at least one.
    pub question: BTreeMap<Language, String>,
    /// The label in `labels.csv` that means yes; other labels mean no.
    pub target: String,
    /// Who gets the labels.
    pub requester: String,
    /// What they build.
    pub data_set: String,
    /// Its licence.
    #[serde(default = "unpublished")]
    pub licence: String,
    /// Posterior at which a label is final, 0.9 to 0.999999.
    #[serde(default = "default_confidence")]
    pub confidence: f64,
    /// Servings after which a gold item counts as over-exposed, 1 to 1000.
    #[serde(default = "default_gold_servings")]
    pub gold_servings: u32,
}

fn unpublished() -> String {
    "not published".to_owned()
}

fn default_confidence() -> f64 {
    0.999
}

fn default_gold_servings() -> u32 {
    10
}

/// A campaign as stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Campaign {
    /// What its requester wrote.
    #[serde(flatten)]
    pub terms: NewCampaign,
    /// When it was created, RFC 3339.
    pub created_at: String,
    /// Whether visitors are asked.
    pub active: bool,
}
