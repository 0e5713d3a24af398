//! A share with its uncertainty, and quantiles of samples. Knows numbers only.

use serde::Serialize;

/// Quantile of the normal distribution that leaves 2.5 % on either side.
const Z_95: f64 = 1.959_963_984_540_054;

/// A part of a whole with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Share {
    /// How many.
    pub part: u64,
    /// Of how many.
    pub whole: u64,
    /// `part / whole`, 0 to 1; 0 of an empty whole.
    pub value: f64,
    /// Lower end of the Wilson 95 % interval.
    pub low: f64,
    /// Upper end of the Wilson 95 % interval.
    pub high: f64,
}

impl Share {
    /// The share of `part` in `whole`.
    ///
    /// The interval is the score interval without continuity correction:
    /// (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n) (Wilson, JASA 22, 1927, p. 209). Of an empty whole nothing is
    /// known: 0 to 1.
    pub fn of(part: u64, whole: u64) -> Self {
        if whole == 0 {
            return Self { part, whole, value: 0.0, low: 0.0, high: 1.0 };
        }
        let n = whole as f64;
        let value = part as f64 / n;
        let z2 = Z_95 * Z_95;
        let middle = value + z2 / (2.0 * n);
        let reach = Z_95 * (value * (1.0 - value) / n + z2 / (4.0 * n * n)).sqrt();
        let width = 1.0 + z2 / n;
        Self { part, whole, value, low: ((middle - reach) / width).max(0.0), high: ((middle + reach) / width).min(1.0) }
    }

    /// The share of both wholes together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::of(self.part + other.part, self.whole + other.whole)
    }
}

/// The sample below which a share `p` of the sorted samples lies, by nearest rank; `None` without samples.
pub(crate) fn quantile<T: Copy>(sorted: &[T], per_mille: usize) -> Option<T> {
    let rank = (sorted.len() * per_mille).div_ceil(1000).max(1);
    sorted.get(rank - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(part: u64, whole: u64, low: f64, high: f64) {
        let share = Share::of(part, whole);
        assert!((share.low - low).abs() < 5e-4 && (share.high - high).abs() < 5e-4, "{share:?}");
    }

    #[test]
    fn the_interval_is_wilsons() {
        // Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
        check(81, 263, 0.2553, 0.3662);
        check(15, 148, 0.0624, 0.1605);
        check(0, 20, 0.0, 0.1611);
        check(1, 29, 0.0061, 0.1718);
    }

    #[test]
    fn all_or_nothing_stays_between_0_and_1() {
        assert!(Share::of(20, 20).high <= 1.0 && Share::of(20, 20).low > 0.8);
        assert_eq!(Share::of(0, 0), Share { part: 0, whole: 0, value: 0.0, low: 0.0, high: 1.0 });
        assert_eq!(Share::of(1, 4).and(Share::of(2, 4)), Share::of(3, 8));
    }

    #[test]
    fn quantiles_are_samples_by_nearest_rank() {
        let sorted: Vec<u32> = (1..=100).collect();
        assert_eq!(quantile(&sorted, 500), Some(50));
        assert_eq!(quantile(&sorted, 990), Some(99));
        assert_eq!(quantile(&[7], 10), Some(7));
        assert_eq!(quantile::<u32>(&[], 500), None);
    }
}
