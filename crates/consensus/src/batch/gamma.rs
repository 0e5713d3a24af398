//! The logarithm of the gamma function and its derivatives. Knows no model.

/// ψ(x), the derivative of ln Γ, for x > 0; absolute error below 1e-10. Recurrence up to 6, then the asymptotic series
/// (Abramowitz and Stegun, *Handbook of Mathematical Functions*, 6.3.5 and 6.3.18).
pub(crate) fn digamma(mut x: f64) -> f64 {
    let mut below = 0.0;
    while x < 6.0 {
        below -= 1.0 / x;
        x += 1.0;
    }
    let inverse = 1.0 / x;
    let square = inverse * inverse;
    let series = square
        * (1.0 / 12.0
            - square * (1.0 / 120.0 - square * (1.0 / 252.0 - square * (1.0 / 240.0 - square * (1.0 / 132.0)))));
    below + x.ln() - 0.5 * inverse - series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digamma_has_its_known_values() {
        let euler = 0.577_215_664_901_532_9;
        assert!((digamma(1.0) + euler).abs() < 1e-9);
        assert!((digamma(0.5) + euler + 2.0 * std::f64::consts::LN_2).abs() < 1e-9);
        assert!((digamma(10.0) - 2.251_752_589_066_721).abs() < 1e-9);
    }

    #[test]
    fn digamma_climbs_by_one_over_x() {
        for x in [1e-3, 0.02, 0.7, 3.3, 5.999, 6.0, 41.5, 1e4] {
            let step = digamma(x + 1.0) - digamma(x);
            assert!((step - 1.0 / x).abs() < 1e-9 * (1.0 + 1.0 / x), "at {x}");
        }
    }
}
