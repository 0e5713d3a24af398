//! How often each value was given to each task: what coefficients of agreement are calculated from. Does not know who
//! gave the values.

use thiserror::Error;

/// Why a coefficient has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AgreementError {
    /// An answer points outside.
    #[error("answer {row}: {field} is {value}, but there are only {limit}")]
    OutOfRange {
        /// Position of the answer, from 0.
        row: usize,
        /// `task` or `value`.
        field: &'static str,
        /// The index found.
        value: u32,
        /// The number of them there are.
        limit: u32,
    },
    /// No task has two answers.
    #[error("no task has two answers: nobody can agree or disagree")]
    NoPairs,
    /// All answers that could be compared are the same, so that chance alone would make them agree.
    #[error("only one value was given: agreement beyond chance is not defined")]
    OneValue,
    /// Fleiss' kappa asks for the same number of answers on every task.
    #[error("task {task} has {found} answers, another has {expected}: Fleiss' kappa needs equally many, take alpha")]
    Uneven {
        /// The task.
        task: usize,
        /// Its answers.
        found: u32,
        /// The answers of the first task.
        expected: u32,
    },
    /// Values stand for numbers, and there must be one finite number for each.
    #[error("{numbers} finite numbers for {values} values: give one for each")]
    Numbers {
        /// Finite numbers given.
        numbers: usize,
        /// Number of values.
        values: usize,
    },
    /// Each task has one weight.
    #[error("{weights} weights for {tasks} tasks: give one for each")]
    Weights {
        /// Weights given.
        weights: usize,
        /// Number of tasks.
        tasks: usize,
    },
}

/// Counts of values by task. Eight bytes for each different value of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ratings {
    values: u32,
    starts: Vec<usize>,
    /// (value, how often), by rising value within a task.
    counts: Vec<(u32, u32)>,
}

impl Ratings {
    /// Counts pairs of task and value, one pair for each answer, in any order.
    ///
    /// # Errors
    /// [`AgreementError::OutOfRange`] for the first index that points outside.
    pub fn new<Pairs>(tasks: u32, values: u32, pairs: Pairs) -> Result<Self, AgreementError>
    where
        Pairs: IntoIterator<Item = (u32, u32)>,
    {
        let mut rows = Vec::new();
        for (row, (task, value)) in pairs.into_iter().enumerate() {
            for (field, index, limit) in [("task", task, tasks), ("value", value, values)] {
                if index >= limit {
                    return Err(AgreementError::OutOfRange { row, field, value: index, limit });
                }
            }
            rows.push((task, value));
        }
        rows.sort_unstable();
        let mut rest = rows.into_iter().peekable();
        let tasks = (0..tasks).map(|task| {
            let mut given = Vec::new();
            while let Some((_, value)) = rest.next_if(|(of, _)| *of == task) {
                given.push(value);
            }
            given
        });
        Self::by_task(values, tasks)
    }

    /// Counts the values of each task, task by task, in any order within it. Nothing but the counts is held.
    ///
    /// # Errors
    /// [`AgreementError::OutOfRange`] for the first value that points outside.
    pub fn by_task<Tasks>(values: u32, tasks: Tasks) -> Result<Self, AgreementError>
    where
        Tasks: IntoIterator<Item: IntoIterator<Item = u32>>,
    {
        let (mut starts, mut counts, mut given, mut row) = (vec![0], Vec::new(), Vec::new(), 0);
        for task in tasks {
            given.clear();
            given.extend(task);
            if let Some(place) = given.iter().position(|value| *value >= values) {
                let value = given.get(place).copied().unwrap_or_default();
                return Err(AgreementError::OutOfRange { row: row + place, field: "value", value, limit: values });
            }
            row += given.len();
            given.sort_unstable();
            for same in given.chunk_by(|one, other| one == other) {
                if let Some(value) = same.first() {
                    counts.push((*value, u32::try_from(same.len()).unwrap_or(u32::MAX)));
                }
            }
            starts.push(counts.len());
        }
        Ok(Self { values, starts, counts })
    }

    /// Number of tasks, with those that have no answer.
    pub fn tasks(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Number of values that could be given.
    pub fn values(&self) -> usize {
        self.values as usize
    }

    /// A weight of 1 for every task: the data as they are.
    pub fn once_each(&self) -> Vec<u32> {
        vec![1; self.tasks()]
    }

    /// The values of each task with their counts, beside the task's weight; tasks of weight 0 are left out.
    pub(crate) fn weighted<'a>(
        &'a self,
        weights: &'a [u32],
    ) -> Result<impl Iterator<Item = (f64, Task<'a>)> + Clone + 'a, AgreementError> {
        if weights.len() != self.tasks() {
            return Err(AgreementError::Weights { weights: weights.len(), tasks: self.tasks() });
        }
        let bounds = self.starts.iter().zip(self.starts.iter().skip(1));
        let tasks = bounds.zip(weights).enumerate().filter(|(_, (_, weight))| **weight > 0);
        Ok(tasks.map(|(index, ((begin, end), weight))| {
            (f64::from(*weight), Task { index, counts: self.counts.get(*begin..*end).unwrap_or_default() })
        }))
    }
}

/// The answers on one task.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Task<'a> {
    pub(crate) index: usize,
    pub(crate) counts: &'a [(u32, u32)],
}

impl Task<'_> {
    /// Number of answers.
    pub(crate) fn answers(self) -> u32 {
        self.counts.iter().map(|(_, count)| *count).sum()
    }

    /// Value and count of each different answer.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.counts.iter().map(|(value, count)| (*value as usize, f64::from(*count)))
    }
}

/// Adds to the total of a value.
pub(crate) fn add(totals: &mut [f64], value: usize, amount: f64) {
    if let Some(total) = totals.get_mut(value) {
        *total += amount;
    }
}
