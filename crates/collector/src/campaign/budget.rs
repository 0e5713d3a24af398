//! What one address prefix may ask for in an hour. Bounded memory; knows hashes of prefixes, never addresses.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use corvee_consensus::is_probing;
use corvee_protocol::sealed_state::Standing;

use super::address::PrefixHash;

const WINDOW_MS: u64 = 60 * 60 * 1000;
/// Prefixes remembered at most; when full, windows that have ended go first, then everything.
const PREFIXES: usize = 200_000;
/// Seconds of a prefix's first wait within the hour.
const WAIT_SECONDS: u32 = 20;
/// Waits after which they take twice as long.
const WAITS_UNTIL_DOUBLED: u32 = 5;
/// Waits of a prefix within the hour.
const WAITS: u32 = 30;

/// The limits of one prefix and hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BudgetLimits {
    /// Challenges after which more evidence is asked for.
    pub clean_challenges: u32,
    /// Failed challenges after which more evidence is asked for.
    pub clean_failures: u32,
    /// Challenges after which none is issued.
    pub challenges: u32,
    /// Failures after which none is issued, beyond one for every ten that passed: people fail more rarely than that.
    pub failures: u32,
}

/// Passed challenges that make up for one failed one.
const PASSES_A_FAILURE: u32 = 10;

impl Default for BudgetLimits {
    /// 60 challenges or 5 failures, and 600 or 10 failures at most: a school or an office behind one address still gets
    /// through, and who clicks at random gets a quarter of a token an hour at most.
    fn default() -> Self {
        Self { clean_challenges: 60, clean_failures: 5, challenges: 600, failures: 10 }
    }
}

#[derive(Clone, Copy, Default)]
struct Window {
    since_ms: u64,
    challenges: u32,
    failures: u32,
    passes: u32,
    /// First screens that were answered, and second screens that they led to.
    first_screens: u32,
    second_screens: u32,
    /// Second screens that were issued and not answered: whoever leaves them is not better off than who fails them.
    unanswered: u32,
    puzzles: u32,
    waits: u32,
}

impl Window {
    fn has_failed_too_often(&self, limits: &BudgetLimits) -> bool {
        let forgiven = limits.failures.saturating_add(self.passes / PASSES_A_FAILURE);
        self.failures.saturating_add(self.unanswered) >= forgiven
    }

    fn standing(&self, limits: &BudgetLimits) -> Standing {
        if self.challenges > limits.clean_challenges || self.failures >= limits.clean_failures {
            Standing::Suspicious
        } else if is_probing(self.first_screens, self.second_screens) {
            Standing::Probing
        } else {
            Standing::Clean
        }
    }

    fn exhausted(&self, now_ms: u64) -> Exhausted {
        Exhausted { retry_after_ms: (self.since_ms + WINDOW_MS).saturating_sub(now_ms) }
    }
}

/// Counts what prefixes ask for.
pub struct Budget {
    limits: BudgetLimits,
    windows: Mutex<HashMap<PrefixHash, Window>>,
}

/// A prefix has asked for all it may in this hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhausted {
    /// Milliseconds until it may ask again.
    pub retry_after_ms: u64,
}

impl Budget {
    /// A budget with nothing spent.
    pub fn new(limits: BudgetLimits) -> Self {
        Self { limits, windows: Mutex::new(HashMap::new()) }
    }

    /// Spends one challenge and tells how the prefix stands.
    ///
    /// # Errors
    /// [`Exhausted`] when the hour's challenges are spent.
    pub fn spend_challenge(&self, prefix: PrefixHash, now_ms: u64) -> Result<Standing, Exhausted> {
        self.with_window(prefix, now_ms, |window| {
            if window.challenges >= self.limits.challenges || window.has_failed_too_often(&self.limits) {
                return Err(window.exhausted(now_ms));
            }
            window.challenges += 1;
            Ok(window.standing(&self.limits))
        })
    }

