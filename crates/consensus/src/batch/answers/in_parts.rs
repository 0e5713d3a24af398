//! Rows that come item by item, brought into the form of [`Answers`] by several threads. Does not know rows in any other
//! order.

use std::ops::Range;
use std::thread;

use super::building::{Ranks, check, finish, sort_items};
use super::{Answer, Answers, AnswersError, Extent};
use crate::batch::threads::Threads;

/// Fewer rows than this are one part.
const ROWS_WORTH_THREADS: usize = 50_000;

/// The answers of `rows` if no item comes again after a later one.
pub(super) fn from_ascending(
    extent: Extent,
    rows: &[Answer],
    threads: Threads,
) -> Result<Option<Answers>, AnswersError> {
    let parts = parts(rows, threads);
    let Some(answers_of_worker) = count_workers(extent, rows, &parts)? else { return Ok(None) };
    let ranks = Ranks::new(answers_of_worker);
    let mut starts = vec![0_u32; extent.items as usize + 1];
    let mut cells = vec![0_u32; rows.len()];
    let distinct = fill(extent, rows, &parts, &ranks, &mut starts, &mut cells);
    Ok(Some(finish(extent, starts, cells, ranks, distinct)))
}

/// As many parts as there are threads; no item's rows lie in two.
pub(in crate::batch) fn parts(rows: &[Answer], threads: Threads) -> Vec<Range<usize>> {
    let count = if rows.len() < ROWS_WORTH_THREADS { 1 } else { threads.count() };
    let mut parts = Vec::with_capacity(count);
    let mut begin = 0;
    for part in 1..=count {
        let about = (rows.len() / count * part).max(begin);
        let item = about.checked_sub(1).and_then(|row| rows.get(row)).map(|answer| answer.item);
        let same = rows.iter().skip(about).take_while(|answer| Some(answer.item) == item).count();
        let end = if part == count { rows.len() } else { about + same };
        parts.push(begin..end);
        begin = end;
    }
    parts
}

/// Number of rows of each worker; nothing if an item comes again after a later one.
fn count_workers(extent: Extent, rows: &[Answer], parts: &[Range<usize>]) -> Result<Option<Vec<u32>>, AnswersError> {
    let counted = thread::scope(|scope| {
        let started: Vec<_> =
            parts.iter().map(|part| scope.spawn(move || count_part(extent, rows, part.clone()))).collect();
        started
            .into_iter()
            .map(|part| part.join().expect("counting does not panic"))
            .collect::<Vec<Result<Option<Vec<u32>>, AnswersError>>>()
    });
    // All parts are looked at for errors first: the caller is told the first row that is wrong, whatever the order.
    let counted = counted.into_iter().collect::<Result<Vec<_>, _>>()?;
    let mut total: Option<Vec<u32>> = None;
    for part in counted {
        let Some(part) = part else { return Ok(None) };
        match &mut total {
            None => total = Some(part),
            Some(total) => total.iter_mut().zip(part).for_each(|(total, count)| *total += count),
        }
    }
    Ok(total)
}

#[expect(clippy::indexing_slicing, reason = "parts lie within the rows; workers were compared with the extent")]
fn count_part(extent: Extent, rows: &[Answer], part: Range<usize>) -> Result<Option<Vec<u32>>, AnswersError> {
    let mut counts = vec![0_u32; extent.workers as usize];
    let mut ascending = true;
    let mut before = part.start.checked_sub(1).and_then(|row| rows.get(row)).map_or(0, |answer| answer.item);
    for (row, answer) in (part.start as u64..).zip(&rows[part]) {
        check(extent, row, *answer)?;
        counts[answer.worker as usize] += 1;
        ascending &= before <= answer.item;
        before = answer.item;
    }
    Ok(ascending.then_some(counts))
}

/// Fills both tables, each part on a thread; returns whether no row came twice.
fn fill(
    extent: Extent,
    rows: &[Answer],
    parts: &[Range<usize>],
    ranks: &Ranks,
    mut starts: &mut [u32],
    mut cells: &mut [u32],
) -> bool {
    let mut works = Vec::with_capacity(parts.len());
    let mut first_item = 0;
    for part in parts {
        // A part answers for the items behind the part before, up to its own last one; the last part for all the rest.
        let last = part.end.checked_sub(1).and_then(|row| rows.get(row)).map_or(0, |answer| answer.item as usize);
        let own = if part.end == rows.len() { starts.len() } else { (last + 1).saturating_sub(first_item) };
        let (own_starts, other_starts) = starts.split_at_mut(own);
        let (own_cells, other_cells) = cells.split_at_mut(part.len());
        (starts, cells) = (other_starts, other_cells);
        works.push((part.clone(), first_item, own_starts, own_cells));
        first_item += own;
    }
    thread::scope(|scope| {
        let started: Vec<_> = works
            .into_iter()
            .map(|(part, first_item, starts, cells)| {
                let (offset, rows) = (part.start, rows.get(part).unwrap_or_default());
                scope.spawn(move || fill_part(extent, rows, offset, ranks, first_item, starts, cells))
            })
            .collect();
        started.into_iter().fold(true, |distinct, part| distinct & part.join().expect("filling does not panic"))
    })
}

/// Fills the cells of one part and where its items begin; the first of them is `first_item`, its first row `offset`.
#[expect(clippy::indexing_slicing, reason = "items of the part run from the first to as many as there are starts")]
fn fill_part(
    extent: Extent,
    rows: &[Answer],
    offset: usize,
    ranks: &Ranks,
    first_item: usize,
    starts: &mut [u32],
    cells: &mut [u32],
) -> bool {
    let mut known = 0;
    for (at, (slot, answer)) in (offset..).zip(cells.iter_mut().zip(rows)) {
        *slot = ranks.cell(extent, *answer);
        let item = answer.item as usize - first_item;
        if item >= known {
            for start in &mut starts[known..=item] {
                *start = as_start(at);
            }
            known = item + 1;
        }
    }
    let end = as_start(offset + rows.len());
    starts[known..].fill(end);
    let own = sort_items(starts, offset, cells);
    // The last item ends where the next part begins, which is not among these starts.
    let last = starts.last().map_or(0, |start| *start as usize - offset);
    sort_items(&[as_start(offset + last), end], offset + last, &mut cells[last..]) && own
}

fn as_start(row: usize) -> u32 {
    u32::try_from(row).expect("the rows were counted in 32 bits")
}
