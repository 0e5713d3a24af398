//! Points clicked by several workers: which clicks mean one thing, where it is, whether it is there at all. Knows distances only;
//! things closer than the reach cannot be told apart unless one worker clicked both.
//!
//! Clicks are linked into cliques with at most one click per worker whose mean distance stays within the reach. The place is the
//! maximum-likelihood centre of worker Gaussians of variance σ\_j² plus a uniform outlier part over the reach's disc (Fraley & Raftery,
//! Model-based clustering, JASA 97, 2002, section 5.1: noise as a Poisson part). Existence is judged as in [`crate::kinds::boxes`].
#![expect(clippy::indexing_slicing, reason = "precisions are kept by the places of the workers who clicked")]

use crate::kinds::linking::link;
use crate::kinds::places::Places;
use crate::kinds::presence::{Claim, Pooling, WorkerRates, fit};
use crate::kinds::rows::{RowProblem, finite};

/// Share of clicks that belong to a clique by accident.
const OUTLIERS: f64 = 0.05;
/// Weight of the crowd's variance in a worker's own, in clicks.
const WORKER_WEIGHT: f64 = 4.0;
/// Least σ, in reaches.
const FINEST: f64 = 1e-3;
/// Rounds between centres and variances.
const ROUNDS: usize = 5;

/// The greatest mean distance at which clicks may mean one thing: positive, in the unit of the rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reach(f64);

impl Reach {
    /// `None` unless positive and finite.
    pub fn new(distance: f64) -> Option<Self> {
        (distance.is_finite() && distance > 0.0).then_some(Self(distance))
    }
}

/// A place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Down.
    pub y: f64,
}

impl Point {
    fn distance(self, other: Self) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }
}

/// One click of one worker, or the word of a worker who saw the item and clicked nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PointRow {
    /// The picture.
    pub item: u32,
    /// Who looked.
    pub worker: u32,
    /// The click; `None` says that the worker saw the item and clicked nothing.
    pub point: Option<Point>,
}

/// One thing as the workers together see it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PointEstimate {
    /// The picture.
    pub item: u32,
    /// Where it is.
    pub point: Point,
    /// Standard error along one axis, in the unit of the rows; positive.
    pub uncertainty: f64,
    /// P(it is there), 0 to 1.
    pub existence: f64,
    /// Workers who clicked it, at least 1.
    pub clicked: u32,
    /// Workers who saw the item, at least `clicked`.
    pub seen: u32,
}

/// All things of all items.
#[derive(Debug, Clone, PartialEq)]
pub struct Points {
    /// Every clique, likely or not, by item, then by place.
    pub points: Vec<PointEstimate>,
    /// Rates of every worker, by worker.
    pub workers: Vec<WorkerRates>,
}

impl Points {
    /// The least existence to keep for the greatest expected F1; see [`crate::kinds::boxes::Boxes::cut`].
    pub fn cut(&self) -> f64 {
        crate::kinds::boxes::best_cut(self.points.iter().map(|estimate| estimate.existence).collect())
    }
}

/// Links, places and judges all clicks.
///
/// # Errors
///
/// [`RowProblem::NotFinite`] for a coordinate that is no number.
pub fn estimate(rows: &[PointRow], reach: Reach) -> Result<Points, RowProblem> {
    let mut sound = Vec::with_capacity(rows.len());
    for (row, answer) in rows.iter().enumerate() {
        let point = match answer.point {
            Some(point) => Some(Point { x: finite(row, "x", point.x)?, y: finite(row, "y", point.y)? }),
            None => None,
        };
        sound.push(PointRow { point, ..*answer });
    }
    let key = |row: &PointRow| row.point.map_or((0, 0.0, 0.0), |point| (1, point.x, point.y));
    sound.sort_by(|first, second| {
        let (one, other) = (key(first), key(second));
        let content = one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)).then(one.2.total_cmp(&other.2));
        first.item.cmp(&second.item).then(content).then(first.worker.cmp(&second.worker))
    });
    sound.dedup();
    let workers = Places::of(sound.iter().map(|row| row.worker));
    let cliques: Vec<Clique> = sound
        .chunk_by(|first, second| first.item == second.item)
        .flat_map(|rows| cliques_of_item(rows, &workers, reach))
        .collect();
    let variances = variances(&cliques, workers.len(), reach);
    let claims: Vec<Claim> = cliques.iter().map(|clique| Claim { group: 0, votes: clique.votes.clone() }).collect();
    let presence = fit(&claims, 1, workers.ids(), Pooling::Symmetric);
    let estimates = cliques.iter().zip(presence.probability).map(|(clique, existence)| {
        let (point, precision) = centre(&clique.clicked, &variances, reach);
        PointEstimate {
            item: clique.item,
            point,
            uncertainty: precision.sqrt().recip(),
            existence,
            clicked: u32::try_from(clique.clicked.len()).unwrap_or(u32::MAX),
            seen: u32::try_from(clique.votes.len()).unwrap_or(u32::MAX),
        }
    });
    let mut points: Vec<PointEstimate> = estimates.collect();
    points.sort_by(|first, second| {
        let place = first.point.x.total_cmp(&second.point.x).then(first.point.y.total_cmp(&second.point.y));
        first.item.cmp(&second.item).then(place)
    });
    Ok(Points { points, workers: presence.rates })
}

