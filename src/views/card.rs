//! The closed widget, 304 × 78: checkbox, purpose, mark; or what went wrong; or what was done. Knows no grid.

use corvee_protocol::Disclosure;
use yew::prelude::*;

use crate::message::{Message, Voice};
use crate::session::{Event, Phase};
use crate::views::checkbox::{Checkbox, Tick};
use crate::views::mark::mark;
use crate::views::trouble::TroubleCard;

/// The closed widget.
#[derive(Clone, Debug)]
pub struct Card<'a> {
    /// The visitor's language.
    pub voice: Voice,
    /// Where the session stands.
    pub phase: &'a Phase,
    /// For whom and what for.
    pub disclosure: &'a Disclosure,
    /// What the visitor does.
    pub on_event: &'a Callback<Event>,
}

impl Card<'_> {
    /// As markup.
    pub fn view(self) -> Html {
        let Self { voice, phase, disclosure, on_event } = self;
        let (tick, line) = match phase {
            Phase::Stuck(trouble) => {
                return TroubleCard { voice, trouble: *trouble, on_event }.view();
            }
            Phase::Done(done) if done.expired => (Tick::Expired, Message::TickExpired),
            Phase::Done(done) => {
                let seconds = done.receipt.solve_ms.saturating_add(500) / 1000;
                (Tick::Given, Message::DoneIn { seconds, labels: u32::from(done.receipt.votes) })
            }
            Phase::Asking => (Tick::Busy, purpose(disclosure)),
            Phase::Working(round) if !round.is_idle() => (Tick::Busy, purpose(disclosure)),
            Phase::Working(_) | Phase::Resting => (Tick::Empty, purpose(disclosure)),
        };
        html! {
            <div class="card">
                { Checkbox { voice, tick, on_tick: on_event.reform(|()| Event::Ticked) }.view() }
                if matches!(phase, Phase::Done(_)) {
                    <button
                        type="button"
                        class="sign to-receipt"
                        aria-label={voice.say(&Message::ShowReceipt)}
                        onclick={on_event.reform(|_: MouseEvent| Event::ReceiptOpened)}
                    >
                        { mark() }
                        <span class="sign-word">{ voice.say(&Message::ToReceipt) }</span>
                    </button>
                } else {
                    <span class="sign">{ mark() }<span class="sign-word">{ "Corvée" }</span></span>
                }
                <p class="purpose" id="corvee-purpose">{ voice.say(&line) }</p>
            </div>
        }
    }
}

fn purpose(disclosure: &Disclosure) -> Message<'_> {
    let Disclosure { requester, data_set, seconds, .. } = disclosure;
    Message::Purpose { requester, data_set, seconds: *seconds }
}
