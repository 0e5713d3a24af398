//! Comparisons of two items, "this one rather than that one": a strength of every item and how far each worker's word carries.
//! Knows only who won; a draw is no answer.
//!
//! Bradley & Terry (Biometrika 39, 1952): P(i beats j) = σ(s\_i − s\_j). A worker says so with probability η, the opposite otherwise (Chen,
//! Bennett, Collins-Thompson and Horvitz, Pairwise ranking aggregation in a crowdsourced setting, WSDM 2013, Crowd-BT, equation 4):
//! η is shrunk to the crowd's and held at one half or more. Strengths have the prior N(0, 1), so that items never compared or
//! never beaten stay finite. Maximum a posteriori by expectation–maximisation, each strength by Newton steps; the
//! posterior is concave in the strengths for given weights (Hunter, Annals of Statistics 32, 2004).
#![expect(clippy::indexing_slicing, reason = "items and workers are places counted from the same rows")]

use crate::kinds::places::Places;
use crate::kinds::rows::RowProblem;

/// Right and wrong words by which the crowd starts: nine to one.
const CROWD: [f64; 2] = [9.0, 1.0];
/// Words by which the crowd's reliability enters a worker's own.
const WORKER_WEIGHT: f64 = 4.0;
/// Rounds after which the last state is taken.
const MAX_ROUNDS: usize = 500;
/// Largest change of a strength at which the rounds end.
const TOLERANCE: f64 = 1e-10;

/// One word of one worker. Rows that agree in everything count once; opposite words of one worker both count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CompareRow {
    /// Who compares.
    pub worker: u32,
    /// The item preferred.
    pub winner: u32,
    /// The other item.
    pub loser: u32,
}

/// How strong one item is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Strength {
    /// The item.
    pub item: u32,
    /// Strength in nats of odds; the prior puts the middle at 0.
    pub strength: f64,
    /// Standard error from the curvature in this strength alone, at most 1, the prior's.
    pub error: f64,
    /// Comparisons it stood in, at least 1.
    pub comparisons: u32,
}

/// How far one worker's word carries.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judge {
    /// Who compares.
    pub worker: u32,
    /// P(says what the strengths say), one half to 1.
    pub reliability: f64,
}

/// All items and workers.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparisons {
    /// By item.
    pub items: Vec<Strength>,
    /// By worker.
    pub judges: Vec<Judge>,
}

impl Comparisons {
    /// P(`first` beats `second`), 0 to 1; an item never compared has strength 0.
    pub fn beats(&self, first: u32, second: u32) -> f64 {
        let strength = |item: u32| {
            let place = self.items.binary_search_by_key(&item, |strength| strength.item);
            place.ok().and_then(|place| self.items.get(place)).map_or(0.0, |found| found.strength)
        };
        sigmoid(strength(first) - strength(second))
    }
}

