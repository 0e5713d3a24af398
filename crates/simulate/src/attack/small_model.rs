//! What looking at a tile costs a small specialised model: a convolutional network of the size that is enough for one
//! question (a few hundred kilobytes). Its weights are noise: only its arithmetic is timed. Knows no picture.

use std::time::Instant;

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// Layers: channels in, channels out, pixels of the side they leave.
const LAYERS: [(usize, usize, usize); 5] = [(3, 16, 32), (16, 32, 16), (32, 64, 8), (64, 64, 8), (64, 64, 8)];
/// Side of the tile that goes in.
const SIDE: usize = 64;
/// Weights of all layers; four bytes each, about what published solvers of one question use.
pub(super) const PARAMETERS: usize = 9 * (3 * 16 + 16 * 32 + 32 * 64 + 64 * 64 + 64 * 64);
const ROUNDS: usize = 40;

/// Milliseconds of one look, the median of forty.
pub(super) fn look_ms() -> f64 {
    let mut chance = ChaCha8Rng::seed_from_u64(19);
    let mut noise = |count: usize| -> Vec<f32> { (0..count).map(|_| chance.random_range(-0.1..0.1)).collect() };
    let tile = noise(3 * SIDE * SIDE);
    let weights: Vec<Vec<f32>> = LAYERS.iter().map(|(from, to, _)| noise(9 * from * to)).collect();
    let mut took: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let begun = Instant::now();
            let mut side = SIDE;
            let mut values = tile.clone();
            for ((from, to, side_after), weights) in LAYERS.iter().zip(&weights) {
                values = convolve(&values, side, *from, *to, *side_after, weights);
                side = *side_after;
            }
            let seen: f32 = values.iter().sum();
            let ms = begun.elapsed().as_secs_f64() * 1000.0;
            // The sum is used, so that nothing is left out of the reckoning.
            if seen.is_nan() { f64::NAN } else { ms }
        })
        .collect();
    took.sort_by(f64::total_cmp);
    took.get(ROUNDS / 2).copied().unwrap_or(f64::NAN)
}

/// A 3 × 3 convolution with rectification, by rows, so that the compiler can use vectors.
fn convolve(values: &[f32], side: usize, from: usize, to: usize, side_after: usize, weights: &[f32]) -> Vec<f32> {
    let stride = side / side_after;
    let mut out = vec![0.0; to * side_after * side_after];
    for (plane, weights) in out.chunks_exact_mut(side_after * side_after).zip(weights.chunks_exact(9 * from)) {
        for (source, kernel) in values.chunks_exact(side * side).zip(weights.chunks_exact(9)) {
            for (tap, weight) in kernel.iter().enumerate() {
                let (down, across) = (tap / 3, tap % 3);
                for (y, row) in plane.chunks_exact_mut(side_after).enumerate() {
                    let Some(line) =
                        (y * stride + down).checked_sub(1).and_then(|at| source.chunks_exact(side).nth(at))
                    else {
                        continue;
                    };
                    let line = line.get(across.saturating_sub(1)..).unwrap_or_default();
                    for (sum, value) in row.iter_mut().zip(line.iter().step_by(stride)) {
                        *sum += weight * value;
                    }
                }
            }
        }
        for value in plane {
            *value = value.max(0.0);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_middle_tap_of_one_copies_the_plane() {
        let plane: Vec<f32> = (0..16_u8).map(f32::from).collect();
        let mut kernel = [0.0; 9];
        kernel[4] = 1.0;
        // The kernel's columns are aligned to the left edge: the middle tap reads the pixel itself.
        assert_eq!(convolve(&plane, 4, 1, 1, 4, &kernel), plane);
    }
}
