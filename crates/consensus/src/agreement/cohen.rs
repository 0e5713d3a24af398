//! Cohen's kappa: two people who answered the same tasks. Does not know a third.

use super::ratings::{AgreementError, add};

/// How much a pair of different values counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disagreement {
    /// Any two different values count alike.
    Equal,
    /// By the distance of their indices.
    Linear,
    /// By the square of the distance of their indices.
    Quadratic,
}

/// `κ = 1 − Σ w_ck·o_ck / Σ w_ck·e_ck` over `pairs`: for each task the value of the first and the value of the second
/// person, each pair counted as often as its weight says.
///
/// `o_ck` is the share of tasks on which the first said c and the second k, `e_ck` the product of the shares with which they
/// said so at all; `w_ck` is 0 for c = k and else 1, |c − k| or (c − k)². Takes values² memory and no more.
///
/// Source: Cohen, *Educational and Psychological Measurement* 20, 1960; weighted: *Psychological Bulletin* 70, 1968.
///
/// # Errors
/// [`AgreementError::OutOfRange`], [`AgreementError::NoPairs`] without any pair, [`AgreementError::Weights`];
/// [`AgreementError::OneValue`] where both only ever gave one and the same value.
pub fn cohen_kappa(
    values: u32,
    pairs: &[(u32, u32)],
    weights: &[u32],
    disagreement: Disagreement,
) -> Result<f64, AgreementError> {
    if weights.len() != pairs.len() {
        return Err(AgreementError::Weights { weights: weights.len(), tasks: pairs.len() });
    }
    let distance = |one: usize, other: usize| {
        let steps = one.abs_diff(other) as f64;
        match disagreement {
            Disagreement::Equal => f64::from(u8::from(one != other)),
            Disagreement::Linear => steps,
            Disagreement::Quadratic => steps * steps,
        }
    };
    let (mut firsts, mut seconds) = (vec![0.0; values as usize], vec![0.0; values as usize]);
    let (mut tasks, mut observed) = (0.0, 0.0);
    for (row, ((first, second), weight)) in pairs.iter().zip(weights).enumerate() {
        for value in [*first, *second] {
            if value >= values {
                return Err(AgreementError::OutOfRange { row, field: "value", value, limit: values });
            }
        }
        let weight = f64::from(*weight);
        tasks += weight;
        observed += weight * distance(*first as usize, *second as usize);
        add(&mut firsts, *first as usize, weight);
        add(&mut seconds, *second as usize, weight);
    }
    if tasks <= 0.0 {
        return Err(AgreementError::NoPairs);
    }
    let given = |counts: &[f64]| -> Vec<(usize, f64)> {
        counts.iter().copied().enumerate().filter(|(_, count)| *count > 0.0).collect()
    };
    let seconds = given(&seconds);
    let by_chance: f64 = given(&firsts)
        .into_iter()
        .map(|(one, count)| seconds.iter().map(|(other, share)| count * share * distance(one, *other)).sum::<f64>())
        .sum::<f64>()
        / tasks;
    if by_chance <= 0.0 {
        return Err(AgreementError::OneValue);
    }
    Ok(1.0 - observed / by_chance)
}
