//! What workers answer where a label is right: one table for all of them. Does not know a single worker.

use corvee_consensus::batch::Answers;

/// Most labels that are shown; the rest has no row.
pub(crate) const MOST_LABELS: usize = 24;

/// Shares of answers by label.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Confusion {
    /// The labels shown, by index: the most probable ones, in natural order.
    pub(crate) labels: Vec<usize>,
    /// Expected number of tasks of each shown label.
    pub(crate) tasks: Vec<f64>,
    /// P(answer | label), `[label][answer]` over the labels shown.
    pub(crate) shares: Vec<Vec<f64>>,
}

impl Confusion {
    /// From the answers and the probabilities `[task][label]`: each answer counts for each label as much as that label is
    /// probable.
    pub(crate) fn measure(answers: &Answers, posterior: &[f32]) -> Self {
        let classes = answers.classes();
        let mut tasks = vec![0.0; classes];
        for row in posterior.chunks_exact(classes.max(1)) {
            for (total, value) in tasks.iter_mut().zip(row) {
                *total += f64::from(*value);
            }
        }
        let mut labels: Vec<usize> = (0..classes).collect();
        let weight = |label: &usize| tasks.get(*label).copied().unwrap_or(0.0);
        labels.sort_by(|one, other| weight(other).total_cmp(&weight(one)).then(one.cmp(other)));
        labels.truncate(MOST_LABELS);
        labels.sort_unstable();
        let mut place = vec![None; classes];
        for (index, label) in labels.iter().enumerate() {
            if let Some(slot) = place.get_mut(*label) {
                *slot = Some(index);
            }
        }
        let mut counts = vec![vec![0.0; labels.len()]; labels.len()];
        let mut totals = vec![0.0; labels.len()];
        for (task, row) in posterior.chunks_exact(classes.max(1)).enumerate() {
            for (_, answer) in answers.on(task) {
                let answer = place.get(answer).copied().flatten();
                for ((label, counts), total) in labels.iter().zip(&mut counts).zip(&mut totals) {
                    let value = row.get(*label).copied().map_or(0.0, f64::from);
                    *total += value;
                    if let Some(count) = answer.and_then(|answer| counts.get_mut(answer)) {
                        *count += value;
                    }
                }
            }
        }
        for (row, total) in counts.iter_mut().zip(&totals) {
            for count in row.iter_mut() {
                *count = if *total > 0.0 { *count / total } else { 0.0 };
            }
        }
        let tasks = labels.iter().map(weight).collect();
        Self { labels, tasks, shares: counts }
    }
}
