//! What a visitor's work is priced elsewhere: a range with formulas and sources, never one number. Knows figures, not
//! visitors.

use corvee_protocol::{Language, PriceMeasure};

/// A published rate.
struct Rate {
    measure: Words,
    per: Per,
    source: Words,
    as_of: Words,
}

/// A text in the languages receipts are written in.
struct Words {
    en: &'static str,
    fr: &'static str,
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
        measure: Words { en: "solving services, lowest price", fr: "services de résolution, prix le plus bas" },
        per: Per::ThousandSolves(500_000),
        source: SOLVERS,
        as_of: SOLVERS_AS_OF,
    },
    Rate {
        measure: Words {
            en: "early labelling CAPTCHA, reward to the site",
            fr: "premier CAPTCHA d’étiquetage, prime versée au site",
        },
        per: Per::ThousandSolves(1_000_000),
        source: Words { en: "hCaptcha, announcement in a public forum", fr: "hCaptcha, annonce dans un forum public" },
        as_of: Words { en: "2019", fr: "2019" },
    },
    Rate {
        measure: Words { en: "solving services, highest price", fr: "services de résolution, prix le plus haut" },
        per: Per::ThousandSolves(3_000_000),
        source: SOLVERS,
        as_of: SOLVERS_AS_OF,
    },
    Rate {
        measure: Words {
            en: "time at the median pay of click-work", fr: "temps au salaire médian du travail du clic"
        },
        per: Per::Hour(2_000_000),
        source: Words {
            en: "Hara et al., CHI 2018 (2,676 workers, 3.8 million tasks)",
            fr: "Hara et al., CHI 2018 (2 676 travailleurs, 3,8 millions de tâches)",
        },
        as_of: Words { en: "2018", fr: "2018" },
    },
    Rate {
        measure: Words {
            en: "time at the US federal minimum wage",
            fr: "temps au salaire minimum fédéral des États-Unis",
        },
        per: Per::Hour(7_250_000),
        source: Words { en: "US federal minimum wage", fr: "salaire minimum fédéral des États-Unis" },
        as_of: Words { en: "since 2009", fr: "depuis 2009" },
    },
    Rate {
        measure: Words {
            en: "labels at a crowd list price",
            fr: "étiquettes au tarif d’une plateforme de micro-travail",
        },
        per: Per::Label(12_000),
        source: Words {
            en: "price guide to SageMaker Ground Truth with crowd workforce",
            fr: "guide des prix de SageMaker Ground Truth, main-d’œuvre de micro-travail",
        },
        as_of: Words { en: "2026", fr: "2026" },
    },
    Rate {
        measure: Words { en: "labels at a cloud list price", fr: "étiquettes au tarif d’un service en nuage" },
        per: Per::ThousandLabels(35_000_000),
        source: Words {
            en: "Google Cloud AI Platform Data Labeling, price page (image classification, first tier, per labeller)",
            fr: "Google Cloud AI Platform Data Labeling, page des prix (classification d’images, première tranche, par étiqueteur)",
        },
        as_of: Words { en: "undated page", fr: "page non datée" },
    },
];

const SOLVERS: Words = Words {
    en: "advertised or quoted prices of three solving services",
    fr: "prix annoncés ou cités de trois services de résolution",
};
const SOLVERS_AS_OF: Words = Words { en: "2024–2026", fr: "2024–2026" };

/// How one language writes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tongue {
    English,
    French,
}

