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
    /// It says no longer for whom, how long, what for.
    #[error("`{key}` in {tag} must keep `{{{placeholder}}}`: visitors are told before the work, and after it")]
    Untold {
        /// The key.
        key: String,
        /// The language.
        tag: String,
        /// What is gone.
        placeholder: &'static str,
    },
    /// It says no longer that nobody is paid.
    #[error("`{key}` in {tag} must say “{unpaid}”: visitors are told before the work")]
    Unsaid {
        /// The key.
        key: String,
        /// The language.
        tag: String,
        /// As we say it.
        unpaid: String,
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
/// [`OverrideError`] for the first that does not fit; it may use the word's placeholders, not invent any, and must use all of
/// them where visitors are told what the work is.
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
        match template::check(word, &tag, text) {
            Ok(used) => keeps_disclosure(&words, word, text, &used)?,
            Err(cause) => return Err(OverrideError::Template { key, tag, cause }),
        }
        if let Some(place) = words.templates.get_mut(word as usize) {
            place.clone_from(text);
        }
    }
    Ok(words)
}

/// What visitors are told of the work, before it and after it.
const TOLD: [Word; 6] =
    [Word::Purpose, Word::ForWhom, Word::TermsMeasured, Word::TermsOfStudy, Word::DoneIn, Word::ComputedIn];
/// Those among them that say that it is unpaid.
const SAID: [Word; 3] = [Word::Purpose, Word::TermsMeasured, Word::TermsOfStudy];

/// A site may say it in other words; it may not leave it unsaid.
fn keeps_disclosure(words: &Words, word: Word, text: &str, used: &[&str]) -> Result<(), OverrideError> {
    let (key, tag) = (word.key().to_owned(), words.tag.clone());
    if !TOLD.contains(&word) {
        return Ok(());
    }
    if let Some(gone) = word.placeholders().iter().find(|placeholder| !used.contains(&placeholder.name)) {
        return Err(OverrideError::Untold { key, tag, placeholder: gone.name });
    }
    let unpaid = unpaid(Catalogue::of(&[&words.tag]));
    if SAID.contains(&word) && !text.to_lowercase().contains(&unpaid.to_lowercase()) {
        return Err(OverrideError::Unsaid { key, tag, unpaid });
    }
    Ok(())
}

/// How a language says that nobody is paid: the end of the sentence with the time in it.
fn unpaid(words: &Words) -> String {
    let said = words.template(Word::TermsMeasured);
    let last = said.rsplit([',', '،', '、', '，']).next().unwrap_or(said);
    last.trim().trim_end_matches(['.', '。', '।']).to_owned()
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
        let text = "Unpaid: help {requester} with {data_set} for {seconds} s!";
        let words = own("purpose", text).unwrap();
        assert_eq!(words.template(Word::Purpose), text);
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
            ("purpose", "Just a check", "`purpose` in en must keep `{requester}`"),
            ("for_whom", "For {requester}.", "`for_whom` in en must keep `{data_set}`"),
            ("terms_of_study", "{licence}, {seconds} s", "`terms_of_study` in en must say “unpaid”"),
        ] {
            let error = own(key, text).map_err(|error| error.to_string());
            assert!(error.as_ref().is_err_and(|error| error.contains(says)), "{key}: {error:?}");
        }
        assert!(own("keeps_out", &"é".repeat(300)).is_ok());
        for words in Catalogue::all() {
            let unpaid = unpaid(words);
            assert!(unpaid.chars().count() > 1 && !unpaid.contains(['{', '}']), "{}: {unpaid}", words.tag);
            assert!(SAID.iter().all(|word| words.template(*word).contains(&unpaid)), "{}: {unpaid}", words.tag);
        }
        let all = BTreeMap::from([("fr".to_owned(), BTreeMap::from([("keeps_out".to_owned(), "{".to_owned())]))]);
        assert!(Catalogue::check_overrides(&all).is_err_and(|error| error.to_string().contains("`keeps_out` in fr")));
    }
}
