//! What views need from the browser beyond markup: focus, keys, size, time. Knows nothing of challenges.

pub mod use_deadline;
pub mod use_escape;
pub mod use_roving_focus;
pub mod use_size;
