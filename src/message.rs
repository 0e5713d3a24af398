//! Everything the widget can say, and how it becomes a sentence in the visitor's language. Knows no language: the words come
//! with the settings. Knows not when anything is said.

mod plural;

use std::rc::Rc;

use corvee_protocol::{Arg, Word, Words};
use yew::AttrValue;

use crate::trouble::Trouble;

/// A sentence, with what it tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message<'a> {
    /// What the widget is for; on the closed widget.
    KeepsOut,
    /// For whom, what for, how long; on the closed widget.
    Purpose {
        /// Who gets the labels.
        requester: &'a str,
        /// What they build.
        data_set: &'a str,
        /// About how many seconds it takes.
        seconds: u16,
    },
    /// Button: the visitor labels.
    LabelPictures,
    /// Button: the visitor's device computes.
    DeviceComputes,
    /// Name of the group of these two.
    ChooseGroup,
    /// Heading above them in invisible mode.
    OpenChallenge,
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
    /// What becomes of the answers on a screen of so many tiles; above them.
    ChecksNote {
        /// How many tiles there are.
        tiles: u32,
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
    /// Under the tiles: the device computes after all.
    DeviceInstead,
    /// While the device computes.
    Computing,
    /// How far it has come, in percent.
    ComputingProgress(u32),
    /// Stops computing.
    Cancel,
    /// Passed by computing.
    ComputedIn {
        /// Milliseconds.
        ms: u32,
    },
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
    /// A token has died unredeemed.
    PassRunOut,
    /// Exchanges it without work.
    Renew,
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
    /// On the closed widget where nobody is asked to label.
    NobodyLabels,
    /// The code is long in coming.
    SlowLoading,
    /// Link to the same challenge without script.
    PlainVersion,
    /// With a test key.
    TestingOnly,
}

/// Speaks to the visitor in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voice(Rc<Words>);

impl Voice {
    /// The voice that speaks with these words.
    pub const fn new(words: Rc<Words>) -> Self {
        Self(words)
    }

    /// Its language tag, for `lang` attributes.
    pub fn tag(&self) -> &str {
        &self.0.tag
    }

