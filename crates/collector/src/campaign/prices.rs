//! What a visitor's work is priced elsewhere: a range with formulas and sources, never one number. Knows figures, not
//! visitors.

use corvee_protocol::{Language, PriceMeasure};
use corvee_words::{PriceWord, PriceWords};

/// A published rate; its words are in crates/words/prices.
struct Rate {
    measure: PriceWord,
    per: Per,
    source: PriceWord,
    as_of: PriceWord,
}

/// What a rate is paid for; amounts in millionths of a US dollar.
#[derive(Clone, Copy)]
enum Per {
    /// 1000 challenges solved.
    ThousandSolves(u64),
    /// An hour of work.
    Hour(u64),
    /// A label.
    Label(u64),
    /// 1000 labels.
    ThousandLabels(u64),
}

/// The rates receipts show, each as its source gives it.
const RATES: [Rate; 7] = [
    Rate {
        measure: PriceWord::SolversLowest,
        per: Per::ThousandSolves(500_000),
        source: PriceWord::SolversSource,
        as_of: PriceWord::SolversAsOf,
    },
    Rate {
        measure: PriceWord::EarlyLabelling,
        per: Per::ThousandSolves(1_000_000),
        source: PriceWord::EarlyLabellingSource,
        as_of: PriceWord::EarlyLabellingAsOf,
    },
    Rate {
        measure: PriceWord::SolversHighest,
        per: Per::ThousandSolves(3_000_000),
        source: PriceWord::SolversSource,
        as_of: PriceWord::SolversAsOf,
    },
    Rate {
        measure: PriceWord::ClickWork,
        per: Per::Hour(2_000_000),
        source: PriceWord::ClickWorkSource,
        as_of: PriceWord::ClickWorkAsOf,
    },
    Rate {
        measure: PriceWord::MinimumWage,
        per: Per::Hour(7_250_000),
        source: PriceWord::MinimumWageSource,
        as_of: PriceWord::MinimumWageAsOf,
    },
    Rate {
        measure: PriceWord::CrowdList,
        per: Per::Label(12_000),
        source: PriceWord::CrowdListSource,
        as_of: PriceWord::CrowdListAsOf,
    },
    Rate {
        measure: PriceWord::CloudList,
        per: Per::ThousandLabels(35_000_000),
        source: PriceWord::CloudListSource,
        as_of: PriceWord::CloudListAsOf,
    },
];

/// The words of the language nearest to this one, else the English ones.
pub fn words(language: &Language) -> &'static PriceWords {
    PriceWords::of(language.as_str())
}

/// What `solve_ms` milliseconds of one challenge and `votes` votes are priced elsewhere, lowest first. Gold tiles have no
/// price of their own: they are part of the challenge and of its time. How many votes there were is told as what is expected.
///
/// Rates: a published wage or list price each, with source and date; `usd_micros` is rounded to the nearest millionth.
pub fn price_measures(solve_ms: u64, votes: u64, words: &PriceWords) -> Vec<PriceMeasure> {
    let text = |word| words.text(word).to_owned();
    let mut measures: Vec<PriceMeasure> = RATES
        .iter()
        .map(|rate| PriceMeasure {
            measure: text(rate.measure),
            usd_micros: u32::try_from(rate.per.usd_micros(solve_ms, votes)).unwrap_or(u32::MAX),
            formula: rate.per.formula(solve_ms, votes, words),
            source: text(rate.source),
            as_of: text(rate.as_of),
        })
        .collect();
    measures.sort_by_key(|measure| measure.usd_micros);
    measures
}

impl Per {
    fn usd_micros(self, solve_ms: u64, votes: u64) -> u64 {
        let share = |amount: u64, part: u64, whole: u64| amount.saturating_mul(part).saturating_add(whole / 2) / whole;
        match self {
            Self::ThousandSolves(amount) => share(amount, 1, 1000),
            Self::Hour(amount) => share(amount, solve_ms, 60 * 60 * 1000),
            Self::Label(amount) => amount.saturating_mul(votes),
            Self::ThousandLabels(amount) => share(amount, votes, 1000),
        }
    }

