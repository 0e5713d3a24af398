//! The Escape key, wherever in the document the focus is. Knows nothing of what it leaves.

use gloo::events::EventListener;
use wasm_bindgen::JsCast as _;
use web_sys::KeyboardEvent;
use yew::prelude::*;

/// Calls `on_escape` while `active`.
#[hook]
pub fn use_escape(active: bool, on_escape: Callback<()>) {
    use_effect_with(active, move |active| {
        let listener = active.then(|| {
            EventListener::new(&gloo::utils::document(), "keydown", move |event| {
                if event.dyn_ref::<KeyboardEvent>().is_some_and(|event| event.key() == "Escape") {
                    on_escape.emit(());
                }
            })
        });
        move || drop(listener)
    });
}
