//! Carries out what the session wants done: calls to the collector, the worker, the focus, news for the page. Decides
//! nothing.

use std::cell::RefCell;

use corvee_protocol::{AnswerReply, Challenge, ChallengeRequest, Granted, Puzzle, Wish};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, FocusOptions, HtmlElement};
use yew::prelude::*;

use crate::captcha::{CaptchaProps, Given, News};
use crate::collector_client::Call;
use crate::machines_turn::MachinesTurn;
use crate::session::{Effect, Event, Place};
use crate::trouble::Trouble;
use crate::wire::{Misfit, Read as _};

/// Carries out everything but the focus, which has to wait for the view: its place is returned.
pub fn carry_out(
    effects: Vec<Effect>,
    props: &CaptchaProps,
    on_event: &Callback<Event>,
    machine: &RefCell<Option<MachinesTurn>>,
) -> Option<Place> {
    let mut focus = None;
    for effect in effects {
        match effect {
            Effect::Focus(place) => focus = Some(place),
            Effect::GrantToken { token, lives_ms, renewed } => {
                props.on_news.emit(News::Token(Given { token, lives_ms, renewed }));
            }
            Effect::TellExpired => props.on_news.emit(News::Expired),
            Effect::TellOutdated => props.on_news.emit(News::Outdated),
            Effect::TellDismissed => props.on_news.emit(News::Dismissed),
            Effect::TellTrouble(trouble) => props.on_news.emit(News::Trouble(trouble)),
            Effect::Compute { turn, puzzle } => {
                let address = [props.settings.collector.as_str(), &props.settings.worker].concat();
                if let Ok(begun) = MachinesTurn::begin(&address, turn, &puzzle, on_event) {
                    machine.replace(Some(begun));
                } else {
                    // The session is still being changed: the news waits until that is done.
                    let on_event = on_event.clone();
                    spawn_local(async move {
                        on_event.emit(Event::Failed { turn, trouble: Trouble::DeviceFailed });
                    });
                }
            }
            Effect::StopComputing => drop(machine.take()),
            Effect::RequestChallenge { turn } => {
                call(turn, props, on_event, Call::challenge(&request(props, Wish::Label)), |turn, reply| {
                    Ok(Event::ChallengeArrived { turn, challenge: Challenge::read(reply)? })
                });
            }
            Effect::RequestPuzzle { turn } => {
                call(turn, props, on_event, Call::challenge(&request(props, Wish::Machine)), |turn, reply| {
                    Ok(Event::PuzzleArrived { turn, puzzle: Puzzle::read(reply)? })
                });
            }
            Effect::SendProof { turn, request } => call(turn, props, on_event, Call::proof(&request), granted),
            Effect::RenewToken { turn, token } => call(turn, props, on_event, Call::renewal(&token), granted),
            Effect::SendAnswer { turn, request } => {
                call(turn, props, on_event, Call::answer(&request), |turn, reply| {
                    Ok(Event::AnswerJudged { turn, reply: AnswerReply::read(reply)? })
                });
            }
            Effect::RemoveVotes { turn, code } => {
                call(turn, props, on_event, Call::removal(&code), |turn, _| Ok(Event::VotesRemoved { turn }));
            }
        }
    }
    focus
}

/// Calls the collector; what comes of it, or that nothing does, becomes an event.
fn call(
    turn: u32,
    props: &CaptchaProps,
    on_event: &Callback<Event>,
    call: Call,
    meaning: fn(u32, &JsValue) -> Result<Event, Misfit>,
) {
    let (settings, on_event) = (props.settings.clone(), on_event.clone());
    spawn_local(async move {
        on_event.emit(match call.send(&settings.collector).await {
            Ok(reply) => meaning(turn, &reply).unwrap_or(Event::Failed { turn, trouble: Trouble::Unexpected }),
            Err(trouble) => Event::Failed { turn, trouble },
        });
    });
}

fn granted(turn: u32, reply: &JsValue) -> Result<Event, Misfit> {
    Ok(Event::Granted { turn, granted: Granted::read(reply)? })
}

fn request(props: &CaptchaProps, wish: Wish) -> ChallengeRequest {
    let settings = &props.settings;
    ChallengeRequest {
        sitekey: settings.sitekey.clone(),
        hostname: settings.hostname.clone(),
        language: settings.language.clone(),
        wish,
        dialect: settings.dialect,
        action: settings.action.clone(),
        cdata: settings.cdata.clone(),
    }
}

/// Puts the focus at `place` inside `root`, unless the visitor has meanwhile gone elsewhere.
pub fn put_focus(root: &NodeRef, place: Place) {
    let selector = match place {
        Place::Card => ".card-action",
        Place::Machine => ".way-machine",
        Place::Choice => ".choice-heading",
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
