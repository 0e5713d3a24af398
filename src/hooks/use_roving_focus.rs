//! One tab stop for a whole grid: the tile that has, or last had, the focus. Knows places, not what lies on them.

use std::rc::Rc;

use wasm_bindgen::JsCast as _;
use web_sys::{HtmlElement, Node};
use yew::prelude::*;

use crate::grid::{Grid, Key, Keystroke};

/// A grid's focus: which tile is the tab stop, and what keys do.
#[derive(Clone, Debug)]
pub struct RovingFocus {
    grid: Grid,
    stop: UseStateHandle<usize>,
    nodes: Rc<Vec<NodeRef>>,
    on_keystroke: Callback<Keystroke>,
}

impl RovingFocus {
    /// Where to attach tile `at`.
    pub fn node(&self, at: usize) -> NodeRef {
        self.nodes.get(at).cloned().unwrap_or_default()
    }

    /// `0` for the tab stop, `-1` for all others.
    pub fn tabindex(&self, at: usize) -> &'static str {
        if *self.stop == at { "0" } else { "-1" }
    }

    /// A tile that receives the focus becomes the tab stop.
    pub fn on_focus(&self, at: usize) -> Callback<FocusEvent> {
        let stop = self.stop.clone();
        Callback::from(move |_| stop.set(at))
    }

    /// Keys of the whole grid.
    pub fn on_key(&self) -> Callback<KeyboardEvent> {
        let Self { grid, stop, nodes, on_keystroke } = self.clone();
        Callback::from(move |event: KeyboardEvent| {
            let (name, place) = (event.key(), event.code());
            let key = Key {
                name: &name,
                place: &place,
                control: event.ctrl_key(),
                foreign: event.alt_key() || event.meta_key(),
            };
            // Two quick keys may come before the grid is drawn anew: where the focus is, the document knows.
            let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
            let at = nodes.iter().position(|node| node.get().is_some() && node.get() == target);
            let Some(keystroke) = grid.keystroke(key, at.unwrap_or(*stop)) else {
                return;
            };
            event.prevent_default();
            if let Keystroke::Move(to) = keystroke
                && let Some(tile) = nodes.get(to).and_then(NodeRef::cast::<HtmlElement>)
            {
                // A tile that cannot take the focus leaves it where it is.
                tile.focus().ok();
            }
            if !event.repeat() {
                on_keystroke.emit(keystroke);
            }
        })
    }
}

/// The focus of `grid`; keys other than moves go to `on_keystroke`.
#[hook]
pub fn use_roving_focus(grid: Grid, on_keystroke: impl Fn(Keystroke) + 'static) -> RovingFocus {
    let stop = use_state(|| 0);
    let nodes = use_memo(grid.tiles(), |tiles| (0..*tiles).map(|_| NodeRef::default()).collect::<Vec<_>>());
    RovingFocus { grid, stop, nodes, on_keystroke: Callback::from(on_keystroke) }
}
