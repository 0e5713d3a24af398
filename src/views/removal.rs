//! Taking the answers back, in two steps. Knows how many there are, not what they say.

use yew::prelude::*;

use crate::message::{Message, Voice};
use crate::session::{Event, Removal};
use crate::views::controls::button;

/// The offer, the question, the outcome.
#[derive(Clone, Debug)]
pub struct RemovalBox<'a> {
    /// The visitor's language.
    pub voice: &'a Voice,
    /// How far the removal has come.
    pub removal: Removal,
    /// How many votes it takes back.
    pub votes: u16,
    /// What the visitor does.
    pub on_event: &'a Callback<Event>,
}

impl RemovalBox<'_> {
    /// As markup.
    pub fn view(self) -> Html {
        let Self { voice, removal, votes, on_event } = self;
        let text = match removal {
            Removal::Offered => None,
            Removal::Asked | Removal::Sent => Some((Message::RemoveAsk(votes), "removal-text")),
            Removal::Failed => Some((Message::RemoveFailed, "removal-text trouble")),
            Removal::Done => Some((Message::Removed, "removal-text settled")),
        };
        let idle = removal != Removal::Sent;
        let keep = || button(voice, &Message::RemoveNo, "button is-quiet", idle, on_event, Event::RemovalDropped);
        let go = |message, event| button(voice, &message, "button", idle, on_event, event);
        html! {
            <div class="removal">
                if let Some((message, class)) = text {
                    <p {class} tabindex="-1">{ voice.say(&message) }</p>
                }
                <div class="controls">
                    { match removal {
                        Removal::Offered => go(Message::Remove, Event::RemovalAsked),
                        Removal::Asked | Removal::Sent => {
                            html! { <>{ go(Message::RemoveYes, Event::RemovalConfirmed) }{ keep() }</> }
                        }
                        Removal::Failed => html! { <>{ go(Message::TryAgain, Event::Retried) }{ keep() }</> },
                        Removal::Done => Html::default(),
                    } }
                </div>
            </div>
        }
    }
}
