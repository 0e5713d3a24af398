//! What the worker script calls: numbers in, numbers out, so that nothing has to be translated. Knows no message.

use std::cell::RefCell;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::hasher::{Hasher, SALT_BYTES};
use crate::search::search;

struct Task {
    hasher: Hasher,
    salt: [u8; SALT_BYTES],
    threshold: u32,
}

thread_local! {
    static TASK: RefCell<Option<Box<Task>>> = const { RefCell::new(None) };
}

/// Begins a puzzle; the salt comes as four big-endian numbers. `false` when its parameters are out of range.
#[wasm_bindgen]
#[expect(unreachable_pub, reason = "the worker script reaches it")]
pub fn begin(memory_kib: u32, passes: u32, threshold: u32, a: u32, b: u32, c: u32, d: u32) -> bool {
    let mut salt = [0; SALT_BYTES];
    for (bytes, part) in salt.chunks_exact_mut(4).zip([a, b, c, d]) {
        bytes.copy_from_slice(&part.to_be_bytes());
    }
    let task = Hasher::new(memory_kib, passes).ok().map(|hasher| Box::new(Task { hasher, salt, threshold }));
    let begun = task.is_some();
    TASK.set(task);
    begun
}

/// The number of `from..from + count` that is wanted at place `at`; −1 when none of them is, or nothing has begun.
#[wasm_bindgen]
#[expect(unreachable_pub, reason = "the worker script reaches it")]
pub fn find(at: u8, from: u32, count: u32) -> f64 {
    TASK.with_borrow_mut(|task| {
        let task = task.as_deref_mut()?;
        search(&mut task.hasher, &task.salt, at, from..from.saturating_add(count), task.threshold)
    })
    .map_or(-1.0, f64::from)
}
