//! The device at work: how far it is, and a way to stop it. Knows no worker.

use yew::prelude::*;

use crate::message::{Message, Voice};
use crate::session::{Computation, Event};
use crate::views::controls::button;

/// The device at work, as markup.
pub fn computing(voice: &Voice, computation: &Computation, on_event: &Callback<Event>) -> Html {
    let percent = computation.percent.to_string();
    html! {
        <>
            <h1 class="computing" id="corvee-computing">{ voice.say(&Message::Computing) }</h1>
            <progress class="progress" max="100" value={percent} aria-labelledby="corvee-computing"></progress>
            <span class="percent" aria-hidden="true">
                { voice.say(&Message::ComputingProgress(u32::from(computation.percent))) }
            </span>
            { button(voice, &Message::Cancel, "button card-action", true, on_event, Event::Closed) }
        </>
    }
}
