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
    /// What they build: one text for all, or one by language.
    pub data_set: Localized,
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

/// A text for visitors: the same for all, or one by language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Localized {
    /// `"street scenes"`
    Plain(String),
    /// `{"en": "street scenes", "fr": "scènes de rue"}`
    ByLanguage(BTreeMap<Language, String>),
}

impl Localized {
    /// The text in the language nearest to the wanted one; empty when there is none at all.
    pub fn nearest(&self, wanted: &Language) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::ByLanguage(texts) => nearest(texts, wanted).map_or("", |(_, text)| text),
        }
    }

    /// The language of that text; `None` when its requester did not say.
    pub fn language(&self, wanted: &Language) -> Option<&Language> {
        match self {
            Self::Plain(_) => None,
            Self::ByLanguage(texts) => nearest(texts, wanted).map(|(language, _)| language),
        }
    }

    /// Every text there is.
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Self::Plain(text) => vec![text],
            Self::ByLanguage(texts) => texts.values().map(String::as_str).collect(),
        }
    }
}

impl From<&str> for Localized {
    fn from(text: &str) -> Self {
        Self::Plain(text.to_owned())
    }
}

/// The text in the wanted language, else in one of the same primary subtag, else in English, else the first; and its
/// language.
pub fn nearest<'a>(texts: &'a BTreeMap<Language, String>, wanted: &Language) -> Option<(&'a Language, &'a str)> {
    let same = texts.iter().find(|(language, _)| language.as_str().eq_ignore_ascii_case(wanted.as_str()));
    let same_primary = || texts.iter().find(|(language, _)| language.primary() == wanted.primary());
    let english = || texts.iter().find(|(language, _)| language.primary() == "en");
    let found = same.or_else(same_primary).or_else(english).or_else(|| texts.iter().next());
    found.map(|(language, text)| (language, text.as_str()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_comes_in_the_nearest_language() {
        let texts: Localized =
            serde_json::from_str(r#"{"de": "Straßen", "en-GB": "streets", "zh-Hans": "街景", "zh-Hant": "街景圖"}"#)
                .unwrap();
        let check = |wanted: &str, text, language| {
            let wanted = wanted.parse().unwrap();
            let found = texts.language(&wanted).map(Language::as_str);
            assert_eq!((texts.nearest(&wanted), found), (text, Some(language)), "{wanted}");
        };
        check("de-AT", "Straßen", "de");
        check("ZH-hant", "街景圖", "zh-Hant");
        check("zh", "街景", "zh-Hans");
        check("fr", "streets", "en-GB");
        let plain: Localized = serde_json::from_str("\"streets\"").unwrap();
        let french = "fr".parse().unwrap();
        assert_eq!((plain.nearest(&french), plain.language(&french)), ("streets", None));
        assert_eq!(serde_json::to_string(&plain).unwrap(), "\"streets\"");
        assert_eq!((plain.texts(), texts.texts().len()), (vec!["streets"], 4));
        assert!(serde_json::from_str::<Localized>(r#"{"no tag": "x"}"#).is_err());
        assert_eq!(Localized::ByLanguage(BTreeMap::new()).nearest(&"en".parse().unwrap()), "");
    }
}
