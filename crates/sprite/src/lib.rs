//! A screen of nine tiles as one JPEG, varied for everyone who sees it. Knows pixels; does not know files, items or
//! visitors, nor which tile is gold.
//!
//! Rendering and joining are apart. A tile is [rendered](Variant::render) beforehand: cropped, lit, transformed, quantised
//! and entropy-coded, row of blocks by row of blocks, each row a restart interval that depends on no other. A screen is
//! [joined](join) from nine variants by copying their bits; on the way the three means of every interval are coded anew,
//! so that brightness and colour move with every serving, and the quantisation tables are drawn afresh.
//!
//! Nine tiles of 128 × 128 pixels lie edge to edge; lines between them are the widget's to draw. Tiles end where blocks
//! end: of its neighbour a tile shows nothing but, where a decoder smooths colours, a quarter of the colour of one pixel.

mod bits;
mod coding;
mod join;
mod look;
mod pixels;
mod planes;
mod resample;
mod tables;
mod transform;
mod variant;
mod variation;

pub use join::join;
pub use look::{Look, Looks};
pub use pixels::TilePixels;
pub use variant::Variant;

/// Tiles in a row of the screen.
pub const COLUMNS: usize = 3;
/// Tiles of a screen.
pub const TILES: usize = COLUMNS * COLUMNS;
/// Pixels of a tile's side as it is given.
pub const TILE_SIDE: usize = 256;
/// Bytes of a tile's pixels: red, green, blue.
pub const TILE_PIXEL_BYTES: usize = 3 * TILE_SIDE * TILE_SIDE;
/// Pixels of a tile's side on the screen.
pub const SCREEN_TILE_SIDE: usize = 128;
/// Pixels of a screen's side.
pub const SPRITE_SIDE: usize = COLUMNS * SCREEN_TILE_SIDE;
/// Bytes of a sprite, at most.
pub const SPRITE_BYTES: usize = 60 * 1024;
