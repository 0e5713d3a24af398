//! What went wrong, and the way out. Knows no collector.

use yew::prelude::*;

use crate::message::{Message, Voice};
use crate::session::Event;
use crate::trouble::Trouble;
use crate::views::controls::button;

/// What went wrong, in place of the checkbox, with a button to try again.
#[derive(Clone, Debug)]
pub struct TroubleCard<'a> {
    /// The visitor's language.
    pub voice: Voice,
    /// What went wrong.
    pub trouble: Trouble,
    /// What the visitor does.
    pub on_event: &'a Callback<Event>,
}

impl TroubleCard<'_> {
    /// As markup.
    pub fn view(self) -> Html {
        let Self { voice, trouble, on_event } = self;
        html! {
            <div class="card is-troubled">
                { trouble_note(voice, trouble) }
                { button(voice, &Message::TryAgain, "button card-action", true, on_event, Event::Retried) }
            </div>
        }
    }
}

/// What went wrong, as one paragraph.
pub fn trouble_note(voice: Voice, trouble: Trouble) -> Html {
    html! { <p class="trouble">{ voice.say(&Message::Trouble(trouble)) }</p> }
}
