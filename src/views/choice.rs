//! The two ways through, equal in rank and size: label pictures, or let the device compute. Knows neither.

use corvee_protocol::{Offer, Wish};
use yew::prelude::*;

use crate::message::{Message, Voice};
use crate::session::Event;

/// The buttons that begin it all.
#[derive(Clone, Debug)]
pub struct Choice<'a> {
    /// The visitor's language.
    pub voice: &'a Voice,
    /// What there is to choose between.
    pub offer: Offer,
    /// What was chosen and is on its way.
    pub chosen: Option<Wish>,
    /// What the visitor does.
    pub on_event: &'a Callback<Event>,
}

impl Choice<'_> {
    /// As markup.
    pub fn view(self) -> Html {
        let Self { voice, offer, .. } = self;
        let name = if offer == Offer::Both { Message::ChooseGroup } else { Message::OpenChallenge };
        html! {
            <div class="ways" role="group" aria-label={voice.say(&name)}>
                if offer == Offer::Both {
                    { self.way(Wish::Label, &Message::LabelPictures, "way way-label card-action") }
                    { self.way(Wish::Machine, &Message::DeviceComputes, "way way-machine") }
                } else {
                    { self.way(Wish::Machine, &Message::DeviceComputes, "way way-machine card-action") }
                }
            </div>
        }
    }

    fn way(&self, wish: Wish, message: &Message<'_>, class: &'static str) -> Html {
        let busy = self.chosen == Some(wish);
        html! {
            <button
                type="button"
                name="wish"
                value={wish.as_str()}
                class={classes!(class, busy.then_some("is-busy"))}
                aria-disabled={busy.then_some("true")}
                aria-describedby="corvee-purpose"
                onclick={self.on_event.reform(move |event: MouseEvent| {
                    event.prevent_default();
                    Event::Chosen(wish)
                })}
            >
                { self.voice.say(message) }
            </button>
        }
    }
}
