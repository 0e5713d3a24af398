//! Every sentence the widget can say, in every language it speaks. Knows words; not when they are said.
//!
//! A language is one file that matches [`Message`] exhaustively, so that the compiler names what is not translated.

mod en;
mod fr;
mod plural;

use yew::AttrValue;

use crate::trouble::Trouble;
use plural::Category;

/// A sentence, with what it tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message<'a> {
    /// Beside the checkbox.
    Label,
    /// Beside the checkbox, when a token has died.
    TickAgain,
    /// Under the checkbox, when a token has died.
    TickExpired,
    /// For whom, what for, how long; on the closed widget.
    Purpose {
        /// Who gets the labels.
        requester: &'a str,
        /// What they build.
        data_set: &'a str,
        /// About how many seconds it takes.
        seconds: u16,
    },
    /// For whom and what for; above the tiles.
    For {
        /// Who gets the labels.
        requester: &'a str,
        /// What they build.
        data_set: &'a str,
    },
    /// Licence, time measured here, pay; above the tiles.
    TermsMeasured {
        /// Licence of the data set.
        licence: &'a str,
        /// Median seconds of visitors before.
        seconds: u16,
    },
    /// Licence, time out of a study, pay; above the tiles.
    TermsOfStudy {
        /// Licence of the data set.
        licence: &'a str,
        /// Median seconds of a study.
        seconds: u16,
    },
    /// Which tiles to pick.
    Rule,
    /// Name of a tile.
    TileName {
        /// Its place, from 1.
        number: u32,
        /// How many there are.
        of: u32,
    },
    /// How many tiles are picked.
    Picked(u32),
    /// Hands the screen in.
    Submit,
    /// Hands the screen in with nothing picked.
    NoneOfThese,
    /// Asks for a fresh challenge.
    OtherPictures,
    /// Leaves without losing anything.
    Close,
    /// A second screen.
    OneMore,
    /// A fresh challenge.
    HereAreOthers,
    /// Passed, to a screen reader.
    Done,
    /// Passed: time and labels.
    DoneIn {
        /// Seconds on all screens.
        seconds: u32,
        /// Labels given.
        labels: u32,
    },
    /// Opens the receipt.
    ToReceipt,
    /// Name of the same, to a screen reader.
    ShowReceipt,
    /// Heading of the receipt.
    Receipt,
    /// Row: time on all screens.
    RowTime,
    /// Row: tiles that checked the visitor.
    RowChecks,
    /// Row: votes given.
    RowVotes,
    /// Row: labels final since.
    RowFinal,
    /// Row: who got them.
    RowFor,
    /// Row: what they build.
    RowDataSet,
    /// Row: its licence.
    RowLicence,
    /// Row: the price range of such work.
    RowElsewhere,
    /// Row: what was paid.
    RowPaid,
    /// Row: the receipt's code.
    RowCode,
    /// A time in tenths of a second.
    Seconds {
        /// Milliseconds.
        ms: u32,
    },
    /// A sum of money in millionths of a US dollar.
    Dollars(u32),
    /// Between two sums in millionths of a US dollar.
    Between(u32, u32),
    /// Where a price comes from.
    Source {
        /// Who published it.
        source: &'a str,
        /// When.
        as_of: &'a str,
    },
    /// Link to the receipt's own page.
    FullReceipt,
    /// Begins removal.
    Remove,
    /// Asks whether to remove.
    RemoveAsk(u16),
    /// Removes.
    RemoveYes,
    /// Does not remove.
    RemoveNo,
    /// Removed.
    Removed,
    /// Not removed.
    RemoveFailed,
    /// What went wrong.
    Trouble(Trouble),
    /// Tries once more.
    TryAgain,
}

/// A language the widget speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tongue {
    English,
    French,
}

/// Speaks to the visitor in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Voice(Tongue);

impl Voice {
    /// The voice for a language tag such as `fr-CA`; English for languages the widget does not speak.
    pub fn of(language: &str) -> Self {
        let primary = language.split('-').next().unwrap_or_default();
        Self(if primary.eq_ignore_ascii_case("fr") { Tongue::French } else { Tongue::English })
    }

