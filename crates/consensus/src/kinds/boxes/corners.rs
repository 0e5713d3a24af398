//! Corners of a box: overlap, order, weighted median, precision of the workers who drew them. Knows no item.
#![expect(clippy::indexing_slicing, reason = "precisions are kept by the places of the workers who drew")]

use std::cmp::Ordering;

use crate::kinds::rows::RowProblem;

/// An upright box, right and down being positive, in any one unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Corners {
    /// Least x.
    pub left: f64,
    /// Least y.
    pub top: f64,
    /// Greatest x, beyond left.
    pub right: f64,
    /// Greatest y, beyond top.
    pub bottom: f64,
}

/// Weight of the crowd's variance in a worker's own, in boxes.
const WORKER_WEIGHT: f64 = 4.0;
/// Variance, in squared sizes, below which no worker's is taken to be: a thousandth of the size, a click's own grain.
const FINEST: f64 = 1e-6;
/// Variance taken for the crowd while nobody has drawn what another drew: a tenth of the size.
const UNKNOWN: f64 = 1e-2;
/// Rounds between corners and precisions.
const ROUNDS: usize = 3;

impl Corners {
    /// Intersection over union, 0 to 1.
    pub fn overlap(&self, other: &Self) -> f64 {
        let wide = self.right.min(other.right) - self.left.max(other.left);
        let high = self.bottom.min(other.bottom) - self.top.max(other.top);
        if wide <= 0.0 || high <= 0.0 {
            return 0.0;
        }
        let shared = wide * high;
        shared / (self.area() + other.area() - shared)
    }

    fn area(&self) -> f64 {
        (self.right - self.left) * (self.bottom - self.top)
    }

    const fn sides(&self) -> [f64; 4] {
        [self.left, self.top, self.right, self.bottom]
    }

    const fn from_sides([left, top, right, bottom]: [f64; 4]) -> Self {
        Self { left, top, right, bottom }
    }

    pub(super) fn sound(
        self,
        finite: impl Fn(&'static str, f64) -> Result<f64, RowProblem>,
        inverted: impl Fn(&'static str) -> RowProblem,
    ) -> Result<Self, RowProblem> {
        let (left, top) = (finite("left", self.left)?, finite("top", self.top)?);
        let (right, bottom) = (finite("right", self.right)?, finite("bottom", self.bottom)?);
        if right <= left {
            return Err(inverted("right"));
        }
        if bottom <= top {
            return Err(inverted("bottom"));
        }
        Ok(Self { left, top, right, bottom })
    }
}

/// Total order by left, top, right, bottom; nothing drawn comes first.
pub(super) fn order(first: Option<&Corners>, second: Option<&Corners>) -> Ordering {
    match (first, second) {
        (Some(first), Some(second)) => {
            let pairs = first.sides().into_iter().zip(second.sides());
            pairs.fold(Ordering::Equal, |order, (first, second)| order.then(first.total_cmp(&second)))
        }
        _ => first.is_some().cmp(&second.is_some()),
    }
}

/// 1/σ² of each worker, σ in units of the object's size (the root of its area), from the distances of the worker's corners to
/// those of the cliques other workers drew too.
pub(super) fn precisions(cliques: &[&[(usize, Corners)]], workers: usize) -> Vec<f64> {
    let mut precision = vec![1.0 / UNKNOWN; workers];
    for _ in 0..ROUNDS {
        let mut own = vec![(0.0, 0.0); workers];
        for clique in cliques.iter().filter(|clique| clique.len() > 1) {
            for (place, (worker, corners)) in clique.iter().enumerate() {
                // Against the others only: whoever happens to be the median would else look faultless.
                let others: Vec<(usize, Corners)> =
                    clique.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, drawn)| *drawn).collect();
                let (centre, _) = weighted(&others, &precision);
                let gaps =
                    corners.sides().into_iter().zip(centre.sides()).map(|(side, centre)| (side - centre).powi(2));
                own[*worker].0 += gaps.sum::<f64>() / 4.0 / centre.area();
                own[*worker].1 += 1.0;
            }
        }
        let (sum, boxes) = own.iter().fold((0.0, 0.0), |(sum, boxes), (own, drawn)| (sum + own, boxes + drawn));
        let crowd = (sum + UNKNOWN) / (boxes + 1.0);
        for (precision, (sum, boxes)) in precision.iter_mut().zip(own) {
            *precision = 1.0 / ((sum + WORKER_WEIGHT * crowd) / (boxes + WORKER_WEIGHT)).max(FINEST);
        }
    }
    precision
}

/// Weighted median corners of a clique of at least one box and the standard error of each side.
///
/// The error is the greater of what the workers' precisions promise, size · (Σ 1/σ²)^−½, and what the clique shows, the
/// weighted root mean square distance over √(n−1); a median of Gaussians is √(π/2) wider than their mean.
pub(super) fn weighted(clique: &[(usize, Corners)], precision: &[f64]) -> (Corners, [f64; 4]) {
    let side =
        |axis: usize| clique.iter().map(move |(worker, corners)| (corners.sides()[axis], precision[*worker].sqrt()));
    let mut centre = [0, 1, 2, 3].map(|axis| smooth_median(side(axis).collect()));
    if centre[2] <= centre[0] || centre[3] <= centre[1] {
        // The smooth median may cross where weights and sides are at odds; the plain one cannot.
        centre = [0, 1, 2, 3].map(|axis| weighted_median(side(axis).collect()));
    }
    let corners = Corners::from_sides(centre);
    let total: f64 = side(0).map(|(_, weight)| weight).sum();
    let promised = (corners.area() / total).sqrt();
    let others = (clique.len() as f64 - 1.0).max(1.0);
    let uncertainty = [0, 1, 2, 3].map(|axis| {
        let square: f64 = side(axis).map(|(value, weight)| weight * (value - centre[axis]).powi(2)).sum();
        let shown = (square / total / others).sqrt();
        promised.max(shown) * (std::f64::consts::PI / 2.0).sqrt()
    });
    (corners, uncertainty)
}

