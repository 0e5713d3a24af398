//! A number between 0 and 1 that is never NaN. Does not know what it is the probability of.

/// Log-odds are held within ± this many nats (probability 1 − 4·10⁻¹⁸), so that sums of them stay finite.
pub const MAX_LOG_ODDS: f64 = 40.0;

/// A probability, 0 to 1 inclusive, never NaN.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Probability(f64);

impl Probability {
    /// Certainly not.
    pub const ZERO: Self = Self(0.0);
    /// A fair coin.
    pub const HALF: Self = Self(0.5);
    /// Certainly.
    pub const ONE: Self = Self(1.0);

    /// `None` for NaN and for values outside 0 to 1.
    pub const fn new(value: f64) -> Option<Self> {
        if value >= 0.0 && value <= 1.0 { Some(Self(value)) } else { None }
    }

    /// The nearest probability; NaN, which says nothing, becomes one half.
    pub const fn saturating(value: f64) -> Self {
        if value.is_nan() { Self::HALF } else { Self(value.clamp(0.0, 1.0)) }
    }

    /// The value, 0 to 1.
    pub const fn value(self) -> f64 {
        self.0
    }

    /// 1 − p.
    #[must_use]
    pub const fn complement(self) -> Self {
        Self(1.0 - self.0)
    }

    /// ln(p / (1 − p)) in nats, within ± [`MAX_LOG_ODDS`].
    pub fn log_odds(self) -> f64 {
        (self.0.ln() - (-self.0).ln_1p()).clamp(-MAX_LOG_ODDS, MAX_LOG_ODDS)
    }

    /// The inverse of [`Probability::log_odds`]; NaN becomes one half.
    pub fn from_log_odds(nats: f64) -> Self {
        // Two branches keep the small tail exact: 1 − 1/(1 + e^x) would round it away.
        let tail = 1.0 / (1.0 + nats.abs().exp());
        if nats.is_nan() {
            Self::HALF
        } else if nats < 0.0 {
            Self(tail)
        } else {
            Self(1.0 - tail)
        }
    }

    /// Entropy of a yes/no with this probability, in bits, 0 to 1.
    pub fn entropy_bits(self) -> f64 {
        let part = |p: f64| if p > 0.0 { -p * p.log2() } else { 0.0 };
        part(self.0) + part(1.0 - self.0)
    }

    /// `share` of `self` mixed with the rest of `other`.
    #[must_use]
    pub fn mixed(self, share: Self, other: Self) -> Self {
        Self::saturating(share.0 * self.0 + (1.0 - share.0) * other.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_outside_zero_to_one_is_a_probability() {
        for value in [-0.000_1, 1.000_1, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(Probability::new(value), None);
        }
        assert_eq!(Probability::saturating(f64::NAN), Probability::HALF);
        assert_eq!(Probability::saturating(f64::INFINITY), Probability::ONE);
    }

    #[test]
    fn certainty_has_finite_log_odds() {
        assert_eq!(Probability::ONE.log_odds().to_bits(), MAX_LOG_ODDS.to_bits());
        assert_eq!(Probability::ZERO.log_odds().to_bits(), (-MAX_LOG_ODDS).to_bits());
    }

    #[test]
    fn a_coin_has_one_bit_and_certainty_none() {
        assert!((Probability::HALF.entropy_bits() - 1.0).abs() < 1e-15);
        assert!(Probability::ONE.entropy_bits().abs() < 1e-15);
    }

    proptest! {
        #[test]
        fn log_odds_there_and_back(value in 1e-12..=(1.0 - 1e-12)) {
            let there = Probability::saturating(value);
            let back = Probability::from_log_odds(there.log_odds());
            prop_assert!((back.value() - value).abs() < 1e-12);
        }

        #[test]
        fn any_bits_become_a_probability(bits in any::<u64>()) {
            let number = f64::from_bits(bits);
            for p in [Probability::saturating(number), Probability::from_log_odds(number)] {
                prop_assert!((0.0..=1.0).contains(&p.value()));
                prop_assert!(p.log_odds().is_finite());
            }
        }
    }
}