    /// Its language tag, for `lang` attributes.
    pub fn tag(self) -> &'static str {
        match self.0 {
            Tongue::English => "en",
            Tongue::French => "fr",
        }
    }

    /// Whether it is written from right to left.
    pub fn is_right_to_left(self) -> bool {
        match self.0 {
            Tongue::English | Tongue::French => false,
        }
    }

    /// The message in this language.
    pub fn say(self, message: &Message<'_>) -> AttrValue {
        match self.0 {
            Tongue::English => en::say(message),
            Tongue::French => fr::say(message),
        }
    }
}

/// A sentence put together from its parts.
fn sentence(parts: &[&str]) -> AttrValue {
    AttrValue::from(parts.concat())
}

/// The form of a noun that goes with `count`.
fn counted(tag: &str, count: u32, one: &'static str, other: &'static str) -> &'static str {
    match plural::category(tag, count) {
        Category::One => one,
        Category::Other => other,
    }
}

/// Milliseconds as seconds with one decimal, rounded: `9.4`.
fn tenths(ms: u32, point: &str) -> String {
    let tenths = ms.saturating_add(50) / 100;
    [&(tenths / 10).to_string(), point, &(tenths % 10).to_string()].concat()
}

/// Millionths as units with two to six decimals, none of them idle: `0.00`, `0.0075`.
fn money(micros: u32, point: &str) -> String {
    let mut text = [&(micros / 1_000_000).to_string(), point].concat();
    let mut rest = micros % 1_000_000;
    let mut place = 100_000;
    for decimal in 0..6 {
        if decimal >= 2 && rest == 0 {
            break;
        }
        text.push(char::from(b"0123456789".get((rest / place) as usize).copied().unwrap_or(b'0')));
        rest %= place;
        place = (place / 10).max(1);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(language: &str, message: &Message<'_>, expected: &str) {
        assert_eq!(Voice::of(language).say(message).as_str(), expected);
    }

    #[test]
    fn a_language_is_chosen_by_its_primary_subtag() {
        for (language, tag) in [("fr", "fr"), ("FR-ca", "fr"), ("en-GB", "en"), ("de", "en"), ("", "en"), ("frr", "en")]
        {
            assert_eq!(Voice::of(language).tag(), tag, "{language}");
        }
    }

    #[test]
    fn money_keeps_two_decimals_and_drops_idle_ones() {
        for (micros, text) in [
            (0, "$0.00"),
            (1_000, "$0.001"),
            (7_500, "$0.0075"),
            (100_000, "$0.10"),
            (175_000, "$0.175"),
            (1, "$0.000001"),
            (12_340_000, "$12.34"),
            (u32::MAX, "$4294.967295"),
        ] {
            check("en", &Message::Dollars(micros), text);
        }
        check("fr", &Message::Dollars(7_500), "0,0075\u{a0}$");
    }

    #[test]
    fn seconds_are_rounded_to_tenths() {
        check("en", &Message::Seconds { ms: 9_449 }, "9.4\u{a0}s");
        check("en", &Message::Seconds { ms: 9_450 }, "9.5\u{a0}s");
        check("fr", &Message::Seconds { ms: 59_960 }, "60,0\u{a0}s");
    }

    #[test]
    fn nouns_follow_their_count() {
        let done = |labels| Message::DoneIn { seconds: 9, labels };
        check("en", &done(0), "Done in 9\u{a0}s · 0 labels given · paid\u{a0}$0");
        check("en", &done(1), "Done in 9\u{a0}s · 1 label given · paid\u{a0}$0");
        check("fr", &done(0), "Fait en 9\u{a0}s · 0 étiquette donnée · payé\u{a0}0\u{a0}$");
        check("fr", &done(6), "Fait en 9\u{a0}s · 6 étiquettes données · payé\u{a0}0\u{a0}$");
    }

    #[test]
    fn no_trouble_is_without_words() {
        for language in ["en", "fr"] {
            for trouble in Trouble::ALL {
                assert!(Voice::of(language).say(&Message::Trouble(*trouble)).len() > 20, "{language} {trouble:?}");
            }
        }
    }

    #[test]
    fn nothing_ever_calls_the_visitor_wrong() {
        for (language, message) in [("en", Message::HereAreOthers), ("fr", Message::HereAreOthers)] {
            let text = Voice::of(language).say(&message).to_lowercase();
            for word in ["wrong", "incorrect", "fail", "error", "faux", "erreur", "échec"] {
                assert!(!text.contains(word), "{text}");
            }
        }
    }
}
