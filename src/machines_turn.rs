//! The labour-free path: a worker beside the page computes what the collector asked for. Knows its messages, not its hash.
//!
//! To the worker goes `{puzzle}`; from it come `{progress}` from 0 to 1, then `{numbers}`, or `{failed}` with a reason for
//! the browser's console. Dropping a [`MachinesTurn`] ends the worker in the middle of its work.

use corvee_protocol::Puzzle;
use gloo::events::EventListener;
use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Blob, BlobPropertyBag, MessageEvent, Url, Worker, WorkerOptions, WorkerType};
use yew::Callback;

use crate::session::Event;
use crate::trouble::Trouble;
use crate::wire;

/// A device at work.
#[derive(Debug)]
pub struct MachinesTurn {
    worker: Worker,
    /// Address of the page's own script; the browser may read it long after the worker was made.
    local: Option<String>,
    _heard: EventListener,
    _failed: EventListener,
}

impl MachinesTurn {
    /// Starts a worker from the script at `address`; what it finds comes back as events of `turn`.
    ///
    /// # Errors
    /// The browser has no workers, or may not start this one.
    pub fn begin(address: &str, turn: u32, puzzle: &Puzzle, on_event: &Callback<Event>) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let (worker, local) = if address.starts_with('/') {
            (Worker::new_with_options(address, &options)?, None)
        } else {
            // A page may start no worker of another origin, but one of its own that imports it.
            let script =
                Array::of1(&["import ", &String::from(js_sys::JSON::stringify(&address.into())?)].concat().into());
            let media_type = BlobPropertyBag::new();
            media_type.set_type("text/javascript");
            let blob = Blob::new_with_str_sequence_and_options(&script, &media_type)?;
            let local = Url::create_object_url_with_blob(&blob)?;
            (Worker::new_with_options(&local, &options)?, Some(local))
        };
        let heard = EventListener::new(&worker, "message", {
            let on_event = on_event.clone();
            move |event| {
                if let Some(event) = event.dyn_ref::<MessageEvent>() {
                    on_event.emit(meaning(&event.data(), turn));
                }
            }
        });
        let failed = EventListener::new(&worker, "error", {
            let on_event = on_event.clone();
            move |_| on_event.emit(Event::Failed { turn, trouble: Trouble::DeviceFailed })
        });
        worker.post_message(&wire::object(&[("puzzle", puzzle_body(puzzle))]))?;
        Ok(Self { worker, local, _heard: heard, _failed: failed })
    }
}

impl Drop for MachinesTurn {
    fn drop(&mut self) {
        self.worker.terminate();
        if let Some(local) = &self.local {
            // An address that is none any more was forgotten by the browser already.
            Url::revoke_object_url(local).ok();
        }
    }
}

/// What a message of the worker means.
fn meaning(data: &JsValue, turn: u32) -> Event {
    let field = |name: &str| Reflect::get(data, &name.into()).unwrap_or_default();
    if let Ok(numbers) = field("numbers").dyn_into::<Array>() {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the worker counts in 32 bits; anything else fails at the collector"
        )]
        let number = |value: JsValue| value.as_f64().unwrap_or_default() as u32;
        return Event::Solved { turn, numbers: numbers.iter().map(number).collect() };
    }
    match field("progress").as_f64() {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 99")]
        Some(progress) => Event::Progressed { turn, percent: (progress * 100.0).clamp(0.0, 99.0) as u8 },
        None => Event::Failed { turn, trouble: Trouble::DeviceFailed },
    }
}

/// A puzzle as the worker reads it.
fn puzzle_body(puzzle: &Puzzle) -> JsValue {
    let Puzzle { puzzle: _, salt, memory_kib, passes, solutions, threshold, lives_ms: _ } = puzzle;
    wire::object(&[
        ("salt", salt.as_str().into()),
        ("memory_kib", (*memory_kib).into()),
        ("passes", (*passes).into()),
        ("solutions", (*solutions).into()),
        ("threshold", (*threshold).into()),
    ])
}
