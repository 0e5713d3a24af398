//! The live region: what a screen reader says without being asked. Knows words, not why they are said.

use yew::prelude::*;

use crate::message::{Message, Voice};

/// The live region.
#[derive(Clone, Copy, Debug)]
pub struct Announcer<'a> {
    /// The visitor's language.
    pub voice: &'a Voice,
    /// What to say, and a number that tells it from the same words said before.
    pub spoken: Option<&'a (u32, Message<'static>)>,
}

impl Announcer<'_> {
    /// As markup.
    pub fn view(self) -> Html {
        html! {
            <div class="unseen" role="status">
                if let Some((number, message)) = self.spoken {
                    // A new number makes a new element, so that the same words are said again.
                    <p key={*number}>{ self.voice.say(message) }</p>
                }
            </div>
        }
    }
}
