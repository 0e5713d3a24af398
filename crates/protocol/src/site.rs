//! A site as its owner writes and reads it.

use core::fmt;
use core::str::FromStr;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::dialect::Dialect;
use crate::ids::{CampaignName, Hostname, Language, SiteKey};

/// Visitors' strings that a site says in its own words: language to name of the string to text.
pub type SiteWords = BTreeMap<Language, BTreeMap<String, String>>;

/// `POST /v1/sites`: a site that will show the widget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSite {
    /// What people call it.
    pub name: String,
    /// Where its pages live; at least one.
    pub hostnames: Vec<Hostname>,
    /// Which campaigns its visitors work for; at least one, unless nobody is asked to label.
    #[serde(default)]
    pub campaigns: Vec<CampaignName>,
    /// What its visitors are offered.
    #[serde(default)]
    pub turn: Turn,
    /// What it says in its own words.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub words: SiteWords,
}

/// Whose turn it is to work: the visitor's or the machine's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Turn {
    /// The visitor chooses.
    #[default]
    Both,
    /// The device computes; labelling is offered beside it to address prefixes with so many failures in the hour, 1 to 1000.
    AfterFailures(u32),
    /// The device computes; nobody is asked to label.
    Machine,
}

/// A text that names no [`Turn`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("turn must be both, machine, or after-failures:N with N from 1 to 1000")]
pub struct TurnError;

impl FromStr for Turn {
    type Err = TurnError;

    fn from_str(text: &str) -> Result<Self, TurnError> {
        match text {
            "both" => Ok(Self::Both),
            "machine" => Ok(Self::Machine),
            _ => {
                let failures = text.strip_prefix("after-failures:").ok_or(TurnError)?;
                let failures = failures.parse().map_err(|_cause| TurnError)?;
                if (1..=1000).contains(&failures) { Ok(Self::AfterFailures(failures)) } else { Err(TurnError) }
            }
        }
    }
}

impl fmt::Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Both => f.write_str("both"),
            Self::AfterFailures(failures) => write!(f, "after-failures:{failures}"),
            Self::Machine => f.write_str("machine"),
        }
    }
}

impl TryFrom<String> for Turn {
    type Error = TurnError;

    fn try_from(text: String) -> Result<Self, TurnError> {
        text.parse()
    }
}

impl From<Turn> for String {
    fn from(turn: Turn) -> Self {
        turn.to_string()
    }
}

/// A site's keys in the spelling that one dialect's clients want, and where these clients must point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeySpelling {
    /// Whose clients.
    pub dialect: Dialect,
    /// Goes into the page.
    pub sitekey: SiteKey,
    /// Goes into the site's server; only in the reply that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// Path of the script on the collector.
    pub script: String,
    /// Path of the check on the collector.
    pub siteverify: String,
}

/// A site just created, or one whose secrets were just replaced. They are shown this once and stored as digests only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatedSite {
    /// Goes into the page.
    pub sitekey: SiteKey,
    /// Goes into the site's server, never into a page.
    pub secret: String,
    /// The same keys for every dialect's clients.
    #[serde(default)]
    pub keys: Vec<KeySpelling>,
    /// The site.
    #[serde(flatten)]
    pub site: NewSite,
}

/// A site in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Goes into the page.
    pub sitekey: SiteKey,
    /// The same key for every dialect's clients.
    pub keys: Vec<KeySpelling>,
    /// The site.
    #[serde(flatten)]
    pub site: NewSite,
    /// When it was created, RFC 3339.
    pub created_at: String,
}

/// `PATCH /v1/sites/{sitekey}`: what is to change of a site; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteChange {
    /// What people call it from now on.
    #[serde(default)]
    pub name: Option<String>,
    /// Host names its pages live on as well.
    #[serde(default)]
    pub add_hostnames: Vec<Hostname>,
    /// Host names its pages no longer live on.
    #[serde(default)]
    pub remove_hostnames: Vec<Hostname>,
    /// Campaigns its visitors work for as well.
    #[serde(default)]
    pub add_campaigns: Vec<CampaignName>,
    /// Campaigns its visitors no longer work for.
    #[serde(default)]
    pub remove_campaigns: Vec<CampaignName>,
    /// What its visitors are offered from now on.
    #[serde(default)]
    pub turn: Option<Turn>,
    /// What it says in its own words from now on; takes the place of all earlier ones.
    #[serde(default)]
    pub words: Option<SiteWords>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_is_read_as_it_is_written() {
        for turn in [Turn::Both, Turn::Machine, Turn::AfterFailures(1), Turn::AfterFailures(1000)] {
            assert_eq!(turn.to_string().parse(), Ok(turn));
            assert_eq!(serde_json::from_value::<Turn>(serde_json::to_value(turn).unwrap()).unwrap(), turn);
        }
        for text in
            ["", "Both", "after-failures:", "after-failures:0", "after-failures:1001", "after-failures:x", "none"]
        {
            assert_eq!(text.parse::<Turn>(), Err(TurnError), "{text}");
        }
    }

    #[test]
    fn a_site_of_before_turn_and_words_reads_as_it_did() {
        let site: NewSite =
            serde_json::from_str(r#"{"name":"shop","hostnames":["shop.example"],"campaigns":["things"]}"#).unwrap();
        assert_eq!((site.turn, site.words), (Turn::Both, SiteWords::new()));
    }
}
