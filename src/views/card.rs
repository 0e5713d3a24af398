//! The closed widget: the choice, the device at work, the pass, what went wrong. Knows no grid.

use corvee_protocol::{Disclosure, Offer, Settings, Wish};
use yew::prelude::*;

use crate::message::{Message, Voice};
use crate::session::{Done, Earned, Event, Phase, Validity};
use crate::trouble::Trouble;
use crate::views::choice::Choice;
use crate::views::computing::computing;
use crate::views::controls::button;
use crate::views::mark::mark;
use crate::views::trouble::TroubleCard;

/// The closed widget.
#[derive(Clone, Debug)]
pub struct Card<'a> {
    /// The visitor's language.
    pub voice: &'a Voice,
    /// Where the session stands.
    pub phase: &'a Phase,
    /// What the collector said beforehand.
    pub settings: &'a Settings,
    /// What the visitor does.
    pub on_event: &'a Callback<Event>,
}

impl Card<'_> {
    /// As markup.
    pub fn view(self) -> Html {
        let Self { voice, phase, on_event, .. } = self;
        match phase {
            Phase::Resting | Phase::Choosing | Phase::Working(_) | Phase::Asking(_) => self.beginning(),
            Phase::Stuck(_, trouble) => self.trouble(*trouble, Event::Retried),
            Phase::Computing(computation) => html! {
                <div class="card is-computing">{ computing(voice, computation, on_event) }</div>
            },
            Phase::Done(done) => match done.validity {
                Validity::Alive => self.pass(done),
                Validity::Troubled(trouble) => self.trouble(trouble, Event::RenewalWanted),
                Validity::Expired => self.expired(true),
                Validity::Renewing => self.expired(false),
            },
        }
    }

    fn beginning(self) -> Html {
        let Self { voice, phase, settings, on_event } = self;
        let chosen = match phase {
            Phase::Asking(wish) => Some(*wish),
            Phase::Working(round) if !round.is_idle() => Some(Wish::Label),
            _ => None,
        };
        let line = if settings.testing.is_some() {
            Message::TestingOnly
        } else if settings.offer == Offer::Machine {
            Message::NobodyLabels
        } else {
            let Disclosure { requester, data_set, seconds, .. } = &settings.disclosure;
            Message::Purpose { requester, data_set, seconds: *seconds }
        };
        html! {
            <div class="card">
                <h1 class="unseen">{ voice.say(&Message::OpenChallenge) }</h1>
                <p class="purpose" id="corvee-purpose">
                    { mark() }{ voice.say(&line) }{ " " }{ voice.say(&Message::KeepsOut) }
                </p>
                { Choice { voice, offer: settings.offer, chosen, on_event }.view() }
            </div>
        }
    }

    fn pass(self, done: &Done) -> Html {
        let Self { voice, on_event, .. } = self;
        let line = match &done.earned {
            Earned::Labels(receipt) => {
                let seconds = receipt.solve_ms.saturating_add(500) / 1000;
                Message::DoneIn { seconds, labels: u32::from(receipt.votes) }
            }
            Earned::Machine { work_ms } => Message::ComputedIn { ms: *work_ms },
            Earned::Nothing => Message::TestingOnly,
        };
        html! {
            <div class="card is-done">
                <span class="tick is-given" aria-hidden="true"></span>
                <h1 class="pass card-action" tabindex="-1">{ voice.say(&line) }</h1>
                if done.receipt().is_some() {
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
                    <span class="sign">{ mark() }</span>
                }
            </div>
        }
    }

    fn expired(self, idle: bool) -> Html {
        let Self { voice, on_event, .. } = self;
        html! {
            <div class="card is-expired">
                <h1 class="pass">{ voice.say(&Message::PassRunOut) }</h1>
                { button(voice, &Message::Renew, "button card-action", idle, on_event, Event::RenewalWanted) }
            </div>
        }
    }

    fn trouble(self, trouble: Trouble, again: Event) -> Html {
        let Self { voice, settings, on_event, .. } = self;
        let plain =
            (!settings.plain.is_empty()).then(|| [settings.collector.as_str(), &settings.plain].concat().into());
        TroubleCard { voice, trouble, again, plain, on_event }.view()
    }
}