    /// Spends one puzzle of at most `puzzles` in this hour; tells the how manieth it is, from 1, and how the prefix stands
    /// by its failures. Challenges and puzzles are counted apart: who is short of one still has the other.
    ///
    /// # Errors
    /// [`Exhausted`] when the hour's puzzles are spent.
    pub fn spend_puzzle(&self, prefix: PrefixHash, puzzles: u32, now_ms: u64) -> Result<(u32, Standing), Exhausted> {
        self.with_window(prefix, now_ms, |window| {
            if window.puzzles >= puzzles {
                return Err(window.exhausted(now_ms));
            }
            window.puzzles += 1;
            let clean = window.failures < self.limits.clean_failures;
            Ok((window.puzzles, if clean { Standing::Clean } else { Standing::Suspicious }))
        })
    }

    /// Seconds that the next wait of this prefix takes.
    pub fn next_wait(&self, prefix: PrefixHash, now_ms: u64) -> u32 {
        self.with_window(prefix, now_ms, |window| wait_seconds(window.waits))
    }

    /// Spends one wait; tells the seconds it takes.
    ///
    /// # Errors
    /// [`Exhausted`] when the hour's waits are spent.
    pub fn spend_wait(&self, prefix: PrefixHash, now_ms: u64) -> Result<u32, Exhausted> {
        self.with_window(prefix, now_ms, |window| {
            if window.waits >= WAITS {
                return Err(window.exhausted(now_ms));
            }
            window.waits += 1;
            Ok(wait_seconds(window.waits - 1))
        })
    }

    /// Notes a failed challenge.
    pub fn note_failure(&self, prefix: PrefixHash, now_ms: u64) {
        self.with_window(prefix, now_ms, |window| {
            window.failures = window.failures.saturating_add(1);
        });
    }

    /// Notes a passed challenge.
    pub fn note_pass(&self, prefix: PrefixHash, now_ms: u64) {
        self.with_window(prefix, now_ms, |window| window.passes = window.passes.saturating_add(1));
    }

    /// Notes that a first screen was answered on which a prefix can pass, and whether a second one followed.
    pub fn note_first_answer(&self, prefix: PrefixHash, led_to_second: bool, now_ms: u64) {
        self.with_window(prefix, now_ms, |window| {
            window.first_screens = window.first_screens.saturating_add(1);
            window.second_screens = window.second_screens.saturating_add(u32::from(led_to_second));
        });
    }

    /// Notes that a second screen was issued.
    pub fn note_second_screen(&self, prefix: PrefixHash, now_ms: u64) {
        self.with_window(prefix, now_ms, |window| window.unanswered = window.unanswered.saturating_add(1));
    }

    /// Notes that a second screen was answered.
    pub fn note_second_answer(&self, prefix: PrefixHash, now_ms: u64) {
        self.with_window(prefix, now_ms, |window| window.unanswered = window.unanswered.saturating_sub(1));
    }

    /// Failed challenges of a prefix in its current hour.
    pub fn failures(&self, prefix: PrefixHash, now_ms: u64) -> u32 {
        let windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let window = windows.get(&prefix).filter(|window| now_ms < window.since_ms + WINDOW_MS);
        window.map_or(0, |window| window.failures)
    }

    fn with_window<T>(&self, prefix: PrefixHash, now_ms: u64, change: impl FnOnce(&mut Window) -> T) -> T {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= PREFIXES && !windows.contains_key(&prefix) {
            windows.retain(|_, window| now_ms < window.since_ms + WINDOW_MS);
            if windows.len() >= PREFIXES {
                tracing::warn!(prefixes = PREFIXES, "the budget table is full within the hour: it starts afresh");
                windows.clear();
            }
        }
        let window = windows.entry(prefix).or_default();
        if now_ms >= window.since_ms + WINDOW_MS {
            *window = Window { since_ms: now_ms, ..Window::default() };
        }
        change(window)
    }
}

