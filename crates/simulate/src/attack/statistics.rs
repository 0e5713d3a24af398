//! How well a score tells two groups apart, and how surely. Knows numbers only.

use crate::share::{Share, quantile};

use super::row::{Figure, Unit};

/// The area under the ROC curve: P(score of a member > score of another) + ½ P(equal), with `DeLong`'s interval
/// (Biometrics 44, 1988): placements of each group among the other give the variance. Without one of the groups nothing is
/// measured.
pub(super) fn auc(members: &[f64], others: &[f64]) -> Figure {
    let unit = Unit::Plain(3, "");
    if members.len() < 2 || others.len() < 2 {
        return Figure::absent(unit);
    }
    let (won, lost) = (placements(members, others), placements(others, members));
    let value = mean(&won);
    let variance = variance(&won) / members.len() as f64 + variance(&lost) / others.len() as f64;
    Figure::with_error(value, variance.sqrt(), unit)
}

/// The share of `others` below each of `group`, ties counted half.
fn placements(group: &[f64], others: &[f64]) -> Vec<f64> {
    let mut sorted = others.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = |score: &f64| {
        let below = sorted.partition_point(|other| other < score);
        let up_to = sorted.partition_point(|other| other <= score);
        (below + up_to) as f64 / (2.0 * sorted.len() as f64)
    };
    group.iter().map(place).collect()
}

/// The larger of an area and its mirror image: whoever finds a score that points the wrong way turns it around.
pub(super) fn either_way(auc: Figure) -> Figure {
    if auc.value >= 0.5 {
        return auc;
    }
    Figure { value: 1.0 - auc.value, low: 1.0 - auc.high, high: 1.0 - auc.low, ..auc }
}

/// Samples of a group below which there is nothing to compare.
const GROUP_LEAST: usize = 30;

/// Welch's t of the difference of two means; 0 where either holds fewer than two samples.
pub(super) fn welch_t(one: &[f64], other: &[f64]) -> f64 {
    if one.len() < GROUP_LEAST || other.len() < GROUP_LEAST {
        return f64::NAN;
    }
    let error = (variance(one) / one.len() as f64 + variance(other) / other.len() as f64).sqrt();
    if error == 0.0 { 0.0 } else { (mean(one) - mean(other)) / error }
}

/// `one − other` with Newcombe's interval (Statistics in Medicine 17, 1998, method 10): the Wilson limits put together.
pub(super) fn difference(one: Share, other: Share) -> Figure {
    let value = one.value - other.value;
    let below = ((one.value - one.low).powi(2) + (other.high - other.value).powi(2)).sqrt();
    let above = ((one.high - one.value).powi(2) + (other.value - other.low).powi(2)).sqrt();
    Figure { value, low: value - below, high: value + above, unit: Unit::Percent }
}

/// Mean with the interval of its standard error.
pub(super) fn mean_of(samples: &[f64], unit: Unit) -> Figure {
    if samples.len() < 2 {
        return Figure::absent(unit);
    }
    Figure::with_error(mean(samples), (variance(samples) / samples.len() as f64).sqrt(), unit)
}

/// A quantile with the interval of its order statistics: ranks n·p ± 1.96 √(n·p·(1 − p)).
pub(super) fn quantile_of(samples: &mut [f64], per_mille: usize, unit: Unit) -> Figure {
    samples.sort_by(f64::total_cmp);
    let n = samples.len() as f64;
    let p = per_mille as f64 / 1000.0;
    let reach = 1.96 * (p * (1.0 - p) / n.max(1.0)).sqrt() * 1000.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "held to 0 to 1000")]
    let at = |shift: f64| quantile(samples, (per_mille as f64 + shift).clamp(1.0, 1000.0) as usize).unwrap_or(f64::NAN);
    Figure { value: at(0.0), low: at(-reach), high: at(reach), unit }
}

