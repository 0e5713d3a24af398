//! The kinds of challenge a visitor can be shown, one file each. Knows what is asked and picked, never which tile is gold.

pub mod select;

use corvee_protocol::{Answer, Ask};
use yew::prelude::*;

use crate::message::Voice;
use crate::session::Event;
use select::{Picks, SelectGrid};

/// What a visitor has done on the present screen, by kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// Tiles picked.
    Select(Picks),
}

/// One thing a visitor does on a screen, by kind. It applies to the work as it is by then: two quick keys are two steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Picks this tile, or no longer picks it.
    Select(usize),
}

impl Work {
    /// Nothing done yet.
    pub fn begin(ask: &Ask) -> Self {
        match ask {
            Ask::Select(ask) => Self::Select(Picks::none(ask)),
        }
    }

    /// The same after a step.
    #[must_use]
    pub fn after(&self, step: Step) -> Self {
        match (self, step) {
            (Self::Select(picks), Step::Select(tile)) => Self::Select(picks.toggled(tile)),
        }
    }

    /// How many marks the visitor has made.
    pub fn marks(&self) -> u32 {
        match self {
            Self::Select(picks) => picks.count(),
        }
    }

    /// The answer on the wire.
    pub fn answer(&self) -> Answer {
        match self {
            Self::Select(picks) => Answer::Select(picks.answer()),
        }
    }
}

/// The question in the visitor's language, and the language it is written in.
pub fn question(ask: &Ask) -> (&str, &str) {
    match ask {
        Ask::Select(ask) => (&ask.question, &ask.language),
    }
}

/// How many tiles a screen has.
pub fn tiles(ask: &Ask) -> u32 {
    match ask {
        Ask::Select(ask) => u32::from(ask.columns) * u32::from(ask.rows),
    }
}

/// Where the work is done: the view of the kind that is asked.
#[derive(Clone, Debug)]
pub struct Workplace<'a> {
    /// The visitor's language.
    pub voice: &'a Voice,
    /// Names the screen: a new one begins with the focus on its first place.
    pub turn: u32,
    /// What is asked.
    pub ask: &'a Ask,
    /// Address of the image that holds all tiles.
    pub sprite: AttrValue,
    /// What is done so far.
    pub work: &'a Work,
    /// Whether the visitor may change it now.
    pub open: bool,
    /// What the visitor does.
    pub on_event: &'a Callback<Event>,
}

impl Workplace<'_> {
    /// As markup.
    pub fn view(self) -> Html {
        let Self { voice, turn, ask, sprite, work, open, on_event } = self;
        match (ask, work) {
            (Ask::Select(ask), Work::Select(picks)) => html! {
                <SelectGrid
                    key={turn}
                    voice={voice.clone()}
                    ask={ask.clone()}
                    {sprite}
                    picks={picks.clone()}
                    {open}
                    on_toggle={on_event.reform(|tile| Event::Worked(Step::Select(tile)))}
                    on_submit={on_event.reform(|()| Event::Submitted)}
                    on_shown={on_event.reform(|()| Event::SpriteShown)}
                    on_broken={on_event.reform(|()| Event::SpriteBroken)}
                />
            },
        }
    }
}
