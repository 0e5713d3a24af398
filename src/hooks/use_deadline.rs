//! A moment after which something no longer holds. Knows when, not what.

use gloo::timers::callback::Timeout;
use yew::prelude::*;

/// A moment, counted from when it was first seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// Which of several; a new one starts a new clock.
    pub turn: u32,
    /// Milliseconds from its start.
    pub lives_ms: u32,
}

/// Calls `on_passed` with the deadline's turn once it has passed; another deadline, or none, stops the clock.
#[hook]
pub fn use_deadline(deadline: Option<Deadline>, on_passed: Callback<u32>) {
    use_effect_with(deadline, move |deadline| {
        let clock = deadline.map(|Deadline { turn, lives_ms }| {
            // A browser reads longer times than i32::MAX milliseconds as zero.
            let lives_ms = lives_ms.min(i32::MAX.unsigned_abs());
            Timeout::new(lives_ms, move || on_passed.emit(turn))
        });
        move || drop(clock)
    });
}
