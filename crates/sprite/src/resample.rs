//! A crop of a tile shrunk to its place on the screen, fast enough to be done anew for everyone. Knows integers only, so
//! that the same crop gives the same bytes on every machine.

use crate::{SCREEN_TILE_SIDE, TILE_SIDE as SIDE};

/// Sum of the weights of one output pixel: 8 bits, so that a weighted sum of bytes fits 16.
const ONE: u16 = 256;

/// Source pixels less than two from a point, the widest the filter reaches: five at most.
const TAPS_MAX: usize = 5;

/// The part of one axis that is shown, in pixels of the tile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Span {
    /// Cut off before.
    pub(crate) from: f64,
    /// Shown up to here.
    pub(crate) to: f64,
}

/// The source pixels of one output pixel, and how much each counts.
struct Tap {
    first: usize,
    weights: Vec<u16>,
}

/// The part of `tile` (256 × 256, RGB) within the spans, as 128 × 128 RGB.
pub(crate) fn shrink(tile: &[u8], across: Span, down: Span) -> Vec<u8> {
    let columns = taps(across);
    let mut shrunk = Vec::with_capacity(3 * SCREEN_TILE_SIDE * SCREEN_TILE_SIDE);
    let mut sums = vec![0_u16; 3 * SIDE];
    for row in taps(down) {
        sums.fill(ONE / 2);
        for (source, weight) in tile.chunks_exact(3 * SIDE).skip(row.first).zip(&row.weights) {
            for (sum, byte) in sums.iter_mut().zip(source) {
                *sum += weight * u16::from(*byte);
            }
        }
        for column in &columns {
            let mut pixel = [u32::from(ONE) / 2; 3];
            let sources = sums.get(3 * column.first..).unwrap_or_default().chunks_exact(3);
            for (source, weight) in sources.zip(&column.weights) {
                for (channel, sum) in pixel.iter_mut().zip(source) {
                    *channel += u32::from(*weight) * u32::from(sum / ONE);
                }
            }
            shrunk.extend(pixel.map(|sum| u8::try_from(sum / u32::from(ONE)).unwrap_or(u8::MAX)));
        }
    }
    shrunk
}

/// Weights of Pillow's Hamming filter: a windowed sinc without negative lobes, sharper than a triangle.
fn taps(span: Span) -> Vec<Tap> {
    let scale = (span.to - span.from) / SCREEN_TILE_SIDE as f64;
    let places = 0..SCREEN_TILE_SIDE;
    places
        .map(|place| {
            let centre = span.from + (place as f64 + 0.5) * scale;
            let weight = |source: usize| hamming((source as f64 + 0.5 - centre) / scale);
            // The first source pixel whose centre is less than `scale` away.
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "not negative, and less than 256"
            )]
            let first = (centre - scale + 0.5).floor().max(0.0) as usize;
            let raw = (first..SIDE).take(TAPS_MAX).map(weight);
            Tap { first, weights: to_integers(&raw.collect::<Vec<f64>>()) }
        })
        .collect()
}

fn hamming(x: f64) -> f64 {
    use std::f64::consts::PI;
    if x.abs() >= 1.0 {
        return 0.0;
    }
    let sinc = if x.abs() < 1e-9 { 1.0 } else { (PI * x).sin() / (PI * x) };
    sinc * (0.54 + 0.46 * (PI * x).cos())
}

/// The weights as parts of [`ONE`], their sum exact: rounding is made up for at the heaviest.
fn to_integers(raw: &[f64]) -> Vec<u16> {
    let total: f64 = raw.iter().sum();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "shares of a positive sum: 0 to 256")]
    let mut weights: Vec<u16> = raw.iter().map(|weight| (weight / total * f64::from(ONE)).round() as u16).collect();
    let sum: u16 = weights.iter().sum();
    if let Some(heaviest) = weights.iter_mut().max() {
        *heaviest = (*heaviest + ONE).saturating_sub(sum);
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TilePixels;

    const WHOLE: Span = Span { from: 0.0, to: 256.0 };

    #[test]
    fn one_colour_stays_that_colour() {
        let tile = TilePixels::from_fn(|_, _| [255, 0, 97]);
        let shrunk = shrink(tile.bytes(), Span { from: 3.3, to: 250.1 }, Span { from: 15.3, to: 240.7 });
        assert_eq!(shrunk.len(), 3 * 128 * 128);
        assert!(shrunk.chunks_exact(3).all(|pixel| pixel == [255, 0, 97]));
    }

    #[test]
    fn what_is_cut_off_is_not_seen() {
        let tile = TilePixels::from_fn(|x, _| if x < 12 { [255, 0, 0] } else { [0, 200, 0] });
        let shrunk = shrink(tile.bytes(), Span { from: 14.0, to: 256.0 }, WHOLE);
        assert!(shrunk.chunks_exact(3).all(|pixel| pixel == [0, 200, 0]));
        let shrunk = shrink(tile.bytes(), WHOLE, WHOLE);
        assert_eq!(shrunk[..3], [255, 0, 0]);
    }

    #[test]
    fn a_ramp_stays_a_ramp() {
        let tile = TilePixels::from_fn(|x, y| [u8::try_from(x).unwrap(), u8::try_from(y).unwrap(), 0]);
        let shrunk = shrink(tile.bytes(), WHOLE, WHOLE);
        for (at, pixel) in shrunk.chunks_exact(3).enumerate() {
            let expected = |place: usize| u8::try_from(2 * place).unwrap();
            assert!(
                pixel[0].abs_diff(expected(at % 128)) <= 2 && pixel[1].abs_diff(expected(at / 128)) <= 2,
                "{at}: {pixel:?}"
            );
        }
    }

    #[test]
    fn every_pixel_has_weights_that_sum_to_one() {
        for span in [WHOLE, Span { from: 15.36, to: 240.64 }, Span { from: 0.01, to: 241.0 }] {
            for tap in taps(span) {
                assert_eq!(tap.weights.iter().sum::<u16>(), ONE);
                assert!(tap.first + tap.weights.len() <= SIDE && (1..=TAPS_MAX).contains(&tap.weights.len()));
            }
        }
    }
}