/// Clicks on one thing, by content, and the word of everybody who saw the item.
struct Clique {
    item: u32,
    clicked: Vec<(usize, Point)>,
    votes: Vec<(usize, bool)>,
}

fn cliques_of_item(rows: &[PointRow], workers: &Places, reach: Reach) -> Vec<Clique> {
    let viewers = Places::of(rows.iter().map(|row| row.worker));
    let clicks: Vec<(usize, Point)> =
        rows.iter().filter_map(|row| row.point.map(|point| (workers.of_id(row.worker), point))).collect();
    let owners: Vec<usize> = clicks.iter().map(|(worker, _)| *worker).collect();
    let item = rows.first().map_or(0, |row| row.item);
    let linked = link(&owners, -reach.0, |first, second| -clicks[first].1.distance(clicks[second].1));
    let cliques = linked.into_iter().map(|marks| {
        let clicked: Vec<(usize, Point)> = marks.into_iter().map(|mark| clicks[mark]).collect();
        let by = |viewer: usize| clicked.iter().any(|(worker, _)| *worker == viewer);
        let votes =
            viewers.ids().iter().map(|viewer| workers.of_id(*viewer)).map(|viewer| (viewer, by(viewer))).collect();
        Clique { item, clicked, votes }
    });
    cliques.collect()
}

/// Centre of at least one click and its precision 1/σ² along one axis.
fn centre(clicked: &[(usize, Point)], variances: &[f64], reach: Reach) -> (Point, f64) {
    let middle = |axis: fn(&Point) -> f64| {
        let mut values: Vec<f64> = clicked.iter().map(|(_, point)| axis(point)).collect();
        values.sort_by(f64::total_cmp);
        f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2])
    };
    let mut place = Point { x: middle(|point| point.x), y: middle(|point| point.y) };
    let mut precision = 0.0_f64;
    let outlier = OUTLIERS / (std::f64::consts::PI * reach.0 * reach.0);
    for _ in 0..ROUNDS {
        let mut sums = [0.0_f64; 3];
        for (worker, point) in clicked {
            let variance = variances[*worker];
            let density = (1.0 - OUTLIERS) / (std::f64::consts::TAU * variance)
                * (-point.distance(place).powi(2) / (2.0 * variance)).exp();
            let weight = density / (density + outlier) / variance;
            for (sum, part) in sums.iter_mut().zip([weight * point.x, weight * point.y, weight]) {
                *sum += part;
            }
        }
        // Every click an outlier: the middle stands, as doubtful as the reach is wide.
        if sums[2] <= reach.0.powi(-2) {
            return (place, precision.max(reach.0.powi(-2)));
        }
        place = Point { x: sums[0] / sums[2], y: sums[1] / sums[2] };
        precision = sums[2];
    }
    (place, precision)
}

