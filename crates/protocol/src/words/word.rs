//! Every string a visitor reads, once, with its place and its arguments. Knows no language.

/// What a template may name in braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placeholder {
    /// Its name.
    pub name: &'static str,
    /// Whether it is a whole number that a plural may follow.
    pub counts: bool,
}

macro_rules! words {
    ($($(#[doc = $doc:literal])+ $variant:ident = $key:literal [$($name:ident $counts:ident),*];)*) => {
        /// A string that a visitor reads. Its number is its place in [`Words`](super::Words).
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Word {
            $($(#[doc = $doc])+ $variant,)*
        }

        impl Word {
            /// All of them, in the order of their numbers.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its name in catalogues and in a site's own words.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => $key,)* }
            }

            /// The word of this name.
            pub fn named(key: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.key() == key)
            }

            /// What its template may name.
            pub const fn placeholders(self) -> &'static [Placeholder] {
                match self {
                    $(Self::$variant => &[$(Placeholder { name: stringify!($name), counts: words!(@$counts) }),*],)*
                }
            }
        }
    };
    (@text) => { false };
    (@count) => { true };
}

words! {
    /// First line of the closed widget: what it is for.
    KeepsOut = "keeps_out" [];
    /// Second line of the closed widget: for whom, what for, how long, unpaid.
    Purpose = "purpose" [requester text, data_set text, seconds count];
    /// Button: the visitor labels. Stands beside `device_computes`, equally large.
    LabelPictures = "label_pictures" [];
    /// Button: the visitor's device computes.
    DeviceComputes = "device_computes" [];
    /// Name of the group of these two buttons, to a screen reader.
    ChooseGroup = "choose_group" [];
    /// Heading in invisible mode, above the two buttons.
    OpenChallenge = "open_challenge" [];
    /// Above the tiles: for whom and what for.
    ForWhom = "for_whom" [requester text, data_set text];
    /// Above the tiles: licence, time measured here, pay.
    TermsMeasured = "terms_measured" [licence text, seconds count];
    /// Above the tiles: licence, time out of a study, pay.
    TermsOfStudy = "terms_of_study" [licence text, seconds count];
    /// Above the tiles: what becomes of the answers.
    ChecksNote = "checks_note" [tiles count];
    /// Above the tiles: which of them to pick.
    Rule = "rule" [];
    /// Name of a tile, to a screen reader.
    TileName = "tile_name" [number count, of count];
    /// How many tiles are picked, to a screen reader.
    Picked = "picked" [count count];
    /// Button: hands the screen in.
    Submit = "submit" [];
    /// Button: hands the screen in with nothing picked.
    NoneOfThese = "none_of_these" [];
    /// Button: asks for a fresh challenge.
    OtherPictures = "other_pictures" [];
    /// Button: leaves without losing anything.
    Close = "close" [];
    /// Button under the tiles: the device computes after all.
    DeviceInstead = "device_instead" [];
    /// While the device computes.
    Computing = "computing" [];
    /// How far it has come.
    ComputingProgress = "computing_progress" [percent count];
    /// Button: stops computing.
    Cancel = "cancel" [];
    /// Passed by computing; seconds with one decimal.
    ComputedIn = "computed_in" [seconds text];
    /// Above a second screen.
    OneMore = "one_more" [];
    /// Above a fresh challenge.
    HereAreOthers = "here_are_others" [];
    /// Passed, to a screen reader.
    Done = "done" [];
    /// Passed by labelling: time and labels.
    DoneIn = "done_in" [seconds count, labels count];
    /// A token has died unredeemed.
    PassRunOut = "pass_run_out" [];
    /// Button: exchanges it, without work.
    Renew = "renew" [];
    /// Under the mark: opens the receipt.
    ToReceipt = "to_receipt" [];
    /// Name of the same, to a screen reader.
    ShowReceipt = "show_receipt" [];
    /// Heading of the receipt.
    Receipt = "receipt" [];
    /// Row of the receipt: time on all screens.
    RowTime = "row_time" [];
    /// Row: tiles that checked the visitor.
    RowChecks = "row_checks" [];
    /// Row: votes given.
    RowVotes = "row_votes" [];
    /// Row: labels final since.
    RowFinal = "row_final" [];
    /// Row: who got them.
    RowFor = "row_for" [];
    /// Row: what they build.
    RowDataSet = "row_data_set" [];
    /// Row: its licence.
    RowLicence = "row_licence" [];
    /// Row: the price range of such work.
    RowElsewhere = "row_elsewhere" [];
    /// Row: what was paid.
    RowPaid = "row_paid" [];
    /// Row: the receipt's code.
    RowCode = "row_code" [];
    /// Between whole and decimal digits.
    DecimalSign = "decimal_sign" [];
    /// A time in seconds with one decimal.
    Seconds = "seconds" [time text];
    /// A sum of US dollars.
    Dollars = "dollars" [amount text];
    /// Between two sums of US dollars.
    Between = "between" [low text, high text];
    /// Where a price comes from.
    Source = "source" [source text, as_of text];
    /// Link to the receipt's own page.
    FullReceipt = "full_receipt" [];
    /// Button: begins removal.
    Remove = "remove" [];
    /// Asks whether to remove.
    RemoveAsk = "remove_ask" [votes count];
    /// Button: removes.
    RemoveYes = "remove_yes" [];
    /// Button: does not remove.
    RemoveNo = "remove_no" [];
    /// Removed.
    Removed = "removed" [];
    /// Not removed.
    RemoveFailed = "remove_failed" [];
    /// The collector cannot be reached.
    TroubleOffline = "trouble_offline" [];
    /// The visitor's network asked for too much.
    TroubleTooMany = "trouble_too_many" [];
    /// The site's campaigns have nothing to ask.
    TroubleNothingToAsk = "trouble_nothing_to_ask" [];
    /// The collector is stopping, or its store does not reply.
    TroubleUnavailable = "trouble_unavailable" [];
    /// The page is not one of the site's.
    TroubleHostnameRefused = "trouble_hostname_refused" [];
    /// No such site key.
    TroubleUnknownSitekey = "trouble_unknown_sitekey" [];
    /// The challenge can no longer be answered.
    TroubleOutdated = "trouble_outdated" [];
    /// The pictures did not load.
    TroubleBrokenImage = "trouble_broken_image" [];
    /// The collector said something unknown.
    TroubleUnexpected = "trouble_unexpected" [];
    /// Button: tries once more.
    TryAgain = "try_again" [];
    /// Trouble: the visitor's device could not compute.
    TroubleDeviceFailed = "trouble_device_failed" [];
    /// Second line of the closed widget where nobody is asked to label.
    NobodyLabels = "nobody_labels" [];
    /// While the widget's code is long in coming.
    SlowLoading = "slow_loading" [];
    /// Link to the same challenge without script.
    PlainVersion = "plain_version" [];
    /// With a test key.
    TestingOnly = "testing_only" [];
    /// With the test key that never passes.
    TestingBlocked = "testing_blocked" [];
    /// Title of the frame's document.
    FrameTitle = "frame_title" [];
    /// Heading of the plain page.
    PlainHeading = "plain_heading" [];
    /// Plain page: between two ways.
    PlainChoose = "plain_choose" [];
    /// Plain page: which tiles to tick.
    PlainPick = "plain_pick" [];
    /// Plain page: name of a tile.
    PlainTile = "plain_tile" [number count];
    /// Plain page, button: hands in.
    PlainSend = "plain_send" [];
    /// Plain page, button: a fresh challenge.
    PlainOthers = "plain_others" [];
    /// Plain page: passed; the token follows.
    PlainDone = "plain_done" [];
    /// Plain page: how to copy the token.
    PlainCopyHint = "plain_copy_hint" [];
    /// Plain page: passed, and nothing to copy.
    PlainBack = "plain_back" [];
    /// Plain page, button: waits instead of labelling.
    PlainWait = "plain_wait" [seconds count];
    /// Plain page: while waiting.
    PlainWaiting = "plain_waiting" [seconds count];
}

impl Word {
    /// How many of them, from the first, the widget says; the collector alone says the others, in pages it writes.
    pub const IN_WIDGET: usize = Self::FrameTitle as usize;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_name_in_snake_case() {
        for (number, word) in Word::ALL.iter().enumerate() {
            let camel: String = word
                .key()
                .split('_')
                .flat_map(|part| {
                    part.chars().take(1).map(|first| first.to_ascii_uppercase()).chain(part.chars().skip(1))
                })
                .collect();
            assert_eq!(camel, format!("{word:?}"));
            assert_eq!(*word as usize, number);
            assert_eq!(Word::named(word.key()), Some(*word));
        }
        assert_eq!(Word::named("Label"), None);
    }
}
