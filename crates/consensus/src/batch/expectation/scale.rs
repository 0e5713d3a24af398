//! A product of very many factors as a logarithm. Does not know what they are.

/// Factors of at least 1 and below 2 that one number holds without overflow.
const FACTORS_UNTIL_FOLDED: u32 = 1000;

const EXPONENT_BITS: u32 = 11;
const MANTISSA_BITS: u32 = 52;
const BIAS: i64 = 1023;

/// A product of positive numbers. Exponents are added and mantissas multiplied, so that one logarithm serves a thousand
/// factors.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    mantissas: f64,
    factors: u32,
    exponents: i64,
    log: f64,
}

impl Default for Scale {
    fn default() -> Self {
        Self { mantissas: 1.0, factors: 0, exponents: 0, log: 0.0 }
    }
}

impl Scale {
    /// Multiplies a factor in, which is not negative.
    #[inline]
    pub(super) fn multiply(&mut self, factor: f64) {
        if !factor.is_normal() {
            // Without a leading one the bits do not split.
            self.log += factor.ln();
            return;
        }
        let bits = factor.to_bits();
        self.exponents += (bits >> MANTISSA_BITS).cast_signed() - BIAS;
        self.mantissas *= f64::from_bits((bits << (EXPONENT_BITS + 1) >> (EXPONENT_BITS + 1)) | 1.0_f64.to_bits());
        self.factors += 1;
        if self.factors == FACTORS_UNTIL_FOLDED {
            self.log += self.mantissas.ln();
            self.mantissas = 1.0;
            self.factors = 0;
        }
    }

    /// The natural logarithm of the product.
    pub(super) fn ln(self) -> f64 {
        self.log + self.mantissas.ln() + self.exponents as f64 * std::f64::consts::LN_2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logarithm_of_a_product_is_the_sum_of_logarithms() {
        let mut scale = Scale::default();
        let mut expected = 0.0;
        for step in 0..5000_i32 {
            let factor = 0.37 * f64::from(step % 91 + 1) * 2_f64.powi(step % 200 - 150);
            scale.multiply(factor);
            expected += factor.ln();
        }
        assert!((scale.ln() - expected).abs() < 1e-8 * expected.abs(), "{} {expected}", scale.ln());
    }

    #[test]
    fn numbers_too_small_for_a_leading_one_count_too() {
        let mut scale = Scale::default();
        scale.multiply(f64::MIN_POSITIVE / 8.0);
        scale.multiply(2.0);
        assert!((scale.ln() - (f64::MIN_POSITIVE.ln() - 4.0_f64.ln())).abs() < 1e-9);
    }
}
