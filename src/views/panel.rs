//! The open widget: the choice, a screen of work, the device at work, or the receipt. Chooses, and knows no details.

use corvee_protocol::Settings;
use yew::prelude::*;

use crate::kinds::{Workplace, question, tiles};
use crate::message::{Message, Voice};
use crate::session::{Event, Note, Phase, Round};
use crate::views::card::Card;
use crate::views::choice::Choice;
use crate::views::controls::{Controls, button};
use crate::views::disclosure::Terms;
use crate::views::prompt::Prompt;
use crate::views::receipt::Payslip;

/// The open widget.
#[derive(Clone, Debug)]
pub struct Panel<'a> {
    /// The visitor's language.
    pub voice: &'a Voice,
    /// Where the session stands.
    pub phase: &'a Phase,
    /// What the collector said beforehand.
    pub settings: &'a Settings,
    /// What the visitor does.
    pub on_event: &'a Callback<Event>,
}

impl Panel<'_> {
    /// As markup; nothing in phases that have nothing to open.
    pub fn view(self) -> Html {
        let Self { voice, phase, settings, on_event } = self;
        match phase {
            Phase::Choosing => self.choice(),
            Phase::Working(round) => self.screen(round),
            Phase::Done(done) => match (done.removal, done.receipt()) {
                (Some(removal), Some(receipt)) => {
                    Payslip { voice, receipt, removal, collector: &settings.collector, on_event }.view()
                }
                _ => Html::default(),
            },
            // Where there is no closed widget, what it would show stands here.
            Phase::Asking(_) | Phase::Stuck(..) | Phase::Computing(_) => html! {
                <section class="panel is-small" aria-label={voice.say(&Message::OpenChallenge)}>
                    { Card { voice, phase, settings, on_event }.view() }
                    <div class="controls">
                        { button(voice, &Message::Close, "button is-quiet", true, on_event, Event::Closed) }
                    </div>
                </section>
            },
            Phase::Resting => Html::default(),
        }
    }

    fn choice(self) -> Html {
        let Self { voice, settings, on_event, .. } = self;
        html! {
            <section class="panel is-choice" aria-labelledby="corvee-choice">
                { Terms { voice, disclosure: &settings.disclosure, tiles: None }.view() }
                <h1 class="question choice-heading" id="corvee-choice" tabindex="-1">
                    { voice.say(&Message::OpenChallenge) }
                </h1>
                <p class="rule" id="corvee-purpose">{ voice.say(&Message::ChooseGroup) }</p>
                { Choice { voice, offer: settings.offer, chosen: None, on_event }.view() }
                <div class="controls">
                    { button(voice, &Message::Close, "button is-quiet", true, on_event, Event::Closed) }
                </div>
            </section>
        }
    }

    fn screen(self, round: &Round) -> Html {
        let Self { voice, settings, on_event, .. } = self;
        let screen = &round.challenge.screen;
        let (question, language) = question(&screen.ask);
        let workplace = Workplace {
            voice,
            turn: round.turn,
            ask: &screen.ask,
            sprite: [settings.collector.as_str(), &screen.sprite].concat().into(),
            work: &round.work,
            open: round.accepts_work(),
            on_event,
        };
        let controls = Controls { voice, marks: round.work.marks(), stage: round.stage, on_event };
        html! {
            <section class="panel" aria-labelledby="corvee-question">
                { Terms { voice, disclosure: &round.challenge.disclosure, tiles: Some(tiles(&screen.ask)) }.view() }
                { Prompt { voice, question, language, note: round.note.map(Note::message) }.view() }
                { workplace.view() }
                { controls.view() }
            </section>
        }
    }
}
