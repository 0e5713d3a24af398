//! A logistic regression on what a picture looks like, without knowing what it shows. Knows numbers only.

use image::RgbImage;

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

    /// Half of all items, whichever tiles of them were served.
    fn teaches(&self) -> bool {
        self.item.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 63 == 0
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

/// Learns on half of the items; scores of the others' tiles, gold and unknown.
pub(super) fn classifier(looks: &[Look]) -> [Vec<f64>; 2] {
    let taught: Vec<&Look> = looks.iter().filter(|look| look.teaches()).collect();
    let n = taught.len().max(1) as f64;
    let mut means = [0.0; FEATURES];
    for look in &taught {
        for (mean, feature) in means.iter_mut().zip(look.features) {
            *mean += feature / n;
        }
    }
    let mut scales = [0.0; FEATURES];
    for look in &taught {
        for ((scale, feature), mean) in scales.iter_mut().zip(look.features).zip(means) {
            *scale += (feature - mean).powi(2) / n;
        }
    }
    let standard = |look: &Look| {
        let mut standard = look.features;
        for ((feature, mean), scale) in standard.iter_mut().zip(means).zip(scales) {
            *feature = (*feature - mean) / scale.sqrt().max(1e-9);
        }
        standard
    };
    let inputs: Vec<([f64; FEATURES], f64)> =
        taught.iter().map(|look| (standard(look), f64::from(u8::from(look.gold)))).collect();
    let mut weights = [0.0; FEATURES];
    let mut bias = 0.0;
    let score = |weights: &[f64; FEATURES], bias: f64, input: &[f64; FEATURES]| {
        bias + weights.iter().zip(input).map(|(weight, feature)| weight * feature).sum::<f64>()
    };
    for _ in 0..STEPS {
        let mut slope = [0.0; FEATURES];
        let mut slope_of_bias = 0.0;
        for (input, gold) in &inputs {
            let error = 1.0 / (1.0 + (-score(&weights, bias, input)).exp()) - gold;
            slope_of_bias += error / n;
            for (slope, feature) in slope.iter_mut().zip(input) {
                *slope += error * feature / n;
            }
        }
        bias -= STEP * slope_of_bias;
        for (weight, slope) in weights.iter_mut().zip(slope) {
            *weight -= STEP * (slope + RIDGE * *weight);
        }
    }
    let scores = |gold: bool| {
        let asked = looks.iter().filter(|look| !look.teaches() && look.gold == gold);
        asked.map(|look| score(&weights, bias, &standard(look))).collect()
    };
    [scores(true), scores(false)]
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
