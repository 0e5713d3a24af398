//! Masks of tiles or pixels marked by several workers: the probability of each cell. Knows a grid of yes and no, no picture.
//!
//! Each cell is a yes/no. Worker j's answer counts v\_jc = ± ln a\_j/(1 − a\_j), a\_j being the worker's accuracy on *contested* cells (those on
//! which the item's workers differ), shrunk to the crowd's by one answer's worth of cells: agreement on the background says
//! nothing about care. One accuracy serves both sides, since a sensitivity apart from a specificity cannot be told from where the
//! crowd draws its border; how truth differs from that border is b, which gold tells. The cell's logit is
//! b + w Σ\_j v\_jc + u · mean over its four neighbours of Σ\_j v\_jn: one mean-field step of a conditional Ising field (Besag, JRSS B 48,
//! 1986; Kumar & Hebert, Discriminative random fields, IJCV 68, 2006) that reads the neighbours' answers in place of their unknown
//! truth.
//!
//! (b, w, u) are learnt from gold masks if there are any; without, b is 0 and (w, u) are those by which the answers of all other
//! workers best foretell each worker's own (pseudo-likelihood, Besag 1975, over held-out answers). Care per worker as in STAPLE
//! (Warfield, Zou and Wells, IEEE TMI 23, 2004), tied between the sides.

mod field;

use crate::kinds::places::Places;
use crate::kinds::rows::RowProblem;
use field::{Answer, Grid, Weights, consensus, learn};

/// One mask of one worker. Rows that agree in everything count once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MaskRow {
    /// What is marked.
    pub item: u32,
    /// Who marks.
    pub worker: u32,
    /// Cells in a line, the same for all rows of the item.
    pub width: u32,
    /// Marked or not, line by line, a whole number of lines and as many as in the item's first row.
    pub cells: Vec<bool>,
}

/// The true mask of one item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GoldMask {
    /// What is marked.
    pub item: u32,
    /// Marked or not, line by line.
    pub cells: Vec<bool>,
}

/// What the workers together mark on one item.
#[derive(Debug, Clone, PartialEq)]
pub struct MaskEstimate {
    /// What is marked.
    pub item: u32,
    /// Cells in a line.
    pub width: u32,
    /// P(the cell is marked in truth), 0 to 1, line by line.
    pub probabilities: Vec<f64>,
    /// Workers who marked, at least 1.
    pub answers: u32,
}

impl MaskEstimate {
    /// Cells more likely marked than not.
    pub fn cells(&self) -> impl Iterator<Item = bool> {
        self.probabilities.iter().map(|probability| *probability > 0.5)
    }
}

/// How well one worker marks contested cells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Marker {
    /// Who marks.
    pub worker: u32,
    /// P(marks as the truth) on contested cells, one half to 1.
    pub accuracy: f64,
}

/// All items, all workers and the weights learnt.
#[derive(Debug, Clone, PartialEq)]
pub struct Masks {
    /// By item.
    pub items: Vec<MaskEstimate>,
    /// By worker.
    pub markers: Vec<Marker>,
    /// Weight of a cell's own answers, positive.
    pub own_weight: f64,
    /// Weight of the neighbours' answers, not negative.
    pub neighbour_weight: f64,
    /// Logit by which truth differs from the crowd's border; 0 without gold.
    pub bias: f64,
}

