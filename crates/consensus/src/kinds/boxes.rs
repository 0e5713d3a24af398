//! Boxes drawn by several workers: which of them mean one object, where its corners are, whether it is there at all. Knows
//! pixels or any other unit alike, no picture, no class of object.
//!
//! 1. Boxes of one item are linked by intersection over union into cliques with at most one box per worker.
//! 2. Each corner is the median of the clique weighted by 1/σ\_j, with straight lines between the middles of the weights. σ\_j² is the
//!    mean square distance of the worker's corners from those of the clique's other boxes, in units of the object's size and
//!    shrunk towards the crowd's. 1/σ and not 1/σ²: a weighted median minimises Σ w\_j |x − x\_j|, which with w\_j = 1/σ\_j is the
//!    likelihood of Laplace errors of width σ\_j; 1/σ² would be that of Gaussian errors, whose best centre is a mean.
//! 3. A worker who saw the item and did not draw the object denies it. Each worker has *one* accuracy: the share of cliques on which
//!    they say what the majority says, a tie being half right, shrunk to the crowd's. It is fitted in one pass and serves
//!    drawing and leaving out alike. The object's existence is a yes/no with these votes, as likely as not beforehand; votes on
//!    one object correlate.
//!
//! The parts are those of Branson, Van Horn and Perona (Lean Crowdsourcing, CVPR 2017, section 4.3), who fit false positives, false
//! negatives and corner noise per worker, and link by facility location. Step 1 links by average
//! likeness instead. Step 3 departs from them because here a claim exists only where somebody drew: with both rates free, "true"
//! drifts to mean "drawn by all", for nothing tells an object that is hard to see from one that is not there. One pass against
//! the majority leaves it no way to drift. [`WorkerRates`] therefore holds the accuracy as the sensitivity and one less the accuracy as the false alarms.
//!
//! Overlapping objects of which one hides the other are told apart only as far as workers draw them apart.

mod corners;

use crate::kinds::linking::link;
use crate::kinds::places::Places;
use crate::kinds::presence::{Claim, Pooling, WorkerRates, fit};
use crate::kinds::rows::{RowProblem, finite};
pub use corners::Corners;

/// Intersection over union from which two boxes may mean one object. Default gate of the reference tables: people drawing the
/// same object overlap by more than half, neighbours in a row by less than a third.
pub const SAME_OBJECT: f64 = 0.4;

/// One box of one worker, or the word of a worker who saw the item and drew nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoxRow {
    /// The picture.
    pub item: u32,
    /// Who looked.
    pub worker: u32,
    /// The box; `None` says that the worker saw the item and drew nothing. Beside a box of the same worker it says nothing.
    pub corners: Option<Corners>,
}

/// One object as the workers together see it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoxEstimate {
    /// The picture.
    pub item: u32,
    /// Weighted median corners, in the unit of the rows.
    pub corners: Corners,
    /// Standard error of left, top, right and bottom, in the unit of the rows; never negative.
    pub uncertainty: [f64; 4],
    /// P(the object is there), 0 to 1.
    pub existence: f64,
    /// Workers who drew it, at least 1.
    pub drawn: u32,
    /// Workers who saw the item, at least `drawn`.
    pub seen: u32,
}

/// All objects of all items.
#[derive(Debug, Clone, PartialEq)]
pub struct Boxes {
    /// Every clique, likely or not, by item, then by corners.
    pub boxes: Vec<BoxEstimate>,
    /// Rates of every worker, by worker.
    pub workers: Vec<WorkerRates>,
}

impl Boxes {
    /// The least existence to keep so that the expected F1 over all boxes is greatest: with the boxes sorted by existence p, the
    /// k that maximises 2 Σ_{i≤k} p\_i / (k + Σ p). 1 for no boxes. It comes to half the F1 reached (Lipton, Elkan and
    /// Narayanaswamy, Optimal Thresholding of Classifiers to Maximize F1, ECML 2014, theorem 1).
    pub fn cut(&self) -> f64 {
        best_cut(self.boxes.iter().map(|estimate| estimate.existence).collect())
    }
}

