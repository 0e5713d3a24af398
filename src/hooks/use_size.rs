//! How high an element wants to be, whenever that changes. Knows nothing of where it is shown.

use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{HtmlElement, ResizeObserver};
use yew::prelude::*;

/// Stops observing when dropped.
struct Watch {
    observer: ResizeObserver,
    /// Kept alive as long as the observer may call it.
    _on_change: Closure<dyn FnMut()>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Calls `on_height` with the height in CSS pixels of the element behind `node` while `active`, at first and on change.
#[hook]
pub fn use_size(node: NodeRef, active: bool, on_height: Callback<u32>) {
    use_effect_with(active, move |active| {
        let element = if *active { node.cast::<HtmlElement>() } else { None };
        let watch = element.and_then(|element| {
            let measured = element.clone();
            let on_change = Closure::<dyn FnMut()>::new(move || {
                on_height.emit(measured.offset_height().max(0).unsigned_abs());
            });
            let observer = ResizeObserver::new(on_change.as_ref().unchecked_ref()).ok()?;
            observer.observe(&element);
            Some(Watch { observer, _on_change: on_change })
        });
        move || drop(watch)
    });
}