/// Estimates every item's mask; gold of items without rows is not read.
///
/// # Errors
///
/// [`RowProblem::OutOfRange`] for a width of 0, [`RowProblem::WrongLength`] for cells that are no whole number of lines or differ in
/// shape from the item's other rows or (with the row of the gold) from its gold.
pub fn estimate(rows: &[MaskRow], gold: &[GoldMask]) -> Result<Masks, RowProblem> {
    for (row, mask) in rows.iter().enumerate() {
        if mask.width == 0 {
            return Err(RowProblem::OutOfRange { row, field: "width" });
        }
        let lines = mask.cells.len() % (mask.width as usize) == 0;
        let first = rows.iter().find(|other| other.item == mask.item).unwrap_or(mask);
        if !lines || (first.width, first.cells.len()) != (mask.width, mask.cells.len()) {
            return Err(RowProblem::WrongLength { row, field: "cells" });
        }
    }
    for (row, mask) in gold.iter().enumerate() {
        if rows.iter().any(|other| other.item == mask.item && other.cells.len() != mask.cells.len()) {
            return Err(RowProblem::WrongLength { row, field: "gold cells" });
        }
    }
    let mut sorted: Vec<&MaskRow> = rows.iter().collect();
    sorted.sort_unstable();
    sorted.dedup();
    let mut gold: Vec<&GoldMask> = gold.iter().collect();
    gold.sort_unstable();
    let workers = Places::of(sorted.iter().map(|row| row.worker));
    let grids: Vec<Grid<'_>> = sorted
        .chunk_by(|first, second| first.item == second.item)
        .filter_map(|rows| {
            let first = rows.first()?;
            let answers =
                rows.iter().map(|row| Answer { worker: workers.of_id(row.worker), cells: &row.cells }).collect();
            let truth = gold.iter().find(|gold| gold.item == first.item).map(|gold| gold.cells.as_slice());
            Some(Grid { item: first.item, width: first.width, answers, truth })
        })
        .collect();
    let accuracies = field::accuracies(&grids, workers.len());
    let weights = learn(&grids, &accuracies);
    let items = grids.iter().map(|grid| MaskEstimate {
        item: grid.item,
        width: grid.width,
        probabilities: consensus(grid, &accuracies, weights),
        answers: u32::try_from(
            Places::of(grid.answers.iter().filter_map(|answer| u32::try_from(answer.worker).ok())).len(),
        )
        .unwrap_or(u32::MAX),
    });
    let items = items.collect();
    let markers =
        workers.ids().iter().zip(&accuracies).map(|(worker, accuracy)| Marker { worker: *worker, accuracy: *accuracy });
    let Weights { bias, own, neighbour } = weights;
    Ok(Masks { items, markers: markers.collect(), own_weight: own, neighbour_weight: neighbour, bias })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(item: u32, worker: u32, picture: &str) -> MaskRow {
        let width = u32::try_from(picture.find('/').unwrap_or(picture.len())).expect("small");
        MaskRow {
            item,
            worker,
            width,
            cells: picture.chars().filter(|cell| *cell != '/').map(|cell| cell == '#').collect(),
        }
    }

    fn rows() -> impl Strategy<Value = Vec<MaskRow>> {
        let row = (0_u32..3, 0_u32..5, proptest::collection::vec(any::<bool>(), 9));
        proptest::collection::vec(
            row.prop_map(|(item, worker, cells)| MaskRow { item, worker, width: 3, cells }),
            0..12,
        )
    }

    fn picture(estimate: &MaskEstimate) -> String {
        estimate.cells().map(|cell| if cell { '#' } else { '.' }).collect()
    }

    #[test]
    fn nothing_gives_nothing_and_one_answer_itself() {
        assert!(estimate(&[], &[]).expect("sound").items.is_empty());
        let one = estimate(&[row(0, 0, "##./#../...")], &[]).expect("sound");
        assert_eq!(picture(&one.items[0]), "##.#.....");
    }

    #[test]
    fn shapes_must_agree() {
        let short = MaskRow { cells: vec![true; 4], ..row(0, 1, "###/###") };
        assert_eq!(estimate(&[short], &[]), Err(RowProblem::WrongLength { row: 0, field: "cells" }));
        let other = [row(0, 1, "###/###"), row(0, 2, "##/##/##")];
        assert_eq!(estimate(&other, &[]), Err(RowProblem::WrongLength { row: 1, field: "cells" }));
        let flat = MaskRow { width: 0, ..row(0, 1, "###") };
        assert_eq!(estimate(&[flat], &[]), Err(RowProblem::OutOfRange { row: 0, field: "width" }));
        let gold = GoldMask { item: 0, cells: vec![true] };
        assert_eq!(
            estimate(&[row(0, 1, "###")], &[gold]),
            Err(RowProblem::WrongLength { row: 0, field: "gold cells" })
        );
    }

    #[test]
    fn equal_workers_are_read_by_majority() {
        let rows = [row(0, 0, "##../##../...."), row(0, 1, "##../#.../...."), row(0, 2, "###./##../....")];
        assert_eq!(picture(&estimate(&rows, &[]).expect("sound").items[0]), "##..##......");
    }

    #[test]
    fn a_careless_worker_is_found_on_contested_cells() {
        let mut rows = Vec::new();
        for item in 0..20 {
            rows.extend((0..4).map(|worker| {
                row(item, worker, if (item + worker) % 5 == 0 { "###./##../...." } else { "##../##../...." })
            }));
            rows.push(row(item, 4, if item % 2 == 0 { "..##/..##/####" } else { ".#.#/#.#./.#.#" }));
        }
        let found = estimate(&rows, &[]).expect("sound");
        assert!(found.markers[4].accuracy < 0.55 && found.markers[0].accuracy > 0.65);
    }

    #[test]
    fn gold_moves_the_border() {
        // The crowd marks one cell too far to the right: two of three workers mark the third cell, truth does not.
        let crowd: Vec<MaskRow> = (0..12)
            .flat_map(|item| {
                [row(item, 0, "###.../###..."), row(item, 1, "###.../###..."), row(item, 2, "##..../##....")]
            })
            .collect();
        let truth = row(0, 0, "##..../##....").cells;
        let gold: Vec<GoldMask> = (0..6).map(|item| GoldMask { item, cells: truth.clone() }).collect();
        let (without, with) = (estimate(&crowd, &[]).expect("sound"), estimate(&crowd, &gold).expect("sound"));
        let cell = |masks: &Masks| masks.items[11].probabilities[2];
        assert!(cell(&without) > 0.5 && cell(&with) < cell(&without));
        assert!(with.bias < 0.0);
    }

    proptest! {
        #[test]
        fn order_and_duplicates_change_no_bit(rows in rows(), turn in 0_usize..12) {
            let mut shuffled = rows.clone();
            shuffled.extend(rows.iter().take(3).cloned());
            shuffled.reverse();
            let turn = turn % shuffled.len().max(1);
            shuffled.rotate_left(turn);
            prop_assert_eq!(estimate(&rows, &[]), estimate(&shuffled, &[]));
        }

        #[test]
        fn numbers_do_not_matter_and_probabilities_are_some(rows in rows()) {
            let renamed: Vec<MaskRow> = rows.iter().map(|row| MaskRow { worker: 9 - row.worker, ..row.clone() }).collect();
            let (before, after) = (estimate(&rows, &[]).expect("sound"), estimate(&renamed, &[]).expect("sound"));
            for (before, after) in before.items.iter().zip(&after.items) {
                for (before, after) in before.probabilities.iter().zip(&after.probabilities) {
                    prop_assert!((0.0..=1.0).contains(before) && (before - after).abs() < 1e-6);
                }
            }
        }

        #[test]
        fn one_more_equal_mask_never_lowers_confidence(cells in proptest::collection::vec(any::<bool>(), 9), workers in 1_u32..6) {
            let probabilities = |workers: u32| {
                let rows: Vec<MaskRow> = (0..workers).map(|worker| MaskRow { item: 0, worker, width: 3, cells: cells.clone() }).collect();
                estimate(&rows, &[]).expect("sound").items[0].probabilities.clone()
            };
            for ((fewer, more), marked) in probabilities(workers).into_iter().zip(probabilities(workers + 1)).zip(&cells) {
                let side = if *marked { 1.0 } else { -1.0 };
                prop_assert!(side * more >= side * fewer - 1e-9);
            }
        }
    }
}
