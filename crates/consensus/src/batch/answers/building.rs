//! Rows brought into the form of [`Answers`], in any order and one after another. Does not know what becomes of them.

use super::{Answer, Answers, AnswersError, Extent};

/// The answers of `rows`, whose extent was checked.
pub(super) fn from_iterator<Rows>(extent: Extent, rows: Rows) -> Result<Answers, AnswersError>
where
    Rows: IntoIterator<Item = Answer> + Clone,
{
    let counted = count(extent, rows.clone())?;
    let ranks = Ranks::new(counted.answers_of_worker);
    let mut starts = counted.starts;
    let mut cells = vec![0_u32; counted.total as usize];
    if counted.ascending {
        for (slot, answer) in cells.iter_mut().zip(rows) {
            *slot = ranks.cell(extent, answer);
        }
    } else {
        scatter(extent, &mut starts, &mut cells, rows, &ranks);
    }
    let distinct = sort_items(&starts, 0, &mut cells);
    Ok(finish(extent, starts, cells, ranks, distinct))
}

struct Counted {
    /// Where each item's rows begin, rows given twice counted twice.
    starts: Vec<u32>,
    answers_of_worker: Vec<u32>,
    total: u32,
    /// Whether no item comes again after a later one.
    ascending: bool,
}

#[expect(clippy::indexing_slicing, reason = "every index was compared with the extent")]
fn count(extent: Extent, rows: impl IntoIterator<Item = Answer>) -> Result<Counted, AnswersError> {
    let mut starts = vec![0_u32; extent.items as usize + 1];
    let mut answers_of_worker = vec![0_u32; extent.workers as usize];
    let mut total = 0_u32;
    let mut ascending = true;
    let mut before = 0;
    for answer in rows {
        check(extent, u64::from(total), answer)?;
        starts[answer.item as usize + 1] += 1;
        answers_of_worker[answer.worker as usize] += 1;
        ascending &= before <= answer.item;
        before = answer.item;
        total = total.checked_add(1).ok_or(AnswersError::TooManyAnswers)?;
    }
    for item in 1..starts.len() {
        starts[item] += starts[item - 1];
    }
    Ok(Counted { starts, answers_of_worker, total, ascending })
}

/// Refuses an answer that points outside.
#[inline]
pub(super) fn check(extent: Extent, row: u64, answer: Answer) -> Result<(), AnswersError> {
    if answer.item < extent.items && answer.worker < extent.workers && answer.class < extent.classes {
        return Ok(());
    }
    let (field, value, limit) = if answer.item >= extent.items {
        ("item", answer.item, extent.items)
    } else if answer.worker >= extent.workers {
        ("worker", answer.worker, extent.workers)
    } else {
        ("class", answer.class, extent.classes)
    };
    Err(AnswersError::OutOfRange { row, field, value, limit })
}

/// Puts the cells of rows in any order where their items begin.
#[expect(clippy::indexing_slicing, reason = "the same rows were counted into starts")]
fn scatter(
    extent: Extent,
    starts: &mut [u32],
    cells: &mut [u32],
    rows: impl IntoIterator<Item = Answer>,
    ranks: &Ranks,
) {
    for answer in rows {
        let next = &mut starts[answer.item as usize];
        cells[*next as usize] = ranks.cell(extent, answer);
        *next += 1;
    }
    // Each start has moved to the next item's: they are all there, one place too early.
    let items = starts.len() - 1;
    starts.copy_within(..items, 1);
    starts[0] = 0;
}

/// Workers by falling number of answers, equals by the caller's index.
pub(super) struct Ranks {
    worker_of_rank: Vec<u32>,
    counts_by_rank: Vec<u32>,
    /// Rank by the caller's index.
    of_worker: Vec<u32>,
}

impl Ranks {
    #[expect(clippy::indexing_slicing, reason = "the order holds every worker once")]
    pub(super) fn new(answers_of_worker: Vec<u32>) -> Self {
        let mut order: Vec<u64> = (0_u64..)
            .zip(&answers_of_worker)
            .map(|(worker, count)| u64::from(u32::MAX - count) << 32 | worker)
            .collect();
        order.sort_unstable();
        #[expect(clippy::cast_possible_truncation, reason = "the lower half is the worker")]
        let worker_of_rank: Vec<u32> = order.into_iter().map(|key| key as u32).collect();
        let counts_by_rank = worker_of_rank.iter().map(|worker| answers_of_worker[*worker as usize]).collect();
        let mut of_worker = answers_of_worker;
        for (rank, worker) in (0_u32..).zip(&worker_of_rank) {
            of_worker[*worker as usize] = rank;
        }
        Self { worker_of_rank, counts_by_rank, of_worker }
    }