/// What `solve_ms` milliseconds of one challenge and `votes` votes are priced elsewhere, lowest first; in French or else in
/// English. Gold tiles have no price of their own: they are part of the challenge and of its time.
///
/// Rates: a published wage or list price each, with source and date; `usd_micros` is rounded to the nearest millionth.
pub fn price_measures(solve_ms: u64, votes: u64, language: &Language) -> Vec<PriceMeasure> {
    let tongue = if language.primary() == "fr" { Tongue::French } else { Tongue::English };
    let mut measures: Vec<PriceMeasure> = RATES
        .iter()
        .map(|rate| PriceMeasure {
            measure: tongue.words(&rate.measure).to_owned(),
            usd_micros: u32::try_from(rate.per.usd_micros(solve_ms, votes)).unwrap_or(u32::MAX),
            formula: tongue.formula(rate.per, solve_ms, votes),
            source: tongue.words(&rate.source).to_owned(),
            as_of: tongue.words(&rate.as_of).to_owned(),
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
}

impl Tongue {
    fn words(self, words: &Words) -> &'static str {
        match self {
            Self::English => words.en,
            Self::French => words.fr,
        }
    }

    fn formula(self, per: Per, solve_ms: u64, votes: u64) -> String {
        let tenths = solve_ms.saturating_add(50) / 100;
        let seconds = self.decimals(&format!("{}.{}", tenths / 10, tenths % 10));
        let labels = match (self, votes) {
            (Self::English, 1) => "1 label".to_owned(),
            (Self::English, votes) => format!("{votes} labels"),
            (Self::French, 0 | 1) => format!("{votes} étiquette"),
            (Self::French, votes) => format!("{votes} étiquettes"),
        };
        match per {
            Per::ThousandSolves(amount) => format!("{} / 1000", self.price(amount)),
            Per::Hour(amount) => format!("{seconds} s × {}/h", self.price(amount)),
            Per::Label(amount) => format!("{labels} × {}", self.price(amount)),
            Per::ThousandLabels(amount) => format!("{labels} × {} / 1000", self.price(amount)),
        }
    }

    /// An amount as people write it: `$0.50`, in French `0,50 $`.
    fn price(self, usd_micros: u64) -> String {
        let dollars = self.dollars(usd_micros);
        match self {
            Self::English => format!("${dollars}"),
            Self::French => format!("{dollars} $"),
        }
    }

    /// Millionths of a dollar as dollars, without idle zeros; cents in full.
    fn dollars(self, usd_micros: u64) -> String {
        let (whole, rest) = (usd_micros / 1_000_000, usd_micros % 1_000_000);
        let rest = format!("{rest:06}");
        match rest.trim_end_matches('0') {
            "" => whole.to_string(),
            rest => self.decimals(&format!("{whole}.{rest:0<2}")),
        }
    }

    fn decimals(self, number: &str) -> String {
        match self {
            Self::English => number.to_owned(),
            Self::French => number.replace('.', ","),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_language(language: &str, solve_ms: u64, votes: u64) -> Vec<PriceMeasure> {
        price_measures(solve_ms, votes, &language.parse().unwrap())
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
                "13.5 s × $2/h = 7500",
                "13.5 s × $7.25/h = 27188",
                "5 labels × $0.012 = 60000",
                "5 labels × $35 / 1000 = 175000",
            ]
        );
    }

    #[test]
    fn french_is_written_as_french_is() {
        assert_eq!(
            lines(&in_language("fr-CA", 9_449, 1)),
            [
                "0,50 $ / 1000 = 500",
                "1 $ / 1000 = 1000",
                "3 $ / 1000 = 3000",
                "9,4 s × 2 $/h = 5249",
                "1 étiquette × 0,012 $ = 12000",
                "9,4 s × 7,25 $/h = 19029",
                "1 étiquette × 35 $ / 1000 = 35000",
            ]
        );
        let other = in_language("de", 13_500, 5);
        assert_eq!(other, in_language("en", 13_500, 5));
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
    fn every_figure_has_a_source_and_a_date_in_both_languages() {
        for language in ["en", "fr"] {
            for measure in in_language(language, 13_500, 5) {
                assert!(
                    measure.measure.len() > 8 && measure.source.len() > 8 && measure.as_of.len() > 3,
                    "{measure:?}"
                );
            }
        }
        let (en, fr) = (in_language("en", 13_500, 5), in_language("fr", 13_500, 5));
        assert!(en.iter().zip(&fr).all(|(en, fr)| en.usd_micros == fr.usd_micros && en.measure != fr.measure));
    }
}