/// Weighted median with straight lines between the middles of the weights: the plain median for equal weights, the weighted mean
/// for two values, and no jump from one value to the next as weights change. 0 for no values.
fn smooth_median(mut values: Vec<(f64, f64)>) -> f64 {
    values.sort_by(|first, second| first.0.total_cmp(&second.0).then(first.1.total_cmp(&second.1)));
    let half = values.iter().map(|(_, weight)| weight).sum::<f64>() / 2.0;
    let (mut below, mut last): (f64, Option<(f64, f64)>) = (0.0, None);
    for (value, weight) in values {
        let middle = below + weight / 2.0;
        if middle >= half {
            return match last {
                Some((low, at)) => low + (value - low) * ((half - at) / (middle - at)).clamp(0.0, 1.0),
                None => value,
            };
        }
        below += weight;
        last = Some((value, middle));
    }
    last.map_or(0.0, |(value, _)| value)
}

/// The value with half the weight on either side; midway between two where the halves meet. 0 for no values.
fn weighted_median(mut values: Vec<(f64, f64)>) -> f64 {
    values.sort_by(|first, second| first.0.total_cmp(&second.0).then(first.1.total_cmp(&second.1)));
    let half = values.iter().map(|(_, weight)| weight).sum::<f64>() / 2.0;
    let (mut below, mut lower) = (0.0, None);
    for (value, weight) in values {
        if let Some(lower) = lower {
            return f64::midpoint(lower, value);
        }
        below += weight;
        // Equal weights must meet exactly at one half whatever their sum rounds to.
        if (below - half).abs() <= half * 1e-12 {
            lower = Some(value);
        } else if below > half {
            return value;
        }
    }
    lower.unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn overlap_counts_unit_cells() {
        let first = Corners { left: 0.0, top: 0.0, right: 4.0, bottom: 3.0 };
        let second = Corners { left: 2.0, top: 1.0, right: 7.0, bottom: 5.0 };
        let within = |c: &Corners, x: f64, y: f64| c.left < x && x < c.right && c.top < y && y < c.bottom;
        let (mut both, mut either) = (0, 0);
        for (x, y) in (0..8).flat_map(|x| (0..8).map(move |y| (f64::from(x) + 0.5, f64::from(y) + 0.5))) {
            both += i32::from(within(&first, x, y) && within(&second, x, y));
            either += i32::from(within(&first, x, y) || within(&second, x, y));
        }
        assert!((first.overlap(&second) - f64::from(both) / f64::from(either)).abs() < 1e-12);
    }

    #[test]
    fn equal_weights_give_the_plain_median() {
        for median in [weighted_median, smooth_median] {
            let median = |values: &[f64]| median(values.iter().map(|value| (*value, 0.1)).collect());
            assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < 1e-12);
            assert!((median(&[4.0, 1.0, 2.0, 3.0, 9.0, 8.0]) - 3.5).abs() < 1e-12);
        }
    }

    #[test]
    fn two_values_meet_at_their_weighted_mean() {
        assert!((smooth_median(vec![(10.0, 1.0), (20.0, 3.0)]) - 17.5).abs() < 1e-12);
    }

    #[test]
    fn a_careless_worker_moves_the_corner_less() {
        let at = |left: f64| Corners { left, top: 0.0, right: left + 100.0, bottom: 100.0 };
        let mut cliques = Vec::new();
        for number in 0..30 {
            let swing = if number % 2 == 0 { 12.0 } else { -12.0 };
            cliques.push(vec![(0, at(50.0)), (1, at(51.0)), (2, at(50.5)), (3, at(50.0 + swing))]);
        }
        let precision = precisions(&cliques.iter().map(Vec::as_slice).collect::<Vec<_>>(), 4);
        assert!(precision[3] * 20.0 < precision[2]);
    }

    proptest! {
        #[test]
        fn a_smooth_median_lies_next_to_the_plain_one(
            values in proptest::collection::vec((-50.0..50.0_f64, 0.1..5.0_f64), 1..8),
        ) {
            let (plain, smooth) = (weighted_median(values.clone()), smooth_median(values.clone()));
            let between = values.iter().filter(|(value, _)| {
                (plain.min(smooth) + 1e-9..plain.max(smooth) - 1e-9).contains(value)
            });
            prop_assert!(between.count() <= 1);
        }

        #[test]
        fn a_weighted_median_minimises_the_weighted_distance(
            values in proptest::collection::vec((-50.0..50.0_f64, 0.1..5.0_f64), 1..8),
        ) {
            let cost = |at: f64| values.iter().map(|(value, weight)| weight * (value - at).abs()).sum::<f64>();
            let least = values.iter().map(|(value, _)| cost(*value)).fold(f64::INFINITY, f64::min);
            prop_assert!(cost(weighted_median(values.clone())) <= least + 1e-9);
        }
    }
}
