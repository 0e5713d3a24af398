//! The field of cells behind the masks: care on contested cells, answers of neighbours, weights learnt by logistic regression.
//! Knows places of workers and lines of cells.
#![expect(clippy::indexing_slicing, reason = "all grids of one item have one shape, checked when the rows are read")]

/// Contested right and wrong cells by which the crowd starts: two to one, a little better than chance.
const CROWD: [f64; 2] = [2.0, 1.0];
/// Accuracies are held this far from certainty, so that no worker decides alone.
const MARGIN: f64 = 0.02;
/// Weights without anything to learn them from: a cell counts by its own answers.
const START: Weights = Weights { bias: 0.0, own: 1.0, neighbour: 0.0 };
/// Precision of the prior of the weights about their start.
const RIDGE: f64 = 1.0;
/// Least own weight.
const LEAST: f64 = 0.05;
/// Newton steps.
const STEPS: usize = 20;

/// One worker's cells.
pub(super) struct Answer<'a> {
    pub(super) worker: usize,
    pub(super) cells: &'a [bool],
}

/// All answers on one item, and its truth where known.
pub(super) struct Grid<'a> {
    pub(super) item: u32,
    pub(super) width: u32,
    pub(super) answers: Vec<Answer<'a>>,
    pub(super) truth: Option<&'a [bool]>,
}

impl Grid<'_> {
    fn cells(&self) -> usize {
        self.answers.first().map_or(0, |answer| answer.cells.len())
    }

    fn contested(&self, cell: usize) -> bool {
        self.answers.windows(2).any(|pair| pair[0].cells[cell] != pair[1].cells[cell])
    }

    /// Mean of a field over the up to four neighbours of each cell.
    fn neighbours(&self, field: &[f64]) -> Vec<f64> {
        let width = self.width as usize;
        let mean = |cell: usize| {
            let column = cell % width;
            let around = [
                (column > 0).then(|| cell - 1),
                (column + 1 < width).then_some(cell + 1),
                cell.checked_sub(width),
                (cell + width < field.len()).then_some(cell + width),
            ];
            let (sum, count) =
                around.into_iter().flatten().fold((0.0, 0.0), |(sum, count), cell| (sum + field[cell], count + 1.0));
            if count > 0.0 { sum / count } else { 0.0 }
        };
        (0..field.len()).map(mean).collect()
    }
}

/// What the logit of a cell is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Weights {
    pub(super) bias: f64,
    pub(super) own: f64,
    pub(super) neighbour: f64,
}

