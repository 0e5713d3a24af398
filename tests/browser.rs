//! The parts of the widget that need a browser, in one: focus, keys, announcements, JSON. The whole loop is tested from
//! outside, against a real collector.

#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "browser/wire.rs"]
mod json;

use std::cell::RefCell;
use std::rc::Rc;

use corvee::hooks::use_deadline::{Deadline, use_deadline};
use corvee::hooks::use_escape::use_escape;
use corvee::hooks::use_size::use_size;
use corvee::kinds::select::{Picks, SelectGrid};
use corvee::message::{Message, Voice};
use corvee::session::Event;
use corvee::views::announcer::Announcer;
use corvee::views::choice::Choice;
use corvee::{Captcha, Command, News, Room, Settings, Trouble};
use corvee_protocol::kinds::select::{SelectAnswer, SelectAsk};
use corvee_protocol::{
    Answer, AnswerReply, AnswerRequest, Ask, Category, Challenge, ChallengeRequest, Dialect, Disclosure, Granted,
    Offer, Problem, ProblemKind, ProofRequest, Puzzle, Renewal, SecondsSource, Size, Testing, Theme, Timing, Wish,
    Word, Words,
};
use corvee_words::Catalogue;
use gloo::timers::callback::Timeout;
use gloo::utils::document;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, HtmlElement, KeyboardEvent};
use yew::prelude::*;

wasm_bindgen_test_configure!(run_in_browser);

/// Lets the browser do what is due.
async fn settle() {
    for _ in 0..3 {
        let turn = js_sys::Promise::new(&mut |resolve, _| {
            Timeout::new(0, move || drop(resolve.call0(&JsValue::NULL))).forget();
        });
        JsFuture::from(turn).await.unwrap();
    }
}

/// A fresh place in the document, and the component in it.
async fn mounted<C: BaseComponent>(props: C::Properties) -> HtmlElement {
    let place: HtmlElement = document().create_element("div").unwrap().dyn_into().unwrap();
    document().body().unwrap().append_child(&place).unwrap();
    yew::Renderer::<C>::with_root_and_props(place.clone().into(), props).render();
    settle().await;
    place
}

fn all(place: &Element, selector: &str) -> Vec<HtmlElement> {
    let found = place.query_selector_all(selector).unwrap();
    (0..found.length()).map(|at| found.get(at).unwrap().dyn_into().unwrap()).collect()
}

fn one(place: &Element, selector: &str) -> HtmlElement {
    all(place, selector).into_iter().next().unwrap_or_else(|| panic!("no {selector} in {}", place.inner_html()))
}

fn focused() -> Option<String> {
    document().active_element().and_then(|element| element.get_attribute("aria-label"))
}

/// Presses a key where the focus is; returns whether the page was kept from acting on it too.
async fn press(key: &str, code: &str) -> bool {
    let init = js_sys::Object::new();
    for (name, value) in
        [("key", key.into()), ("code", code.into()), ("bubbles", true.into()), ("cancelable", true.into())]
    {
        js_sys::Reflect::set(&init, &JsValue::from_str(name), &value).unwrap();
    }
    let constructor: js_sys::Function =
        js_sys::Reflect::get(&gloo::utils::window(), &"KeyboardEvent".into()).unwrap().unchecked_into();
    let event = js_sys::Reflect::construct(&constructor, &js_sys::Array::of2(&"keydown".into(), &init)).unwrap();
    let event: KeyboardEvent = event.unchecked_into();
    let prevented = !document().active_element().unwrap().dispatch_event(&event).unwrap();
    settle().await;
    prevented
}

fn voice(language: &str) -> Voice {
    Voice::new(Rc::new(Catalogue::of(&[language]).clone()))
}

fn ask() -> SelectAsk {
    SelectAsk { question: "Which photos show shoes?".to_owned(), language: "en".to_owned(), columns: 3, rows: 3 }
}

/// Properties of [`Bench`].
#[derive(Clone, PartialEq, Properties)]
struct BenchProps {
    /// Whether the visitor may pick.
    open: bool,
    /// Every hand-in, with what was picked by then.
    handed_in: Rc<RefCell<Vec<Vec<u8>>>>,
}

/// The grid with somebody to keep its picks.
#[component]
fn Bench(props: &BenchProps) -> Html {
    let picks = use_state(|| Picks::none(&ask()));
    let on_toggle = {
        let picks = picks.clone();
        Callback::from(move |tile| picks.set(picks.toggled(tile)))
    };
    let on_submit = {
        let (picks, handed_in) = (picks.clone(), props.handed_in.clone());
        Callback::from(move |()| handed_in.borrow_mut().push(picks.answer().picked))
    };
    html! {
        <SelectGrid
            voice={voice("en")}
            ask={ask()}
            sprite=""
            picks={(*picks).clone()}
            open={props.open}
            {on_toggle}
            {on_submit}
            on_shown={Callback::noop()}
            on_broken={Callback::noop()}
        />
    }
}

