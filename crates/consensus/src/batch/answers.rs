//! Who answered what on which item, in compressed rows. Does not know names, truth, or what the classes mean.

use thiserror::Error;

use super::majority::usize_as_f64;

use super::threads::Threads;

mod building;
mod in_parts;

pub(super) use in_parts::parts;

/// One answer: `worker` says `item` is of `class`. All three are indices from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Answer {
    /// Index of the item, below the number of items.
    pub item: u32,
    /// Index of the worker, below the number of workers.
    pub worker: u32,
    /// Index of the class, below the number of classes.
    pub class: u32,
}

/// How many items, workers and classes the indices run over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Number of items; items without answers are allowed.
    pub items: u32,
    /// Number of workers.
    pub workers: u32,
    /// Number of classes, at least 1.
    pub classes: u32,
}

/// Why rows are no answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AnswersError {
    /// There must be something to choose from.
    #[error("classes: there are none; give at least one")]
    NoClasses,
    /// A pair of worker and class is held in 32 bits.
    #[error("workers times classes is {pairs}, above 2^32: split the workers into several runs or merge classes")]
    TooManyPairs {
        /// Workers times classes.
        pairs: u64,
    },
    /// A row is addressed with 32 bits.
    #[error("answers: more than 2^32 rows; split the items into several runs")]
    TooManyAnswers,
    /// An index of an answer points outside.
    #[error("row {row}: {field} is {value}, but there are only {limit}")]
    OutOfRange {
        /// Position of the answer in the input, from 0.
        row: u64,
        /// `item`, `worker` or `class`.
        field: &'static str,
        /// The index found.
        value: u32,
        /// The number of them there are.
        limit: u32,
    },
}

/// All answers of one run, item by item.
///
/// An answer takes four bytes and an item four more. Within an item the answers lie in a fixed order, so that the order of
/// the input rows reaches no result. Rows equal in item, worker and class count once; different answers of one worker on one
/// item are all kept, as in the field's data sets, for without time none of them is the last.
///
/// Workers are renumbered by falling number of answers (their *rank*): tables of active workers then share cache lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    extent: Extent,
    /// Where each item's answers begin; one more than there are items.
    starts: Vec<u32>,
    /// rank of the worker × classes + class.
    cells: Vec<u32>,
    /// The caller's index of the worker of each rank.
    worker_of_rank: Vec<u32>,
    counts_by_rank: Vec<u32>,
}

impl Answers {
    /// The answers of `rows`, which is walked twice and never stored.
    ///
    /// # Errors
    /// [`AnswersError`] for the first index that points outside `extent`, or for sizes beyond 32 bits.
    pub fn new<Rows>(extent: Extent, rows: Rows) -> Result<Self, AnswersError>
    where
        Rows: IntoIterator<Item = Answer> + Clone,
    {
        check(extent)?;
        building::from_iterator(extent, rows)
    }

    /// The answers of `rows`. The same as [`Answers::new`] makes of them, in less time where the rows come item by item.
    ///
    /// # Errors
    /// As [`Answers::new`].
    pub fn from_slice(extent: Extent, rows: &[Answer], threads: Threads) -> Result<Self, AnswersError> {
        check(extent)?;
        if u32::try_from(rows.len()).is_err() {
            return Err(AnswersError::TooManyAnswers);
        }
        match in_parts::from_ascending(extent, rows, threads)? {
            Some(answers) => Ok(answers),
            None => building::from_iterator(extent, rows.iter().copied()),
        }
    }

    /// Number of items, with those that have no answer.
    pub fn items(&self) -> usize {
        self.extent.items as usize
    }

    /// Number of workers, with those that gave no answer.
    pub fn workers(&self) -> usize {
        self.extent.workers as usize
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.extent.classes as usize
    }

    /// Number of distinct answers.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there is no answer at all.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The answers on `item` as (rank of the worker, class), in the fixed order.
    ///
    /// # Panics
    /// If `item` is not below [`Answers::items`].
    pub fn on(&self, item: usize) -> impl ExactSizeIterator<Item = (usize, usize)> + Clone + '_ {
        let classes = self.extent.classes;
        self.cells_of(item).iter().map(move |cell| ((cell / classes) as usize, (cell % classes) as usize))
    }

    /// Number of distinct answers on `item`.
    ///
    /// # Panics
    /// If `item` is not below [`Answers::items`].
    pub fn count(&self, item: usize) -> usize {
        self.cells_of(item).len()
    }

    /// The caller's index of the worker of `rank`.
    ///
    /// # Panics
    /// If `rank` is not below [`Answers::workers`].
    #[expect(clippy::indexing_slicing, reason = "the bound is the documented precondition")]
    pub fn worker(&self, rank: usize) -> u32 {
        self.worker_of_rank[rank]
    }

    /// Number of answers of the worker of `rank`.
    ///
    /// # Panics
    /// If `rank` is not below [`Answers::workers`].
    #[expect(clippy::indexing_slicing, reason = "the bound is the documented precondition")]
    pub fn count_of_worker(&self, rank: usize) -> usize {
        self.counts_by_rank[rank] as usize
    }

    /// Mean number of answers of the workers who gave any; 0 without answers.
    pub fn per_worker(&self) -> f64 {
        let active = self.counts_by_rank.partition_point(|count| *count > 0);
        usize_as_f64(self.len()) / usize_as_f64(active.max(1))
    }

    /// The answers on `item` as rank × classes + class.
    #[expect(
        clippy::indexing_slicing,
        reason = "starts has one more entry than there are items and ends at the number of cells"
    )]
    pub(crate) fn cells_of(&self, item: usize) -> &[u32] {
        &self.cells[self.starts[item] as usize..self.starts[item + 1] as usize]
    }

    /// The first item whose answers begin at or after `answer`; one past the last item if `to_the_end`.
    pub(crate) fn item_at(&self, answer: usize, to_the_end: bool) -> usize {
        if to_the_end {
            self.items()
        } else {
            self.starts.partition_point(|start| (*start as usize) < answer).min(self.items())
        }
    }
}