/// Share of contested cells each worker marks as the truth where known, else as the crowd (the worker included, for a cell is
/// contested by selection and against the others alone everybody would look worse than chance).
pub(super) fn accuracies(grids: &[Grid<'_>], workers: usize) -> Vec<f64> {
    let mut counts = vec![(0.0_f64, 0.0_f64); workers];
    let (mut pooled, mut answers) = ((CROWD[0], CROWD[0] + CROWD[1]), 1.0);
    for grid in grids {
        answers += grid.answers.len() as f64;
        for cell in (0..grid.cells()).filter(|cell| grid.contested(*cell)) {
            let marks = grid.answers.iter().filter(|answer| answer.cells[cell]).count() as f64;
            let share = marks / grid.answers.len() as f64;
            let truth = grid.truth.map_or(share, |truth| f64::from(u8::from(truth[cell])));
            for answer in &grid.answers {
                let right = if answer.cells[cell] { truth } else { 1.0 - truth };
                let count = &mut counts[answer.worker];
                *count = (count.0 + right, count.1 + 1.0);
                pooled = (pooled.0 + right, pooled.1 + 1.0);
            }
        }
    }
    let worth = pooled.1 / answers;
    let mean = pooled.0 / pooled.1;
    // Worse than chance: set aside, not turned round.
    let own = |(right, cells): (f64, f64)| ((right + worth * mean) / (cells + worth)).clamp(0.5, 1.0 - MARGIN);
    counts.into_iter().map(own).collect()
}

/// Nats of an answer.
fn nats(accuracy: f64, mark: bool) -> f64 {
    let nats = (accuracy / (1.0 - accuracy)).ln();
    if mark { nats } else { -nats }
}

/// Σ v of every cell.
fn field(grid: &Grid<'_>, accuracies: &[f64]) -> Vec<f64> {
    let sum = |cell: usize| grid.answers.iter().map(|answer| nats(accuracies[answer.worker], answer.cells[cell])).sum();
    (0..grid.cells()).map(sum).collect()
}

/// P(marked) of every cell.
pub(super) fn consensus(grid: &Grid<'_>, accuracies: &[f64], weights: Weights) -> Vec<f64> {
    let own = field(grid, accuracies);
    let around = grid.neighbours(&own);
    let logit = |(own, around): (&f64, &f64)| weights.bias + weights.own * own + weights.neighbour * around;
    own.iter().zip(&around).map(logit).map(sigmoid).collect()
}

/// Weights from gold, else from held-out answers; only contested cells are asked, for the others are foretold by anything.
///
/// Without gold the neighbours' weight is held at most to the own: what is said of a cell tells at least as much of it as what
/// is said beside it. Held-out answers alone would have it otherwise, for two workers share the habit of a smooth line.
pub(super) fn learn(grids: &[Grid<'_>], accuracies: &[f64]) -> Weights {
    let mut cases = Cases::default();
    let gold = grids.iter().any(|grid| grid.truth.is_some() && !grid.answers.is_empty());
    for grid in grids {
        let own = field(grid, accuracies);
        let contested: Vec<usize> = (0..grid.cells()).filter(|cell| grid.contested(*cell)).collect();
        if let Some(truth) = grid.truth {
            let around = grid.neighbours(&own);
            for cell in contested {
                cases.push([1.0, own[cell], around[cell]], truth[cell]);
            }
        } else if !gold {
            for answer in &grid.answers {
                let rest: Vec<f64> = own
                    .iter()
                    .zip(answer.cells)
                    .map(|(own, mark)| own - nats(accuracies[answer.worker], *mark))
                    .collect();
                let around = grid.neighbours(&rest);
                for cell in &contested {
                    cases.push([0.0, rest[*cell], around[*cell]], answer.cells[*cell]);
                }
            }
        }
    }
    let weights = cases.fit();
    if gold || weights.neighbour <= weights.own {
        return weights;
    }
    for ([_, own, around], _) in &mut cases.0 {
        (*own, *around) = (*own + *around, 0.0);
    }
    let Weights { own, .. } = cases.fit();
    Weights { bias: 0.0, own, neighbour: own }
}

/// Cases of a logistic regression.
#[derive(Default)]
struct Cases(Vec<([f64; 3], bool)>);

impl Cases {
    fn push(&mut self, features: [f64; 3], marked: bool) {
        self.0.push((features, marked));
    }

    /// Log posterior, up to a constant.
    fn height(&self, weights: [f64; 3]) -> f64 {
        let start = [START.bias, START.own, START.neighbour];
        let away: f64 = weights.iter().zip(start).map(|(weight, start)| (weight - start).powi(2)).sum();
        let likelihood = self.0.iter().map(|(features, marked)| {
            let logit: f64 = features.iter().zip(weights).map(|(feature, weight)| feature * weight).sum();
            let against = if *marked { -logit } else { logit };
            // ln(1 + e^x) without overflow.
            -(against.max(0.0) + (-against.abs()).exp().ln_1p())
        });
        likelihood.sum::<f64>() - RIDGE / 2.0 * away
    }

    /// Maximum a posteriori by Newton's method, the own weight and the neighbours' held positive, so that an answer never
    /// counts against itself.
    fn fit(&self) -> Weights {
        let start = [START.bias, START.own, START.neighbour];
        // From nothing known: there the curvature is greatest, so that steps fall short rather than overshoot.
        let mut weights = [0.0; 3];
        let mut height = self.height(weights);
        for _ in 0..STEPS {
            let mut slope = [0.0; 3];
            let mut curve = [[RIDGE, 0.0, 0.0], [0.0, RIDGE, 0.0], [0.0, 0.0, RIDGE]];
            for (slope, (weight, start)) in slope.iter_mut().zip(weights.iter().zip(start)) {
                *slope = RIDGE * (start - weight);
            }
            for (features, marked) in &self.0 {
                let expected = sigmoid(features.iter().zip(weights).map(|(feature, weight)| feature * weight).sum());
                for (row, feature) in features.iter().enumerate() {
                    slope[row] += feature * (f64::from(u8::from(*marked)) - expected);
                    for (column, other) in features.iter().enumerate() {
                        curve[row][column] += expected * (1.0 - expected) * feature * other;
                    }
                }
            }
            let step = solve(curve, slope);
            let mut share = 1.0;
            loop {
                let next = [0, 1, 2].map(|axis| weights[axis] + share * step[axis]);
                let reached = self.height(next);
                if reached >= height {
                    (weights, height) = (next, reached);
                    break;
                }
                share /= 2.0;
                if share < 1e-3 {
                    break;
                }
            }
        }
        Weights { bias: weights[0], own: weights[1].max(LEAST), neighbour: weights[2].max(0.0) }
    }
}

/// Cramer's rule.
fn solve(matrix: [[f64; 3]; 3], right: [f64; 3]) -> [f64; 3] {
    let determinant = |[a, b, c]: [[f64; 3]; 3]| {
        a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0])
    };
    let whole = determinant(matrix);
    [0, 1, 2].map(|column| {
        let mut replaced = matrix;
        for (row, right) in replaced.iter_mut().zip(right) {
            row[column] = right;
        }
        determinant(replaced) / whole
    })
}

