//! What receipts say of prices elsewhere: rates, their sources, amounts, in every language. Knows no figures.
//!
//! Kept apart from the words of the widget: only receipts need them.

use std::sync::LazyLock;

use corvee_protocol::words::{Placeholder, write};
use corvee_protocol::{Arg, Category, Word, Words};

use crate::{Catalogue, CatalogueError, templates};

/// Tag and file of each language, in the order of the catalogue.
const SOURCES: &[(&str, &str)] = &[
    ("en", include_str!("../prices/en.toml")),
    ("fr", include_str!("../prices/fr.toml")),
    ("de", include_str!("../prices/de.toml")),
    ("es", include_str!("../prices/es.toml")),
    ("it", include_str!("../prices/it.toml")),
    ("pt", include_str!("../prices/pt.toml")),
    ("nl", include_str!("../prices/nl.toml")),
    ("pl", include_str!("../prices/pl.toml")),
    ("tr", include_str!("../prices/tr.toml")),
    ("ru", include_str!("../prices/ru.toml")),
    ("uk", include_str!("../prices/uk.toml")),
    ("ar", include_str!("../prices/ar.toml")),
    ("he", include_str!("../prices/he.toml")),
    ("fa", include_str!("../prices/fa.toml")),
    ("hi", include_str!("../prices/hi.toml")),
    ("zh-Hans", include_str!("../prices/zh-Hans.toml")),
    ("zh-Hant", include_str!("../prices/zh-Hant.toml")),
    ("ja", include_str!("../prices/ja.toml")),
    ("ko", include_str!("../prices/ko.toml")),
    ("vi", include_str!("../prices/vi.toml")),
    ("id", include_str!("../prices/id.toml")),
];

