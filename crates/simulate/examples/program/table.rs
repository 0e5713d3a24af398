//! Rounds of load as Markdown: medians over the rounds, the collector beside the bare server. Measures nothing.

use std::fmt;

use corvee_simulate::load::{LoadFigures, Step, StepFigures};

/// One round of one server.
pub(crate) struct Round {
    pub(crate) figures: LoadFigures,
    /// Processor time of the server and of this program, in seconds.
    pub(crate) server_s: f64,
    pub(crate) client_s: f64,
    /// The same of everything on this machine, these two included.
    pub(crate) machine_s: f64,
}

/// All rounds.
#[derive(Default)]
pub(crate) struct Table {
    pub(crate) corvee: Vec<Round>,
    pub(crate) bare: Vec<Round>,
    /// The collector at a share of its most.
    pub(crate) busy: Vec<Round>,
    /// The collector with a single visitor at a time.
    pub(crate) alone: Option<LoadFigures>,
}

impl Table {
    /// Sessions at the collector that did not end in a redeemed token.
    pub(crate) fn failed(&self) -> u64 {
        self.at_the_collector().map(|figures| figures.failed).sum()
    }

    /// Whole sessions at the collector.
    pub(crate) fn sessions(&self) -> u64 {
        self.at_the_collector().map(|figures| figures.sessions).sum()
    }

    fn at_the_collector(&self) -> impl Iterator<Item = &LoadFigures> {
        self.corvee.iter().chain(&self.busy).map(|round| &round.figures).chain(&self.alone)
    }

    fn compare(&self, f: &mut fmt::Formatter<'_>, name: &str, figure: impl Fn(&Round) -> f64) -> fmt::Result {
        let (corvee, bare) = (median(&self.corvee, &figure), median(&self.bare, &figure));
        writeln!(f, "| {name} | {corvee:.2} | {bare:.2} | {:.2} |", corvee / bare)
    }

    fn step(&self, f: &mut fmt::Formatter<'_>, step: Step) -> fmt::Result {
        let of = |rounds: &[Round], figure: fn(&StepFigures) -> f64| {
            median(rounds, |round| round.figures.step(step).map_or(0.0, figure))
        };
        let sessions = median(&self.corvee, |round| round.figures.sessions as f64);
        let share = median(&self.corvee, |round| {
            let spent = |step: &StepFigures| step.latency.mean_ms * step.requests as f64;
            round.figures.step(step).map_or(0.0, spent) / round.figures.steps.iter().map(spent).sum::<f64>()
        });
        let alone = self.alone.as_ref().and_then(|figures| figures.step(step)).map_or(0.0, |step| step.latency.p50_ms);
        writeln!(
            f,
            "| {} | {:.2} | {:.2} | {:.2} | {:.2} | {:.0} % | {alone:.2} | {:.2} | {:.2} | {:.0} | {:.0} |",
            name(step),
            of(&self.corvee, |step| step.requests as f64) / sessions,
            of(&self.corvee, |step| step.latency.p50_ms),
            of(&self.corvee, |step| step.latency.p90_ms),
            of(&self.corvee, |step| step.latency.p99_ms),
            share * 100.0,
            of(&self.bare, |step| step.latency.p50_ms),
            of(&self.bare, |step| step.latency.p99_ms),
            of(&self.corvee, |step| step.reply_bytes.mean),
            of(&self.corvee, |step| step.reply_bytes.max as f64),
        )
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| | collector | bare axum | ratio |")?;
        writeln!(f, "|---|---:|---:|---:|")?;
        self.compare(f, "sessions a second", |round| round.figures.sessions_per_second())?;
        self.compare(f, "requests a second", |round| round.figures.requests_per_second())?;
        self.compare(f, "requests a session", |round| round.figures.requests as f64 / round.figures.sessions as f64)?;
        self.compare(f, "session, p50 (ms)", |round| round.figures.whole.p50_ms)?;
        self.compare(f, "session, p90 (ms)", |round| round.figures.whole.p90_ms)?;
        self.compare(f, "session, p99 (ms)", |round| round.figures.whole.p99_ms)?;
        self.compare(f, "processor time of the server a session (ms)", |round| {
            round.server_s * 1000.0 / round.figures.sessions as f64
        })?;
        self.compare(f, "sessions a processor-second of the server", |round| {
            round.figures.sessions as f64 / round.server_s
        })?;
        self.compare(f, "processor time of the client a session (ms)", |round| {
            round.client_s * 1000.0 / round.figures.sessions as f64
        })?;
        self.compare(f, "processors busy with the server", |round| round.server_s / round.figures.elapsed_s)?;
        self.compare(f, "processors busy with the client", |round| round.client_s / round.figures.elapsed_s)?;
        self.compare(f, "processors busy with anything else", |round| {
            (round.machine_s - round.server_s - round.client_s).max(0.0) / round.figures.elapsed_s
        })?;
        writeln!(f)?;
        writeln!(
            f,
            "| step | requests a session | p50 (ms) | p90 | p99 | share of the session | p50, one visitor alone | bare p50 | \
             bare p99 | reply bytes, mean | max |"
        )?;
        writeln!(f, "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")?;
        for step in [Step::Challenge, Step::Sprite, Step::Answer, Step::Redeem] {
            self.step(f, step)?;
        }
        writeln!(f, "\n| below saturation | p50 (ms) | p90 | p99 |")?;
        writeln!(f, "|---|---:|---:|---:|")?;
        let rate = median(&self.busy, |round| round.figures.sessions_per_second());
        let whole = |figure: fn(&Round) -> f64| median(&self.busy, figure);
        writeln!(
            f,
            "| session, from when it was due ({rate:.0} a second) | {:.2} | {:.2} | {:.2} |",
            whole(|round| round.figures.whole.p50_ms),
            whole(|round| round.figures.whole.p90_ms),
            whole(|round| round.figures.whole.p99_ms),
        )?;
        for step in [Step::Challenge, Step::Sprite, Step::Answer, Step::Redeem] {
            let of = |figure: fn(&StepFigures) -> f64| {
                median(&self.busy, |round| round.figures.step(step).map_or(0.0, figure))
            };
            writeln!(
                f,
                "| {} | {:.2} | {:.2} | {:.2} |",
                name(step),
                of(|step| step.latency.p50_ms),
                of(|step| step.latency.p90_ms),
                of(|step| step.latency.p99_ms)
            )?;
        }
        Ok(())
    }
}

fn name(step: Step) -> &'static str {
    match step {
        Step::Challenge => "challenge",
        Step::Sprite => "sprite",
        Step::Answer => "answer",
        Step::Redeem => "siteverify",
    }
}

/// The median of a figure over rounds.
pub(crate) fn median(rounds: &[Round], figure: impl Fn(&Round) -> f64) -> f64 {
    let mut figures: Vec<f64> = rounds.iter().map(figure).collect();
    figures.sort_by(f64::total_cmp);
    let (lower, upper) = (figures.len().saturating_sub(1) / 2, figures.len() / 2);
    let at = |place: usize| figures.get(place).copied().unwrap_or(f64::NAN);
    f64::midpoint(at(lower), at(upper))
}
