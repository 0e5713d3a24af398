//! A wait that looks less often the longer it has lasted, so that looking takes little from what is waited for. Knows no
//! browser.

use std::time::{Duration, Instant};

/// How long something may take to come.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
/// Rests between two looks, the first and the longest: whoever waits is late by an eighth of the wait at most.
const REST: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(250));

/// A wait under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wait {
    begin: Instant,
}

impl Wait {
    /// Begins to wait.
    pub(crate) fn begin() -> Self {
        Self { begin: Instant::now() }
    }

    /// Whether it has lasted too long.
    pub(crate) fn is_over(self) -> bool {
        self.begin.elapsed() > PATIENCE
    }

    /// Rests until the next look.
    pub(crate) async fn rest(self) {
        let (least, most) = REST;
        tokio::time::sleep((self.begin.elapsed() / 8).clamp(least, most)).await;
    }
}