fn wait_seconds(waits_before: u32) -> u32 {
    WAIT_SECONDS << (waits_before / WAITS_UNTIL_DOUBLED).min(WAITS / WAITS_UNTIL_DOUBLED - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PREFIX: PrefixHash = PrefixHash([1; 8]);
    const NOW: u64 = 1_767_225_600_000;

    fn budget() -> Budget {
        Budget::new(BudgetLimits { clean_challenges: 2, clean_failures: 1, challenges: 3, ..BudgetLimits::default() })
    }

    #[test]
    fn a_prefix_becomes_suspicious_and_then_waits_for_the_next_hour() {
        let budget = budget();
        let standings: Vec<_> = (0..4).map(|_| budget.spend_challenge(PREFIX, NOW)).collect();
        assert_eq!(standings[..3], [Ok(Standing::Clean), Ok(Standing::Clean), Ok(Standing::Suspicious)]);
        assert_eq!(standings[3], Err(Exhausted { retry_after_ms: WINDOW_MS }));
        assert_eq!(budget.spend_challenge(PrefixHash([2; 8]), NOW), Ok(Standing::Clean));
        assert_eq!(budget.spend_challenge(PREFIX, NOW + WINDOW_MS), Ok(Standing::Clean));
    }

    #[test]
    fn puzzles_are_counted_apart_from_challenges_until_the_hour_is_spent() {
        let budget = budget();
        assert_eq!(budget.spend_puzzle(PREFIX, 2, NOW), Ok((1, Standing::Clean)));
        assert_eq!(budget.spend_puzzle(PREFIX, 2, NOW), Ok((2, Standing::Clean)));
        assert_eq!(budget.spend_puzzle(PREFIX, 2, NOW + 1), Err(Exhausted { retry_after_ms: WINDOW_MS - 1 }));
        assert_eq!(budget.spend_challenge(PREFIX, NOW), Ok(Standing::Clean));
        assert_eq!(budget.spend_puzzle(PREFIX, 2, NOW + WINDOW_MS), Ok((1, Standing::Clean)));
    }

    #[test]
    fn waits_become_longer_and_then_run_out() {
        let budget = budget();
        let waits: Vec<_> = (0..31).map(|_| budget.spend_wait(PREFIX, NOW)).collect();
        assert_eq!(waits[..6], [Ok(20), Ok(20), Ok(20), Ok(20), Ok(20), Ok(40)]);
        assert_eq!(waits[29], Ok(640));
        assert_eq!(waits[30], Err(Exhausted { retry_after_ms: WINDOW_MS }));
        assert_eq!(budget.next_wait(PrefixHash([2; 8]), NOW), 20);
    }

    #[test]
    fn failures_make_a_prefix_suspicious() {
        let budget = budget();
        budget.note_failure(PREFIX, NOW);
        assert_eq!(budget.spend_challenge(PREFIX, NOW), Ok(Standing::Suspicious));
        assert_eq!((budget.failures(PREFIX, NOW), budget.failures(PREFIX, NOW + WINDOW_MS)), (1, 0));
        assert_eq!(budget.failures(PrefixHash([2; 8]), NOW), 0);
    }

    #[test]
    fn a_network_that_keeps_seeing_second_screens_never_passes_on_the_first() {
        let budget = Budget::new(BudgetLimits::default());
        for _ in 0..7 {
            assert_eq!(budget.spend_challenge(PREFIX, NOW), Ok(Standing::Clean));
            budget.note_first_answer(PREFIX, true, NOW);
        }
        assert_eq!(budget.spend_challenge(PREFIX, NOW), Ok(Standing::Probing));
        for _ in 0..4 {
            budget.note_first_answer(PREFIX, false, NOW);
        }
        assert_eq!(budget.spend_challenge(PREFIX, NOW), Ok(Standing::Clean), "it answers like others again");
    }

    #[test]
    fn a_network_that_keeps_failing_is_asked_nothing_more_but_still_has_its_puzzles() {
        let budget = Budget::new(BudgetLimits { failures: 2, ..BudgetLimits::default() });
        budget.note_failure(PREFIX, NOW);
        budget.note_second_screen(PREFIX, NOW);
        assert_eq!(budget.spend_challenge(PREFIX, NOW), Err(Exhausted { retry_after_ms: WINDOW_MS }));
        assert!(budget.spend_puzzle(PREFIX, 9, NOW).is_ok());
        budget.note_second_answer(PREFIX, NOW);
        assert_eq!(budget.spend_challenge(PREFIX, NOW), Ok(Standing::Clean));
        budget.note_failure(PREFIX, NOW);
        assert!(budget.spend_challenge(PREFIX, NOW).is_err());
        for _ in 0..10 {
            budget.note_pass(PREFIX, NOW);
        }
        assert!(budget.spend_challenge(PREFIX, NOW).is_ok());
        assert_eq!(budget.spend_challenge(PREFIX, NOW + WINDOW_MS), Ok(Standing::Clean));
    }
}