    /// Its direction, for `dir` attributes: `ltr` or `rtl`.
    pub fn dir(&self) -> &'static str {
        self.0.dir()
    }

    /// Whether it is written from right to left.
    pub fn is_right_to_left(&self) -> bool {
        self.0.rtl
    }

    /// The message in this language.
    pub fn say(&self, message: &Message<'_>) -> AttrValue {
        use Arg::{Count, Text};
        let word = match *message {
            Message::KeepsOut => Word::KeepsOut,
            Message::Purpose { requester, data_set, seconds } => {
                return self.with(
                    Word::Purpose,
                    &[
                        ("requester", Text(requester)),
                        ("data_set", Text(data_set)),
                        ("seconds", Count(u32::from(seconds))),
                    ],
                );
            }
            Message::LabelPictures => Word::LabelPictures,
            Message::DeviceComputes => Word::DeviceComputes,
            Message::ChooseGroup => Word::ChooseGroup,
            Message::OpenChallenge => Word::OpenChallenge,
            Message::For { requester, data_set } => {
                return self.with(Word::ForWhom, &[("requester", Text(requester)), ("data_set", Text(data_set))]);
            }
            Message::TermsMeasured { licence, seconds } => {
                return self.terms(Word::TermsMeasured, licence, seconds);
            }
            Message::TermsOfStudy { licence, seconds } => {
                return self.terms(Word::TermsOfStudy, licence, seconds);
            }
            Message::ChecksNote { tiles } => return self.with(Word::ChecksNote, &[("tiles", Count(tiles))]),
            Message::Rule => Word::Rule,
            Message::TileName { number, of } => {
                return self.with(Word::TileName, &[("number", Count(number)), ("of", Count(of))]);
            }
            Message::Picked(count) => return self.with(Word::Picked, &[("count", Count(count))]),
            Message::Submit => Word::Submit,
            Message::NoneOfThese => Word::NoneOfThese,
            Message::OtherPictures => Word::OtherPictures,
            Message::Close => Word::Close,
            Message::DeviceInstead => Word::DeviceInstead,
            Message::Computing => Word::Computing,
            Message::ComputingProgress(percent) => {
                return self.with(Word::ComputingProgress, &[("percent", Count(percent))]);
            }
            Message::Cancel => Word::Cancel,
            Message::ComputedIn { ms } => {
                return self.with(Word::ComputedIn, &[("seconds", Text(&self.tenths(ms)))]);
            }
            Message::OneMore => Word::OneMore,
            Message::HereAreOthers => Word::HereAreOthers,
            Message::Done => Word::Done,
            Message::DoneIn { seconds, labels } => {
                return self.with(Word::DoneIn, &[("seconds", Count(seconds)), ("labels", Count(labels))]);
            }
            Message::PassRunOut => Word::PassRunOut,
            Message::Renew => Word::Renew,
            Message::ToReceipt => Word::ToReceipt,
            Message::ShowReceipt => Word::ShowReceipt,
            Message::Receipt => Word::Receipt,
            Message::RowTime => Word::RowTime,
            Message::RowChecks => Word::RowChecks,
            Message::RowVotes => Word::RowVotes,
            Message::RowFinal => Word::RowFinal,
            Message::RowFor => Word::RowFor,
            Message::RowDataSet => Word::RowDataSet,
            Message::RowLicence => Word::RowLicence,
            Message::RowElsewhere => Word::RowElsewhere,
            Message::RowPaid => Word::RowPaid,
            Message::RowCode => Word::RowCode,
            Message::Seconds { ms } => return self.with(Word::Seconds, &[("time", Text(&self.tenths(ms)))]),
            Message::Dollars(micros) => return self.with(Word::Dollars, &[("amount", Text(&self.money(micros)))]),
            Message::Between(low, high) => {
                let (low, high) = (self.money(low), self.money(high));
                return self.with(Word::Between, &[("low", Text(&low)), ("high", Text(&high))]);
            }
            Message::Source { source, as_of } => {
                return self.with(Word::Source, &[("source", Text(source)), ("as_of", Text(as_of))]);
            }
            Message::FullReceipt => Word::FullReceipt,
            Message::Remove => Word::Remove,
            Message::RemoveAsk(votes) => return self.with(Word::RemoveAsk, &[("votes", Count(u32::from(votes)))]),
            Message::RemoveYes => Word::RemoveYes,
            Message::RemoveNo => Word::RemoveNo,
            Message::Removed => Word::Removed,
            Message::RemoveFailed => Word::RemoveFailed,
            Message::Trouble(trouble) => match trouble {
                Trouble::Offline => Word::TroubleOffline,
                Trouble::TooMany => Word::TroubleTooMany,
                Trouble::NothingToAsk => Word::TroubleNothingToAsk,
                Trouble::Unavailable => Word::TroubleUnavailable,
                Trouble::HostnameRefused => Word::TroubleHostnameRefused,
                Trouble::UnknownSitekey => Word::TroubleUnknownSitekey,
                Trouble::Outdated => Word::TroubleOutdated,
                Trouble::BrokenImage => Word::TroubleBrokenImage,
                Trouble::DeviceFailed => Word::TroubleDeviceFailed,
                Trouble::TestBlocked => Word::TestingBlocked,
                Trouble::Unexpected => Word::TroubleUnexpected,
            },
            Message::TryAgain => Word::TryAgain,
            Message::NobodyLabels => Word::NobodyLabels,
            Message::SlowLoading => Word::SlowLoading,
            Message::PlainVersion => Word::PlainVersion,
            Message::TestingOnly => Word::TestingOnly,
        };
        self.with(word, &[])
    }

    fn with(&self, word: Word, args: &[(&str, Arg<'_>)]) -> AttrValue {
        self.0.say(word, args, |count| plural::category(self.tag(), count)).into()
    }

    fn terms(&self, word: Word, licence: &str, seconds: u16) -> AttrValue {
        self.with(word, &[("licence", Arg::Text(licence)), ("seconds", Arg::Count(u32::from(seconds)))])
    }

    /// Milliseconds as seconds with one decimal, rounded: `9.4`.
    fn tenths(&self, ms: u32) -> String {
        let tenths = ms.saturating_add(50) / 100;
        [&(tenths / 10).to_string(), self.0.template(Word::DecimalSign), &(tenths % 10).to_string()].concat()
    }

    /// Millionths as units with two to six decimals, none of them idle: `0.00`, `0.0075`.
    fn money(&self, micros: u32) -> String {
        let mut text = [&(micros / 1_000_000).to_string(), self.0.template(Word::DecimalSign)].concat();
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use corvee_words::Catalogue;

    fn voice(language: &str) -> Voice {
        Voice::new(Rc::new(Catalogue::of(&[language]).clone()))
    }

    fn check(language: &str, message: &Message<'_>, expected: &str) {
        assert_eq!(voice(language).say(message).as_str(), expected);
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
        check("fr", &Message::Between(0, 210_000), "0,00\u{a0}–\u{a0}0,21\u{a0}$");
    }

    #[test]
    fn seconds_are_rounded_to_tenths() {
        check("en", &Message::Seconds { ms: 9_449 }, "9.4\u{a0}s");
        check("en", &Message::Seconds { ms: 9_450 }, "9.5\u{a0}s");
        check("fr", &Message::Seconds { ms: 59_960 }, "60,0\u{a0}s");
        let computed = Message::ComputedIn { ms: 2_130 };
        check("en", &computed, "Done: your device computed for 2.1\u{a0}s. No labels given, paid\u{a0}$0.");
    }

    #[test]
    fn nouns_follow_their_count() {
        let done = |labels| Message::DoneIn { seconds: 9, labels };
        check("en", &done(0), "Done in 9\u{a0}s · ≈\u{a0}0 labels given · paid\u{a0}$0");
        check("en", &done(1), "Done in 9\u{a0}s · ≈\u{a0}1 label given · paid\u{a0}$0");
        check("fr", &done(0), "Fait en 9\u{a0}s · ≈\u{a0}0 étiquette donnée · payé\u{a0}0\u{a0}$");
        check("fr", &done(6), "Fait en 9\u{a0}s · ≈\u{a0}6 étiquettes données · payé\u{a0}0\u{a0}$");
    }

    #[test]
    fn no_trouble_is_without_words() {
        let voices: Vec<_> = Catalogue::all().iter().map(|words| Voice::new(Rc::new(words.clone()))).collect();
        for voice in voices {
            for trouble in Trouble::ALL {
                let said = voice.say(&Message::Trouble(*trouble));
                assert!(said.chars().count() > 6, "{} {trouble:?}: {said}", voice.tag());
            }
        }
    }

    #[test]
    fn every_placeholder_of_a_message_is_filled() {
        let (requester, data_set, licence) = ("R", "D", "L");
        for words in Catalogue::all() {
            let voice = Voice::new(Rc::new(words.clone()));
            for (message, parts) in [
                (Message::Purpose { requester, data_set, seconds: 97 }, &["R", "D", "97"][..]),
                (Message::For { requester, data_set }, &["R", "D"]),
                (Message::TermsMeasured { licence, seconds: 97 }, &["L", "97"]),
                (Message::TermsOfStudy { licence, seconds: 97 }, &["L", "97"]),
                (Message::ChecksNote { tiles: 9 }, &["9"]),
                (Message::TileName { number: 3, of: 9 }, &["3", "9"]),
                (Message::Picked(4), &["4"]),
                (Message::ComputingProgress(40), &["40"]),
                (Message::DoneIn { seconds: 97, labels: 5 }, &["97", "5"]),
                (Message::Source { source: "S", as_of: "2018" }, &["S", "2018"]),
                (Message::RemoveAsk(6), &["6"]),
            ] {
                let said = voice.say(&message);
                let filled = parts.iter().all(|part| said.contains(part)) && !said.contains(['{', '}', '#']);
                assert!(filled, "{}: {said}", voice.tag());
            }
        }
    }
}
