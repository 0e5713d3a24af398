//! A logistic regression on what a picture looks like, without knowing what it shows. Knows numbers only.

use std::collections::BTreeMap;

use image::RgbImage;

use super::statistics::{mean, variance};

/// Mean of red, green, blue; contrast of each; edges across and down; blur (variance of the Laplacian); saturation; share of
/// dark and of bright pixels.
const FEATURES: usize = 12;
/// Steps of gradient descent, and their size.
const STEPS: usize = 400;
const STEP: f64 = 0.5;
/// Pull towards zero.
const RIDGE: f64 = 1e-3;

/// A tile as the classifier sees it.
pub(super) struct Look {
    item: i64,
    gold: bool,
    features: [f64; FEATURES],
}

impl Look {
    pub(super) fn of(item: i64, gold: bool, picture: &RgbImage) -> Self {
        Self { item, gold, features: features(picture) }
    }

    /// In which half of all items this is, whichever tiles of it were served.
    fn is_in_half(&self, second: bool) -> bool {
        (self.item.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 63 == 1) == second
    }
}

fn features(picture: &RgbImage) -> [f64; FEATURES] {
    let (width, height) = picture.dimensions();
    let n = f64::from(width * height).max(1.0);
    let grey = |x: u32, y: u32| picture.get_pixel(x, y).0.iter().map(|value| f64::from(*value)).sum::<f64>() / 3.0;
    let (mut sums, mut squares) = ([0.0; 3], [0.0; 3]);
    let (mut saturation, mut dark, mut bright) = (0.0, 0.0, 0.0);
    for pixel in picture.pixels() {
        let values = pixel.0.map(f64::from);
        for ((sum, square), value) in sums.iter_mut().zip(&mut squares).zip(values) {
            *sum += value;
            *square += value * value;
        }
        let (least, most) = values.iter().fold((255.0_f64, 0.0_f64), |(a, b), value| (a.min(*value), b.max(*value)));
        saturation += if most > 0.0 { (most - least) / most } else { 0.0 };
        dark += f64::from(u8::from(most < 60.0));
        bright += f64::from(u8::from(least > 200.0));
    }
    let (mut across, mut down, mut laplacian) = (0.0, 0.0, 0.0);
    for y in (1..height.saturating_sub(1)).step_by(2) {
        for x in (1..width.saturating_sub(1)).step_by(2) {
            let here = grey(x, y);
            let (right, below) = (grey(x + 1, y), grey(x, y + 1));
            across += (right - here).abs();
            down += (below - here).abs();
            laplacian += (right + below + grey(x - 1, y) + grey(x, y - 1) - 4.0 * here).powi(2);
        }
    }
    let [red, green, blue] = sums.map(|sum| sum / n);
    let spread = |square: f64, mean: f64| (square / n - mean * mean).max(0.0).sqrt();
    let [of_red, of_green, of_blue] = squares;
    [
        red,
        green,
        blue,
        spread(of_red, red),
        spread(of_green, green),
        spread(of_blue, blue),
        across / n,
        down / n,
        (1.0 + laplacian / n).ln(),
        saturation / n,
        dark / n,
        bright / n,
    ]
}

/// Learns on each half of the items in turn, and scores those of the other: one score an item, the mean of its tiles in
/// standard deviations of its half, for gold and for unknown items.
pub(super) fn classifier(looks: &[Look]) -> [Vec<f64>; 2] {
    let mut scores: [Vec<f64>; 2] = Default::default();
    for half in [false, true] {
        let learnt = learn(looks.iter().filter(|look| look.is_in_half(half)));
        let mut items: BTreeMap<i64, (bool, f64, f64)> = BTreeMap::new();
        for look in looks.iter().filter(|look| !look.is_in_half(half)) {
            let (_, sum, tiles) = items.entry(look.item).or_insert((look.gold, 0.0, 0.0));
            *sum += learnt.score(look);
            *tiles += 1.0;
        }
        let means: Vec<(bool, f64)> = items.into_values().map(|(gold, sum, tiles)| (gold, sum / tiles)).collect();
        let all: Vec<f64> = means.iter().map(|(_, score)| *score).collect();
        let (middle, spread) = (mean(&all), variance(&all).sqrt().max(1e-9));
        let [of_gold, of_unknown] = &mut scores;
        for (gold, score) in means {
            let own = if gold { &mut *of_gold } else { &mut *of_unknown };
            own.push((score - middle) / spread);
        }
    }
    scores
}

