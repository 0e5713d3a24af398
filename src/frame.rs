//! The app inside the iframe: settings in, messages to and from the page around it. Knows no challenge.
//!
//! The collector renders `frame.html` with [`Settings`] as JSON in `data-settings` of `#corvee`. All messages are
//! objects with `corvee: 1` and a `kind`. Messages to the page go to its origin only; messages from elsewhere are ignored.
//!
//! | to the page | with | when |
//! |---|---|---|
//! | `ready` | – | the widget takes commands |
//! | `open` | `width`, `height` in CSS pixels | it wants this much room; again whenever that changes |
//! | `closed` | – | 304 × 78 pixels are enough |
//! | `token` | `token`, `lives_ms` | a challenge was passed |
//! | `expired` | – | the token has died |
//! | `error` | `code`: a [`Trouble`] by its code | something went wrong; the visitor has been told |
//!
//! | from the page | with | meaning |
//! |---|---|---|
//! | `reset` | – | begin anew |
//! | `execute` | – | begin as if the visitor had ticked |
//! | `theme` | `theme`: `light`, `dark`, `auto` | change colours |
//! | `close` | – | close what is open |
//! | `receipt` | – | show the visitor the receipt, when there is one; the page never learns it |

use std::rc::Rc;

use corvee_protocol::{Settings, Theme};
use gloo::events::EventListener;
use js_sys::Reflect;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, HtmlInputElement, MessageEvent};
use yew::prelude::*;

use crate::captcha::{self, Captcha, Command, Granted, Room};
use crate::trouble::Trouble;
use crate::wire;

/// Width in CSS pixels of the iframe while the widget is closed.
const CLOSED_WIDTH: f64 = 304.0;

/// Starts the widget where the document holds `#corvee`; elsewhere this code is part of somebody's own app.
///
/// # Errors
/// Settings that are not [`Settings`]; the browser's console shows them.
#[wasm_bindgen(start)]
pub fn start() -> Result<(), JsValue> {
    let document = gloo::utils::document();
    let Some(root) = document.get_element_by_id("corvee") else {
        return Ok(());
    };
    let settings = root.get_attribute("data-settings").unwrap_or_default();
    let settings: Settings = wire::parse(&settings).map_err(|misfit| JsValue::from_str(&misfit.to_string()))?;
    // The checkbox works before this code has come: a tick given by then counts, and so does the focus.
    let early = root.query_selector("input")?.and_then(|input| input.dyn_into::<HtmlInputElement>().ok());
    let ticked = early.as_ref().is_some_and(HtmlInputElement::checked);
    let focused =
        early.is_some_and(|input| document.active_element().is_some_and(|active| active.is_same_node(Some(&input))));
    yew::Renderer::<Frame>::with_root_and_props(root, FrameProps { settings: Rc::new(settings), ticked, focused })
        .render();
    Ok(())
}

/// Properties of [`Frame`].
#[derive(Clone, Debug, PartialEq, Properties)]
pub struct FrameProps {
    /// What the collector said beforehand.
    pub settings: Rc<Settings>,
    /// Whether the visitor ticked before this code came.
    pub ticked: bool,
    /// Whether the checkbox had the focus by then.
    pub focused: bool,
}

