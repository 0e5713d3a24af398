//! The app inside the iframe: settings in, messages to and from the page around it. Knows no challenge.
//!
//! The collector renders `frame.html` with [`Settings`] as JSON in `data-settings` of `#corvee`. All messages are
//! objects with `corvee: 1` and a `kind`. Messages to the page go to its origin only; messages from elsewhere are ignored.
//!
//! | to the page | with | when |
//! |---|---|---|
//! | `ready` | `title`, in the visitor's language | the widget takes commands |
//! | `open` | `width`, `height` in CSS pixels; `for`: `challenge` or `receipt` | it wants this much room; again whenever that changes |
//! | `closed` | – | the closed widget's room is enough |
//! | `dismissed` | – | the visitor closed a challenge without passing |
//! | `token` | `token`, `lives_ms`, `renewed` | the visitor is through; or the token takes the place of an unredeemed one |
//! | `expired` | – | the token has died |
//! | `outdated` | – | an open challenge can no longer be answered |
//! | `error` | `code`: a [`Trouble`] by its code | something went wrong; the visitor has been told |
//!
//! | from the page | with | meaning |
//! |---|---|---|
//! | `reset` | – | begin anew |
//! | `execute` | – | a token is wanted: the choice opens, or the device computes where there is none |
//! | `theme` | `theme`: `light`, `dark`, `auto`, `contrast`; `properties`: `--corvee-…` to their values | change colours |
//! | `close` | – | close what is open |
//! | `receipt` | – | show the visitor the receipt, when there is one; the page never learns it |

use std::rc::Rc;

use corvee_protocol::{Settings, Testing, Theme, Wish};
use gloo::events::EventListener;
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, MessageEvent};
use yew::prelude::*;

use crate::captcha::{self, Captcha, Command, Given, News, Room};
use crate::wire;

/// Width in CSS pixels of the iframe while the widget is closed.
const CLOSED_WIDTH: f64 = 304.0;

/// Starts the widget where the document holds `#corvee`; `www/start.js` calls it. It does not start by itself: in somebody's
/// own app it would take the place of their `main`.
///
/// # Errors
/// Settings that are not [`Settings`]; the browser's console shows them.
#[wasm_bindgen]
pub fn start() -> Result<(), JsValue> {
    let document = gloo::utils::document();
    let Some(root) = document.get_element_by_id("corvee") else {
        return Ok(());
    };
    let settings = root.get_attribute("data-settings").unwrap_or_default();
    let settings: Settings = wire::parse(&settings).map_err(|misfit| JsValue::from_str(&misfit.to_string()))?;
    // The buttons work before this code has come: a press given by then counts (www/start.js keeps it), and so does the focus.
    let chosen = root.get_attribute("data-chosen").and_then(|wish| wish_named(&wish));
    let focused = document.active_element().filter(|active| root.contains(Some(active)));
    let focused = focused.and_then(|button| wish_named(&button.get_attribute("value")?));
    yew::Renderer::<Frame>::with_root_and_props(root, FrameProps { settings: Rc::new(settings), chosen, focused })
        .render();
    Ok(())
}

fn wish_named(name: &str) -> Option<Wish> {
    [Wish::Label, Wish::Machine].into_iter().find(|wish| wish.as_str() == name)
}

/// Properties of [`Frame`].
#[derive(Clone, Debug, PartialEq, Properties)]
pub struct FrameProps {
    /// What the collector said beforehand.
    pub settings: Rc<Settings>,
    /// What the visitor chose before this code came.
    pub chosen: Option<Wish>,
    /// Which button had the focus by then.
    pub focused: Option<Wish>,
}

/// The widget, joined to the page around the frame. Properties: see [`FrameProps`].
#[component]
pub fn Frame(props: &FrameProps) -> Html {
    let theme = use_state(|| props.settings.theme);
    let commands = use_mut_ref(Callback::<Command>::noop);
    let tell = {
        let origin = props.settings.origin.clone();
        use_callback((), move |(kind, details): Told, ()| post(&origin, kind, &details))
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
                    "theme" => {
                        theme.set(Theme::named(&text_of(&data, "theme")).unwrap_or(*theme));
                        return colour(&data);
                    }
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
            tell.emit(("ready", vec![("title", gloo::utils::document().title().into())]));
            if let Some(wish) = props.focused {
                focus_way(wish);
            }
            if let Some(wish) = props.chosen {
                command.emit(Command::Choose(wish));
            } else if matches!(props.settings.testing, Some(Testing::Passes(_) | Testing::Blocks)) {
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
            Room::Open { width, height, purpose } => tell.emit((
                "open",
                vec![("width", width.into()), ("height", height.into()), ("for", purpose.as_str().into())],
            )),
        })
    };
    let settings = Settings { theme: *theme, ..(*props.settings).clone() };
    html! { <Captcha settings={Rc::new(settings)} on_news={tell.reform(told)} {on_room} {on_ready} /> }
}

/// What the page is told: a kind, and what else the message holds.
type Told = (&'static str, Vec<(&'static str, JsValue)>);

fn told(news: News) -> Told {
    match news {
        News::Token(Given { token, lives_ms, renewed }) => (
            "token",
            vec![("token", token.as_str().into()), ("lives_ms", lives_ms.into()), ("renewed", renewed.into())],
        ),
        News::Expired => ("expired", vec![]),
        News::Outdated => ("outdated", vec![]),
        News::Dismissed => ("dismissed", vec![]),
        News::Trouble(trouble) => ("error", vec![("code", trouble.code().into())]),
    }
}

/// Takes over the page's own colours: custom properties whose names begin with `--corvee-`.
fn colour(data: &JsValue) {
    let Ok(properties) = Reflect::get(data, &"properties".into()).and_then(JsCast::dyn_into::<Object>) else {
        return;
    };
    let document = gloo::utils::document().document_element().and_then(|root| root.dyn_into::<HtmlElement>().ok());
    let Some(document) = document else { return };
    for entry in Object::entries(&properties).iter() {
        let entry = Array::from(&entry);
        if let (Some(name), Some(value)) = (entry.get(0).as_string(), entry.get(1).as_string())
            && name.starts_with("--corvee-")
        {
            // What is no value of a style changes nothing.
            document.style().set_property(&name, &value).ok();
        }
    }
}

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

fn focus_way(wish: Wish) {
    let selector = ["#corvee button[value=", wish.as_str(), "]"].concat();
    let button = gloo::utils::document().query_selector(&selector).ok().flatten();
    if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
        // A button that cannot take the focus leaves it where it is.
        button.focus().ok();
    }
}
