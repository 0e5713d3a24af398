//! How sure a posterior deserves to be: temperature and uniform floor, fitted on gold. Does not know the model whose
//! posteriors it corrects.

use crate::streaming::likelihood::Class;
use crate::streaming::tally::softmax;

/// conf = (1 − u)·softmax(log q / T) + u / K. Errors of a crowd go together through hard items, so that the product of
/// independent likelihoods is too sure; T flattens it, u is the share of items where the crowd says nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    /// T, above 0; 1 changes nothing.
    pub temperature: f64,
    /// u, 0 to 1; 0 changes nothing.
    pub floor: f64,
}

impl Default for Calibration {
    /// Changes nothing.
    fn default() -> Self {
        Self { temperature: 1.0, floor: 0.0 }
    }
}

/// A gold item as the fit sees it. Its truth must have been hidden from whatever produced the posterior: fitted on gold
/// that was clamped, T goes to 0.
#[derive(Debug, Clone, PartialEq)]
pub struct HiddenGold {
    /// ln posterior a class, up to a constant.
    pub log_posterior: Vec<f64>,
    /// The truth.
    pub truth: Class,
}

/// Prior of the fit: ln T ~ N(ln 2.5, 0.7), logit u ~ N(−3, 1).
const LOG_TEMPERATURE: (f64, f64) = (0.916_290_731_874_155, 0.7);
const LOGIT_FLOOR: (f64, f64) = (-3.0, 1.0);

impl Calibration {
    /// The most probable T and u on these items: penalised log-loss, by a grid that is refined around its best point four
    /// times. Without items, the prior's: T = 2.5, u = 0.047.
    pub fn fit(gold: &[HiddenGold]) -> Self {
        let (mut centre, mut step) = ((LOG_TEMPERATURE.0, LOGIT_FLOOR.0), (0.5, 0.8));
        let mut shares = Vec::new();
        for _ in 0..4 {
            let mut best = (f64::INFINITY, centre);
            for i in -4_i32..=4 {
                for j in -4_i32..=4 {
                    let point = (centre.0 + f64::from(i) * step.0, centre.1 + f64::from(j) * step.1);
                    let loss = Self::at(point).loss(gold, point, &mut shares);
                    if loss < best.0 {
                        best = (loss, point);
                    }
                }
            }
            centre = best.1;
            step = (step.0 / 3.0, step.1 / 3.0);
        }
        Self::at(centre)
    }

    fn at((log_temperature, logit_floor): (f64, f64)) -> Self {
        Self { temperature: log_temperature.exp(), floor: 1.0 / (1.0 + (-logit_floor).exp()) }
    }

    fn loss(self, gold: &[HiddenGold], (log_temperature, logit_floor): (f64, f64), shares: &mut Vec<f64>) -> f64 {
        let square = |value: f64, (mean, deviation): (f64, f64)| 0.5 * ((value - mean) / deviation).powi(2);
        let penalty = square(log_temperature, LOG_TEMPERATURE) + square(logit_floor, LOGIT_FLOOR);
        let losses = gold.iter().map(|item| {
            shares.clear();
            shares.extend(item.log_posterior.iter().copied());
            self.apply(shares);
            -shares.get(item.truth.index()).copied().unwrap_or_default().max(1e-12).ln()
        });
        losses.sum::<f64>() + penalty
    }

    /// Turns ln posteriors into calibrated shares that add up to 1.
    pub fn apply(&self, log_posterior: &mut [f64]) {
        let even = self.floor / log_posterior.len().max(1) as f64;
        softmax(log_posterior, self.temperature);
        for share in log_posterior {
            *share = (1.0 - self.floor) * *share + even;
        }
    }

    /// The calibrated confidence of a softmax share of `share`.
    pub fn confidence(&self, share: f64, classes: usize) -> f64 {
        (1.0 - self.floor) * share + self.floor / classes.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Binary items whose posterior claims `claimed` and is right `right` of `items` times.
    fn items(claimed: f64, right: usize, items: usize) -> Vec<HiddenGold> {
        (0..items)
            .map(|n| HiddenGold {
                log_posterior: vec![claimed.ln(), (1.0 - claimed).ln()],
                truth: Class(u8::from(n >= right)),
            })
            .collect()
    }

    #[test]
    fn a_boaster_is_flattened_to_what_it_keeps() {
        let fitted = Calibration::fit(&items(0.999, 850, 1_000));
        let mut shares = vec![0.999_f64.ln(), 0.001_f64.ln()];
        fitted.apply(&mut shares);
        assert!((shares[0] - 0.85).abs() < 0.01, "{shares:?} by {fitted:?}");
    }

    #[test]
    fn without_gold_the_prior_speaks() {
        let fitted = Calibration::fit(&[]);
        assert!((fitted.temperature - 2.5).abs() < 0.01);
        assert!((fitted.floor - 0.047).abs() < 0.001);
    }

    proptest! {
        #[test]
        fn calibrated_shares_add_up_to_one_and_keep_their_order(
            logs in prop::collection::vec(-60.0..0.0_f64, 2..8), temperature in 0.3..9.0_f64, floor in 0.0..0.9_f64,
        ) {
            let mut shares = logs.clone();
            Calibration { temperature, floor }.apply(&mut shares);
            prop_assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            for (a, x) in logs.iter().zip(&shares) {
                for (b, y) in logs.iter().zip(&shares) {
                    prop_assert!(a < b || x >= y);
                }
            }
        }
    }
}
