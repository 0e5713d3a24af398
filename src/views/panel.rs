//! The open widget: a screen of work, or the receipt. Chooses, and knows no details of either.

use yew::prelude::*;

use crate::kinds::{Workplace, question};
use crate::message::Voice;
use crate::session::{Event, Note, Phase, Round};
use crate::views::controls::Controls;
use crate::views::disclosure::Terms;
use crate::views::prompt::Prompt;
use crate::views::receipt::Payslip;

/// The open widget.
#[derive(Clone, Debug)]
pub struct Panel<'a> {
    /// The visitor's language.
    pub voice: Voice,
    /// Where the session stands.
    pub phase: &'a Phase,
    /// Origin of the collector; empty where the page itself comes from it.
    pub collector: &'a str,
    /// What the visitor does.
    pub on_event: &'a Callback<Event>,
}

impl Panel<'_> {
    /// As markup; nothing in phases that have nothing to open.
    pub fn view(self) -> Html {
        let Self { voice, phase, collector, on_event } = self;
        match phase {
            Phase::Working(round) => self.screen(round),
            Phase::Done(done) => done.removal.map_or_else(Html::default, |removal| {
                Payslip { voice, receipt: &done.receipt, removal, collector, on_event }.view()
            }),
            Phase::Resting | Phase::Asking | Phase::Stuck(_) => Html::default(),
        }
    }

    fn screen(self, round: &Round) -> Html {
        let Self { voice, collector, on_event, .. } = self;
        let screen = &round.challenge.screen;
        let (question, language) = question(&screen.ask);
        let workplace = Workplace {
            voice,
            turn: round.turn,
            ask: &screen.ask,
            sprite: [collector, &screen.sprite].concat().into(),
            work: &round.work,
            open: round.accepts_work(),
            on_event,
        };
        let controls = Controls { voice, marks: round.work.marks(), stage: round.stage, on_event };
        html! {
            <section class="panel" aria-labelledby="corvee-question">
                { Terms { voice, disclosure: &round.challenge.disclosure }.view() }
                { Prompt { voice, question, language, note: round.note.map(Note::message) }.view() }
                { workplace.view() }
                { controls.view() }
            </section>
        }
    }
}
