//! What went wrong, and the ways out. Knows no collector.

use yew::prelude::*;

use crate::message::{Message, Voice};
use crate::session::Event;
use crate::trouble::Trouble;
use crate::views::controls::button;

/// What went wrong, in place of the choice, with a button to try again and the same challenge without script.
#[derive(Clone, Debug)]
pub struct TroubleCard<'a> {
    /// The visitor's language.
    pub voice: &'a Voice,
    /// What went wrong.
    pub trouble: Trouble,
    /// What trying again means.
    pub again: Event,
    /// Address of the challenge without script, where that could help.
    pub plain: Option<AttrValue>,
    /// What the visitor does.
    pub on_event: &'a Callback<Event>,
}

impl TroubleCard<'_> {
    /// As markup.
    pub fn view(self) -> Html {
        let Self { voice, trouble, again, plain, on_event } = self;
        let plain = plain.filter(|_| trouble == Trouble::DeviceFailed);
        html! {
            <div class="card is-troubled">
                <h1 class="trouble">{ voice.say(&Message::Trouble(trouble)) }</h1>
                if let Some(plain) = plain {
                    <a class="plain" href={plain}>{ voice.say(&Message::PlainVersion) }</a>
                }
                { button(voice, &Message::TryAgain, "button card-action", true, on_event, again) }
            </div>
        }
    }
}

/// What went wrong, as one paragraph.
pub fn trouble_note(voice: &Voice, trouble: Trouble) -> Html {
    html! { <p class="trouble">{ voice.say(&Message::Trouble(trouble)) }</p> }
}