/// Fits strengths and reliabilities.
///
/// # Errors
///
/// [`RowProblem::SameItem`] where winner and loser are one.
pub fn estimate(rows: &[CompareRow]) -> Result<Comparisons, RowProblem> {
    if let Some(row) = rows.iter().position(|row| row.winner == row.loser) {
        return Err(RowProblem::SameItem { row, field: "loser" });
    }
    let mut rows = rows.to_vec();
    rows.sort_unstable();
    rows.dedup();
    let items = Places::of(rows.iter().flat_map(|row| [row.winner, row.loser]));
    let workers = Places::of(rows.iter().map(|row| row.worker));
    let words: Vec<[usize; 3]> =
        rows.iter().map(|row| [workers.of_id(row.worker), items.of_id(row.winner), items.of_id(row.loser)]).collect();
    let start = CROWD[0] / (CROWD[0] + CROWD[1]);
    let (mut strengths, mut reliability) = (vec![0.0; items.len()], vec![start; workers.len()]);
    let mut precision = vec![1.0; items.len()];
    for _ in 0..MAX_ROUNDS {
        // P(this word came from the strengths and was not turned round).
        let straight: Vec<f64> = words
            .iter()
            .map(|[worker, winner, loser]| {
                let (wins, straight) = (sigmoid(strengths[*winner] - strengths[*loser]), reliability[*worker]);
                straight * wins / (straight * wins + (1.0 - straight) * (1.0 - wins))
            })
            .collect();
        let change = strengthen(&words, &straight, &mut strengths, &mut precision);
        reliability = reliabilities(&words, &straight, workers.len());
        if change < TOLERANCE {
            break;
        }
    }
    let mut counts = vec![0_u32; items.len()];
    for [_, winner, loser] in &words {
        counts[*winner] += 1;
        counts[*loser] += 1;
    }
    let found = items.ids().iter().zip(strengths).zip(precision.iter().zip(counts));
    let strengths = found.map(|((item, strength), (precision, comparisons))| Strength {
        item: *item,
        strength,
        error: precision.sqrt().recip(),
        comparisons,
    });
    let judges =
        workers.ids().iter().zip(reliability).map(|(worker, reliability)| Judge { worker: *worker, reliability });
    Ok(Comparisons { items: strengths.collect(), judges: judges.collect() })
}

/// One Newton step of all strengths at once, each held to half its own curvature so that the steps cannot overshoot; the largest
/// step. Writes the curvatures.
fn strengthen(words: &[[usize; 3]], straight: &[f64], strengths: &mut [f64], precision: &mut [f64]) -> f64 {
    let mut slope: Vec<f64> = strengths.iter().map(|strength| -strength).collect();
    precision.fill(1.0);
    for ([_, winner, loser], straight) in words.iter().zip(straight) {
        let wins = sigmoid(strengths[*winner] - strengths[*loser]);
        slope[*winner] += straight - wins;
        slope[*loser] -= straight - wins;
        precision[*winner] += wins * (1.0 - wins);
        precision[*loser] += wins * (1.0 - wins);
    }
    let mut change = 0.0_f64;
    for ((strength, slope), precision) in strengths.iter_mut().zip(slope).zip(precision.iter()) {
        let step = (slope / (2.0 * precision)).clamp(-1.0, 1.0);
        *strength += step;
        change = change.max(step.abs());
    }
    change
}

/// Share of straight words of each worker, shrunk to the crowd's.
fn reliabilities(words: &[[usize; 3]], straight: &[f64], workers: usize) -> Vec<f64> {
    let mut counts = vec![(0.0, 0.0); workers];
    for ([worker, ..], straight) in words.iter().zip(straight) {
        counts[*worker].0 += straight;
        counts[*worker].1 += 1.0;
    }
    let all = counts.iter().fold((CROWD[0], CROWD[0] + CROWD[1]), |sum, count| (sum.0 + count.0, sum.1 + count.1));
    let crowd = (all.0 / all.1).max(0.5);
    let own = |(straight, words): (f64, f64)| (straight + WORKER_WEIGHT * crowd) / (words + WORKER_WEIGHT);
    counts.into_iter().map(|count| own(count).max(0.5)).collect()
}

