//! For whom, what for, under which licence, how long, unpaid: repeated above the work. Knows no work.

use corvee_protocol::{Disclosure, SecondsSource};
use yew::prelude::*;

use crate::message::{Message, Voice};
use crate::views::mark::mark;

/// The terms of the work.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// The visitor's language.
    pub voice: &'a Voice,
    /// For whom and what for.
    pub disclosure: &'a Disclosure,
    /// How many tiles there are: some check the visitor, the others become votes.
    pub tiles: Option<u32>,
}

impl Terms<'_> {
    /// As markup.
    pub fn view(self) -> Html {
        let Disclosure { requester, data_set, licence, seconds, seconds_source } = self.disclosure;
        let terms = match seconds_source {
            SecondsSource::Measured => Message::TermsMeasured { licence, seconds: *seconds },
            SecondsSource::Study => Message::TermsOfStudy { licence, seconds: *seconds },
        };
        html! {
            <header class="terms">
                { mark() }
                <p class="terms-line">{ self.voice.say(&Message::For { requester, data_set }) }</p>
                <p class="terms-line">{ self.voice.say(&terms) }</p>
                if let Some(tiles) = self.tiles {
                    <p class="terms-line">{ self.voice.say(&Message::ChecksNote { tiles }) }</p>
                }
            </header>
        }
    }
}
