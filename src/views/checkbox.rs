//! The checkbox that begins it all: a real one, so that a click counts before this code has come. Knows no challenge.

use yew::prelude::*;

use crate::message::{Message, Voice};

/// What the checkbox shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tick {
    /// Not ticked.
    Empty,
    /// Something is on its way.
    Busy,
    /// Passed.
    Given,
    /// Passed once; the token has died.
    Expired,
}

/// The checkbox and its label.
///
/// The browser's own toggling is always prevented: the tick is given by the collector, not by the click.
#[derive(Clone, Debug)]
pub struct Checkbox {
    /// The visitor's language.
    pub voice: Voice,
    /// What to show.
    pub tick: Tick,
    /// The visitor activated it.
    pub on_tick: Callback<()>,
}

impl Checkbox {
    /// As markup.
    pub fn view(self) -> Html {
        let Self { voice, tick, on_tick } = self;
        let (class, label) = match tick {
            Tick::Empty => ("tick-box card-action", Message::Label),
            Tick::Busy => ("tick-box card-action is-busy", Message::Label),
            Tick::Given => ("tick-box card-action is-given", Message::Label),
            Tick::Expired => ("tick-box card-action", Message::TickAgain),
        };
        html! {
            <label class="tick">
                <input
                    type="checkbox"
                    {class}
                    autocomplete="off"
                    checked={tick == Tick::Given}
                    aria-busy={(tick == Tick::Busy).then_some("true")}
                    aria-describedby="corvee-purpose"
                    onclick={move |event: MouseEvent| {
                        event.prevent_default();
                        on_tick.emit(());
                    }}
                />
                <span class="tick-label">{ voice.say(&label) }</span>
            </label>
        }
    }
}
