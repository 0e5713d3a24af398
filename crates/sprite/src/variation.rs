//! How a tile is varied before it is coded: what is cut off, and its light. Knows no JPEG.

use std::array;

use rand::{Rng, RngExt as _};

use crate::resample::{Span, shrink};
use crate::{TILE_SIDE, TilePixels};

/// Share of a tile that may be cut off at each of its sides.
const CROP_MAX: f64 = 0.06;
/// Largest change of gain and of each colour's gain.
const GAIN_MAX: f64 = 0.04;
/// Largest change of brightness; a [look](crate::Look) adds to it.
const BRIGHTNESS_MAX: f64 = 0.016;

/// One way to show a tile.
pub(crate) struct Variation {
    across: Span,
    down: Span,
    /// What each channel's values become.
    light: [[u8; 256]; 3],
}

impl Variation {
    /// Cut by 0–6 % at each side, gain and colours moved by up to 4 %, brightness by up to 1.6 %.
    pub(crate) fn draw(chance: &mut impl Rng) -> Self {
        let side = TILE_SIDE as f64;
        let mut span = || Span {
            from: side * chance.random_range(0.0..=CROP_MAX),
            to: side * (1.0 - chance.random_range(0.0..=CROP_MAX)),
        };
        let (across, down) = (span(), span());
        let mut shift = |most: f64| chance.random_range(-most..=most);
        let (gain, brightness) = (1.0 + shift(GAIN_MAX), 255.0 * shift(BRIGHTNESS_MAX));
        let light = array::from_fn(|_| light(gain * (1.0 + shift(GAIN_MAX)), brightness));
        Self { across, down, light }
    }

    /// The tile as it is shown: 128 × 128 pixels, red, green, blue.
    pub(crate) fn show(&self, tile: &TilePixels) -> Vec<u8> {
        let mut shown = shrink(tile.bytes(), self.across, self.down);
        for pixel in shown.chunks_exact_mut(3) {
            for (channel, light) in pixel.iter_mut().zip(&self.light) {
                *channel = light.get(usize::from(*channel)).copied().unwrap_or(*channel);
            }
        }
        shown
    }
}

fn light(gain: f64, brightness: f64) -> [u8; 256] {
    array::from_fn(|value| {
        let lit = (value as f64 * gain + brightness).round().clamp(0.0, 255.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0 to 255")]
        let lit = lit as u8;
        lit
    })
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha20Rng;

    use super::*;

    #[test]
    fn never_more_than_six_hundredths_are_cut_at_a_side() {
        let mut chance = ChaCha20Rng::from_seed([3; 32]);
        let margin = 256.0 * CROP_MAX;
        let (mut least, mut most) = (f64::MAX, f64::MIN);
        for _ in 0..2000 {
            let variation = Variation::draw(&mut chance);
            for span in [variation.across, variation.down] {
                for cut in [span.from, 256.0 - span.to] {
                    assert!((0.0..=margin + 1e-9).contains(&cut), "{cut}");
                    least = least.min(cut);
                    most = most.max(cut);
                }
            }
        }
        assert!(least < 0.1 && most > margin - 0.1, "{least} to {most}");
    }

    #[test]
    fn light_moves_a_little_and_only_a_little() {
        let mut chance = ChaCha20Rng::from_seed([4; 32]);
        for _ in 0..500 {
            let variation = Variation::draw(&mut chance);
            for light in variation.light {
                assert!(light[128].abs_diff(128) <= 16, "{}", light[128]);
                assert!(light.is_sorted());
            }
        }
    }
}
