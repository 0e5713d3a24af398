//! Time as a parameter: everything that needs the hour is handed a clock. Knows no store and no network.

use std::time::{SystemTime, UNIX_EPOCH};

/// Tells milliseconds since 1970.
pub trait Clock: Send + Sync {
    /// Now.
    fn now_ms(&self) -> u64;
}

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the machine's clock is read")]
    fn now_ms(&self) -> u64 {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX)
    }
}

/// Milliseconds as RFC 3339 in UTC, such as `2026-11-22T10:00:00Z`.
pub fn rfc3339(ms: u64) -> String {
    let ms = i64::try_from(ms).unwrap_or(i64::MAX);
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| "out of range".to_owned(), |time| time.to_string())
}

/// Milliseconds as the day in UTC, such as `2026-11-22`.
pub fn day(ms: u64) -> String {
    rfc3339(ms).chars().take(10).collect()
}

#[cfg(test)]
pub mod testing {
    //! A clock that stands still until it is moved.

    use std::sync::atomic::{AtomicU64, Ordering};

    use super::Clock;

    /// Begins at 2026-01-01T00:00:00Z.
    pub struct StandingClock(AtomicU64);

    impl Default for StandingClock {
        fn default() -> Self {
            Self(AtomicU64::new(1_767_225_600_000))
        }
    }

    impl StandingClock {
        /// Moves the clock forward.
        pub fn advance(&self, ms: u64) {
            self.0.fetch_add(ms, Ordering::SeqCst);
        }
    }

    impl Clock for StandingClock {
        fn now_ms(&self) -> u64 {
            self.0.load(Ordering::SeqCst)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_utc() {
        assert_eq!(rfc3339(1_767_225_600_000), "2026-01-01T00:00:00Z");
        assert_eq!(day(1_767_225_600_000), "2026-01-01");
        assert_eq!(rfc3339(u64::MAX), "out of range");
    }
}
