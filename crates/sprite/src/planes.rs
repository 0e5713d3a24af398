//! A shown tile as brightness and two colour differences, the differences at half the resolution. Knows no block.

use crate::SCREEN_TILE_SIDE;

/// Three planes around zero.
pub(crate) struct Planes {
    /// Brightness, 128 × 128, row by row.
    pub(crate) luma: Vec<f32>,
    /// Blue and red difference, 64 × 64, row by row.
    pub(crate) chroma: [Vec<f32>; 2],
}

impl Planes {
    /// The planes of 128 × 128 pixels, red, green, blue (ITU-T T.871, section 7); each difference is the mean of four.
    pub(crate) fn of(rgb: &[u8]) -> Self {
        let half = SCREEN_TILE_SIDE / 2;
        let mut luma = Vec::with_capacity(SCREEN_TILE_SIDE * SCREEN_TILE_SIDE);
        let mut chroma = [Vec::with_capacity(half * half), Vec::with_capacity(half * half)];
        let mut sums = vec![[0.0_f32; 2]; half];
        for (y, row) in rgb.chunks_exact(3 * SCREEN_TILE_SIDE).enumerate() {
            for (sum, pair) in sums.iter_mut().zip(row.chunks_exact(6)) {
                for pixel in pair.chunks_exact(3) {
                    let &[red, green, blue] = pixel.first_chunk().unwrap_or(&[0; 3]);
                    let [red, green, blue] = [f32::from(red), f32::from(green), f32::from(blue)];
                    let bright = 0.299 * red + 0.587 * green + 0.114 * blue;
                    luma.push(bright - 128.0);
                    let [blues, reds] = sum;
                    *blues += (blue - bright) / (4.0 * 1.772);
                    *reds += (red - bright) / (4.0 * 1.402);
                }
            }
            if y % 2 == 1 {
                let [blues, reds] = &mut chroma;
                blues.extend(sums.iter().map(|[blue, _]| *blue));
                reds.extend(sums.iter().map(|[_, red]| *red));
                sums.fill([0.0; 2]);
            }
        }
        Self { luma, chroma }
    }
}

/// The block of 8 × 8 whose corner is at this column and row of a plane of this width.
pub(crate) fn block(plane: &[f32], width: usize, left: usize, top: usize) -> [[f32; 8]; 8] {
    let mut rows = [[0.0; 8]; 8];
    for (row, source) in rows.iter_mut().zip(plane.chunks_exact(width).skip(top)) {
        if let Some(eight) = source.get(left..).and_then(<[f32]>::first_chunk) {
            *row = *eight;
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grey_has_no_colour_and_blocks_are_cut_where_they_are() {
        let grey: Vec<u8> = (0..128 * 128_usize).flat_map(|at| [u8::try_from(at % 128).unwrap(); 3]).collect();
        let planes = Planes::of(&grey);
        assert_eq!((planes.luma.len(), planes.chroma[0].len(), planes.chroma[1].len()), (16384, 4096, 4096));
        assert!(planes.chroma.iter().flatten().all(|difference| difference.abs() < 1e-3));
        let found = block(&planes.luma, 128, 40, 64);
        for row in found {
            for (x, value) in (40_u8..).zip(row) {
                assert!((value - (f32::from(x) - 128.0)).abs() < 1e-3);
            }
        }
    }
}
