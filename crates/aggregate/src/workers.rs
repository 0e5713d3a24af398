//! What is known about each worker after a run. Does not know why a worker is as they are.

use std::fmt;
use std::io;

use corvee_consensus::batch::{Answers, Gold};
use serde::Serialize;

use crate::names::Names;

/// 97.5th percentile of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;
/// Fewer judged answers than this say little.
const FEW: u32 = 10;
/// So many answers that always giving the same one is no accident.
const MANY: u32 = 20;

/// What stands out about a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Flag {
    /// Nothing.
    None,
    /// Too few answers to say anything.
    Few,
    /// Twenty or more answers, all the same.
    OneLabel,
    /// No better than answers drawn blindly with this worker's own frequencies.
    Chance,
    /// Worse than that: labels mixed up, or malice.
    BelowChance,
}

impl fmt::Display for Flag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::None => "",
            Self::Few => "few",
            Self::OneLabel => "one-label",
            Self::Chance => "chance",
            Self::BelowChance => "below-chance",
        })
    }
}

/// A worker after a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Worker {
    /// Index of the worker's name.
    pub(crate) index: usize,
    pub(crate) answers: u32,
    /// Expected share of right answers with its 95 % interval; `None` where no answer can be judged.
    pub(crate) accuracy: Option<[f64; 3]>,
    pub(crate) gold_answers: u32,
    pub(crate) gold_right: u32,
    pub(crate) flag: Flag,
}

#[derive(Clone, Default)]
struct Tally {
    answers: u32,
    judged: u32,
    right: f64,
    by_chance: f64,
    gold_answers: u32,
    gold_right: u32,
    label: Option<usize>,
    several_labels: bool,
}

/// Every worker, by index.
///
/// The accuracy of a worker is the mean probability of the labels they gave, over the tasks that somebody else answered too
/// or that are gold. The interval is Wilson's (1927); it takes the probabilities for what they are and does not widen
/// where other workers err in the same way.
pub(crate) fn measure(answers: &Answers, posterior: &[f32], prior: &[f64], gold: &Gold) -> Vec<Worker> {
    let mut tallies = vec![Tally::default(); answers.workers()];
    for (task, row) in posterior.chunks_exact(answers.classes().max(1)).enumerate() {
        let known = u32::try_from(task).ok().and_then(|task| gold.class(task));
        let mut ranks = answers.on(task).map(|(rank, _)| rank);
        let alone = ranks.next().is_none_or(|first| ranks.all(|other| other == first));
        for (rank, label) in answers.on(task) {
            let Some(tally) = tallies.get_mut(rank) else { continue };
            tally.answers += 1;
            tally.several_labels |= tally.label.is_some_and(|before| before != label);
            tally.label = Some(label);
            if let Some(known) = known {
                tally.gold_answers += 1;
                tally.gold_right += u32::from(known as usize == label);
            }
            if !alone || known.is_some() {
                tally.judged += 1;
                tally.right += row.get(label).copied().map_or(0.0, f64::from);
                tally.by_chance += prior.get(label).copied().unwrap_or(0.0);
            }
        }
    }
    let mut workers: Vec<Worker> =
        tallies.iter().enumerate().map(|(rank, tally)| worker(answers.worker(rank) as usize, tally)).collect();
    workers.sort_by_key(|worker| worker.index);
    workers
}

fn worker(index: usize, tally: &Tally) -> Worker {
    let accuracy = (tally.judged > 0).then(|| {
        let [low, high] = wilson(tally.right, f64::from(tally.judged));
        [tally.right / f64::from(tally.judged), low, high]
    });
    let by_chance = tally.by_chance / f64::from(tally.judged.max(1));
    let flag = match accuracy {
        _ if tally.judged < FEW => Flag::Few,
        Some([_, _, high]) if high < by_chance => Flag::BelowChance,
        _ if !tally.several_labels && tally.answers >= MANY => Flag::OneLabel,
        Some([_, low, _]) if low <= by_chance => Flag::Chance,
        _ => Flag::None,
    };
    let Tally { answers, gold_answers, gold_right, .. } = *tally;
    Worker { index, answers, accuracy, gold_answers, gold_right, flag }
}

/// Names of the columns of the table of workers.
pub(crate) const HEADER: [&str; 8] =
    ["worker", "answers", "accuracy", "accuracy_low", "accuracy_high", "gold_answers", "gold_right", "flag"];

/// A row of the table of workers.
pub(crate) fn row(worker: &Worker, names: &Names) -> [String; HEADER.len()] {
    let [accuracy, low, high] =
        worker.accuracy.map(|values| values.map(|value| format!("{value:.6}"))).unwrap_or_default();
    [
        names.name(worker.index).to_owned(),
        worker.answers.to_string(),
        accuracy,
        low,
        high,
        worker.gold_answers.to_string(),
        worker.gold_right.to_string(),
        worker.flag.to_string(),
    ]
}

/// Writes the table of workers, row by row.
pub(crate) fn write(workers: &[Worker], names: &Names, file: &mut dyn io::Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(file);
    writer.write_record(HEADER)?;
    for worker in workers {
        writer.write_record(row(worker, names))?;
    }
    writer.flush()
}

/// Wilson's score interval for `right` of `count`, at 95 %.
fn wilson(right: f64, count: f64) -> [f64; 2] {
    let share = right / count;
    let centre = (share + Z * Z / (2.0 * count)) / (1.0 + Z * Z / count);
    let half = Z / (1.0 + Z * Z / count) * (share * (1.0 - share) / count + Z * Z / (4.0 * count * count)).sqrt();
    [(centre - half).max(0.0), (centre + half).min(1.0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_the_published_one() {
        // Newcombe, Statistics in Medicine 17, 1998, table I: 81 of 263.
        let [low, high] = wilson(81.0, 263.0);
        assert!((low - 0.2553).abs() < 5e-5 && (high - 0.3662).abs() < 5e-5, "{low} {high}");
    }
}
