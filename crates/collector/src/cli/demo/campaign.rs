//! What the demonstration asks, of whom and what for: its campaign. Knows no pictures.

use std::collections::BTreeMap;

use corvee_protocol::campaign::{Localized, NewCampaign};
use corvee_protocol::{CampaignName, Language};
use corvee_samples::ObjectClass;
use serde::Deserialize;

/// The campaign's name.
pub(super) const NAME: &str = "bicycles";

/// Its texts in every language.
const TEXTS: &str = include_str!("campaign.toml");

/// What is asked for.
pub(super) const TARGET: ObjectClass = ObjectClass::Bicycle;

/// The texts by language.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Texts {
    question: BTreeMap<Language, String>,
    data_set: BTreeMap<Language, String>,
}

/// The campaign called `name`.
///
/// # Errors
/// The file of its texts is damaged.
pub(super) fn terms(name: CampaignName) -> anyhow::Result<NewCampaign> {
    let Texts { question, data_set } = toml::from_str(TEXTS)?;
    Ok(NewCampaign {
        name,
        question,
        target: TARGET.name().to_owned(),
        requester: "Corvée demonstration".to_owned(),
        data_set: Localized::ByLanguage(data_set),
        licence: "CC0-1.0".to_owned(),
        confidence: 0.999,
        gold_servings: 10,
    })
}

#[cfg(test)]
mod tests {
    use corvee_words::Catalogue;

    use super::*;

    #[test]
    fn every_language_is_asked_in_its_own_words() {
        let terms = terms(NAME.parse().unwrap()).unwrap();
        let Localized::ByLanguage(data_set) = &terms.data_set else { panic!("one data set for all languages") };
        let mut tags: Vec<&str> = Catalogue::all().iter().map(|words| words.tag.as_str()).collect();
        tags.sort_unstable();
        for texts in [&terms.question, data_set] {
            assert_eq!(texts.keys().map(Language::as_str).collect::<Vec<_>>(), tags);
            let mut distinct: Vec<&String> = texts.values().collect();
            distinct.sort_unstable();
            distinct.dedup();
            assert_eq!(distinct.len(), tags.len(), "one language repeats another: {distinct:#?}");
        }
    }
}