fn bench() -> BenchProps {
    BenchProps { open: true, handed_in: Rc::default() }
}

fn pressed(place: &Element) -> Vec<usize> {
    let tiles = all(place, ".tile").into_iter().enumerate();
    tiles.filter(|(_, tile)| tile.get_attribute("aria-pressed").as_deref() == Some("true")).map(|(at, _)| at).collect()
}

#[wasm_bindgen_test]
async fn a_grid_has_one_tab_stop_that_follows_the_focus() {
    let place = mounted::<Bench>(bench()).await;
    assert_eq!(all(&place, ".tile").len(), 9);
    let stops = || {
        all(&place, ".tile[tabindex='0']")
            .iter()
            .map(|tile| tile.get_attribute("aria-label").unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(stops(), ["Image 1 of 9"]);
    one(&place, ".tile").focus().unwrap();
    assert!(press("ArrowRight", "ArrowRight").await, "the page must not scroll");
    assert_eq!(focused().as_deref(), Some("Image 2 of 9"));
    press("ArrowDown", "ArrowDown").await;
    assert_eq!(focused().as_deref(), Some("Image 5 of 9"));
    assert_eq!(stops(), ["Image 5 of 9"]);
    press("End", "End").await;
    assert_eq!(focused().as_deref(), Some("Image 6 of 9"));
    assert!(!press("Tab", "Tab").await, "the way out of the grid is the browser's");
    place.remove();
}

#[wasm_bindgen_test]
async fn digits_pick_without_moving_the_focus_and_enter_hands_in() {
    let props = bench();
    let place = mounted::<Bench>(props.clone()).await;
    one(&place, ".tile").focus().unwrap();
    press("2", "Digit2").await;
    press("ç", "Digit9").await;
    press("5", "Numpad5").await;
    assert_eq!(pressed(&place), [1, 4, 8]);
    assert_eq!(focused().as_deref(), Some("Image 1 of 9"));
    press("Enter", "Enter").await;
    assert_eq!(*props.handed_in.borrow(), [vec![1, 4, 8]]);
    place.remove();
}

#[wasm_bindgen_test]
async fn a_click_picks_and_another_click_does_not() {
    let place = mounted::<Bench>(bench()).await;
    let tile = one(&place, ".tile");
    tile.click();
    settle().await;
    assert_eq!(pressed(&place), [0]);
    tile.click();
    settle().await;
    assert!(pressed(&place).is_empty());
    place.remove();
}

#[wasm_bindgen_test]
async fn a_grid_that_is_being_sent_takes_no_picks_and_keeps_its_focus() {
    let place = mounted::<Bench>(BenchProps { open: false, ..bench() }).await;
    let tile = one(&place, ".tile");
    tile.focus().unwrap();
    tile.click();
    press("2", "Digit2").await;
    assert!(pressed(&place).is_empty());
    assert_eq!(focused().as_deref(), Some("Image 1 of 9"));
    place.remove();
}

/// Properties of [`Asked`].
#[derive(Clone, PartialEq, Properties)]
struct AskedProps {
    /// What was chosen.
    chosen: Rc<RefCell<Vec<Wish>>>,
}

/// The two ways through.
#[component]
fn Asked(props: &AskedProps) -> Html {
    let chosen = props.chosen.clone();
    let on_event = Callback::from(move |event| {
        if let Event::Chosen(wish) = event {
            chosen.borrow_mut().push(wish);
        }
    });
    Choice { voice: &voice("en"), offer: Offer::Both, chosen: None, on_event: &on_event }.view()
}

#[wasm_bindgen_test]
async fn each_button_is_one_way_through() {
    let props = AskedProps { chosen: Rc::default() };
    let place = mounted::<Asked>(props.clone()).await;
    one(&place, ".way-machine").click();
    one(&place, ".way-label").click();
    settle().await;
    assert_eq!(*props.chosen.borrow(), [Wish::Machine, Wish::Label]);
    place.remove();
}

/// Announces once more at every click.
#[component]
fn Town() -> Html {
    let number = use_state(|| 0);
    let spoken = (*number, Message::HereAreOthers);
    let onclick = {
        let number = number.clone();
        move |_| number.set(*number + 1)
    };
    html! {
        <>
            <button {onclick} />
            { Announcer { voice: &voice("fr"), spoken: Some(&spoken) }.view() }
        </>
    }
}

#[wasm_bindgen_test]
async fn the_same_words_said_again_are_a_new_element_in_the_same_region() {
    let place = mounted::<Town>(()).await;
    let (region, words) = (one(&place, "[role=status]"), one(&place, "[role=status] p"));
    assert_eq!(words.text_content().as_deref(), Some("Voici d’autres images."));
    one(&place, "button").click();
    settle().await;
    let (region_after, words_after) = (one(&place, "[role=status]"), one(&place, "[role=status] p"));
    assert!(region.is_same_node(Some(&region_after)));
    assert!(!words.is_same_node(Some(&words_after)));
    assert_eq!(words.text_content(), words_after.text_content());
    place.remove();
}

/// Properties of [`Hooked`].
#[derive(Clone, PartialEq, Properties)]
struct HookedProps {
    /// What the hooks have told.
    told: Rc<RefCell<Vec<String>>>,
}

/// All hooks at once.
#[component]
fn Hooked(props: &HookedProps) -> Html {
    let node = use_node_ref();
    let tell = |what: fn(u32) -> String| {
        let told = props.told.clone();
        Callback::from(move |number| told.borrow_mut().push(what(number)))
    };
    use_size(node.clone(), true, tell(|height| ["height ", &height.to_string()].concat()));
    use_deadline(Some(Deadline { turn: 7, lives_ms: 0 }), tell(|turn| ["turn ", &turn.to_string()].concat()));
    use_escape(true, tell(|_| "escape".to_owned()).reform(|()| 0));
    html! { <div ref={node} class="measured" style="height: 123px"></div> }
}

#[wasm_bindgen_test]
async fn hooks_tell_of_size_time_and_escape_until_they_are_gone() {
    let props = HookedProps { told: Rc::default() };
    let place: HtmlElement = document().create_element("div").unwrap().dyn_into().unwrap();
    document().body().unwrap().append_child(&place).unwrap();
    let app = yew::Renderer::<Hooked>::with_root_and_props(place.clone().into(), props.clone()).render();
    let frame = js_sys::Promise::new(&mut |resolve, _| {
        gloo::utils::window().request_animation_frame(&resolve).unwrap();
    });
    JsFuture::from(frame).await.unwrap();
    settle().await;
    press("Escape", "Escape").await;
    // A timer of no time at all is still the browser's to fire when it pleases.
    for _ in 0..1000 {
        if props.told.borrow().len() >= 3 {
            break;
        }
        settle().await;
    }
    let mut told = props.told.borrow().clone();
    told.sort_unstable();
    assert_eq!(told, ["escape", "height 123", "turn 7"]);
    app.destroy();
    settle().await;
    press("Escape", "Escape").await;
    assert_eq!(props.told.borrow().len(), 3, "{:?}", props.told.borrow());
    place.remove();
}

/// Settings of a widget whose collector is the server of these tests, which is none.
fn settings() -> Settings {
    Settings {
        sitekey: "k".repeat(40).parse().unwrap(),
        hostname: "localhost".parse().unwrap(),
        origin: "http://localhost".to_owned(),
        language: "en".parse().unwrap(),
        words: Catalogue::of(&["en"]).clone(),
        theme: Theme::Auto,
        size: Size::Normal,
        dialect: Dialect::Corvee,
        action: None,
        cdata: None,
        offer: Offer::Both,
        renewal: Renewal::Auto,
        testing: None,
        disclosure: Disclosure {
            requester: "City Museum".to_owned(),
            data_set: "street scenes".to_owned(),
            licence: "CC BY 4.0".to_owned(),
            seconds: 9,
            seconds_source: SecondsSource::Study,
        },
        collector: gloo::utils::window().location().origin().unwrap(),
        style: String::new(),
        worker: String::new(),
        plain: String::new(),
    }
}

#[wasm_bindgen_test]
async fn a_widget_without_a_collector_says_so_and_can_be_tried_again() {
    let (sender, troubles) = (Rc::new(RefCell::new(None)), Rc::new(RefCell::new(None::<Trouble>)));
    let (sizes, commands) = (Rc::new(RefCell::new(vec![])), Rc::new(RefCell::new(Callback::<Command>::noop())));
    let awaited = js_sys::Promise::new(&mut |resolve, _| {
        sender.replace(Some(resolve));
    });
    let props = corvee::CaptchaProps {
        settings: Rc::new(settings()),
        on_news: {
            let troubles = troubles.clone();
            Callback::from(move |news| {
                if let News::Trouble(trouble) = news {
                    troubles.replace(Some(trouble));
                }
                if let Some(resolve) = sender.take() {
                    drop(resolve.call0(&JsValue::NULL));
                }
            })
        },
        on_room: {
            let sizes = sizes.clone();
            Callback::from(move |size| sizes.borrow_mut().push(size))
        },
        on_ready: {
            let commands = commands.clone();
            Callback::from(move |send| drop(commands.replace(send)))
        },
    };
    let place = mounted::<Captcha>(props).await;
    assert_eq!(*sizes.borrow(), [Room::Closed]);
    let send = commands.borrow().clone();
    send.emit(Command::Choose(Wish::Label));
    JsFuture::from(awaited).await.unwrap();
    settle().await;
    assert!(troubles.borrow().is_some());
    assert_eq!(one(&place, ".card-action").text_content().as_deref(), Some("Try again"));
    send.emit(Command::Reset);
    settle().await;
    assert!(place.query_selector(".way-label").unwrap().is_some());
    place.remove();
}