/// See [`Boxes::cut`].
pub(crate) fn best_cut(mut existence: Vec<f64>) -> f64 {
    existence.sort_by(|first, second| second.total_cmp(first));
    let all: f64 = existence.iter().sum();
    let (mut kept, mut best, mut cut) = (0.0, 0.0, 1.0);
    for (index, probability) in existence.into_iter().enumerate() {
        kept += probability;
        let expected = kept / ((index + 1) as f64 + all);
        if expected > best {
            (best, cut) = (expected, probability);
        }
    }
    cut
}

/// Links, places and judges all boxes.
///
/// ```
/// use corvee_consensus::kinds::boxes::{BoxRow, Corners, estimate};
///
/// let drawn = |worker, left| BoxRow {
///     item: 0,
///     worker,
///     corners: Some(Corners { left, top: 10.0, right: left + 20.0, bottom: 50.0 }),
/// };
/// let found = estimate(&[drawn(1, 5.0), drawn(2, 6.0), drawn(3, 6.0)]).expect("three sound rows");
/// assert_eq!(found.boxes.len(), 1);
/// assert_eq!(found.boxes[0].corners.left, 6.0);
/// assert_eq!((found.boxes[0].drawn, found.boxes[0].seen), (3, 3));
/// ```
///
/// # Errors
///
/// [`RowProblem::NotFinite`] for a coordinate that is no number, [`RowProblem::Inverted`] where right is not beyond left or
/// bottom not beyond top.
pub fn estimate(rows: &[BoxRow]) -> Result<Boxes, RowProblem> {
    let mut sound = Vec::with_capacity(rows.len());
    for (row, answer) in rows.iter().enumerate() {
        let corners = match answer.corners {
            Some(corners) => Some(
                corners.sound(|field, value| finite(row, field, value), |field| RowProblem::Inverted { row, field })?,
            ),
            None => None,
        };
        sound.push(BoxRow { corners, ..*answer });
    }
    // By content first, so that ties in the linking do not fall by the worker's number.
    sound.sort_by(|first, second| {
        (first.item.cmp(&second.item))
            .then_with(|| corners::order(first.corners.as_ref(), second.corners.as_ref()))
            .then(first.worker.cmp(&second.worker))
    });
    sound.dedup();
    let workers = Places::of(sound.iter().map(|row| row.worker));
    let mut cliques = Vec::new();
    for rows in sound.chunk_by(|first, second| first.item == second.item) {
        cliques.extend(cliques_of_item(rows, &workers));
    }
    let precision =
        corners::precisions(&cliques.iter().map(|clique| clique.drawn.as_slice()).collect::<Vec<_>>(), workers.len());
    let claims: Vec<Claim> = cliques.iter().map(|clique| Claim { group: 0, votes: clique.votes.clone() }).collect();
    let presence = fit(&claims, 1, workers.ids(), Pooling::Symmetric);
    let boxes = cliques.iter().zip(presence.probability).map(|(clique, existence)| {
        let (corners, uncertainty) = corners::weighted(&clique.drawn, &precision);
        let (drawn, seen) = (count(clique.drawn.len()), count(clique.votes.len()));
        BoxEstimate { item: clique.item, corners, uncertainty, existence, drawn, seen }
    });
    let mut boxes: Vec<BoxEstimate> = boxes.collect();
    boxes.sort_by(|first, second| {
        first.item.cmp(&second.item).then_with(|| corners::order(Some(&first.corners), Some(&second.corners)))
    });
    Ok(Boxes { boxes, workers: presence.rates })
}

/// Boxes of one object, by content, with the places of their workers, and the word of everybody who saw the item.
struct Clique {
    item: u32,
    drawn: Vec<(usize, Corners)>,
    votes: Vec<(usize, bool)>,
}

