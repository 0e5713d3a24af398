//! Ratings on a bounded scale: each item's value from workers who lie high or low, stretch or squeeze the scale, and differ in
//! care. Knows numbers between two ends, not what they measure; steps between named grades are taken as equal.
//!
//! Model, on the scale mapped to 0..1: y\_ij = x\_i + o\_j + (g\_j − 1)(x\_i − c) + e, e ~ N(0, v\_j d\_i), c the mean of the items' mean answers.
//! Items x\_i ~ N(μ, τ²), offsets o\_j ~ N(0, β²), gains g\_j ~ N(1, γ²); the worker's variance v\_j and the item's difficulty d\_i are
//! shrunk towards the crowd's with the weight of five answers. μ, τ², β², γ² are fitted (empirical Bayes); offsets weighted by
//! answers sum to zero, so the crowd as a whole is held to be unbiased.
//!
//! Sources: worker offset and variance, Baba & Kashima (Statistical quality estimation, KDD 2013, section 3) and Raykar et al.
//! (Learning from Crowds, JMLR 11, 2010, section 4); ECM steps as in Gelman et al., Bayesian Data Analysis, chapter 15. A plain mean
//! where answers are too few to tell a worker from an item.

mod fit;

use crate::kinds::places::Places;
use crate::kinds::rows::{RowProblem, finite};
use fit::{Answer, Fit, fit};

/// The two ends of a rating scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    /// `None` unless both ends are finite and `low` lies below `high`.
    pub fn new(low: f64, high: f64) -> Option<Self> {
        (low.is_finite() && high.is_finite() && low < high && (high - low).is_finite()).then_some(Self { low, high })
    }

    fn width(self) -> f64 {
        self.high - self.low
    }
}

/// One rating of one worker. Differing ratings of one worker on one item count as one: their mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatingRow {
    /// What is rated.
    pub item: u32,
    /// Who rates.
    pub worker: u32,
    /// The rating, within the scale.
    pub value: f64,
}

/// What the ratings of one item come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatingEstimate {
    /// What is rated.
    pub item: u32,
    /// Posterior mean held within the scale.
    pub value: f64,
    /// Plain mean of the answers.
    pub mean: f64,
    /// Posterior standard deviation in units of the scale; half the scale's width where nothing tells it.
    pub deviation: f64,
    /// Lower end of the central 95 % interval, within the scale.
    pub lower: f64,
    /// Upper end of the central 95 % interval, within the scale.
    pub upper: f64,
    /// Workers who rated the item, at least 1.
    pub answers: u32,
}

/// How one worker uses the scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rater {
    /// Who rates.
    pub worker: u32,
    /// How far the worker lies above the crowd in the middle of the items, in units of the scale.
    pub offset: f64,
    /// Spread of the worker's ratings against the spread of the items, positive; 1 is as the items.
    pub gain: f64,
    /// Standard deviation of the worker's error on an item of ordinary difficulty, in units of the scale.
    pub deviation: f64,
}

/// All items and all raters.
#[derive(Debug, Clone, PartialEq)]
pub struct Ratings {
    /// By item.
    pub items: Vec<RatingEstimate>,
    /// By worker; empty where answers were too few to tell a worker from an item.
    pub raters: Vec<Rater>,
}

/// 97.5 % point of the standard normal distribution.
const CENTRAL_95: f64 = 1.959_963_984_540_054;

