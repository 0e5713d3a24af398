//! What a visitor is told before the work: for whom, what for, about how long.

use serde::{Deserialize, Serialize};

/// Said on the closed widget and again above the tiles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disclosure {
    /// Who gets the labels, such as "City Museum".
    pub requester: String,
    /// What the labels build, such as "street scenes, a training set for …".
    pub data_set: String,
    /// Under which licence the data set is published, or "not published".
    pub licence: String,
    /// About how many seconds it takes.
    pub seconds: u16,
    /// Where `seconds` comes from.
    pub seconds_source: SecondsSource,
}

/// Whether a time was measured here or taken from a study.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondsSource {
    /// The median of this campaign's own visitors.
    Measured,
    /// Too few visitors so far: the median of a published study.
    Study,
}

impl SecondsSource {
    /// What has this name on the wire.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "measured" => Some(Self::Measured),
            "study" => Some(Self::Study),
            _ => None,
        }
    }
}