fn sigmoid(nats: f64) -> f64 {
    1.0 / (1.0 + (-nats).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_solution_solves() {
        let matrix = [[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]];
        let solution = solve(matrix, [1.0, -2.0, 0.3]);
        for (row, right) in matrix.iter().zip([1.0, -2.0, 0.3]) {
            let left: f64 = row.iter().zip(solution).map(|(a, x)| a * x).sum();
            assert!((left - right).abs() < 1e-12);
        }
    }

    #[test]
    fn weights_reach_the_top_of_their_posterior() {
        let mut cases = Cases::default();
        for number in 0..60_u32 {
            let own = f64::from(number % 7) - 3.0;
            let around = f64::from(number % 5) - 2.0;
            cases.push([1.0, own, around], own + 0.5 * around + f64::from(number % 3) - 1.2 > 0.0);
        }
        let height = |weights: [f64; 3]| {
            let likelihood: f64 = cases
                .0
                .iter()
                .map(|(features, marked)| {
                    let logit: f64 = features.iter().zip(weights).map(|(feature, weight)| feature * weight).sum();
                    -(if *marked { -logit } else { logit }).exp().ln_1p()
                })
                .sum();
            likelihood - RIDGE / 2.0 * (weights[0].powi(2) + (weights[1] - 1.0).powi(2) + weights[2].powi(2))
        };
        let Weights { bias, own, neighbour } = cases.fit();
        let top = height([bias, own, neighbour]);
        for step in [-0.01, 0.01] {
            assert!(height([bias + step, own, neighbour]) < top);
            assert!(height([bias, own + step, neighbour]) < top);
            assert!(height([bias, own, neighbour + step]) < top);
        }
    }

    #[test]
    fn weights_far_from_their_prior_are_reached() {
        // Two features that tell next to nothing, however loudly they speak: a full step from the prior would swing for ever.
        let mut cases = Cases::default();
        for number in 0..4_000_u32 {
            let own = if number % 2 == 0 { 5.0 } else { -5.0 };
            cases.push([0.0, own, 0.0], ((number / 2) % 100 < 60) == (own > 0.0));
        }
        // Closed form: σ(5 w) = 0.6.
        assert!((cases.fit().own - 1.5_f64.ln() / 5.0).abs() < 1e-3);
    }

    #[test]
    fn a_corner_has_two_neighbours() {
        let cells = [true; 6];
        let grid = Grid { item: 0, width: 3, answers: vec![Answer { worker: 0, cells: &cells }], truth: None };
        let around = grid.neighbours(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(around, [3.0, 3.0, 4.0, 3.0, 4.0, 4.0]);
    }
}