    /// The same as a reader may check it, from left to right: `13.5 s × $2/h`.
    fn formula(self, solve_ms: u64, votes: u64, words: &PriceWords) -> String {
        let about = if votes > 0 { "≈\u{a0}" } else { "" };
        let labels = || format!("{about}{}", words.labels(u32::try_from(votes).unwrap_or(u32::MAX)));
        match self {
            Self::ThousandSolves(amount) => format!("{} / 1000", words.dollars(amount)),
            Self::Hour(amount) => format!("{} × {}", words.seconds(solve_ms), words.per_hour(amount)),
            Self::Label(amount) => format!("{} × {}", labels(), words.dollars(amount)),
            Self::ThousandLabels(amount) => format!("{} × {} / 1000", labels(), words.dollars(amount)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_language(language: &str, solve_ms: u64, votes: u64) -> Vec<PriceMeasure> {
        price_measures(solve_ms, votes, words(&language.parse().unwrap()))
    }

    fn lines(measures: &[PriceMeasure]) -> Vec<String> {
        measures.iter().map(|measure| format!("{} = {}", measure.formula, measure.usd_micros)).collect()
    }

    #[test]
    fn the_reference_challenge_is_priced_as_published() {
        // 13.5 s, five votes: 0.0005, 0.001, 0.003, 0.0075, 0.027, 0.06 and 0.175 dollars.
        assert_eq!(
            lines(&in_language("en", 13_500, 5)),
            [
                "$0.50 / 1000 = 500",
                "$1 / 1000 = 1000",
                "$3 / 1000 = 3000",
                "13.5\u{a0}s × $2/h = 7500",
                "13.5\u{a0}s × $7.25/h = 27188",
                "≈\u{a0}5 labels × $0.012 = 60000",
                "≈\u{a0}5 labels × $35 / 1000 = 175000",
            ]
        );
    }

    #[test]
    fn every_language_is_written_as_it_is_written() {
        assert_eq!(
            lines(&in_language("fr-CA", 9_449, 1)),
            [
                "0,50\u{a0}$ / 1000 = 500",
                "1\u{a0}$ / 1000 = 1000",
                "3\u{a0}$ / 1000 = 3000",
                "9,4\u{a0}s × 2\u{a0}$/h = 5249",
                "≈\u{a0}1 étiquette × 0,012\u{a0}$ = 12000",
                "9,4\u{a0}s × 7,25\u{a0}$/h = 19029",
                "≈\u{a0}1 étiquette × 35\u{a0}$ / 1000 = 35000",
            ]
        );
        let german = in_language("de", 13_500, 5);
        assert_eq!(german.first().unwrap().measure, "CAPTCHA-Lösungsdienste, niedrigster Preis");
        assert_eq!(german.last().unwrap().formula, "≈\u{a0}5 Beschriftungen × 35\u{a0}$ / 1000");
        assert_eq!(in_language("tlh", 13_500, 5), in_language("en", 13_500, 5));
    }

    #[test]
    fn the_lowest_price_comes_first_whatever_the_work() {
        for (solve_ms, votes) in [(0, 0), (1, 1), (3_500, 0), (600_000, 12), (u64::MAX, u64::MAX)] {
            let measures = in_language("en", solve_ms, votes);
            assert_eq!(measures.len(), 7);
            assert!(measures.is_sorted_by_key(|measure| measure.usd_micros), "{solve_ms} {votes}");
        }
    }

    #[test]
    fn every_figure_has_a_source_and_a_date_in_every_language() {
        let english = in_language("en", 13_500, 5);
        for words in PriceWords::all() {
            let measures = price_measures(13_500, 5, words);
            for (measure, english) in measures.iter().zip(&english) {
                assert_eq!(measure.usd_micros, english.usd_micros, "{}", words.tag());
                assert_eq!(measure.measure == english.measure, words.tag() == "en", "{measure:?}");
                assert!(measure.source.chars().count() > 5 && measure.as_of.chars().count() > 3, "{measure:?}");
            }
        }
    }
}
