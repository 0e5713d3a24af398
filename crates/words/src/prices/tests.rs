//! What every language must say of prices; knows none of them by name but where they write differently.

use super::*;

/// Every text of every language.
fn every(mut check: impl FnMut(&PriceWords, PriceWord, &str)) {
    for prices in PriceWords::all() {
        for word in PriceWord::ALL {
            check(prices, *word, prices.text(*word));
        }
    }
}

/// The digits alone.
fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

#[test]
fn every_language_of_the_catalogue_has_every_text() {
    let tags: Vec<_> = SOURCES.iter().map(|(tag, _)| *tag).collect();
    let catalogue: Vec<_> = Catalogue::all().iter().map(|words| words.tag.as_str()).collect();
    assert_eq!(tags, catalogue);
    for (tag, source) in SOURCES {
        let prices = load(tag, source).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(prices.tag(), *tag);
        for word in PriceWord::ALL {
            let used = crate::template::check_with(word.placeholders(), tag, prices.text(*word)).unwrap();
            let all: Vec<_> = word.placeholders().iter().map(|placeholder| placeholder.name).collect();
            assert_eq!(used, all, "{tag} {}", word.key());
        }
    }
}

#[test]
fn a_file_keeps_the_order_of_the_texts_and_says_who_reviewed_it() {
    for (tag, source) in SOURCES {
        let keys: Vec<_> = source.lines().filter_map(|line| line.split_once(" = \"").map(|(key, _)| key)).collect();
        let order: Vec<_> = PriceWord::ALL.iter().map(|word| word.key()).collect();
        assert_eq!(keys, order, "{tag}");
        for (line, begins) in source.lines().zip(["# ", "# Reviewed by: "]) {
            assert!(line.starts_with(begins), "{tag}: {line}");
        }
    }
}

#[test]
fn a_file_that_does_not_fit_says_where_and_what_to_do() {
    let (_, english) = SOURCES.first().unwrap();
    let check = |what: &str, other: &str, says: &str| {
        let error = load("xx", &english.replacen(what, other, 1)).map_err(|error| error.to_string());
        assert!(error.as_ref().is_err_and(|error| error.contains(says)), "{error:?}");
    };
    check("click_work = ", "clicks = ", "prices/xx.toml: `click_work` is missing; translate it from en.toml");
    check("click_work = ", "x = \"\"\nclick_work = ", "prices/xx.toml: no text is called `x`");
    check("{price}/h", "{cost}/h", "prices/xx.toml: `per_hour`: there is no `{cost}` here; it has `{price}`");
}

#[test]
fn no_language_repeats_the_english_sentences() {
    let english = PriceWords::of("en");
    every(|prices, word, text| {
        assert!(!text.is_empty() && text.trim() == text && !text.contains("  "), "{} {}", prices.tag(), word.key());
        let sentence = (word as usize) <= PriceWord::SolversSource as usize;
        if prices.tag() != "en" && sentence {
            assert_ne!(text, english.text(word), "{}", prices.tag());
        }
    });
}

#[test]
fn dates_and_names_are_the_same_in_every_language() {
    let names = [
        (PriceWord::EarlyLabellingSource, "hCaptcha"),
        (PriceWord::ClickWorkSource, "Hara et al., CHI 2018"),
        (PriceWord::CrowdListSource, "SageMaker Ground Truth"),
        (PriceWord::CloudListSource, "Google Cloud AI Platform Data Labeling"),
    ];
    let english = PriceWords::of("en");
    every(|prices, word, text| {
        if word.key().ends_with("_as_of") {
            assert_eq!(digits(text), digits(english.text(word)), "{} {}", prices.tag(), word.key());
        }
        if let Some((_, name)) = names.iter().find(|(source, _)| *source == word) {
            assert!(text.contains(name), "{}: {text}", prices.tag());
        }
        if word == PriceWord::ClickWorkSource {
            assert!(digits(text).starts_with("2018267638"), "{}: {text}", prices.tag());
        }
    });
}

#[test]
fn latin_names_stand_isolated_where_writing_runs_the_other_way() {
    every(|prices, word, text| {
        if !prices.words.rtl || !word.placeholders().is_empty() {
            return;
        }
        // What a browser takes a text's direction from.
        let first = text.chars().find(|character| character.is_alphabetic());
        assert!(first.is_none_or(|first| !first.is_ascii()), "{} {}: {text}", prices.tag(), word.key());
        let mut isolated = 0;
        for character in text.chars() {
            match character {
                '\u{2068}' => isolated += 1,
                '\u{2069}' => isolated -= 1,
                _ => {}
            }
            assert!(isolated == 1 || !character.is_ascii_alphabetic(), "{} {}: {text}", prices.tag(), word.key());
        }
        assert_eq!(isolated, 0, "{} {}: {text}", prices.tag(), word.key());
    });
}

#[test]
fn formulas_are_written_as_each_language_writes() {
    let check = |tag: &str, expected: [&str; 4]| {
        let prices = PriceWords::of(tag);
        let written = [prices.seconds(13_500), prices.per_hour(7_250_000), prices.dollars(500_000), prices.labels(5)];
        assert_eq!(written, expected, "{tag}");
    };
    check("en", ["13.5\u{a0}s", "$7.25/h", "$0.50", "5 labels"]);
    check("fr-CA", ["13,5\u{a0}s", "7,25\u{a0}$/h", "0,50\u{a0}$", "5 étiquettes"]);
    check("nl", ["13,5\u{a0}s", "$\u{a0}7,25/uur", "$\u{a0}0,50", "5 labels"]);
    check("pl", ["13,5\u{a0}s", "7,25\u{a0}$/godz.", "0,50\u{a0}$", "5 etykiet"]);
    check("ja", ["13.5秒", "7.25ドル/時間", "0.50ドル", "ラベル5件"]);
    check("zh-TW", ["13.5 秒", "7.25 美元/小時", "0.50 美元", "5 個標籤"]);
    let isolated =
        ["13.5\u{a0}ث", "7.25\u{a0}$/ساعة", "0.50\u{a0}$", "5 وسوم"].map(|text| format!("\u{2068}{text}\u{2069}"));
    check("ar", isolated.each_ref().map(String::as_str));
    check("tlh", ["13.5\u{a0}s", "$7.25/h", "$0.50", "5 labels"]);
}

#[test]
fn amounts_have_no_idle_zeros_and_cents_in_full() {
    let english = PriceWords::of("en");
    for (usd_micros, written) in
        [(0, "$0"), (2_000_000, "$2"), (12_000, "$0.012"), (1, "$0.000001"), (7_200_000, "$7.20")]
    {
        assert_eq!(english.dollars(usd_micros), written);
    }
    assert_eq!((english.seconds(9_449), english.labels(1)), ("9.4\u{a0}s".to_owned(), "1 label".to_owned()));
    assert_eq!(PriceWords::of("de").dollars(12_000), "0,012\u{a0}$");
}