/// A logistic regression on standardised features.
struct Regression {
    means: [f64; FEATURES],
    scales: [f64; FEATURES],
    weights: [f64; FEATURES],
    bias: f64,
}

impl Regression {
    fn standard(&self, look: &Look) -> [f64; FEATURES] {
        let mut standard = look.features;
        for ((feature, mean), scale) in standard.iter_mut().zip(self.means).zip(self.scales) {
            *feature = (*feature - mean) / scale.sqrt().max(1e-9);
        }
        standard
    }

    fn score_of(&self, input: &[f64; FEATURES]) -> f64 {
        self.bias + self.weights.iter().zip(input).map(|(weight, feature)| weight * feature).sum::<f64>()
    }

    fn score(&self, look: &Look) -> f64 {
        self.score_of(&self.standard(look))
    }
}

fn learn<'a>(taught: impl Iterator<Item = &'a Look>) -> Regression {
    let taught: Vec<&Look> = taught.collect();
    let n = taught.len().max(1) as f64;
    let zero = [0.0; FEATURES];
    let mut learnt = Regression { means: zero, scales: zero, weights: zero, bias: 0.0 };
    for look in &taught {
        for (mean, feature) in learnt.means.iter_mut().zip(look.features) {
            *mean += feature / n;
        }
    }
    for look in &taught {
        for ((scale, feature), mean) in learnt.scales.iter_mut().zip(look.features).zip(learnt.means) {
            *scale += (feature - mean).powi(2) / n;
        }
    }
    let inputs: Vec<([f64; FEATURES], f64)> =
        taught.iter().map(|look| (learnt.standard(look), f64::from(u8::from(look.gold)))).collect();
    for _ in 0..STEPS {
        let mut slope = zero;
        let mut slope_of_bias = 0.0;
        for (input, gold) in &inputs {
            let error = 1.0 / (1.0 + (-learnt.score_of(input)).exp()) - gold;
            slope_of_bias += error / n;
            for (slope, feature) in slope.iter_mut().zip(input) {
                *slope += error * feature / n;
            }
        }
        learnt.bias -= STEP * slope_of_bias;
        for (weight, slope) in learnt.weights.iter_mut().zip(slope) {
            *weight -= STEP * (slope + RIDGE * *weight);
        }
    }
    learnt
}

#[cfg(test)]
mod tests {
    use image::Rgb;
    use rand::{RngExt as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::attack::statistics::auc;

    /// Noise whose brightness is `brighter` more for gold.
    fn looks(brighter: u8) -> Vec<Look> {
        let mut chance = ChaCha8Rng::seed_from_u64(1);
        (0..600)
            .map(|item| {
                let gold = item % 3 == 0;
                let base = chance.random_range(80..140) + if gold { brighter } else { 0 };
                let picture =
                    RgbImage::from_fn(16, 16, |_, _| Rgb([0; 3].map(|_: u8| base + chance.random_range(0..20))));
                Look::of(item, gold, &picture)
            })
            .collect()
    }

    #[test]
    fn brighter_gold_is_found_and_equal_gold_is_not() {
        let [gold, unknown] = classifier(&looks(60));
        assert!(auc(&gold, &unknown).value > 0.9);
        let [gold, unknown] = classifier(&looks(0));
        assert!((auc(&gold, &unknown).value - 0.5).abs() < 0.1);
    }
}