macro_rules! price_words {
    ($($(#[doc = $doc:literal])+ $variant:ident = $key:literal;)*) => {
        /// A text about a price elsewhere.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum PriceWord {
            $($(#[doc = $doc])+ $variant,)*
        }

        impl PriceWord {
            /// All of them, in the order of the files.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its name in the files.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => $key,)* }
            }
        }
    };
}

price_words! {
    /// Measure: what CAPTCHA-solving services take at least.
    SolversLowest = "solvers_lowest";
    /// Measure: what an early CAPTCHA that labels paid the site.
    EarlyLabelling = "early_labelling";
    /// Measure: what CAPTCHA-solving services take at most.
    SolversHighest = "solvers_highest";
    /// Measure: the time at the median pay of click-work.
    ClickWork = "click_work";
    /// Measure: the time at the federal minimum wage of the US.
    MinimumWage = "minimum_wage";
    /// Measure: the labels at the list price of a crowd.
    CrowdList = "crowd_list";
    /// Measure: the labels at the list price of a cloud service.
    CloudList = "cloud_list";
    /// Who says what solving services take.
    SolversSource = "solvers_source";
    /// Who says what the early CAPTCHA paid.
    EarlyLabellingSource = "early_labelling_source";
    /// Who measured the pay of click-work.
    ClickWorkSource = "click_work_source";
    /// Who sets the minimum wage.
    MinimumWageSource = "minimum_wage_source";
    /// Where the crowd's price is listed.
    CrowdListSource = "crowd_list_source";
    /// Where the cloud service's price is listed.
    CloudListSource = "cloud_list_source";
    /// When solving services said so.
    SolversAsOf = "solvers_as_of";
    /// When the early CAPTCHA said so.
    EarlyLabellingAsOf = "early_labelling_as_of";
    /// When the pay of click-work was published.
    ClickWorkAsOf = "click_work_as_of";
    /// Since when the minimum wage is this.
    MinimumWageAsOf = "minimum_wage_as_of";
    /// When the crowd's price was listed.
    CrowdListAsOf = "crowd_list_as_of";
    /// When the cloud service's price was listed.
    CloudListAsOf = "cloud_list_as_of";
    /// So many labels, in a formula.
    Labels = "labels";
    /// An amount for an hour, in a formula.
    PerHour = "per_hour";
}

impl PriceWord {
    /// What its template may name.
    pub const fn placeholders(self) -> &'static [Placeholder] {
        match self {
            Self::Labels => &[Placeholder { name: "labels", counts: true }],
            Self::PerHour => &[Placeholder { name: "price", counts: false }],
            _ => &[],
        }
    }
}

/// Every language.
static ALL: LazyLock<Vec<PriceWords>> = LazyLock::new(|| {
    let loaded = SOURCES.iter().map(|(tag, source)| load(tag, source));
    loaded.collect::<Result<_, _>>().expect("the files are those that the tests of this package load")
});

fn load(tag: &str, source: &str) -> Result<PriceWords, CatalogueError> {
    let keys = PriceWord::ALL.iter().map(|word| (word.key(), word.placeholders()));
    let texts = templates("prices", "crates/words/src/prices.rs", tag, source, keys)?;
    Ok(PriceWords { words: Catalogue::of(&[tag]), texts })
}

/// What one language says of prices elsewhere.
#[derive(Clone, Debug)]
pub struct PriceWords {
    words: &'static Words,
    texts: Vec<String>,
}

impl PriceWords {
    /// Every language, English first.
    pub fn all() -> &'static [Self] {
        &ALL
    }

    /// The language nearest to this tag, else English.
    pub fn of(tag: &str) -> &'static Self {
        let words = Catalogue::of(&[tag]);
        ALL.iter().find(|prices| prices.tag() == words.tag).unwrap_or_else(Self::english)
    }

    fn english() -> &'static Self {
        ALL.first().expect("English is the first of the languages")
    }

    /// The tag of this language.
    pub fn tag(&self) -> &str {
        &self.words.tag
    }

    /// The text as it is.
    pub fn text(&self, word: PriceWord) -> &str {
        self.texts.get(word as usize).map_or("", String::as_str)
    }

    /// So many labels: `5 labels`.
    pub fn labels(&self, count: u32) -> String {
        self.operand(self.fill(self.text(PriceWord::Labels), &[("labels", Arg::Count(count))]))
    }

    /// Milliseconds as seconds with one decimal, rounded: `13.5 s`.
    pub fn seconds(&self, ms: u64) -> String {
        let tenths = ms.saturating_add(50) / 100;
        let time = self.decimal(tenths / 10, &(tenths % 10).to_string());
        self.operand(self.fill(self.words.template(Word::Seconds), &[("time", Arg::Text(&time))]))
    }

    /// Millionths of a US dollar, without idle zeros, cents in full: `$2`, `$0.50`, `$0.012`.
    pub fn dollars(&self, usd_micros: u64) -> String {
        self.operand(self.amount(usd_micros))
    }

    /// The same for an hour: `$7.25/h`.
    pub fn per_hour(&self, usd_micros: u64) -> String {
        let price = self.amount(usd_micros);
        self.operand(self.fill(self.text(PriceWord::PerHour), &[("price", Arg::Text(&price))]))
    }

    fn amount(&self, usd_micros: u64) -> String {
        let (whole, rest) = (usd_micros / 1_000_000, format!("{:06}", usd_micros % 1_000_000));
        let amount = match rest.trim_end_matches('0') {
            "" => whole.to_string(),
            rest => self.decimal(whole, &format!("{rest:0<2}")),
        };
        self.fill(self.words.template(Word::Dollars), &[("amount", Arg::Text(&amount))])
    }

    fn decimal(&self, whole: u64, decimals: &str) -> String {
        [&whole.to_string(), self.words.template(Word::DecimalSign), decimals].concat()
    }

    fn fill(&self, template: &str, args: &[(&str, Arg<'_>)]) -> String {
        write(template, args, |count| Category::of(self.tag(), count))
    }

    /// A part of a formula. Formulas run from left to right everywhere; a unit written the other way must not turn its
    /// neighbours around.
    fn operand(&self, text: String) -> String {
        if self.words.rtl { format!("\u{2068}{text}\u{2069}") } else { text }
    }
}

#[cfg(test)]
mod tests;
