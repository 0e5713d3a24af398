//! Corvée's words in every language it speaks: catalogues, the choice among them, a site's own words. Knows no page.
//!
//! A language is two files: one in `words/`, a template for each [`Word`], in the order of the enum; and one in `prices/`,
//! what receipts say of prices elsewhere, which no first visit downloads. What a template may hold is said in
//! [`corvee_protocol::words`].

mod choice;
mod overrides;
mod prices;
mod template;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use corvee_protocol::words::Placeholder;
use corvee_protocol::{Word, Words};

pub use overrides::{OverrideError, with_overrides};
pub use prices::{PriceWord, PriceWords};
pub use template::TemplateError;

/// Tag, whether right to left, and file of each language.
const SOURCES: &[(&str, bool, &str)] = &[
    ("en", false, include_str!("../words/en.toml")),
    ("fr", false, include_str!("../words/fr.toml")),
    ("de", false, include_str!("../words/de.toml")),
    ("es", false, include_str!("../words/es.toml")),
    ("it", false, include_str!("../words/it.toml")),
    ("pt", false, include_str!("../words/pt.toml")),
    ("nl", false, include_str!("../words/nl.toml")),
    ("pl", false, include_str!("../words/pl.toml")),
    ("tr", false, include_str!("../words/tr.toml")),
    ("ru", false, include_str!("../words/ru.toml")),
    ("uk", false, include_str!("../words/uk.toml")),
    ("ar", true, include_str!("../words/ar.toml")),
    ("he", true, include_str!("../words/he.toml")),
    ("fa", true, include_str!("../words/fa.toml")),
    ("hi", false, include_str!("../words/hi.toml")),
    ("zh-Hans", false, include_str!("../words/zh-Hans.toml")),
    ("zh-Hant", false, include_str!("../words/zh-Hant.toml")),
    ("ja", false, include_str!("../words/ja.toml")),
    ("ko", false, include_str!("../words/ko.toml")),
    ("vi", false, include_str!("../words/vi.toml")),
    ("id", false, include_str!("../words/id.toml")),
];

/// Why a catalogue cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// Its file is no TOML of texts.
    #[error("{file}: {cause}")]
    File {
        /// The file, such as `words/de.toml`.
        file: String,
        /// What the parser says.
        cause: toml::de::Error,
    },
    /// A text is not translated.
    #[error("{file}: `{key}` is missing; translate it from en.toml beside it")]
    Missing {
        /// The file.
        file: String,
        /// The text's name.
        key: &'static str,
    },
    /// A key is none of a text's.
    #[error("{file}: no text is called `{key}`; remove it, or add it to {list}")]
    Unknown {
        /// The file.
        file: String,
        /// The key.
        key: String,
        /// Where the keys are listed.
        list: &'static str,
    },
    /// A template cannot be read.
    #[error("{file}: `{key}`: {cause}")]
    Template {
        /// The file.
        file: String,
        /// The text's name.
        key: &'static str,
        /// What is the matter, and the remedy.
        cause: TemplateError,
    },
}

/// Every language.
static ALL: LazyLock<Vec<Words>> = LazyLock::new(|| {
    let loaded = SOURCES.iter().map(|(tag, rtl, source)| load(tag, *rtl, source));
    loaded.collect::<Result<_, _>>().expect("the catalogues are those that the tests of this package load")
});

/// The words in every language, chosen by what a visitor or a page wishes.
#[derive(Clone, Copy, Debug)]
pub struct Catalogue;

impl Catalogue {
    /// Every language, English first.
    pub fn all() -> &'static [Words] {
        &ALL
    }

    /// The words of the first wish that there are words for, exactly or nearly; else English.
    pub fn of(tags: &[&str]) -> &'static Words {
        tags.iter().find_map(|tag| choice::nearest(&ALL, tag)).unwrap_or_else(Self::english)
    }

    /// The same for the value of an `Accept-Language` header (RFC 9110, section 12.5.4).
    pub fn from_accept_language(header: &str) -> &'static Words {
        Self::of(&choice::wishes(header))
    }

    /// What a page asks for if there are words for it, else what the visitor's browser does, else English.
    pub fn chosen(page: Option<&str>, accept_language: Option<&str>) -> &'static Words {
        page.and_then(|tag| choice::nearest(&ALL, tag))
            .unwrap_or_else(|| Self::from_accept_language(accept_language.unwrap_or_default()))
    }

    fn english() -> &'static Words {
        ALL.first().expect("English is the first of the languages")
    }
}

fn load(tag: &str, rtl: bool, source: &str) -> Result<Words, CatalogueError> {
    let keys = Word::ALL.iter().map(|word| (word.key(), word.placeholders()));
    let list = "crates/protocol/src/words/word.rs";
    Ok(Words { tag: tag.to_owned(), rtl, templates: templates("words", list, tag, source, keys)? })
}

/// The texts of a file in `folder`, one for each key, in the order of the keys.
fn templates(
    folder: &str,
    list: &'static str,
    tag: &str,
    source: &str,
    keys: impl Iterator<Item = (&'static str, &'static [Placeholder])>,
) -> Result<Vec<String>, CatalogueError> {
    let file = || format!("{folder}/{tag}.toml");
    let mut given: BTreeMap<String, String> =
        toml::from_str(source).map_err(|cause| CatalogueError::File { file: file(), cause })?;
    let texts = keys.map(|(key, placeholders)| {
        let text = given.remove(key).ok_or_else(|| CatalogueError::Missing { file: file(), key })?;
        template::check_with(placeholders, tag, &text).map_err(|cause| CatalogueError::Template {
            file: file(),
            key,
            cause,
        })?;
        Ok(text)
    });
    let texts = texts.collect::<Result<_, _>>()?;
    match given.into_keys().next() {
        None => Ok(texts),
        Some(key) => Err(CatalogueError::Unknown { file: file(), key, list }),
    }
}

#[cfg(test)]
mod tests;