/// σ² of each worker along one axis, from the distances to the centre of the others' clicks.
fn variances(cliques: &[Clique], workers: usize, reach: Reach) -> Vec<f64> {
    // A quarter of the reach: two clicks within the reach then lie within three standard deviations of their difference.
    let start = (reach.0 / 4.0).powi(2);
    let mut variances = vec![start; workers];
    for _ in 0..ROUNDS {
        let mut own = vec![(0.0, 0.0); workers];
        for clique in cliques.iter().filter(|clique| clique.clicked.len() > 2) {
            for (place, (worker, point)) in clique.clicked.iter().enumerate() {
                let others: Vec<(usize, Point)> = clique
                    .clicked
                    .iter()
                    .enumerate()
                    .filter(|(other, _)| *other != place)
                    .map(|(_, click)| *click)
                    .collect();
                let (middle, _) = centre(&others, &variances, reach);
                own[*worker].0 += point.distance(middle).powi(2) / 2.0;
                own[*worker].1 += 1.0;
            }
        }
        let all = own.iter().fold((start, 1.0), |all, own| (all.0 + own.0, all.1 + own.1));
        let crowd = all.0 / all.1;
        for (variance, (sum, clicks)) in variances.iter_mut().zip(own) {
            *variance = ((sum + WORKER_WEIGHT * crowd) / (clicks + WORKER_WEIGHT)).max((FINEST * reach.0).powi(2));
        }
    }
    variances
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reach() -> Reach {
        Reach::new(10.0).expect("positive")
    }

    fn click(item: u32, worker: u32, x: f64, y: f64) -> PointRow {
        PointRow { item, worker, point: Some(Point { x, y }) }
    }

    fn rows() -> impl Strategy<Value = Vec<PointRow>> {
        let row = (0_u32..4, 0_u32..5, proptest::option::weighted(0.8, (0.0..40.0_f64, 0.0..40.0_f64)));
        let row =
            row.prop_map(|(item, worker, point)| PointRow { item, worker, point: point.map(|(x, y)| Point { x, y }) });
        proptest::collection::vec(row, 0..20)
    }

    #[test]
    fn a_reach_is_a_distance() {
        assert!([0.0, -1.0, f64::NAN, f64::INFINITY].iter().all(|distance| Reach::new(*distance).is_none()));
    }

    #[test]
    fn nothing_gives_nothing_and_one_click_itself() {
        assert_eq!(estimate(&[], reach()), Ok(Points { points: Vec::new(), workers: Vec::new() }));
        let one = estimate(&[click(1, 2, 3.0, 4.0)], reach()).expect("sound").points[0];
        assert!(one.point.distance(Point { x: 3.0, y: 4.0 }) < 1e-12 && one.uncertainty > 0.0);
        assert_eq!((one.clicked, one.seen), (1, 1));
    }

    #[test]
    fn a_bad_coordinate_is_named() {
        assert_eq!(estimate(&[click(0, 0, 1.0, f64::NAN)], reach()), Err(RowProblem::NotFinite { row: 0, field: "y" }));
    }

    #[test]
    fn equal_workers_without_outliers_give_the_mean() {
        let clicks = [(0, Point { x: 1.0, y: 0.0 }), (1, Point { x: 2.0, y: 0.5 }), (2, Point { x: 1.5, y: 1.0 })];
        let (place, precision) = centre(&clicks, &[6.25; 3], reach());
        // The mean of the three; the outlier part takes a few hundredths off each weight.
        assert!(place.distance(Point { x: 1.5, y: 0.5 }) < 0.01);
        assert!((precision - 3.0 / 6.25).abs() < 0.1 * precision);
    }

    #[test]
    fn a_far_click_in_a_clique_hardly_moves_it() {
        let clicks = [
            (0, Point { x: 0.0, y: 0.0 }),
            (1, Point { x: 0.5, y: 0.0 }),
            (2, Point { x: 0.0, y: 0.5 }),
            (3, Point { x: 12.0, y: 0.0 }),
        ];
        let (place, _) = centre(&clicks, &[1.0; 4], reach());
        assert!(place.x < 0.3);
    }

    proptest! {
        #[test]
        fn order_and_duplicates_change_no_bit(rows in rows(), turn in 0_usize..20) {
            let mut shuffled = rows.clone();
            shuffled.extend(rows.iter().take(3));
            shuffled.reverse();
            let turn = turn % shuffled.len().max(1);
            shuffled.rotate_left(turn);
            prop_assert_eq!(estimate(&rows, reach()), estimate(&shuffled, reach()));
        }

        #[test]
        fn numbers_do_not_matter_and_ranges_hold(rows in rows()) {
            let renamed: Vec<PointRow> = rows.iter().map(|row| PointRow { item: row.item, worker: 9 - row.worker, ..*row }).collect();
            let (before, after) = (estimate(&rows, reach()).expect("sound"), estimate(&renamed, reach()).expect("sound"));
            for (before, after) in before.points.iter().zip(&after.points) {
                prop_assert!((before.existence - after.existence).abs() < 1e-6);
                prop_assert!(before.point.distance(after.point) < 1e-6);
                prop_assert!((0.0..=1.0).contains(&before.existence) && before.uncertainty > 0.0);
                prop_assert!(before.clicked >= 1 && before.clicked <= before.seen);
            }
        }

        #[test]
        fn one_more_worker_who_clicks_never_lowers_existence(viewers in 1_u32..7, clickers in 1_u32..7) {
            let existence = |clickers: u32| {
                let clicks = (0..clickers).map(|worker| click(0, worker, 5.0, 5.0));
                let none = (clickers..clickers + viewers).map(|worker| PointRow { point: None, ..click(0, worker, 0.0, 0.0) });
                estimate(&clicks.chain(none).collect::<Vec<_>>(), reach()).expect("sound").points[0].existence
            };
            prop_assert!(existence(clickers + 1) >= existence(clickers) - 1e-9);
        }
    }
}
