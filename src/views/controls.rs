//! The buttons under the work: hand in, other pictures, close. Knows how many marks there are, not which.

use corvee_protocol::Wish;
use yew::prelude::*;

use crate::message::{Message, Voice};
use crate::session::{Event, Stage};
use crate::views::trouble::trouble_note;

/// The buttons under the work, and above them what went wrong.
///
/// While something is on its way they stay focusable, so that nobody loses the place.
#[derive(Clone, Debug)]
pub struct Controls<'a> {
    /// The visitor's language.
    pub voice: &'a Voice,
    /// How many marks the visitor has made.
    pub marks: u32,
    /// How far the screen has come.
    pub stage: Stage,
    /// What the visitor does.
    pub on_event: &'a Callback<Event>,
}

impl Controls<'_> {
    /// As markup.
    pub fn view(self) -> Html {
        let Self { voice, marks, stage, on_event } = self;
        let (main, on_main, idle) = match stage {
            Stage::Troubled { .. } => (Message::TryAgain, Event::Retried, true),
            Stage::Open if marks == 0 => (Message::NoneOfThese, Event::Submitted, true),
            Stage::Open => (Message::Submit, Event::Submitted, true),
            Stage::Sending { .. } | Stage::Renewing { .. } => (Message::Submit, Event::Submitted, false),
        };
        html! {
            <footer class="foot">
                if let Stage::Troubled { trouble, .. } = stage {
                    { trouble_note(voice, trouble) }
                }
                <div class="controls">
                    { button(voice, &main, "button is-main", idle, on_event, on_main) }
                    { button(voice, &Message::OtherPictures, "button", idle, on_event, Event::OthersWanted) }
                    { button(voice, &Message::DeviceInstead, "button", idle, on_event, Event::Chosen(Wish::Machine)) }
                    { button(voice, &Message::Close, "button is-quiet", true, on_event, Event::Closed) }
                </div>
            </footer>
        }
    }
}

/// A button that says `message` and causes `event`.
pub(super) fn button(
    voice: &Voice,
    message: &Message<'_>,
    class: &'static str,
    enabled: bool,
    on_event: &Callback<Event>,
    event: Event,
) -> Html {
    let onclick = on_event.reform(move |_: MouseEvent| event.clone());
    html! {
        <button type="button" {class} aria-disabled={(!enabled).then_some("true")} {onclick}>{ voice.say(message) }</button>
    }
}
