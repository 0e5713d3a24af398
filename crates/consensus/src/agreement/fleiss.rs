//! Fleiss' kappa: equally many answers on every task. Does not know who gave an answer.

use super::ratings::{AgreementError, Ratings, add};

/// `κ = (P̄ − P̄_e) / (1 − P̄_e)`, with each task counted as often as its weight says.
///
/// With n answers on each of N tasks, `n_ij` of them for value j: `P_i = (Σ_j n_ij² − n) / (n·(n−1))`, P̄ is their mean;
/// `p_j = Σ_i n_ij / (N·n)` and `P̄_e = Σ_j p_j²`. Tasks without any answer are left out.
///
/// Source: Fleiss, *Psychological Bulletin* 76(5), 1971, equations 3 to 7.
///
/// # Errors
/// [`AgreementError::Uneven`], [`AgreementError::NoPairs`], [`AgreementError::OneValue`], [`AgreementError::Weights`].
pub fn fleiss_kappa(ratings: &Ratings, weights: &[u32]) -> Result<f64, AgreementError> {
    let mut totals = vec![0.0; ratings.values()];
    let mut expected_answers = None;
    let (mut tasks, mut agreeing) = (0.0, 0.0);
    for (weight, task) in ratings.weighted(weights)? {
        let found = task.answers();
        if found == 0 {
            continue;
        }
        let expected = *expected_answers.get_or_insert(found);
        if found != expected {
            return Err(AgreementError::Uneven { task: task.index, found, expected });
        }
        if found < 2 {
            return Err(AgreementError::NoPairs);
        }
        let answers = f64::from(found);
        let squares: f64 = task.iter().map(|(_, count)| count * count).sum();
        agreeing += weight * (squares - answers) / (answers * (answers - 1.0));
        tasks += weight;
        for (value, count) in task.iter() {
            add(&mut totals, value, weight * count);
        }
    }
    if tasks <= 0.0 {
        return Err(AgreementError::NoPairs);
    }
    if totals.iter().filter(|total| **total > 0.0).count() < 2 {
        return Err(AgreementError::OneValue);
    }
    let answers: f64 = totals.iter().sum();
    let by_chance: f64 = totals.iter().map(|total| (total / answers).powi(2)).sum();
    Ok((agreeing / tasks - by_chance) / (1.0 - by_chance))
}
