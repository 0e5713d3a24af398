//! The component: owns the session, has its effects carried out, chooses the view. Knows no iframe and no page around it.

use std::cell::RefCell;
use std::rc::Rc;

use corvee_protocol::{Settings, Token};
use yew::prelude::*;

use crate::effects;
use crate::hooks::use_deadline::{Deadline, use_deadline};
use crate::hooks::use_escape::use_escape;
use crate::hooks::use_size::use_size;
use crate::message::Voice;
use crate::session::{Event, Place, Session};
use crate::trouble::Trouble;
use crate::views::announcer::Announcer;
use crate::views::card::Card;
use crate::views::panel::Panel;

/// A token for the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// Goes into the page's form and from there to `siteverify`.
    pub token: Token,
    /// Milliseconds it can be redeemed.
    pub lives_ms: u32,
}

/// How much room the widget wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// The closed widget: 304 × 78 CSS pixels.
    Closed,
    /// More than that.
    Open {
        /// CSS pixels; less does no harm.
        width: u32,
        /// CSS pixels; less makes it scroll.
        height: u32,
    },
}

/// What a page can ask of the widget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Begin anew.
    Reset,
    /// Begin as if the visitor had ticked.
    Execute,
    /// Close what is open.
    Close,
    /// Show the receipt to the visitor, when there is one.
    ShowReceipt,
}

/// Properties of [`Captcha`].
#[derive(Clone, Debug, PartialEq, Properties)]
pub struct CaptchaProps {
    /// What the collector said beforehand.
    pub settings: Rc<Settings>,
    /// A challenge was passed.
    #[prop_or_default]
    pub on_token: Callback<Granted>,
    /// The token has died; the form needs another.
    #[prop_or_default]
    pub on_expired: Callback<()>,
    /// Something went wrong; the visitor has been told and can try again.
    #[prop_or_default]
    pub on_trouble: Callback<Trouble>,
    /// The widget wants more room, or less.
    #[prop_or_default]
    pub on_room: Callback<Room>,
    /// Called once, with what takes the page's commands.
    #[prop_or_default]
    pub on_ready: Callback<Callback<Command>>,
}

/// Width the open widget wants, in CSS pixels.
const OPEN_WIDTH: u32 = 400;
/// Height of an open grid before it is measured: what 400 pixels of width come to.
pub(crate) const OPEN_HEIGHT: u32 = 604;

/// The widget: a checkbox that becomes a challenge and then a receipt. Properties: see [`CaptchaProps`].
#[component]
pub fn Captcha(props: &CaptchaProps) -> Html {
    let session = use_mut_ref(Session::default);
    let focus = use_mut_ref(|| None);
    let root = use_node_ref();
    let on_event = use_events(props, session.clone(), focus.clone());

    let (is_open, deadline, phase, spoken) = {
        let session = session.borrow();
        (session.is_open(), session.deadline(), session.phase().clone(), session.spoken().cloned())
    };

    use_effect({
        let root = root.clone();
        move || {
            if let Some(place) = focus.borrow_mut().take() {
                effects::put_focus(&root, place);
            }
        }
    });
    use_deadline(
        deadline.map(|(turn, lives_ms)| Deadline { turn, lives_ms }),
        on_event.reform(|turn| Event::DeadlinePassed { turn }),
    );
    use_escape(is_open, on_event.reform(|()| Event::Closed));
    use_effect_with(is_open, {
        let on_room = props.on_room.clone();
        move |is_open| {
            on_room.emit(if *is_open { Room::Open { width: OPEN_WIDTH, height: OPEN_HEIGHT } } else { Room::Closed });
        }
    });
    use_size(root.clone(), is_open, props.on_room.reform(|height| Room::Open { width: OPEN_WIDTH, height }));
    use_effect_with((), {
        let (on_ready, on_event) = (props.on_ready.clone(), on_event.clone());
        move |()| {
            on_ready.emit(on_event.reform(|command| match command {
                Command::Reset => Event::Reset,
                Command::Execute => Event::Ticked,
                Command::Close => Event::Closed,
                Command::ShowReceipt => Event::ReceiptOpened,
            }));
        }
    });

    let voice = Voice::of(props.settings.language.as_str());
    html! {
        <div ref={root} class="corvee-widget" data-theme={props.settings.theme.as_str()} lang={voice.tag()}>
            if is_open {
                { Panel { voice, phase: &phase, collector: &props.settings.collector, on_event: &on_event }.view() }
            } else {
                { Card { voice, phase: &phase, disclosure: &props.settings.disclosure, on_event: &on_event }.view() }
            }
            { Announcer { voice, spoken: spoken.as_ref() }.view() }
        </div>
    }
}

/// Takes in events: the session changes, its effects are carried out, the view follows.
#[hook]
fn use_events(
    props: &CaptchaProps,
    session: Rc<RefCell<Session>>,
    focus: Rc<RefCell<Option<Place>>>,
) -> Callback<Event> {
    let redraw = use_force_update();
    let newest_props = use_mut_ref(|| props.clone());
    newest_props.replace(props.clone());
    let on_event = use_mut_ref(Callback::<Event>::noop);
    use_memo((), move |()| {
        let replies = on_event.clone();
        let callback = Callback::from(move |event| {
            let effects = session.borrow_mut().on(event, effects::now_ms());
            let (props, on_event) = (newest_props.borrow().clone(), replies.borrow().clone());
            if let Some(place) = effects::carry_out(effects, &props, &on_event) {
                focus.replace(Some(place));
            }
            redraw.force_update();
        });
        on_event.replace(callback.clone());
        callback
    })
    .as_ref()
    .clone()
}
