//! What a machine's turn costs: more when a network asks often, more when everybody does. Knows numbers only.

use std::sync::{Mutex, PoisonError};

use corvee_protocol::sealed_puzzle::SealedSearch;
use corvee_protocol::sealed_state::Standing;

/// Numbers wanted for one puzzle. Work is a sum of as many searches, each of which ends by chance: with eight, one puzzle in
/// twenty takes more than 1.72 times the median; with one it would be 4.3 times.
pub const SOLUTIONS: u8 = 8;
const PASSES: u32 = 1;

/// Puzzles issued and proofs sent within one minute, and how many times the base cost a puzzle is from there on. One
/// machine's turn is two of these.
const LEVELS: [(u32, u32); 3] = [(600, 2), (3_000, 4), (15_000, 8)];

const SECONDS: usize = 60;

/// What machine's turns cost, and how many of them one address prefix may take in an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MachineLimits {
    /// Memory of one hash, in KiB.
    pub memory_kib: u32,
    /// Hashes that a puzzle takes on average.
    pub base_work: u32,
    /// The same at most, whatever the load.
    pub max_work: u32,
    /// Puzzles of one prefix and hour at the base cost; as many again cost twice that, twice as many again four times …
    pub base_puzzles: u32,
    /// Puzzles of one prefix and hour after which none is issued.
    pub puzzles: u32,
}

impl Default for MachineLimits {
    /// A hash of 256 KiB, about 4,000 for a puzzle and 24,000 at most; 30 puzzles an hour at that cost and 600 at any. The
    /// measured times are in `docs/measurements.md`.
    fn default() -> Self {
        Self { memory_kib: 256, base_work: 4_000, max_work: 24_000, base_puzzles: 30, puzzles: 600 }
    }
}

impl MachineLimits {
    /// What to search for the `nth` puzzle (from 1) of a prefix in this hour, with `last_minute` events in the whole
    /// collector.
    ///
    /// The cost doubles when the prefix has taken its puzzles at base cost, then each time their number has doubled; it
    /// doubles once more for a suspicious prefix; and it is multiplied by the level of the load.
    pub fn search(&self, nth: u32, standing: Standing, last_minute: u32) -> SealedSearch {
        let before = nth.saturating_sub(1) / self.base_puzzles.max(1);
        let doublings = u32::BITS - before.leading_zeros() + u32::from(standing == Standing::Suspicious);
        let load = LEVELS.iter().rev().find(|(events, _)| last_minute >= *events).map_or(1, |(_, factor)| *factor);
        let factor = 1_u64.checked_shl(doublings).unwrap_or(u64::MAX).saturating_mul(u64::from(load));
        let work = u64::from(self.base_work).saturating_mul(factor).min(u64::from(self.max_work));
        // On average a number is found after 2³² / threshold hashes.
        let threshold = (u64::from(SOLUTIONS) << 32) / work.max(1);
        SealedSearch {
            memory_kib: self.memory_kib,
            passes: PASSES,
            solutions: SOLUTIONS,
            threshold: u32::try_from(threshold).unwrap_or(u32::MAX),
        }
    }
}

/// Puzzles issued and proofs sent in the last minute, by second. Each collector counts its own.
#[derive(Default)]
pub struct Load(Mutex<Minute>);

struct Minute {
    newest_s: u64,
    counts: [u32; SECONDS],
}

impl Default for Minute {
    fn default() -> Self {
        Self { newest_s: 0, counts: [0; SECONDS] }
    }
}

impl Load {
    /// Counts one, and tells how many there were in the minute before it.
    pub fn note(&self, now_ms: u64) -> u32 {
        let mut minute = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let second = now_ms / 1000;
        let passed = usize::try_from(second.saturating_sub(minute.newest_s)).unwrap_or(SECONDS).min(SECONDS);
        // The newest second stands first; what falls off the end is older than a minute.
        minute.counts.rotate_right(passed);
        minute.counts.iter_mut().take(passed).for_each(|count| *count = 0);
        minute.newest_s = minute.newest_s.max(second);
        let before = minute.counts.iter().sum();
        if let Some(newest) = minute.counts.first_mut() {
            *newest = newest.saturating_add(1);
        }
        before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(nth: u32, standing: Standing, last_minute: u32, expected: u64) {
        let search = MachineLimits::default().search(nth, standing, last_minute);
        let work = (u64::from(search.solutions) << 32) / u64::from(search.threshold);
        assert_eq!(work, expected, "puzzle {nth}, {standing:?}, {last_minute} in the last minute");
    }

    #[test]
    fn a_prefix_pays_twice_as_much_each_time_it_has_asked_twice_as_often() {
        for (nth, expected) in
            [(1, 4_000), (30, 4_000), (31, 8_000), (60, 8_000), (61, 16_000), (120, 16_000), (121, 24_000)]
        {
            check(nth, Standing::Clean, 0, expected);
        }
        check(1, Standing::Suspicious, 0, 8_000);
    }

    #[test]
    fn everybody_pays_more_under_load_and_never_more_than_the_most() {
        for (last_minute, expected) in
            [(599, 4_000), (600, 8_000), (3_000, 16_000), (15_000, 24_000), (u32::MAX, 24_000)]
        {
            check(1, Standing::Clean, last_minute, expected);
        }
        check(600, Standing::Suspicious, u32::MAX, 24_000);
        check(u32::MAX, Standing::Suspicious, u32::MAX, 24_000);
    }

    #[test]
    fn the_least_work_is_still_a_search() {
        let limits = MachineLimits { base_work: 0, ..MachineLimits::default() };
        assert_eq!(limits.search(1, Standing::Clean, 0).threshold, u32::MAX);
    }

    #[test]
    fn what_is_older_than_a_minute_is_forgotten() {
        let load = Load::default();
        let now = 1_767_225_600_000;
        assert_eq!(load.note(now), 0);
        assert_eq!(load.note(now + 30_000), 1);
        assert_eq!(load.note(now + 59_999), 2);
        assert_eq!(load.note(now + 60_000), 2);
        assert_eq!(load.note(now + 95_000), 2);
        assert_eq!(load.note(now + 1_000_000), 0);
        assert_eq!(load.note(now), 1, "a clock that goes back counts into the newest second");
    }
}