/// Estimates every item's value.
///
/// ```
/// use corvee_consensus::kinds::rating::{RatingRow, Scale, estimate};
///
/// let scale = Scale::new(1.0, 5.0).expect("one to five");
/// let row = |worker, value| RatingRow { item: 7, worker, value };
/// let found = estimate(&[row(1, 3.0), row(2, 4.0)], scale).expect("sound rows");
/// assert!((found.items[0].value - 3.5).abs() < 1e-9);
/// ```
///
/// # Errors
///
/// [`RowProblem::NotFinite`] and [`RowProblem::OutOfRange`] for a value that is no number or beyond the scale.
pub fn estimate(rows: &[RatingRow], scale: Scale) -> Result<Ratings, RowProblem> {
    let mut sound = Vec::with_capacity(rows.len());
    for (row, answer) in rows.iter().enumerate() {
        let value = finite(row, "value", answer.value)?;
        if value < scale.low || value > scale.high {
            return Err(RowProblem::OutOfRange { row, field: "value" });
        }
        sound.push(RatingRow { value, ..*answer });
    }
    sound.sort_by(|first, second| {
        (first.item, first.worker).cmp(&(second.item, second.worker)).then(first.value.total_cmp(&second.value))
    });
    sound.dedup();
    let items = Places::of(sound.iter().map(|row| row.item));
    let workers = Places::of(sound.iter().map(|row| row.worker));
    let answers: Vec<Answer> = sound
        .chunk_by(|first, second| (first.item, first.worker) == (second.item, second.worker))
        .filter_map(|same| {
            let first = same.first()?;
            let mean = same.iter().map(|row| (row.value - scale.low) / scale.width()).sum::<f64>() / same.len() as f64;
            Some(Answer { item: items.of_id(first.item), worker: workers.of_id(first.worker), value: mean })
        })
        .collect();
    let Fit { values, raters } = fit(&answers, items.len(), workers.len());
    let estimates = items.ids().iter().zip(&values).map(|(item, value)| {
        let at = |share: f64| scale.low + share.clamp(0.0, 1.0) * scale.width();
        let half = CENTRAL_95 * value.deviation;
        RatingEstimate {
            item: *item,
            value: at(value.fitted),
            mean: at(value.mean),
            deviation: value.deviation * scale.width(),
            lower: at(value.fitted - half),
            upper: at(value.fitted + half),
            answers: value.answers,
        }
    });
    let raters = workers.ids().iter().zip(&raters).map(|(worker, rater)| Rater {
        worker: *worker,
        offset: rater.offset * scale.width(),
        gain: rater.gain,
        deviation: rater.variance.sqrt() * scale.width(),
    });
    Ok(Ratings { items: estimates.collect(), raters: raters.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn percent() -> Scale {
        Scale::new(0.0, 100.0).expect("a scale")
    }

    fn row(item: u32, worker: u32, value: f64) -> RatingRow {
        RatingRow { item, worker, value }
    }

    fn rows() -> impl Strategy<Value = Vec<RatingRow>> {
        proptest::collection::vec((0_u32..8, 0_u32..6, 0.0..100.0_f64).prop_map(|(i, w, v)| row(i, w, v)), 0..40)
    }

    #[test]
    fn a_scale_has_two_ends_in_order() {
        assert!(Scale::new(1.0, 1.0).is_none() && Scale::new(f64::NAN, 1.0).is_none());
        assert!(Scale::new(f64::MIN, f64::MAX).is_none());
    }

    #[test]
    fn a_bad_value_is_named() {
        assert_eq!(
            estimate(&[row(0, 0, 3.0), row(0, 1, f64::NAN)], percent()),
            Err(RowProblem::NotFinite { row: 1, field: "value" })
        );
        assert_eq!(estimate(&[row(0, 0, 101.0)], percent()), Err(RowProblem::OutOfRange { row: 0, field: "value" }));
    }

    #[test]
    fn nothing_gives_nothing_and_one_answer_itself() {
        assert_eq!(estimate(&[], percent()), Ok(Ratings { items: Vec::new(), raters: Vec::new() }));
        let one = estimate(&[row(4, 2, 30.0)], percent()).expect("sound");
        assert!((one.items[0].value - 30.0).abs() < 1e-9);
        assert!((one.items[0].deviation - 50.0).abs() < 1e-9);
        assert_eq!(one.items[0].answers, 1);
    }

    #[test]
    fn offset_and_gain_of_noiseless_raters_are_found() {
        // Three raters of one hidden line; the offsets cancel over the crowd.
        let mut rows = Vec::new();
        for item in 0..40 {
            let truth = 30.0 + f64::from(item);
            rows.push(row(item, 0, truth + 10.0));
            rows.push(row(item, 1, truth - 10.0));
            rows.push(row(item, 2, truth + if item % 2 == 0 { 0.5 } else { -0.5 }));
        }
        let found = estimate(&rows, percent()).expect("sound");
        assert!((found.raters[0].offset - 10.0).abs() < 0.5 && (found.raters[1].offset + 10.0).abs() < 0.5);
        for estimate in &found.items {
            assert!((estimate.value - 30.0 - f64::from(estimate.item)).abs() < 1.0);
        }
    }

    #[test]
    fn a_careless_rater_weighs_less() {
        let mut rows = Vec::new();
        for item in 0..60_u32 {
            let truth = f64::from(item * 37 % 100);
            rows.extend(
                (0..4)
                    .map(|worker| row(item, worker, (truth + f64::from((item + worker) % 5) - 2.0).clamp(0.0, 100.0))),
            );
            rows.push(row(item, 4, f64::from(item * 71 % 100)));
        }
        let found = estimate(&rows, percent()).expect("sound");
        let error = |value: fn(&RatingEstimate) -> f64| {
            found.items.iter().map(|found| (value(found) - f64::from(found.item * 37 % 100)).abs()).sum::<f64>() / 60.0
        };
        assert!(error(|found| found.value) < 0.4 * error(|found| found.mean));
        assert!(found.raters[4].deviation > 3.0 * found.raters[0].deviation);
    }

    #[test]
    fn the_interval_covers_as_often_as_it_says() {
        // A fixed quadratic residue walk stands for chance: 200 items, 8 raters, triangular errors.
        let mut state = 12_345_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as f64 / (1_u64 << 31) as f64
        };
        let mut rows = Vec::new();
        let mut truths = Vec::new();
        for item in 0..200 {
            let truth = 25.0 + 50.0 * next();
            truths.push(truth);
            rows.extend((0..8).map(|worker| row(item, worker, truth + 20.0 * (next() + next() - 1.0))));
        }
        let found = estimate(&rows, percent()).expect("sound");
        let inside =
            found.items.iter().zip(&truths).filter(|(found, truth)| (found.lower..=found.upper).contains(*truth));
        let covered = inside.count();
        assert!((180..=199).contains(&covered), "{covered} of 200");
    }

    proptest! {
        #[test]
        fn order_and_duplicates_change_no_bit(rows in rows(), turn in 0_usize..40) {
            let mut shuffled = rows.clone();
            shuffled.extend(rows.iter().take(4));
            shuffled.reverse();
            let turn = turn % shuffled.len().max(1);
            shuffled.rotate_left(turn);
            prop_assert_eq!(estimate(&rows, percent()), estimate(&shuffled, percent()));
        }

        #[test]
        fn estimates_stay_within_the_scale(rows in rows()) {
            for found in estimate(&rows, percent()).expect("sound").items {
                prop_assert!((0.0..=100.0).contains(&found.value));
                prop_assert!(found.lower <= found.value && found.value <= found.upper);
                prop_assert!(found.deviation.is_finite() && found.deviation >= 0.0);
            }
        }

        #[test]
        fn a_stretched_scale_stretches_the_estimates(rows in rows()) {
            let wide = Scale::new(-50.0, 150.0).expect("a scale");
            let stretched: Vec<RatingRow> = rows.iter().map(|r| row(r.item, r.worker, 2.0 * r.value - 50.0)).collect();
            let (narrow, wide) = (estimate(&rows, percent()).expect("sound"), estimate(&stretched, wide).expect("sound"));
            for (narrow, wide) in narrow.items.iter().zip(&wide.items) {
                prop_assert!((2.0 * narrow.value - 50.0 - wide.value).abs() < 1e-3);
            }
        }

        #[test]
        fn one_more_agreeing_answer_never_widens_the_interval(value in 0.0..100.0_f64, answers in 1_u32..8) {
            let width = |answers: u32| {
                let rows: Vec<RatingRow> = (0..answers).map(|worker| row(0, worker, value)).collect();
                estimate(&rows, percent()).expect("sound").items[0].deviation
            };
            prop_assert!(width(answers + 1) <= width(answers) + 1e-12);
        }
    }
}
