//! Krippendorff's alpha: any number of people, any number of missing answers, values that are names, ranks or numbers.
//! Does not know who gave an answer.

use super::ratings::{AgreementError, Ratings, add};

/// What the distance of two values is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Level<'a> {
    /// Values are names: 0 if equal, else 1.
    Nominal,
    /// Values are ranks, in the order of their indices: the number of answers between the two, with half of those that
    /// tie with either, squared.
    Ordinal,
    /// Values stand for these numbers, one for each value: the difference, squared.
    Interval(&'a [f64]),
}

/// `α = 1 − D_o / D_e`, with each task counted as often as its weight says.
///
/// A task with m ≥ 2 answers brings `n_c·n_k/(m−1)` pairs of the values c and k (`n_c·(n_c−1)/(m−1)` for c = k) into the
/// matrix of coincidences, whose margins are `n_c` and whose sum is n. With δ²(c, k) the distance of two values,
/// `D_o = Σ o_ck·δ²(c, k) / n` and `D_e = Σ n_c·n_k·δ²(c, k) / (n·(n−1))`.
/// Tasks with a single answer count for nothing.
///
/// Source: Krippendorff, *Computing Krippendorff's Alpha-Reliability*, 2011; Hayes and Krippendorff, *Communication
/// Methods and Measures* 1, 2007. The ordinal distance of c and k equals the difference of their mid-ranks, and
/// `Σ n_c·n_k·(x_c − x_k)² = 2·(n·Σ n_c·x_c² − (Σ n_c·x_c)²)`, which makes every level linear in the number of answers.
///
/// # Errors
/// [`AgreementError::NoPairs`], [`AgreementError::OneValue`]; [`AgreementError::Numbers`] where the interval level has no
/// finite number for each value; [`AgreementError::Weights`].
pub fn krippendorff_alpha(ratings: &Ratings, weights: &[u32], level: Level<'_>) -> Result<f64, AgreementError> {
    if let Level::Interval(numbers) = level {
        let finite = numbers.iter().filter(|number| number.is_finite()).count();
        if numbers.len() != ratings.values() || finite != numbers.len() {
            return Err(AgreementError::Numbers { numbers: finite, values: ratings.values() });
        }
    }
    let paired = ratings.weighted(weights)?.filter(|(_, task)| task.answers() >= 2);
    let mut margins = vec![0.0; ratings.values()];
    for (weight, task) in paired.clone() {
        for (value, count) in task.iter() {
            add(&mut margins, value, weight * count);
        }
    }
    let total: f64 = margins.iter().sum();
    if total <= 0.0 {
        return Err(AgreementError::NoPairs);
    }
    // Asked here, because a rounding error below would pass for variation.
    if !varies(&margins, level) {
        return Err(AgreementError::OneValue);
    }
    let (observed, expected) = match level {
        Level::Nominal => {
            let observed = paired.map(|(weight, task)| {
                let answers = f64::from(task.answers());
                let equal: f64 = task.iter().map(|(_, count)| count * count).sum();
                weight * (answers * answers - equal) / (answers - 1.0)
            });
            (observed.sum(), total * total - margins.iter().map(|margin| margin * margin).sum::<f64>())
        }
        Level::Ordinal => distances(paired, &margins, &mid_ranks(&margins)),
        Level::Interval(numbers) => distances(paired, &margins, numbers),
    };
    if expected <= 0.0 {
        return Err(AgreementError::OneValue);
    }
    Ok(1.0 - (total - 1.0) * observed / expected)
}

/// Whether two values at a distance from each other were given.
fn varies(margins: &[f64], level: Level<'_>) -> bool {
    let mut given = margins.iter().enumerate().filter(|(_, margin)| **margin > 0.0).map(|(value, _)| value);
    match level {
        Level::Nominal | Level::Ordinal => given.nth(1).is_some(),
        Level::Interval(numbers) => {
            let mut given = given.filter_map(|value| numbers.get(value));
            given.next().is_some_and(|first| given.any(|other| (other - first).abs() > 0.0))
        }
    }
}

/// The mean rank of the answers of each value when all answers are sorted.
fn mid_ranks(margins: &[f64]) -> Vec<f64> {
    let mut below = 0.0;
    let ranks = margins.iter().map(|margin| {
        let rank = below + margin / 2.0;
        below += margin;
        rank
    });
    ranks.collect()
}

/// `Σ o_ck·(x_c − x_k)²` and `Σ n_c·n_k·(x_c − x_k)²`.
fn distances<'a>(
    tasks: impl Iterator<Item = (f64, super::ratings::Task<'a>)>,
    margins: &[f64],
    numbers: &[f64],
) -> (f64, f64) {
    let total: f64 = margins.iter().sum();
    // Around the mean the squares stay small, so that nothing is lost in their difference.
    let mean = margins.iter().zip(numbers).map(|(margin, number)| margin * number).sum::<f64>() / total;
    let number = |value: usize| numbers.get(value).map_or(0.0, |number| number - mean);
    let observed = tasks.map(|(weight, task)| {
        let answers = f64::from(task.answers());
        let centre = task.iter().map(|(value, count)| count * number(value)).sum::<f64>() / answers;
        let squares: f64 = task.iter().map(|(value, count)| count * (number(value) - centre).powi(2)).sum();
        weight * 2.0 * answers * squares / (answers - 1.0)
    });
    let observed = observed.sum();
    let squares: f64 = margins.iter().enumerate().map(|(value, margin)| margin * number(value).powi(2)).sum();
    (observed, 2.0 * total * squares)
}