fn cliques_of_item(rows: &[BoxRow], workers: &Places) -> Vec<Clique> {
    let viewers = Places::of(rows.iter().map(|row| row.worker));
    let drawn: Vec<(usize, Corners)> =
        rows.iter().filter_map(|row| row.corners.map(|corners| (workers.of_id(row.worker), corners))).collect();
    let owners: Vec<usize> = drawn.iter().map(|(worker, _)| *worker).collect();
    let overlap = |first: usize, second: usize| match (drawn.get(first), drawn.get(second)) {
        (Some((_, first)), Some((_, second))) => first.overlap(second),
        _ => 0.0,
    };
    let item = rows.first().map_or(0, |row| row.item);
    let cliques = link(&owners, SAME_OBJECT, overlap).into_iter().map(|marks| {
        let drawn: Vec<(usize, Corners)> = marks.into_iter().filter_map(|mark| drawn.get(mark).copied()).collect();
        let by = |viewer: u32| drawn.iter().any(|(worker, _)| *worker == workers.of_id(viewer));
        let votes = viewers.ids().iter().map(|viewer| (workers.of_id(*viewer), by(*viewer))).collect();
        Clique { item, drawn, votes }
    });
    cliques.collect()
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn drawn(item: u32, worker: u32, left: f64, top: f64, size: f64) -> BoxRow {
        let corners = Corners { left, top, right: left + size, bottom: top + 2.0 * size };
        BoxRow { item, worker, corners: Some(corners) }
    }

    fn nothing(item: u32, worker: u32) -> BoxRow {
        BoxRow { item, worker, corners: None }
    }

    fn rows() -> impl Strategy<Value = Vec<BoxRow>> {
        let row = (0_u32..4, 0_u32..5, proptest::option::weighted(0.8, (0.0..60.0_f64, 0.0..60.0_f64, 5.0..30.0_f64)));
        let row = row.prop_map(|(item, worker, mark)| match mark {
            Some((left, top, size)) => drawn(item, worker, left, top, size),
            None => nothing(item, worker),
        });
        proptest::collection::vec(row, 0..24)
    }

    #[test]
    fn no_rows_give_no_boxes() {
        assert_eq!(estimate(&[]), Ok(Boxes { boxes: Vec::new(), workers: Vec::new() }));
        let empty = estimate(&[nothing(0, 0)]).expect("a sound row");
        assert!(empty.boxes.is_empty());
        assert_eq!(empty.workers.len(), 1);
    }

    #[test]
    fn one_answer_is_its_own_estimate() {
        let row = drawn(3, 9, 1.0, 2.0, 8.0);
        let found = estimate(&[row]).expect("a sound row");
        assert_eq!(Some(found.boxes[0].corners), row.corners);
        assert_eq!((found.boxes[0].item, found.boxes[0].drawn, found.boxes[0].seen), (3, 1, 1));
        assert!(found.boxes[0].uncertainty.iter().all(|error| *error > 0.0));
    }

    #[test]
    fn a_bad_row_is_named_with_its_field() {
        let inverted =
            BoxRow { corners: Some(Corners { left: 3.0, top: 0.0, right: 2.0, bottom: 1.0 }), ..nothing(0, 0) };
        let flat = BoxRow { corners: Some(Corners { left: 0.0, top: 1.0, right: 2.0, bottom: 1.0 }), ..nothing(0, 0) };
        let nan =
            BoxRow { corners: Some(Corners { left: 0.0, top: f64::NAN, right: 2.0, bottom: 1.0 }), ..nothing(0, 0) };
        assert_eq!(estimate(&[nothing(0, 0), inverted]), Err(RowProblem::Inverted { row: 1, field: "right" }));
        assert_eq!(estimate(&[flat]), Err(RowProblem::Inverted { row: 0, field: "bottom" }));
        assert_eq!(estimate(&[nan]), Err(RowProblem::NotFinite { row: 0, field: "top" }));
    }

    #[test]
    fn what_nobody_else_drew_is_less_likely_there() {
        let mut rows = Vec::new();
        for item in 0..20 {
            rows.extend((0..5).map(|worker| drawn(item, worker, 10.0 + f64::from(worker), 10.0, 20.0)));
        }
        rows.push(drawn(0, 2, 200.0, 10.0, 20.0));
        let found = estimate(&rows).expect("sound rows");
        let (lonely, shared): (Vec<&BoxEstimate>, Vec<&BoxEstimate>) =
            found.boxes.iter().partition(|estimate| estimate.drawn == 1);
        assert_eq!((lonely.len(), shared.len()), (1, 20));
        assert!(lonely[0].existence < 0.2 && shared.iter().all(|estimate| estimate.existence > 0.95));
        let kept = found.boxes.iter().filter(|estimate| estimate.existence >= found.cut()).count();
        assert_eq!(kept, 20);
    }

    #[test]
    fn the_cut_maximises_expected_f1_over_all_subsets() {
        let existence = [0.9, 0.15, 0.5, 0.62, 0.3];
        let all: f64 = existence.iter().sum();
        let expected = |subset: u32| {
            let kept: Vec<f64> = (0_usize..5).filter(|bit| subset >> bit & 1 == 1).map(|bit| existence[bit]).collect();
            2.0 * kept.iter().sum::<f64>() / (kept.len() as f64 + all)
        };
        let best = (0_u32..32).map(expected).fold(0.0, f64::max);
        let cut = best_cut(existence.to_vec());
        let reached = (0_usize..5).filter(|bit| existence[*bit] >= cut).fold(0, |set, bit| set | 1 << bit);
        assert!((expected(reached) - best).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn order_and_duplicates_change_no_bit(rows in rows(), seed in any::<u64>()) {
            let mut shuffled = rows.clone();
            shuffled.extend(rows.iter().take(3));
            shuffled.sort_by_key(|row| row.corners.map_or(0, |corners| corners.left.to_bits()).wrapping_mul(seed | 1));
            prop_assert_eq!(estimate(&rows), estimate(&shuffled));
        }

        #[test]
        fn numbers_of_workers_and_items_do_not_matter(rows in rows()) {
            let renamed: Vec<BoxRow> =
                rows.iter().map(|row| BoxRow { item: 90 - row.item, worker: 70 - row.worker, ..*row }).collect();
            let (before, after) = (estimate(&rows).expect("sound"), estimate(&renamed).expect("sound"));
            let mut after = after.boxes;
            after.sort_by_key(|estimate| 90 - estimate.item);
            prop_assert_eq!(before.boxes.len(), after.len());
            for (before, after) in before.boxes.iter().zip(&after) {
                prop_assert_eq!(before.item, 90 - after.item);
                prop_assert!((before.existence - after.existence).abs() < 1e-6);
                prop_assert!((before.corners.left - after.corners.left).abs() < 1e-6);
            }
        }

        #[test]
        fn estimates_stay_within_their_ranges(rows in rows()) {
            let found = estimate(&rows).expect("sound");
            for estimate in &found.boxes {
                prop_assert!((0.0..=1.0).contains(&estimate.existence));
                prop_assert!(estimate.drawn >= 1 && estimate.drawn <= estimate.seen);
                prop_assert!(estimate.uncertainty.iter().all(|error| *error >= 0.0 && error.is_finite()));
                prop_assert!(estimate.corners.left < estimate.corners.right && estimate.corners.top < estimate.corners.bottom);
            }
        }

        #[test]
        fn one_more_worker_who_draws_it_never_lowers_existence(viewers in 1_u32..7, drawers in 1_u32..7) {
            let rows = |drawers: u32| -> Vec<BoxRow> {
                let draws = (0..drawers).map(|worker| drawn(0, worker, 10.0, 10.0, 20.0));
                draws.chain((drawers..drawers + viewers).map(|worker| nothing(0, worker))).collect()
            };
            let existence = |drawers| estimate(&rows(drawers)).expect("sound").boxes[0].existence;
            prop_assert!(existence(drawers + 1) >= existence(drawers) - 1e-9);
        }
    }
}