fn sigmoid(nats: f64) -> f64 {
    1.0 / (1.0 + (-nats).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(worker: u32, winner: u32, loser: u32) -> CompareRow {
        CompareRow { worker, winner, loser }
    }

    fn rows() -> impl Strategy<Value = Vec<CompareRow>> {
        let row =
            (0_u32..5, 0_u32..5, 1_u32..5).prop_map(|(worker, winner, step)| row(worker, winner, (winner + step) % 5));
        proptest::collection::vec(row, 0..20)
    }

    #[test]
    fn nothing_gives_nothing_and_an_item_is_not_its_own_rival() {
        assert_eq!(estimate(&[]), Ok(Comparisons { items: Vec::new(), judges: Vec::new() }));
        assert_eq!(estimate(&[row(0, 1, 2), row(0, 3, 3)]), Err(RowProblem::SameItem { row: 1, field: "loser" }));
    }

    #[test]
    fn strengths_reach_the_top_of_the_posterior() {
        // Brute force over a grid of two items and one worker, the reliability held at what was found.
        let rows = [row(0, 1, 2), row(1, 1, 2), row(2, 2, 1)];
        let found = estimate(&rows).expect("sound");
        let log_posterior = |first: f64, second: f64| {
            let words = rows.iter().map(|row| {
                let reliability = found.judges[row.worker as usize].reliability;
                let wins = 1.0 / (1.0 + (if row.winner == 1 { second - first } else { first - second }).exp());
                (reliability * wins + (1.0 - reliability) * (1.0 - wins)).ln()
            });
            words.sum::<f64>() - f64::midpoint(first * first, second * second)
        };
        let mut best = (f64::NEG_INFINITY, 0.0, 0.0);
        for (first, second) in (-200..=200).flat_map(|first| (-200..=200).map(move |second| (first, second))) {
            let (first, second) = (f64::from(first) / 100.0, f64::from(second) / 100.0);
            let height = log_posterior(first, second);
            if height > best.0 {
                best = (height, first, second);
            }
        }
        assert!((found.items[0].strength - best.1).abs() < 0.011 && (found.items[1].strength - best.2).abs() < 0.011);
    }

    #[test]
    fn an_order_is_found_and_a_contrary_worker_weighs_little() {
        let mut rows = Vec::new();
        for (first, second) in (0..6_u32).flat_map(|first| (first + 1..6).map(move |second| (first, second))) {
            rows.extend((0..4).map(|worker| row(worker, first, second)));
            rows.push(row(4, second, first));
        }
        let found = estimate(&rows).expect("sound");
        assert!(found.items.is_sorted_by(|first, second| first.strength > second.strength));
        assert!(found.judges[4].reliability <= 0.55 && found.judges[0].reliability > 0.85);
    }

    proptest! {
        #[test]
        fn order_and_duplicates_change_no_bit(rows in rows(), turn in 0_usize..20) {
            let mut shuffled = rows.clone();
            shuffled.extend(rows.iter().take(3));
            shuffled.reverse();
            let turn = turn % shuffled.len().max(1);
            shuffled.rotate_left(turn);
            prop_assert_eq!(estimate(&rows), estimate(&shuffled));
        }

        #[test]
        fn numbers_do_not_matter(rows in rows()) {
            let renamed: Vec<CompareRow> = rows.iter().map(|r| row(9 - r.worker, 9 - r.winner, 9 - r.loser)).collect();
            let (before, after) = (estimate(&rows).expect("sound"), estimate(&renamed).expect("sound"));
            for (before, after) in before.items.iter().zip(after.items.iter().rev()) {
                prop_assert_eq!(before.item, 9 - after.item);
                prop_assert!((before.strength - after.strength).abs() < 1e-6);
            }
        }

        #[test]
        fn chances_of_both_sides_add_up(rows in rows(), first in 0_u32..6, second in 0_u32..6) {
            let found = estimate(&rows).expect("sound");
            let (one, other) = (found.beats(first, second), found.beats(second, first));
            prop_assert!((0.0..=1.0).contains(&one) && (one + other - 1.0).abs() < 1e-12);
            prop_assert!(found.items.iter().all(|item| item.error > 0.0 && item.error <= 1.0 && item.strength.is_finite()));
        }

        #[test]
        fn one_more_agreeing_word_never_lowers_a_win(words in 1_u32..8) {
            let wins = |words: u32| {
                let rows: Vec<CompareRow> = (0..words).map(|worker| row(worker, 1, 2)).collect();
                estimate(&rows).expect("sound").beats(1, 2)
            };
            prop_assert!(wins(words + 1) >= wins(words) - 1e-9);
        }
    }
}
