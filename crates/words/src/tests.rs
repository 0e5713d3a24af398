//! What every language must fulfil; knows none of them by name but where they differ.

use super::*;

/// Columns a text takes: wide characters of East Asia count two.
fn columns(text: &str) -> usize {
    text.chars()
        .map(|character| {
            if matches!(character, '\u{1100}'..='\u{ffdc}') && !('\u{2000}'..'\u{2e80}').contains(&character) {
                2
            } else {
                usize::from(!matches!(character, '\u{2066}'..='\u{2069}'))
            }
        })
        .sum()
}

/// Every template of every language.
fn every(mut check: impl FnMut(&Words, Word, &str)) {
    for words in Catalogue::all() {
        for word in Word::ALL {
            check(words, *word, words.template(*word));
        }
    }
}

#[test]
fn every_catalogue_loads_and_has_every_word_with_the_placeholders_of_english() {
    for (tag, rtl, source) in SOURCES {
        let words = load(tag, *rtl, source).unwrap_or_else(|error| panic!("{error}"));
        for word in Word::ALL {
            let used = template::check(*word, tag, words.template(*word)).unwrap();
            let mut all: Vec<_> = word.placeholders().iter().map(|placeholder| placeholder.name).collect();
            all.sort_unstable();
            assert_eq!(used, all, "{tag} {}", word.key());
        }
    }
}

#[test]
fn a_catalogue_that_does_not_fit_says_where_and_what_to_do() {
    let (_, _, english) = SOURCES.first().unwrap();
    let check = |what: &str, other: &str, says: &str| {
        let error = load("xx", false, &english.replacen(what, other, 1)).map_err(|error| error.to_string());
        assert!(error.as_ref().is_err_and(|error| error.contains(says)), "{error:?}");
    };
    check("keeps_out = ", "keep_out = ", "words/xx.toml: `keeps_out` is missing; translate it");
    check("keeps_out = ", "x = \"\"\nkeeps_out = ", "words/xx.toml: no text is called `x`");
    check("{requester}", "{sender}", "words/xx.toml: `purpose`: there is no `{sender}` here");
    check("keeps_out = ", "keeps_out = 7 # ", "words/xx.toml: ");
}

#[test]
fn a_file_keeps_the_order_of_the_words_and_names_its_language() {
    for (tag, _, source) in SOURCES {
        let keys: Vec<_> = source.lines().filter_map(|line| line.split_once(" = \"").map(|(key, _)| key)).collect();
        let order: Vec<_> = Word::ALL.iter().map(|word| word.key()).collect();
        assert_eq!(keys, order, "{tag}");
        for (line, begins) in source.lines().zip(["# ", "# Reviewed by: ", "# Address: "]) {
            assert!(line.starts_with(begins), "{tag}: {line}");
        }
    }
}

#[test]
fn no_text_is_empty_or_has_spaces_around_it() {
    every(|words, word, text| {
        assert!(!text.is_empty() && text.trim() == text, "{} {}", words.tag, word.key());
        assert!(!text.contains("  ") && !text.contains(['<', '>', '\n', '\t']), "{} {}", words.tag, word.key());
    });
}

#[test]
fn buttons_fit_their_place() {
    let two_beside_each_other = 28;
    let short = [
        (Word::LabelPictures, two_beside_each_other),
        (Word::DeviceComputes, two_beside_each_other),
        (Word::DeviceInstead, 38),
        (Word::Submit, 18),
        (Word::NoneOfThese, 18),
        (Word::OtherPictures, 20),
        (Word::Close, 14),
        (Word::Cancel, 14),
        (Word::Renew, 18),
        (Word::Remove, 28),
        (Word::RemoveYes, 14),
        (Word::RemoveNo, 14),
        (Word::TryAgain, 28),
        (Word::FullReceipt, 36),
        (Word::ToReceipt, 12),
        (Word::KeepsOut, 36),
        (Word::PlainSend, 18),
        (Word::PlainOthers, 20),
    ];
    let mut long = Vec::new();
    every(|words, word, text| {
        if let Some((_, most)) = short.iter().find(|(short, _)| *short == word)
            && columns(text) > *most
        {
            long.push(format!("{} {}: {} > {most}: {text}", words.tag, word.key(), columns(text)));
        }
    });
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn two_lines_say_what_it_is_for() {
    every(|words, word, text| {
        let args = [
            ("requester", corvee_protocol::Arg::Text("")),
            ("data_set", corvee_protocol::Arg::Text("")),
            ("seconds", corvee_protocol::Arg::Count(10)),
        ];
        if word == Word::Purpose {
            let said = words.say(word, &args, |count| corvee_protocol::Category::of(&words.tag, count));
            assert!(columns(&said) <= 52, "{} {}: {text}", words.tag, columns(&said));
        }
    });
}

#[test]
fn nobody_is_blamed() {
    let blame = [
        "wrong",
        "incorrect",
        "error",
        "mistake",
        "faux",
        "fausse",
        "erreur",
        "falsch",
        "fehler",
        "incorrecto",
        "equivoc",
        "sbagliat",
        "errore",
        "errado",
        "fout",
        "verkeerd",
        "błąd",
        "błęd",
        "yanlış",
        "hata",
        "неверн",
        "ошиб",
        "неправильн",
        "помилк",
        "хибн",
        "خطأ",
        "שגוי",
        "טעות",
        "اشتباه",
        "गलत",
        "错误",
        "錯誤",
        "間違",
        "誤り",
        "오답",
        "잘못",
        "틀렸",
        "sai",
        "lỗi",
        "salah",
    ];
    every(|words, word, text| {
        let text = text.to_lowercase();
        for part in text.split(|character: char| !character.is_alphabetic()) {
            for word_of_blame in blame {
                // Short words are parts of innocent ones.
                let found = if word_of_blame.chars().count() < 5 && word_of_blame.is_ascii() {
                    part == word_of_blame
                } else {
                    part.contains(word_of_blame)
                };
                assert!(!found, "{} {}: {word_of_blame}", words.tag, word.key());
            }
        }
    });
}

#[test]
fn names_of_others_stand_isolated_where_writing_runs_the_other_way() {
    every(|words, word, text| {
        for name in ["requester", "data_set", "licence", "source"] {
            let bare = text.matches(&format!("{{{name}}}")).count();
            let isolated = text.matches(&format!("\u{2068}{{{name}}}\u{2069}")).count();
            assert_eq!(isolated, if words.rtl { bare } else { 0 }, "{} {}", words.tag, word.key());
        }
    });
}

#[test]
fn a_page_is_heard_before_the_browser() {
    let chosen = |page, header| Catalogue::chosen(page, header).tag.as_str();
    assert_eq!(chosen(Some("fr-CA"), Some("en")), "fr");
    assert_eq!(chosen(Some("tlh"), Some("sv, fr;q=0.5")), "fr");
    assert_eq!(chosen(None, Some("fr")), "fr");
    assert_eq!(chosen(Some("tlh"), None), "en");
    assert_eq!(chosen(None, Some("*")), "en");
    assert_eq!(Catalogue::of(&["tlh", "fr", "en"]).tag, "fr");
}
