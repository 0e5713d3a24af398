//! What further answers are expected to be worth. Does not know whose answers they will be, only how people usually answer.

use crate::streaming::likelihood::{Class, Confusion};

/// Expected gain in P(the leading class is right) from one answer: the sum over answers l of the
/// largest q(k)·M(k, l) over classes k, less the largest q(k); at least 0.
/// `next`: how the next visitor is expected to confuse classes, floor included.
///
/// It is 0 wherever no single answer can change the leader: the knowledge gradient is short-sighted (Frazier & Powell,
/// Decision Analysis 7, 2010). [`lookahead_gain`] is not.
pub fn answer_gain(posterior: &[f64], next: &Confusion) -> f64 {
    let best = posterior.iter().copied().fold(0.0, f64::max);
    let after: f64 = (0..next.classes())
        .map(|answer| {
            posterior.iter().zip(next.column(Class::at(answer))).map(|(share, entry)| share * entry).fold(0.0, f64::max)
        })
        .sum();
    (after - best).max(0.0)
}

/// The largest expected gain *per answer* over plans of 1 to `most` further answers (KG(*), Frazier & Powell 2010).
///
/// Plans of more than one answer are judged between the two leading classes only, answers for any third counting as one
/// outcome: that pair decides nearly always, and the sum stays below most³ / 6 terms.
pub fn lookahead_gain(posterior: &[f64], next: &Confusion, most: u32) -> f64 {
    let mut best = answer_gain(posterior, next);
    let Some([(first, p), (second, q)]) = two_leading(posterior) else { return best };
    let entry = |truth, answer| next.probability(truth, answer);
    let row = |truth| {
        let (a, b) = (entry(truth, first), entry(truth, second));
        [a, b, (1.0 - a - b).max(0.0)]
    };
    let (if_first, if_second) = (row(first), row(second));
    for answers in 2..=most.min(16) {
        let mut gain = 0.0;
        let mut ways_a = 1.0;
        for a in 0..=answers {
            let rest = answers - a;
            let mut ways_b = 1.0;
            for b in 0..=rest {
                let likely = |row: [f64; 3]| power(row[0], a) * power(row[1], b) * power(row[2], rest - b);
                let (stays, turns) = (p * likely(if_first), q * likely(if_second));
                gain += ways_a * ways_b * (turns - stays).max(0.0);
                ways_b *= f64::from(rest - b) / f64::from(b + 1);
            }
            ways_a *= f64::from(answers - a) / f64::from(a + 1);
        }
        best = best.max(gain / f64::from(answers));
    }
    best
}

fn power(base: f64, times: u32) -> f64 {
    base.powi(i32::try_from(times).unwrap_or(i32::MAX))
}

fn two_leading(posterior: &[f64]) -> Option<[(Class, f64); 2]> {
    let mut places: Vec<(Class, f64)> =
        posterior.iter().enumerate().map(|(place, share)| (Class::at(place), *share)).collect();
    places.sort_by(|a, b| b.1.total_cmp(&a.1));
    match places.as_slice() {
        [first, second, ..] => Some([*first, *second]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::probability::Probability;

    fn even(classes: usize, right: f64) -> Confusion {
        Confusion::even(classes, Probability::saturating(right))
    }

    #[test]
    fn one_answer_on_an_even_item_is_worth_its_accuracy() {
        assert!((answer_gain(&[0.5, 0.5], &even(2, 0.8)) - 0.3).abs() < 1e-12);
        assert!((answer_gain(&[0.25; 4], &even(4, 0.7)) - 0.45).abs() < 1e-12);
    }

    #[test]
    fn one_answer_cannot_turn_a_clear_item_but_three_can() {
        let posterior = [0.9, 0.1];
        let next = even(2, 0.8);
        assert!(answer_gain(&posterior, &next).abs() < 1e-12);
        assert!(lookahead_gain(&posterior, &next, 3) > 0.005);
    }

    #[test]
    fn the_lookahead_of_two_classes_is_the_sum_over_all_answers() {
        let (posterior, next, most) = ([0.7, 0.3], even(2, 0.75), 5_u32);
        let mut wanted = 0.0_f64;
        for answers in 1..=most {
            let mut after = 0.0;
            for bits in 0_u32..1 << answers {
                let ones = i32::try_from(bits.count_ones()).unwrap();
                let zeros = i32::try_from(answers).unwrap() - ones;
                let likely = |right: i32, wrong: i32| 0.75_f64.powi(right) * 0.25_f64.powi(wrong);
                after += (0.7 * likely(zeros, ones)).max(0.3 * likely(ones, zeros));
            }
            wanted = wanted.max((after - 0.7) / f64::from(answers));
        }
        assert!((lookahead_gain(&posterior, &next, most) - wanted).abs() < 1e-12);
    }

    #[test]
    fn nothing_to_choose_from_gains_nothing() {
        assert!(lookahead_gain(&[], &even(2, 0.9), 5).abs() < 1e-12);
        assert!(lookahead_gain(&[1.0], &even(2, 0.9), 5).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn a_gain_is_never_negative_nor_more_than_what_is_missing(
            shares in prop::collection::vec(0.001..1.0_f64, 3), right in 0.34..0.99_f64, most in 1_u32..8,
        ) {
            let total: f64 = shares.iter().sum();
            let posterior: Vec<f64> = shares.iter().map(|share| share / total).collect();
            let missing = 1.0 - posterior.iter().copied().fold(0.0, f64::max);
            let gain = lookahead_gain(&posterior, &even(3, right), most);
            prop_assert!((0.0..=missing + 1e-12).contains(&gain), "{gain} of {missing}");
        }

        #[test]
        fn renumbering_the_classes_keeps_the_gain(shares in prop::collection::vec(0.001..1.0_f64, 4), turn in 0_usize..4) {
            let mut turned = shares.clone();
            turned.rotate_left(turn);
            let next = even(4, 0.7);
            prop_assert!((lookahead_gain(&shares, &next, 4) - lookahead_gain(&turned, &next, 4)).abs() < 1e-12);
        }
    }
}