/// The widget, joined to the page around the frame. Properties: see [`FrameProps`].
#[component]
pub fn Frame(props: &FrameProps) -> Html {
    let theme = use_state(|| props.settings.theme);
    let commands = use_mut_ref(Callback::<Command>::noop);
    let tell = {
        let origin = props.settings.origin.clone();
        use_callback((), move |(kind, details): News, ()| post(&origin, kind, &details))
    };

    use_effect_with((), {
        let (theme, commands, origin) = (theme.clone(), commands.clone(), props.settings.origin.clone());
        move |()| {
            let listener = EventListener::new(&gloo::utils::window(), "message", move |event| {
                let Some((kind, data)) = event.dyn_ref().and_then(|event| heard(event, &origin)) else {
                    return;
                };
                let command = match kind.as_str() {
                    "reset" => Command::Reset,
                    "close" => Command::Close,
                    "receipt" => Command::ShowReceipt,
                    "execute" => {
                        // The page hands its focus over; a frame that may not have it works without.
                        gloo::utils::window().focus().ok();
                        Command::Execute
                    }
                    "theme" => return theme.set(Theme::named(&text_of(&data, "theme")).unwrap_or_default()),
                    _ => return,
                };
                commands.borrow().emit(command);
            });
            move || drop(listener)
        }
    });
    use_effect_with(*theme, |theme| {
        if let Some(document) = gloo::utils::document().document_element() {
            // Only a document without elements refuses an attribute.
            document.set_attribute("data-theme", theme.as_str()).ok();
        }
    });

    let on_ready = {
        let (tell, props) = (tell.clone(), props.clone());
        Callback::from(move |command: Callback<Command>| {
            commands.replace(command.clone());
            tell.emit(("ready", vec![]));
            if props.focused {
                focus_checkbox();
            }
            if props.ticked {
                command.emit(Command::Execute);
            }
        })
    };
    let on_room = {
        let tell = tell.clone();
        Callback::from(move |room| match room {
            Room::Closed => tell.emit(("closed", vec![])),
            // A frame that has not grown yet would measure a grid squeezed into the closed widget's width.
            Room::Open { height, .. } if height != captcha::OPEN_HEIGHT && frame_width() <= CLOSED_WIDTH => {}
            Room::Open { width, height } => {
                tell.emit(("open", vec![("width", width.into()), ("height", height.into())]));
            }
        })
    };
    let settings = Settings { theme: *theme, ..(*props.settings).clone() };
    html! {
        <Captcha
            settings={Rc::new(settings)}
            on_token={tell.reform(|Granted { token, lives_ms }| {
                ("token", vec![("token", token.as_str().into()), ("lives_ms", lives_ms.into())])
            })}
            on_expired={tell.reform(|()| ("expired", vec![]))}
            on_trouble={tell.reform(|trouble: Trouble| ("error", vec![("code", trouble.code().into())]))}
            {on_room}
            {on_ready}
        />
    }
}

/// A message to the page: its kind, and what else it holds.
type News = (&'static str, Vec<(&'static str, JsValue)>);

/// Sends a message to the page around the frame.
fn post(origin: &str, kind: &str, details: &[(&str, JsValue)]) {
    let head = [("corvee", JsValue::from(1)), ("kind", kind.into())];
    let message = wire::object(&[&head, details].concat());
    if let Ok(Some(parent)) = gloo::utils::window().parent() {
        // It fails for an origin that is none, and then there is nobody to tell.
        parent.post_message(&message, origin).ok();
    }
}

/// Kind and object of a message, if it is one of the page around the frame.
fn heard(event: &MessageEvent, origin: &str) -> Option<(String, JsValue)> {
    let parent = gloo::utils::window().parent().ok()??;
    let from_page = event.source().is_some_and(|source| *source == ***parent) && event.origin() == origin;
    let data = event.data();
    (from_page && Reflect::get(&data, &"corvee".into()).is_ok_and(|version| version == 1))
        .then(|| (text_of(&data, "kind"), data))
}

/// A text in an object; empty when there is none.
fn text_of(object: &JsValue, name: &str) -> String {
    Reflect::get(object, &name.into()).ok().and_then(|value| value.as_string()).unwrap_or_default()
}

fn frame_width() -> f64 {
    gloo::utils::window().inner_width().ok().and_then(|width| width.as_f64()).unwrap_or_default()
}

fn focus_checkbox() {
    let checkbox = gloo::utils::document().query_selector("#corvee input").ok().flatten();
    if let Some(checkbox) = checkbox.and_then(|checkbox| checkbox.dyn_into::<HtmlElement>().ok()) {
        // A checkbox that cannot take the focus leaves it where it is.
        checkbox.focus().ok();
    }
}
