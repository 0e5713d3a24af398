//! What a load came to: sessions and requests a second, latencies, sizes. Knows no HTTP.

use core::time::Duration;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::session::{Outcome, Session, Step, StepRecord};
use crate::share::quantile;

/// What a load came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LoadFigures {
    /// Sessions that ended in a redeemed token.
    pub sessions: u64,
    /// Sessions that did not.
    pub failed: u64,
    /// Screens answered.
    pub screens: u64,
    /// Requests of all sessions.
    pub requests: u64,
    /// Seconds from the first request to the last reply.
    pub elapsed_s: f64,
    /// Each step of a session, in its order.
    pub steps: Vec<StepFigures>,
    /// Whole sessions.
    pub whole: Latency,
}

/// One step of a session.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepFigures {
    /// Which.
    pub step: Step,
    /// How often.
    pub requests: u64,
    /// How long.
    pub latency: Latency,
    /// Bodies of its replies.
    pub reply_bytes: Sizes,
}

/// Latencies in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Latency {
    /// Mean.
    pub mean_ms: f64,
    /// Median.
    pub p50_ms: f64,
    /// Nine of ten took no longer.
    pub p90_ms: f64,
    /// 99 of a hundred took no longer.
    pub p99_ms: f64,
}

/// Sizes in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Sizes {
    /// Mean.
    pub mean: f64,
    /// Largest.
    pub max: usize,
}

impl LoadFigures {
    /// Sessions that passed, a second.
    pub fn sessions_per_second(&self) -> f64 {
        self.sessions as f64 / self.elapsed_s
    }

    /// Requests a second.
    pub fn requests_per_second(&self) -> f64 {
        self.requests as f64 / self.elapsed_s
    }

    /// The figures of a step; absent when it never happened.
    pub fn step(&self, step: Step) -> Option<&StepFigures> {
        self.steps.iter().find(|figures| figures.step == step)
    }
}

impl Latency {
    fn of(mut samples: Vec<Duration>) -> Self {
        samples.sort_unstable();
        let ms = |duration: Duration| duration.as_secs_f64() * 1000.0;
        let at = |per_mille| quantile(&samples, per_mille).map_or(0.0, ms);
        Self {
            mean_ms: ms(samples.iter().sum::<Duration>()) / samples.len().max(1) as f64,
            p50_ms: at(500),
            p90_ms: at(900),
            p99_ms: at(990),
        }
    }
}

impl Sizes {
    fn of(samples: &[usize]) -> Self {
        Self {
            mean: samples.iter().sum::<usize>() as f64 / samples.len().max(1) as f64,
            max: samples.iter().copied().max().unwrap_or(0),
        }
    }
}

/// Sessions as they end.
#[derive(Default)]
pub(super) struct Samples {
    sessions: u64,
    failed: u64,
    screens: u64,
    steps: BTreeMap<Step, (Vec<Duration>, Vec<usize>)>,
    whole: Vec<Duration>,
}

impl Samples {
    /// Counts a session that took so long.
    pub(super) fn note(&mut self, session: &Session, took: Duration) {
        let whole = session.outcome == Outcome::Passed && session.redeemed;
        self.note_steps(&session.steps, took);
        self.screens += u64::from(session.screens);
        self.sessions += u64::from(whole);
        self.failed += u64::from(!whole);
    }

    /// Counts a request that stands for itself.
    pub(super) fn note_request(&mut self, step: Step, took: Duration, bytes: usize) {
        self.note_steps(&[StepRecord { step, took, bytes }], took);
    }

    /// Counts a sequence of requests that stands for a session of one screen.
    pub(super) fn note_sequence(&mut self, steps: &[StepRecord], took: Duration) {
        self.note_steps(steps, took);
        self.screens += 1;
        self.sessions += 1;
    }

    fn note_steps(&mut self, steps: &[StepRecord], took: Duration) {
        for record in steps {
            let (latencies, sizes) = self.steps.entry(record.step).or_default();
            latencies.push(record.took);
            sizes.push(record.bytes);
        }
        self.whole.push(took);
    }

    /// Takes over what another worker counted.
    pub(super) fn merge(&mut self, other: Self) {
        self.sessions += other.sessions;
        self.failed += other.failed;
        self.screens += other.screens;
        self.whole.extend(other.whole);
        for (step, (latencies, sizes)) in other.steps {
            let own = self.steps.entry(step).or_default();
            own.0.extend(latencies);
            own.1.extend(sizes);
        }
    }

    /// The figures of a load that took so long.
    pub(super) fn figures(self, elapsed: Duration) -> LoadFigures {
        let step = |(step, (latencies, sizes)): (Step, (Vec<Duration>, Vec<usize>))| StepFigures {
            step,
            requests: latencies.len() as u64,
            reply_bytes: Sizes::of(&sizes),
            latency: Latency::of(latencies),
        };
        let steps: Vec<StepFigures> = self.steps.into_iter().map(step).collect();
        LoadFigures {
            sessions: self.sessions,
            failed: self.failed,
            screens: self.screens,
            requests: steps.iter().map(|step| step.requests).sum(),
            elapsed_s: elapsed.as_secs_f64(),
            steps,
            whole: Latency::of(self.whole),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(step: Step, ms: u64, bytes: usize) -> StepRecord {
        StepRecord { step, took: Duration::from_millis(ms), bytes }
    }

    fn session(outcome: Outcome, redeemed: bool, steps: Vec<StepRecord>) -> Session {
        Session { outcome, screens: 1, solve_ms: 0, tiles: Vec::new(), redeemed, steps }
    }

    #[test]
    fn workers_count_together_and_steps_keep_their_order() {
        let mut samples = Samples::default();
        let passed =
            vec![record(Step::Challenge, 1, 100), record(Step::Sprite, 9, 20_000), record(Step::Redeem, 3, 50)];
        samples.note(&session(Outcome::Passed, true, passed), Duration::from_millis(14));
        let mut other = Samples::default();
        let failed = vec![record(Step::Sprite, 11, 30_000)];
        other.note(&session(Outcome::Failed, false, failed), Duration::from_millis(20));
        samples.merge(other);
        let figures = samples.figures(Duration::from_secs(2));
        assert_eq!((figures.sessions, figures.failed, figures.requests), (1, 1, 4));
        assert_eq!(
            figures.steps.iter().map(|s| s.step).collect::<Vec<_>>(),
            [Step::Challenge, Step::Sprite, Step::Redeem]
        );
        let sprite = figures.step(Step::Sprite).unwrap();
        assert_eq!(sprite.reply_bytes, Sizes { mean: 25_000.0, max: 30_000 });
        assert!((sprite.latency.mean_ms - 10.0).abs() < 1e-9 && (sprite.latency.p99_ms - 11.0).abs() < 1e-9);
        assert!((figures.requests_per_second() - 2.0).abs() < 1e-9);
        assert_eq!(figures.step(Step::Answer), None);
    }

    #[test]
    fn a_passed_session_without_redemption_has_failed() {
        let mut samples = Samples::default();
        samples.note(&session(Outcome::Passed, false, vec![]), Duration::ZERO);
        let figures = samples.figures(Duration::from_secs(1));
        assert_eq!((figures.sessions, figures.failed, figures.whole), (0, 1, Latency::default()));
    }
}
