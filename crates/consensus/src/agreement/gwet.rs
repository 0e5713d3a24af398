//! Gwet's AC1: agreement beyond chance that does not fall to nothing where one value is much more frequent than the
//! others. Does not know who gave an answer.

use super::ratings::{AgreementError, Ratings, add};

/// `AC1 = (p_a − p_e) / (1 − p_e)`, with each task counted as often as its weight says.
///
/// With `r_i` answers on task i, `r_ik` of them for value k: `p_a` is the mean of `Σ_k r_ik·(r_ik − 1) / (r_i·(r_i − 1))` over the
/// tasks with `r_i ≥ 2`; `π_k` is the mean of `r_ik / r_i` over all tasks with an answer;
/// `p_e = Σ_k π_k·(1 − π_k) / (q − 1)` for q values. All values that *could* be given count in q, so AC1 is defined even
/// where only one was.
///
/// Source: Gwet, *British Journal of Mathematical and Statistical Psychology* 61, 2008; for missing answers his *Handbook
/// of Inter-Rater Reliability*, 4th edition, 2014, chapter 5.
///
/// # Errors
/// [`AgreementError::NoPairs`]; [`AgreementError::OneValue`] where there are fewer than two values to choose from;
/// [`AgreementError::Weights`].
pub fn gwet_ac1(ratings: &Ratings, weights: &[u32]) -> Result<f64, AgreementError> {
    if ratings.values() < 2 {
        return Err(AgreementError::OneValue);
    }
    let mut shares = vec![0.0; ratings.values()];
    let (mut tasks, mut paired, mut agreeing) = (0.0, 0.0, 0.0);
    for (weight, task) in ratings.weighted(weights)? {
        if task.answers() == 0 {
            continue;
        }
        let answers = f64::from(task.answers());
        tasks += weight;
        for (value, count) in task.iter() {
            add(&mut shares, value, weight * count / answers);
        }
        if answers >= 2.0 {
            paired += weight;
            let equal: f64 = task.iter().map(|(_, count)| count * (count - 1.0)).sum();
            agreeing += weight * equal / (answers * (answers - 1.0));
        }
    }
    if paired <= 0.0 {
        return Err(AgreementError::NoPairs);
    }
    let by_chance: f64 = shares.iter().map(|share| share / tasks).map(|share| share * (1.0 - share)).sum::<f64>()
        / (ratings.values() as f64 - 1.0);
    Ok((agreeing / paired - by_chance) / (1.0 - by_chance))
}
