//! A site's own words in place of ours, checked before anybody reads them. Knows no site.

use std::collections::BTreeMap;

use corvee_protocol::limits::TEMPLATE_CHARS;
use corvee_protocol::{Word, Words};

use crate::Catalogue;
use crate::template::{self, TemplateError};

/// Why a site's own word cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OverrideError {
    /// No word has this key.
    #[error("no word is called `{key}`; the keys are those of crates/words/words/en.toml{nearest}")]
    Unknown {
        /// The key.
        key: String,
        /// A key that may have been meant.
        nearest: String,
    },
    /// It says nothing.
    #[error("`{key}` in {tag} is empty; leave it out to keep ours")]
    Empty {
        /// The key.
        key: String,
        /// The language.
        tag: String,
    },
    /// Too long.
    #[error("`{key}` in {tag} has {chars} characters; at most {TEMPLATE_CHARS} fit")]
    Long {
        /// The key.
        key: String,
        /// The language.
        tag: String,
        /// How many.
        chars: usize,
    },
    /// Not a template, or one of another word.
    #[error("`{key}` in {tag}: {cause}")]
    Template {
        /// The key.
        key: String,
        /// The language.
        tag: String,
        /// What is the matter, and the remedy.
        cause: TemplateError,
    },
}

/// These words with some of them replaced by a site's own, `key = "template"`.
///
/// # Errors
/// [`OverrideError`] for the first that does not fit; it may use the word's placeholders, not invent any.
pub fn with_overrides(words: &Words, own: &BTreeMap<String, String>) -> Result<Words, OverrideError> {
    let mut words = words.clone();
    for (key, text) in own {
        let (key, tag) = (key.clone(), words.tag.clone());
        let Some(word) = Word::named(&key) else {
            let nearest = nearest(&key);
            return Err(OverrideError::Unknown { key, nearest });
        };
        let chars = text.chars().count();
        if text.trim().is_empty() {
            return Err(OverrideError::Empty { key, tag });
        }
        if chars > TEMPLATE_CHARS {
            return Err(OverrideError::Long { key, tag, chars });
        }
        if let Err(cause) = template::check(word, &tag, text) {
            return Err(OverrideError::Template { key, tag, cause });
        }
        if let Some(place) = words.templates.get_mut(word as usize) {
            place.clone_from(text);
        }
    }
    Ok(words)
}

/// A hint at a key that holds this one or is held by it.
fn nearest(key: &str) -> String {
    let alike = |word: &&Word| word.key().contains(key) || key.contains(word.key());
    let found = Word::ALL.iter().find(alike).filter(|_| !key.is_empty());
    found.map(|word| format!("; perhaps `{}`", word.key())).unwrap_or_default()
}

impl Catalogue {
    /// Checks a site's own words of every language at once: tag to key to template.
    ///
    /// # Errors
    /// [`OverrideError`] for the first that does not fit.
    pub fn check_overrides(own: &BTreeMap<String, BTreeMap<String, String>>) -> Result<(), OverrideError> {
        own.iter().try_for_each(|(tag, own)| with_overrides(Self::of(&[tag]), own).map(drop))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(key: &str, text: &str) -> Result<Words, OverrideError> {
        with_overrides(Catalogue::of(&["en"]), &BTreeMap::from([(key.to_owned(), text.to_owned())]))
    }

    #[test]
    fn a_site_says_it_in_its_own_words() {
        let words = own("purpose", "Help {requester}!").unwrap();
        assert_eq!(words.template(Word::Purpose), "Help {requester}!");
        assert_eq!(words.template(Word::KeepsOut), Catalogue::of(&["en"]).template(Word::KeepsOut));
    }

    #[test]
    fn what_does_not_fit_says_where_and_what_to_do() {
        for (key, text, says) in [
            (
                "labels",
                "x",
                "no word is called `labels`; the keys are those of crates/words/words/en.toml; perhaps `nobody_labels`",
            ),
            ("", "x", "no word is called ``"),
            ("keeps_out", " ", "`keeps_out` in en is empty"),
            ("keeps_out", &"é".repeat(301), "has 301 characters; at most 300"),
            ("keeps_out", "Hello {requester}", "`keeps_out` in en: there is no `{requester}` here"),
            ("done_in", "{labels, plural, other {#}}", "needs one other"),
        ] {
            let error = own(key, text).map_err(|error| error.to_string());
            assert!(error.as_ref().is_err_and(|error| error.contains(says)), "{key}: {error:?}");
        }
        assert!(own("keeps_out", &"é".repeat(300)).is_ok());
        let all = BTreeMap::from([("fr".to_owned(), BTreeMap::from([("keeps_out".to_owned(), "{".to_owned())]))]);
        assert!(Catalogue::check_overrides(&all).is_err_and(|error| error.to_string().contains("`keeps_out` in fr")));
    }
}
