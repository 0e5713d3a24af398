//! Several runs together: the bars, the mean and the worst run. Knows no program.

use std::fmt;

use corvee_simulate::{Report, Share};

/// Final labels that agree with the hidden truth, at least.
const RIGHT: f64 = 0.995;
/// People who pass, at least.
const PEOPLE: f64 = 0.97;
/// Sessions of random clickers that pass, at most.
const CLICKERS: f64 = 0.06;

/// Runs of the same campaign.
#[derive(Default)]
pub(crate) struct Pooled {
    runs: Vec<Report>,
}

/// A figure with a bar.
struct Bar {
    name: &'static str,
    figure: fn(&Report) -> Share,
    demand: Demand,
}

#[derive(Clone, Copy)]
enum Demand {
    AtLeast(f64),
    AtMost(f64),
}

const BARS: [Bar; 3] = [
    Bar { name: "final labels right", figure: |run| run.labels.right, demand: Demand::AtLeast(RIGHT) },
    Bar { name: "people who pass", figure: |run| run.people.passed, demand: Demand::AtLeast(PEOPLE) },
    Bar { name: "random clickers who pass", figure: |run| run.clickers.passed, demand: Demand::AtMost(CLICKERS) },
];

impl Demand {
    fn holds(self, share: Share) -> bool {
        match self {
            Self::AtLeast(least) => share.value >= least,
            Self::AtMost(most) => share.value <= most,
        }
    }

    fn worse(self, one: f64, other: f64) -> f64 {
        match self {
            Self::AtLeast(_) => one.min(other),
            Self::AtMost(_) => one.max(other),
        }
    }
}

impl Bar {
    fn pooled(&self, runs: &[Report]) -> Share {
        runs.iter().map(self.figure).fold(Share::of(0, 0), Share::and)
    }

    fn worst(&self, runs: &[Report]) -> f64 {
        let values = runs.iter().map(|run| (self.figure)(run).value);
        values.reduce(|one, other| self.demand.worse(one, other)).unwrap_or(f64::NAN)
    }
}

impl Pooled {
    /// Adds a run.
    pub(crate) fn add(&mut self, run: Report) {
        self.runs.push(run);
    }

    /// Whether all runs together clear every bar.
    pub(crate) fn passes_every_bar(&self) -> bool {
        BARS.iter().all(|bar| bar.demand.holds(bar.pooled(&self.runs)))
    }

    fn mean(&self, figure: impl Fn(&Report) -> f64) -> f64 {
        self.runs.iter().map(figure).sum::<f64>() / self.runs.len() as f64
    }

    fn range(&self, f: &mut fmt::Formatter<'_>, name: &str, figure: impl Fn(&Report) -> f64) -> fmt::Result {
        let least = self.runs.iter().map(&figure).fold(f64::INFINITY, f64::min);
        let most = self.runs.iter().map(&figure).fold(f64::NEG_INFINITY, f64::max);
        writeln!(f, "| {name} | {:.2} | {least:.2} | {most:.2} |", self.mean(figure))
    }
}

impl fmt::Display for Pooled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| {} runs together | figure | 95 % interval | worst run | bar | |", self.runs.len())?;
        writeln!(f, "|---|---:|---:|---:|---:|---|")?;
        for bar in &BARS {
            let share = bar.pooled(&self.runs);
            let demand = match bar.demand {
                Demand::AtLeast(least) => format!("≥ {:.1} %", least * 100.0),
                Demand::AtMost(most) => format!("≤ {:.1} %", most * 100.0),
            };
            writeln!(
                f,
                "| {} | {:.2} % of {} | {:.2}–{:.2} % | {:.2} % | {demand} | {} |",
                bar.name,
                share.value * 100.0,
                share.whole,
                share.low * 100.0,
                share.high * 100.0,
                bar.worst(&self.runs) * 100.0,
                if bar.demand.holds(share) { "met" } else { "MISSED" },
            )?;
        }
        writeln!(f, "\n| | mean | least | most |")?;
        writeln!(f, "|---|---:|---:|---:|")?;
        self.range(f, "final items (%)", |run| {
            run.labels.settled as f64 / (run.labels.items - run.labels.gold) as f64 * 100.0
        })?;
        self.range(f, "ambiguous items", |run| run.labels.ambiguous as f64)?;
        self.range(f, "votes a final label", |run| run.labels.votes_per_final.unwrap_or(f64::NAN))?;
        self.range(f, "votes on a final item", |run| run.labels.votes_on_final.unwrap_or(f64::NAN))?;
        self.range(f, "people: passed on screen 1 (%)", |run| run.people.passed_on_first_screen.value * 100.0)?;
        self.range(f, "people: screens a session", |run| run.people.screens_per_session)?;
        self.range(f, "people: median seconds, simulated", |run| {
            run.people.solve_s.map_or(f64::NAN, |solve| solve.median)
        })?;
        self.range(f, "clickers: screens a session", |run| run.clickers.screens_per_session)?;
        self.range(f, "gold a screen", |run| run.gold.per_screen)?;
        self.range(f, "over-exposed gold (% of gold tiles)", |run| run.gold.over_exposed.value * 100.0)
    }
}
