//! The component: owns the session, has its effects carried out, chooses the view. Knows no iframe and no page around it.

use std::cell::RefCell;
use std::rc::Rc;

use corvee_protocol::{Settings, Token, Wish};
use yew::prelude::*;

use crate::effects;
use crate::hooks::use_deadline::{Deadline, use_deadline};
use crate::hooks::use_escape::use_escape;
use crate::hooks::use_size::use_size;
use crate::message::Voice;
use crate::session::{Event, Manner, Phase, Place, Session};
use crate::trouble::Trouble;
use crate::views::announcer::Announcer;
use crate::views::card::Card;
use crate::views::panel::Panel;

/// A token for the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// Goes into the page's form and from there to `siteverify`.
    pub token: Token,
    /// Milliseconds it can be redeemed.
    pub lives_ms: u32,
    /// Whether it takes the place of one that nobody redeemed.
    pub renewed: bool,
}

/// What the page is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// The visitor is through; or a token has been exchanged.
    Token(Given),
    /// The token has died; the form needs another.
    Expired,
    /// An open challenge can no longer be answered.
    Outdated,
    /// The visitor closed a challenge without passing.
    Dismissed,
    /// Something went wrong; the visitor has been told and can try again.
    Trouble(Trouble),
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
        /// What it is needed for.
        purpose: Purpose,
    },
}

/// What room is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A challenge, or the choice before it.
    Challenge,
    /// The receipt.
    Receipt,
}

impl Purpose {
    /// Its name in messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Challenge => "challenge",
            Self::Receipt => "receipt",
        }
    }
}

/// What a page can ask of the widget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Begin anew.
    Reset,
    /// Ask the visitor for a token: the choice opens, or the device computes where there is none.
    Execute,
    /// Begin with this way through, as if the visitor had chosen it.
    Choose(Wish),
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
    /// Something happened that the page wants to know.
    #[prop_or_default]
    pub on_news: Callback<News>,
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
pub(crate) const OPEN_HEIGHT: u32 = 679;

/// The widget: a checkbox that becomes a challenge and then a receipt. Properties: see [`CaptchaProps`].
#[component]
pub fn Captcha(props: &CaptchaProps) -> Html {
    let session = use_mut_ref(|| Session::new(Manner::from(&*props.settings)));
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
    use_escape(is_open || matches!(phase, Phase::Asking(_) | Phase::Computing(_)), on_event.reform(|()| Event::Closed));
    let purpose = if matches!(phase, Phase::Done(_)) { Purpose::Receipt } else { Purpose::Challenge };
    use_effect_with((is_open, purpose), {
        let on_room = props.on_room.clone();
        move |(is_open, purpose)| {
            let open = Room::Open { width: OPEN_WIDTH, height: OPEN_HEIGHT, purpose: *purpose };
            on_room.emit(if *is_open { open } else { Room::Closed });
        }
    });
    use_size(root.clone(), is_open, {
        let (on_room, session) = (props.on_room.clone(), session.clone());
        Callback::from(move |height| {
            // The last measurement comes when the widget has closed already.
            if session.borrow().is_open() {
                on_room.emit(Room::Open { width: OPEN_WIDTH, height, purpose });
            }
        })
    });
    use_effect_with((), {
        let (on_ready, on_event) = (props.on_ready.clone(), on_event.clone());
        move |()| {
            on_ready.emit(on_event.reform(|command| match command {
                Command::Reset => Event::Reset,
                Command::Execute => Event::Executed,
                Command::Choose(wish) => Event::Chosen(wish),
                Command::Close => Event::Closed,
                Command::ShowReceipt => Event::ReceiptOpened,
            }));
        }
    });

    let settings = &*props.settings;
    let voice = use_memo(settings.words.clone(), |words| Voice::new(Rc::new(words.clone())));
    let voice = &*voice;
    html! {
        <div ref={root} class="corvee-widget" data-theme={settings.theme.as_str()} lang={voice.tag().to_owned()} dir={voice.dir()}>
            if is_open {
                { Panel { voice, phase: &phase, settings, on_event: &on_event }.view() }
            } else {
                { Card { voice, phase: &phase, settings, on_event: &on_event }.view() }
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
    let machine = use_mut_ref(|| None);
    let newest_props = use_mut_ref(|| props.clone());
    newest_props.replace(props.clone());
    let on_event = use_mut_ref(Callback::<Event>::noop);
    use_memo((), move |()| {
        let replies = on_event.clone();
        let callback = Callback::from(move |event| {
            let effects = session.borrow_mut().on(event, effects::now_ms());
            let (props, on_event) = (newest_props.borrow().clone(), replies.borrow().clone());
            if let Some(place) = effects::carry_out(effects, &props, &on_event, &machine) {
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
