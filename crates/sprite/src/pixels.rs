//! The pixels of a tile. Knows their number and order, not where they come from.

use crate::TILE_PIXEL_BYTES;

/// The pixels of a tile: 256 × 256, red, green, blue, row by row.
#[derive(Clone, Debug)]
pub struct TilePixels(Box<[u8]>);

impl TilePixels {
    /// These pixels; `None` when they are not as many as a tile has.
    pub fn new(rgb: Vec<u8>) -> Option<Self> {
        (rgb.len() == TILE_PIXEL_BYTES).then(|| Self(rgb.into_boxed_slice()))
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    #[cfg(test)]
    pub(crate) fn from_fn(mut pixel: impl FnMut(u32, u32) -> [u8; 3]) -> Self {
        let side = u32::try_from(crate::TILE_SIDE).unwrap();
        Self((0..side).flat_map(|y| (0..side).map(move |x| (x, y))).flat_map(|(x, y)| pixel(x, y)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_tile_is_taken() {
        assert!(TilePixels::new(vec![0; TILE_PIXEL_BYTES]).is_some());
        assert!(TilePixels::new(vec![0; TILE_PIXEL_BYTES - 1]).is_none());
    }
}