/// Bits that one variable tells of another, from counts of their pairs, less the bias of a finite sample
/// (Miller 1955: (rows − 1)(columns − 1) / 2n nats).
pub(super) fn mutual_information(counts: &[[u64; 2]]) -> f64 {
    let total: u64 = counts.iter().flatten().sum();
    if total == 0 {
        return f64::NAN;
    }
    let n = total as f64;
    let columns = [0, 1].map(|column: usize| counts.iter().filter_map(|row| row.get(column)).sum::<u64>() as f64);
    let mut bits = 0.0;
    let mut rows = 0.0;
    for row in counts {
        let of_row = row.iter().sum::<u64>() as f64;
        if of_row > 0.0 {
            rows += 1.0;
        }
        for (count, column) in row.iter().zip(columns) {
            let count = *count as f64;
            if count > 0.0 {
                bits += count / n * (count * n / (of_row * column)).log2();
            }
        }
    }
    bits - (rows - 1.0) / (2.0 * n * std::f64::consts::LN_2)
}

pub(super) fn mean(samples: &[f64]) -> f64 {
    samples.iter().sum::<f64>() / samples.len() as f64
}

pub(super) fn variance(samples: &[f64]) -> f64 {
    let mean = mean(samples);
    samples.iter().map(|sample| (sample - mean).powi(2)).sum::<f64>() / (samples.len() as f64 - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_is_half_for_equal_groups_and_one_for_parted_ones() {
        let rising: Vec<f64> = (0..100).map(f64::from).collect();
        let beyond: Vec<f64> = (200..300).map(f64::from).collect();
        assert!((auc(&rising, &rising).value - 0.5).abs() < 1e-12);
        assert!((auc(&beyond, &rising).value - 1.0).abs() < 1e-12);
        assert!((either_way(auc(&rising, &beyond)).value - 1.0).abs() < 1e-12);
        assert!(auc(&[], &rising).value.is_nan());
    }

    #[test]
    fn the_interval_of_an_area_is_delongs() {
        // Ten against ten without ties; by hand: placements .2 .3 … give the variance below.
        let members = [3.0, 5.0, 6.0, 8.0, 9.0];
        let others = [1.0, 2.0, 4.0, 7.0];
        let area = auc(&members, &others);
        // Pairs won: 2 + 3 + 3 + 4 + 4 = 16 of 20.
        assert!((area.value - 0.8).abs() < 1e-12);
        // Placements of members .5 .75 .75 1 1 (variance .04375), of others 0 0 .2 .6 (variance .08).
        let error = (0.043_75_f64 / 5.0 + 0.08 / 4.0).sqrt();
        assert!((area.high - area.value - 1.96 * error).abs() < 1e-9);
    }

    #[test]
    fn the_difference_of_shares_is_newcombes() {
        // Newcombe 1998, table II, 56/70 against 48/80, method 10: 0.0524 to 0.3339.
        let found = difference(Share::of(56, 70), Share::of(48, 80));
        assert!((found.low - 0.0524).abs() < 5e-4 && (found.high - 0.3339).abs() < 5e-4, "{found:?}");
    }

    #[test]
    fn a_variable_tells_everything_of_itself_and_nothing_of_a_stranger() {
        assert!((mutual_information(&[[500, 0], [0, 500]]) - 1.0).abs() < 0.01);
        assert!(mutual_information(&[[250, 250], [250, 250]]).abs() < 0.01);
    }

    #[test]
    fn equal_means_have_no_t() {
        let up: Vec<f64> = (0..40).map(f64::from).collect();
        let down: Vec<f64> = up.iter().rev().copied().collect();
        assert!(welch_t(&up, &down).abs() < 1e-12);
        assert!(welch_t(&up[..3], &down).is_nan(), "three samples are nothing to compare");
        let far: Vec<f64> = up.iter().map(|sample| sample + 100.0).collect();
        assert!(welch_t(&up, &far) < -10.0);
    }

    #[test]
    fn a_quantile_has_an_interval_of_ranks() {
        let mut samples: Vec<f64> = (1..=1000).map(f64::from).collect();
        let median = quantile_of(&mut samples, 500, Unit::Plain(0, ""));
        assert!((median.value - 500.0).abs() < 1.5 && median.low > 460.0 && median.high < 540.0, "{median:?}");
    }
}
