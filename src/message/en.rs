//! English.

use yew::AttrValue;

use super::{Message, counted, money, sentence, tenths};
use crate::trouble::Trouble;

pub(super) fn say(message: &Message<'_>) -> AttrValue {
    let text = match message {
        Message::Label => "I am not a robot",
        Message::TickAgain => "Please tick again",
        Message::TickExpired => "A tick holds for a short time only, and yours has run out.",
        Message::Purpose { requester, data_set, seconds } => {
            return sentence(&["For ", requester, ": ", data_set, ". About ", &seconds.to_string(), "\u{a0}s."]);
        }
        Message::For { requester, data_set } => return sentence(&["For ", requester, ": ", data_set, "."]),
        Message::TermsMeasured { licence, seconds } => {
            return sentence(&["Licence: ", licence, ". About ", &seconds.to_string(), "\u{a0}s, unpaid."]);
        }
        Message::TermsOfStudy { licence, seconds } => {
            return sentence(&["Licence: ", licence, ". About ", &seconds.to_string(), "\u{a0}s by a study, unpaid."]);
        }
        Message::Rule => "Pick every tile where any part of it shows. If there are none, submit without picking.",
        Message::TileName { number, of } => {
            return sentence(&["Image ", &number.to_string(), " of ", &of.to_string()]);
        }
        Message::Picked(count) => return sentence(&[&count.to_string(), " picked"]),
        Message::Submit => "Done",
        Message::NoneOfThese => "None of these",
        Message::OtherPictures => "Other pictures",
        Message::Close => "Close",
        Message::OneMore => "One more screen, please.",
        Message::HereAreOthers => "Here are other pictures.",
        Message::Done => "Done.",
        Message::DoneIn { seconds, labels } => {
            let given = counted("en", *labels, " label given · paid\u{a0}$0", " labels given · paid\u{a0}$0");
            return sentence(&["Done in ", &seconds.to_string(), "\u{a0}s · ", &labels.to_string(), given]);
        }
        Message::ToReceipt => "receipt",
        Message::ShowReceipt => "Show the receipt",
        Message::Receipt => "Receipt",
        Message::RowTime => "Your time",
        Message::RowChecks => "Tiles that checked you",
        Message::RowVotes => "Votes you gave",
        Message::RowFinal => "Labels final with them",
        Message::RowFor => "For",
        Message::RowDataSet => "Data set",
        Message::RowLicence => "Licence",
        Message::RowElsewhere => "Such work is priced elsewhere",
        Message::RowPaid => "You were paid",
        Message::RowCode => "Code",
        Message::Seconds { ms } => return sentence(&[&tenths(*ms, "."), "\u{a0}s"]),
        Message::Dollars(micros) => return sentence(&["$", &money(*micros, ".")]),
        Message::Between(low, high) => {
            return sentence(&["$", &money(*low, "."), "\u{a0}–\u{a0}$", &money(*high, ".")]);
        }
        Message::Source { source, as_of } => return sentence(&[source, ", ", as_of]),
        Message::FullReceipt => "Full receipt (new tab)",
        Message::Remove => "Remove my answers",
        Message::RemoveAsk(votes) => {
            let from = counted(
                "en",
                u32::from(*votes),
                " vote out of every label and out of the next export? Your tick stays.",
                " votes out of every label and out of the next export? Your tick stays.",
            );
            return sentence(&["Take your ", &votes.to_string(), from]);
        }
        Message::RemoveYes => "Remove",
        Message::RemoveNo => "Keep",
        Message::Removed => "Your answers are removed.",
        Message::RemoveFailed => "They could not be removed just now. Try again, or later on the receipt's own page.",
        Message::Trouble(trouble) => match trouble {
            Trouble::Offline => "No connection just now. Nothing is lost.",
            Trouble::TooMany => "Many requests came from your network. Please wait a minute.",
            Trouble::NothingToAsk => "There is nothing to ask right now. Please come back shortly.",
            Trouble::Unavailable => "The service is not available right now. Nothing is lost.",
            Trouble::HostnameRefused => "This page is not registered for its site key. Its owner can add it.",
            Trouble::UnknownSitekey => "The site key of this page is not known. Its owner can correct it.",
            Trouble::Outdated => "These pictures are out of date; there are fresh ones.",
            Trouble::BrokenImage => "The pictures did not load.",
            Trouble::Unexpected => "The service gave an unexpected reply.",
        },
        Message::TryAgain => "Try again",
    };
    AttrValue::Static(text)
}
