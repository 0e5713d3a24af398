//! Carries out what the session wants done: calls to the collector, the focus, news for the page. Decides nothing.

use corvee_protocol::{ChallengeRequest, Wish};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, FocusOptions, HtmlElement};
use yew::prelude::*;

use crate::captcha::{CaptchaProps, Granted};
use crate::collector_client;
use crate::session::{Effect, Event, Place};

/// Carries out everything but the focus, which has to wait for the view: its place is returned.
pub fn carry_out(effects: Vec<Effect>, props: &CaptchaProps, on_event: &Callback<Event>) -> Option<Place> {
    let mut focus = None;
    for effect in effects {
        match effect {
            Effect::Focus(place) => focus = Some(place),
            Effect::GrantToken { token, lives_ms } => props.on_token.emit(Granted { token, lives_ms }),
            Effect::TellExpired => props.on_expired.emit(()),
            Effect::TellTrouble(trouble) => props.on_trouble.emit(trouble),
            Effect::RequestChallenge { turn } => {
                let (settings, on_event) = (props.settings.clone(), on_event.clone());
                spawn_local(async move {
                    let request = ChallengeRequest {
                        sitekey: settings.sitekey.clone(),
                        hostname: settings.hostname.clone(),
                        language: settings.language.clone(),
                        wish: Wish::Label,
                        dialect: settings.dialect,
                        action: settings.action.clone(),
                        cdata: settings.cdata.clone(),
                    };
                    on_event.emit(match collector_client::request_challenge(&settings.collector, &request).await {
                        Ok(challenge) => Event::ChallengeArrived { turn, challenge },
                        Err(trouble) => Event::Failed { turn, trouble },
                    });
                });
            }
            Effect::SendAnswer { turn, request } => {
                let (settings, on_event) = (props.settings.clone(), on_event.clone());
                spawn_local(async move {
                    on_event.emit(match collector_client::send_answer(&settings.collector, &request).await {
                        Ok(reply) => Event::AnswerJudged { turn, reply },
                        Err(trouble) => Event::Failed { turn, trouble },
                    });
                });
            }
            Effect::RemoveVotes { turn, code } => {
                let (settings, on_event) = (props.settings.clone(), on_event.clone());
                spawn_local(async move {
                    on_event.emit(match collector_client::remove_votes(&settings.collector, &code).await {
                        Ok(()) => Event::VotesRemoved { turn },
                        Err(trouble) => Event::Failed { turn, trouble },
                    });
                });
            }
        }
    }
    focus
}

/// Puts the focus at `place` inside `root`, unless the visitor has meanwhile gone elsewhere.
pub fn put_focus(root: &NodeRef, place: Place) {
    let selector = match place {
        Place::Card => ".card-action",
        Place::ReceiptButton => ".to-receipt",
        Place::Work => ".tile[tabindex='0']",
        Place::Receipt => ".payslip-heading",
        Place::RemovalQuestion => ".removal-text",
    };
    if !gloo::utils::document().has_focus().unwrap_or_default() {
        return;
    }
    let target = root.cast::<Element>().and_then(|root| root.query_selector(selector).ok().flatten());
    if let Some(target) = target
        && let Ok(target) = target.dyn_into::<HtmlElement>()
    {
        // What is read first, the question above the tiles, must not be scrolled away; the next key brings the focused tile
        // into view. The question about removal stands at the end of a long receipt and is scrolled to.
        let options = FocusOptions::new();
        options.set_prevent_scroll(place != Place::RemovalQuestion);
        // An element that cannot take the focus leaves it where it is.
        target.focus_with_options(&options).ok();
    }
}

/// Milliseconds on the browser's clock that never runs backwards.
pub fn now_ms() -> u64 {
    let now = gloo::utils::window().performance().map_or(0.0, |performance| performance.now());
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "rounding to whole milliseconds is wanted"
    )]
    let now = now.round() as u64;
    now
}
