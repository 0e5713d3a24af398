//! What a run found, in numbers: for programs as JSON, for people in the report. Does not know how it is shown.

use std::path::PathBuf;

use serde::Serialize;

use crate::state::{Rule, State};

/// What a run found. What a kind does not have is `None`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// Version of the program.
    pub version: &'static str,
    /// The answers.
    pub input: PathBuf,
    /// The table of tasks.
    pub out: PathBuf,
    /// What the answers are.
    pub kind: &'static str,
    /// The estimator.
    pub method: &'static str,
    /// Rows that could be used.
    pub rows: u64,
    /// Rows that could not, and were left out.
    pub bad_rows: u64,
    /// Rows equal to an earlier one in task, worker and label; they count once.
    pub duplicate_rows: u64,
    /// Different answers, duplicates left out.
    pub answers: u64,
    /// Pairs of a task and a worker who gave several different answers on it; all of them count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_minds: Option<u64>,
    /// Tasks with an answer.
    pub tasks: u64,
    /// Workers with an answer.
    pub workers: u64,
    /// Different labels, in natural order; the first hundred.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<String>>,
    /// Number of different labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label_count: Option<u64>,
    /// Tasks by state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub states: Option<States>,
    /// When a label is final.
    pub rule: Rule,
    /// Walks over the answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iterations: Option<u32>,
    /// Whether the estimate had come to rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub converged: Option<bool>,
    /// How the confidence came about.
    pub confidence: String,
    /// What gold said, where there was any.
    pub gold: Option<GoldSummary>,
    /// How far workers agree.
    pub agreement: Vec<Coefficient>,
}

/// Tasks by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct States {
    /// Settled.
    #[serde(rename = "final")]
    pub settled: u64,
    /// Asked often and not settled.
    pub ambiguous: u64,
    /// More votes may settle them.
    pub open: u64,
}

impl States {
    /// Counts a task.
    pub(crate) fn add(&mut self, state: State) {
        match state {
            State::Final => self.settled += 1,
            State::Ambiguous => self.ambiguous += 1,
            State::Open => self.open += 1,
        }
    }
}

/// What gold said.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GoldSummary {
    /// Rows of gold that could be used.
    pub rows: u64,
    /// Tasks whose label is known and that have answers.
    pub tasks: u64,
    /// Tasks of gold that nobody answered.
    pub without_answers: u64,
    /// The first of them.
    pub first_without_answers: Vec<String>,
    /// Measured on gold that was hidden from the run that estimated it: share right.
    pub accuracy: Option<f64>,
    /// Expected calibration error over 15 equal-width bins.
    pub ece: Option<f64>,
    /// Mean −ln P(known label), in nats, clipped at 10⁻⁶.
    pub log_loss: Option<f64>,
    /// Brier score, summed over labels.
    pub brier: Option<f64>,
}

/// A coefficient of agreement.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Coefficient {
    /// Its name.
    pub name: &'static str,
    /// Its value, where it has one.
    pub value: Option<f64>,
    /// The middle 95 % when tasks are drawn anew.
    pub interval: Option<[f64; 2]>,
    /// Resamples behind the interval.
    pub resamples: u32,
    /// Why it has no value.
    pub undefined: Option<String>,
}
