//! Majority vote straight from rows that come item by item: one pass and no table of answers. Does not know any other order.

use std::thread;

use super::{Aggregate, MajorityVote, add_vote, as_shares, spread, vote};
use crate::batch::answers::parts;
use crate::batch::{Answer, Answers, AnswersError, Extent, Threads};

impl MajorityVote {
    /// What [`Aggregator::aggregate`](crate::batch::Aggregator::aggregate) makes of the answers of `rows` without gold, bit
    /// for bit. Much quicker where rows come item by item and there are two to five classes.
    ///
    /// # Errors
    /// As [`Answers::new`].
    pub fn of_rows(self, extent: Extent, rows: &[Answer], threads: Threads) -> Result<Aggregate, AnswersError> {
        let found = match extent.classes {
            2 => quickly::<2>(extent, rows, threads),
            3 => quickly::<3>(extent, rows, threads),
            4 => quickly::<4>(extent, rows, threads),
            5 => quickly::<5>(extent, rows, threads),
            _ => None,
        };
        if let Some(found) = found {
            return Ok(found);
        }
        Ok(vote(&Answers::from_slice(extent, rows, threads)?, threads))
    }
}

/// The result, unless a row points outside or an item comes again after a later one.
fn quickly<const CLASSES: usize>(extent: Extent, rows: &[Answer], threads: Threads) -> Option<Aggregate> {
    let mut posterior = vec![0_f32; extent.items as usize * CLASSES];
    let mut works = Vec::new();
    let mut rest = posterior.as_chunks_mut::<CLASSES>().0;
    let mut first_item = 0;
    for part in parts(rows, threads) {
        let rows = rows.get(part)?;
        let own = match rows.last() {
            Some(last) => (last.item as usize + 1).checked_sub(first_item)?,
            None => 0,
        };
        let (shares, others) = rest.split_at_mut_checked(own)?;
        rest = others;
        works.push((rows, first_item, shares));
        first_item += own;
    }
    let counted: Option<Vec<[u64; CLASSES]>> = thread::scope(|scope| {
        let started: Vec<_> = works
            .into_iter()
            .map(|(rows, first_item, shares)| scope.spawn(move || count(extent, rows, first_item, shares)))
            .collect();
        started.into_iter().map(|part| part.join().expect("counting does not panic")).collect()
    });
    let mut totals = [0_u64; CLASSES];
    for part in counted? {
        for (total, count) in totals.iter_mut().zip(part) {
            *total += count;
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "there are fewer than 2^53 rows")]
    let prior = as_shares(totals.iter().map(|total| *total as f64).collect());
    spread::<CLASSES>(&mut posterior, &prior, threads);
    Some(Aggregate { classes: CLASSES, posterior, prior, iterations: 1, converged: true })
}

/// Writes the votes on each item of a part, whose first item is given, and returns those on all.
fn count<const CLASSES: usize>(
    extent: Extent,
    rows: &[Answer],
    first_item: usize,
    shares: &mut [[f32; CLASSES]],
) -> Option<[u64; CLASSES]> {
    let mut totals = [0_u64; CLASSES];
    let mut next = first_item;
    for rows in rows.chunk_by(|one, other| one.item == other.item) {
        let item = rows.first()?.item as usize;
        if item < next || rows.iter().any(|row| row.worker >= extent.workers || row.class >= extent.classes) {
            return None;
        }
        next = item + 1;
        let mut votes = [0_u32; CLASSES];
        if are_distinct(rows) {
            for row in rows {
                add_vote(&mut votes, row.class);
            }
        } else {
            let mut distinct = rows.to_vec();
            distinct.sort_unstable();
            distinct.dedup();
            for row in distinct {
                add_vote(&mut votes, row.class);
            }
        }
        for (total, votes) in totals.iter_mut().zip(votes) {
            *total += u64::from(votes);
        }
        #[expect(clippy::cast_precision_loss, reason = "an item has fewer than 2^24 answers")]
        let counts = votes.map(|votes| votes as f32);
        *shares.get_mut(item - first_item)? = counts;
    }
    Some(totals)
}

/// Whether no row of an item comes twice, as far as comparing all pairs of a few rows tells.
#[inline]
fn are_distinct(rows: &[Answer]) -> bool {
    const FEW: usize = 12;
    let mut rest = rows;
    let mut distinct = rows.len() <= FEW;
    while let Some((row, later)) = rest.split_first().filter(|_| distinct) {
        for other in later {
            distinct &= (row.worker, row.class) != (other.worker, other.class);
        }
        rest = later;
    }
    distinct
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::{Aggregator as _, Gold};

    #[test]
    fn straight_from_rows_and_by_way_of_a_table_give_the_same_bits() {
        for classes in 2..=6 {
            let extent = Extent { items: 30_000, workers: 40, classes };
            let mut rows: Vec<Answer> = (0..120_000_u32)
                .map(|row| Answer {
                    item: row / 6 + row / 60_000,
                    worker: row * 7 % 40,
                    class: row % 11 * (row % 11) % 11 % classes,
                })
                .collect();
            rows.extend_from_within(119_000..);
            rows.sort_by_key(|row| row.item);
            for _ in 0..2 {
                let answers = Answers::new(extent, rows.iter().copied()).unwrap();
                let expected = MajorityVote.aggregate(&answers, &Gold::none(), Threads::ONE).unwrap();
                for threads in [Threads::ONE, Threads::available()] {
                    assert_eq!(MajorityVote.of_rows(extent, &rows, threads).unwrap(), expected);
                }
                rows.reverse();
            }
        }
    }

    #[test]
    fn a_row_that_points_outside_is_named() {
        let extent = Extent { items: 3, workers: 3, classes: 2 };
        let row = |item, worker, class| Answer { item, worker, class };
        for (wrong, field, value, limit) in
            [(row(9, 0, 0), "item", 9, 3), (row(2, 3, 0), "worker", 3, 3), (row(2, 0, 2), "class", 2, 2)]
        {
            let rows = [row(0, 0, 0), row(1, 1, 1), wrong];
            let expected = AnswersError::OutOfRange { row: 2, field, value, limit };
            assert_eq!(MajorityVote.of_rows(extent, &rows, Threads::ONE), Err(expected));
        }
    }
}
