//! The question and its rule, in words that name and describe the work. Knows no tiles.

use yew::prelude::*;

use crate::message::{Message, Voice};

/// The question and its rule.
#[derive(Clone, Debug)]
pub struct Prompt<'a> {
    /// The visitor's language.
    pub voice: &'a Voice,
    /// The question.
    pub question: &'a str,
    /// The language it is written in.
    pub language: &'a str,
    /// Why there is another screen.
    pub note: Option<Message<'static>>,
}

impl Prompt<'_> {
    /// As markup.
    pub fn view(self) -> Html {
        let Self { voice, question, language, note } = self;
        html! {
            <div class="prompt">
                if let Some(note) = &note {
                    <p class="note">{ voice.say(note) }</p>
                }
                <h1 class="question" id="corvee-question" lang={language.to_owned()} dir="auto">{ question }</h1>
                <p class="rule" id="corvee-rule">{ voice.say(&Message::Rule) }</p>
            </div>
        }
    }
}
