//! Sums that come out the same in any order and can be undone exactly. Does not know what is summed.

use crate::probability::Probability;

/// 2⁴⁰ steps to the unit: a step is 9·10⁻¹³.
const UNIT: f64 = (1_u64 << 40) as f64;

/// Values are held within ± this, so that more than a thousand billion of them fit into a sum.
const LARGEST: f64 = 1_000.0;

/// A number as a whole multiple of 2⁻⁴⁰. Adding is exact, hence commutative, associative, and undone bit for bit by
/// subtracting: what floating-point sums are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Exact(i64);

impl Exact {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The multiple next to `value` towards zero; NaN, which says nothing, becomes zero; held within ± 1,000.
    pub fn new(value: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "held within 2^50 first; the fraction is meant to go")]
        Self((value.clamp(-LARGEST, LARGEST) * UNIT) as i64)
    }

    /// The number of steps that [`Exact::steps`] told.
    pub const fn from_steps(steps: i64) -> Self {
        Self(steps)
    }

    /// How many steps of 2⁻⁴⁰ it is: what is to be stored, so that it comes back bit for bit.
    pub const fn steps(self) -> i64 {
        self.0
    }

    /// As a floating-point number.
    pub fn value(self) -> f64 {
        self.0 as f64 / UNIT
    }

    /// `weight` of it. The whole of it is itself, bit for bit.
    #[must_use]
    pub fn weighted(self, weight: Probability) -> Self {
        if weight == Probability::ONE { self } else { Self::new(self.value() * weight.value()) }
    }

    /// The sum.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_says_nothing_adds_nothing() {
        assert_eq!(Exact::new(f64::NAN), Exact::ZERO);
        assert_eq!(Exact::new(f64::INFINITY), Exact::new(LARGEST));
    }

    proptest! {
        #[test]
        fn a_sum_is_the_same_in_any_order_and_undone_exactly(
            values in prop::collection::vec(-50.0..50.0_f64, 1..60), at in any::<prop::sample::Index>(),
        ) {
            let sum = |values: &[f64]| values.iter().fold(Exact::ZERO, |sum, value| sum.plus(Exact::new(*value)));
            let mut turned = values.clone();
            turned.reverse();
            prop_assert_eq!(sum(&values), sum(&turned));
            let mut without = values.clone();
            let taken = without.remove(at.index(values.len()));
            prop_assert_eq!(sum(&values).minus(Exact::new(taken)), sum(&without));
        }

        #[test]
        fn there_and_back_loses_less_than_a_step(value in -900.0..900.0_f64) {
            prop_assert!((Exact::new(value).value() - value).abs() <= 1.0 / UNIT);
        }
    }
}
