//! Percentile intervals by resampling tasks. Knows no coefficient, and no chance but its seed.

use crate::scatter::{STEP, scatter};

/// An interval that holds the middle 95 % of the resampled values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The 2.5th percentile.
    pub low: f64,
    /// The 97.5th percentile.
    pub high: f64,
    /// Resamples whose value was defined.
    pub resamples: u32,
    /// Resamples without a value, for instance because only one value was drawn; they are left out.
    pub undefined: u32,
}

/// The percentile interval of `statistic` when `tasks` tasks are drawn with replacement, `resamples` times.
///
/// `statistic` is given how often each task was drawn. Tasks are drawn and not answers, because the answers on a task
/// depend on each other. The same arguments give the same bits. `None` where fewer than two resamples have a value.
///
/// Source: Efron, *The Annals of Statistics* 7(1), 1979; percentiles are interpolated linearly between order statistics.
pub fn bootstrap(
    tasks: usize,
    resamples: u32,
    seed: u64,
    mut statistic: impl FnMut(&[u32]) -> Option<f64>,
) -> Option<Interval> {
    let mut draws = Draws(seed);
    let mut weights = vec![0_u32; tasks];
    let mut values = Vec::with_capacity(resamples as usize);
    for _ in 0..resamples {
        weights.fill(0);
        for _ in 0..tasks {
            if let Some(weight) = weights.get_mut(draws.below(tasks)) {
                *weight += 1;
            }
        }
        values.extend(statistic(&weights).filter(|value| value.is_finite()));
    }
    values.sort_by(f64::total_cmp);
    let defined = u32::try_from(values.len()).unwrap_or(u32::MAX);
    (defined >= 2).then(|| Interval {
        low: percentile(&values, 0.025),
        high: percentile(&values, 0.975),
        resamples: defined,
        undefined: resamples - defined,
    })
}

/// The value below which `share` of the `sorted` ones lie.
fn percentile(sorted: &[f64], share: f64) -> f64 {
    let position = share * (sorted.len() as f64 - 1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a position between 0 and the length")]
    let below = position.floor() as usize;
    let at = |index: usize| sorted.get(index.min(sorted.len() - 1)).copied().unwrap_or(f64::NAN);
    at(below) + (at(below + 1) - at(below)) * position.fract()
}

/// `SplitMix64` (Steele, Lea and Flood, OOPSLA 2014).
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        scatter(self.0)
    }

    /// Below `limit`; the upper half of the product keeps the bias under limit / 2⁶⁴.
    fn below(&mut self, limit: usize) -> usize {
        let product = u128::from(self.next()) * limit as u128;
        usize::try_from(product >> 64).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_gives_the_published_numbers() {
        let mut draws = Draws(1_234_567);
        let first: Vec<u64> = (0..3).map(|_| draws.next()).collect();
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn the_interval_of_a_mean_is_the_one_that_the_formula_gives() {
        // 400 draws of 0 or 1, half each: the standard error of the mean is 1/40.
        let mean = |weights: &[u32]| {
            let ones: u32 = weights.iter().step_by(2).sum();
            Some(f64::from(ones) / 400.0)
        };
        let interval = bootstrap(400, 4_000, 7, mean).unwrap();
        assert!((interval.low - (0.5 - 1.96 / 40.0)).abs() < 0.004, "{interval:?}");
        assert!((interval.high - (0.5 + 1.96 / 40.0)).abs() < 0.004, "{interval:?}");
    }

    #[test]
    fn a_seed_decides_everything_and_nothing_gives_nothing() {
        let spread = |weights: &[u32]| weights.first().map(|weight| f64::from(*weight));
        assert_eq!(bootstrap(9, 50, 3, spread), bootstrap(9, 50, 3, spread));
        assert_eq!(bootstrap(9, 50, 3, |_| None), None);
        assert_eq!(bootstrap(0, 50, 3, |_| Some(1.0)).map(|interval| interval.low), Some(1.0));
        assert_eq!(bootstrap(5, 0, 3, |_| Some(1.0)), None);
    }
}