/// Refuses sizes that 32 bits cannot hold.
fn check(extent: Extent) -> Result<(), AnswersError> {
    if extent.classes == 0 {
        return Err(AnswersError::NoClasses);
    }
    let pairs = u64::from(extent.workers) * u64::from(extent.classes);
    if pairs > 1 << 32 {
        return Err(AnswersError::TooManyPairs { pairs });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;

    const EXTENT: Extent = Extent { items: 30_000, workers: 700, classes: 4 };

    /// Answers item by item, some items with none; every 50th answer twice if asked for.
    fn rows(twice: bool) -> Vec<Answer> {
        let mut rows = Vec::new();
        for item in (0..EXTENT.items).filter(|item| item % 7 != 3) {
            for n in 0..=item % 11 {
                let worker = (item * 31 + n * 17) * (n + 1) % EXTENT.workers;
                let answer = Answer { item, worker, class: (item + n * n) % EXTENT.classes };
                rows.push(answer);
                if twice && rows.len() % 50 == 0 {
                    rows.push(answer);
                }
            }
        }
        rows
    }

    fn threads(count: usize) -> Threads {
        Threads::new(NonZeroUsize::new(count).unwrap())
    }

    #[test]
    fn neither_order_nor_repetition_nor_threads_change_the_answers() {
        for twice in [false, true] {
            let rows = rows(twice);
            let expected = Answers::new(EXTENT, rows.iter().copied()).unwrap();
            let mut distinct = rows.clone();
            distinct.sort_unstable();
            distinct.dedup();
            assert_eq!(expected.len(), distinct.len());
            let mixed = || (0..rows.len()).map(|row| rows[row * 7919 % rows.len()]);
            assert!(!rows.len().is_multiple_of(7919));
            assert_eq!(Answers::new(EXTENT, mixed()).unwrap(), expected);
            assert_eq!(Answers::from_slice(EXTENT, &mixed().collect::<Vec<_>>(), threads(2)).unwrap(), expected);
            for count in [1, 2, 3, 8] {
                assert_eq!(Answers::from_slice(EXTENT, &rows, threads(count)).unwrap(), expected, "{count} threads");
            }
        }
    }

    #[test]
    fn every_answer_is_found_again() {
        let rows = rows(true);
        let answers = Answers::new(EXTENT, rows.iter().copied()).unwrap();
        let mut found: Vec<Answer> = Vec::new();
        for item in 0..EXTENT.items {
            found.extend(answers.on(item as usize).map(|(rank, class)| Answer {
                item,
                worker: answers.worker(rank),
                class: u32::try_from(class).unwrap(),
            }));
        }
        let mut expected = rows;
        for rows in [&mut found, &mut expected] {
            rows.sort_unstable();
        }
        expected.dedup();
        assert_eq!(found, expected);
        let counts: Vec<usize> = (0..answers.workers()).map(|rank| answers.count_of_worker(rank)).collect();
        assert!(counts.is_sorted_by(|a, b| a >= b));
        assert_eq!(counts.iter().sum::<usize>(), answers.len());
    }

    #[test]
    fn the_first_row_that_points_outside_is_named() {
        let mut rows = rows(false);
        rows[9_000].worker = 700;
        rows[20_000].class = 4;
        let expected = AnswersError::OutOfRange { row: 9_000, field: "worker", value: 700, limit: 700 };
        assert_eq!(Answers::new(EXTENT, rows.iter().copied()), Err(expected));
        assert_eq!(Answers::from_slice(EXTENT, &rows, threads(2)), Err(expected));
    }

    #[test]
    fn without_answers_every_item_is_empty() {
        for answers in [Answers::new(EXTENT, []), Answers::from_slice(EXTENT, &[], threads(2))] {
            let answers = answers.unwrap();
            assert!(answers.is_empty());
            assert_eq!(answers.count(29_999), 0);
        }
    }
}