    #[inline]
    #[expect(clippy::indexing_slicing, reason = "the worker was compared with the extent")]
    pub(super) fn cell(&self, extent: Extent, answer: Answer) -> u32 {
        self.of_worker[answer.worker as usize] * extent.classes + answer.class
    }
}

/// Sorts the cells of each item, the first of which lies at `offset`; returns whether no item has a cell twice.
#[expect(clippy::indexing_slicing, reason = "starts ascend from the offset to the end of the cells")]
pub(super) fn sort_items(starts: &[u32], offset: usize, cells: &mut [u32]) -> bool {
    let mut distinct = true;
    let mut begin = 0;
    for end in starts.iter().skip(1) {
        let end = *end as usize - offset;
        let cells = &mut cells[begin..end];
        match cells.len() {
            0 | 1 => {}
            2 => sort_short::<2>(cells),
            3 => sort_short::<3>(cells),
            4 => sort_short::<4>(cells),
            5 => sort_short::<5>(cells),
            6 => sort_short::<6>(cells),
            7 => sort_short::<7>(cells),
            8 => sort_short::<8>(cells),
            _ => cells.sort_unstable(),
        }
        for pair in cells.windows(2) {
            distinct &= pair[0] != pair[1];
        }
        begin = end;
    }
    distinct
}

/// Sorts by comparing all neighbours again and again, without a branch: answers come in any order, so that a branch would
/// be foretold wrongly half of the time.
#[inline]
#[expect(clippy::indexing_slicing, reason = "both indices lie below the length")]
fn sort_short<const LENGTH: usize>(cells: &mut [u32]) {
    let Ok(cells) = <&mut [u32; LENGTH]>::try_from(cells) else { return };
    let mut sorted = *cells;
    for end in (1..LENGTH).rev() {
        for at in 0..end {
            let (one, other) = (sorted[at], sorted[at + 1]);
            sorted[at] = one.min(other);
            sorted[at + 1] = one.max(other);
        }
    }
    *cells = sorted;
}

/// The answers of sorted cells; rows given twice are dropped, and workers then ranked again.
pub(super) fn finish(extent: Extent, starts: Vec<u32>, cells: Vec<u32>, ranks: Ranks, distinct: bool) -> Answers {
    let Ranks { worker_of_rank, counts_by_rank, of_worker } = ranks;
    drop(of_worker);
    let mut answers = Answers { extent, starts, cells, worker_of_rank, counts_by_rank };
    if !distinct {
        drop_duplicates(&mut answers);
        rank_again(&mut answers);
    }
    answers
}

/// Closes the gaps that equal cells of an item leave.
#[expect(clippy::indexing_slicing, reason = "starts ascend to the number of cells; kept never passes what was read")]
fn drop_duplicates(answers: &mut Answers) {
    let Answers { starts, cells, .. } = answers;
    let mut kept = 0_usize;
    let mut begin = 0_usize;
    for end in starts.iter_mut().skip(1) {
        let first = kept;
        for read in begin..*end as usize {
            if kept == first || cells[kept - 1] != cells[read] {
                cells[kept] = cells[read];
                kept += 1;
            }
        }
        begin = *end as usize;
        *end = u32::try_from(kept).expect("no more cells are kept than were counted in 32 bits");
    }
    cells.truncate(kept);
    cells.shrink_to_fit();
}

/// Ranks workers by the answers that are left.
#[expect(clippy::indexing_slicing, reason = "cells hold ranks below the number of workers")]
fn rank_again(answers: &mut Answers) {
    let extent = answers.extent;
    let mut answers_of_worker = vec![0_u32; answers.workers()];
    for cell in &answers.cells {
        answers_of_worker[answers.worker_of_rank[(cell / extent.classes) as usize] as usize] += 1;
    }
    let ranks = Ranks::new(answers_of_worker);
    for cell in &mut answers.cells {
        let worker = answers.worker_of_rank[(*cell / extent.classes) as usize];
        *cell = ranks.of_worker[worker as usize] * extent.classes + *cell % extent.classes;
    }
    sort_items(&answers.starts, 0, &mut answers.cells);
    answers.worker_of_rank = ranks.worker_of_rank;
    answers.counts_by_rank = ranks.counts_by_rank;
}
