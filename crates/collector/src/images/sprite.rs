//! A whole screen as one image, varied afresh for every visitor. Does not know which tile is gold: all are treated alike.
//!
//! Nine tiles of 128 × 128 pixels lie edge to edge, so that each takes exactly a ninth; lines between them are the
//! widget's to draw, in its own colours. Tiles end where JPEG blocks end: nothing of one bleeds into the next.

use std::array;

use corvee_protocol::limits::{SELECT_TILES, SPRITE_BYTES};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;

use super::resample::{SCREEN_TILE_SIDE, Span, shrink};
use super::tile::{TILE_SIDE, TilePixels, encode};

/// Tiles in a row.
const COLUMNS: usize = 3;
/// Pixels of the image's side: 384.
pub const SPRITE_SIDE: usize = COLUMNS * SCREEN_TILE_SIDE;
/// Share of a tile that may be cut off at each of its sides.
const CROP_MAX: f64 = 0.06;
/// Largest change of gain, of brightness and of each colour's gain.
const LIGHT_MAX: f64 = 0.04;
/// JPEG qualities a screen is quantised with.
const QUALITY: std::ops::RangeInclusive<u8> = 72..=80;
/// Steps by which quality sinks while the image is too large, down to the lowest that is tried.
const QUALITY_STEP: u8 = 8;
const QUALITY_MIN: u8 = 8;

/// Why a screen could not be rendered.
#[derive(Debug, thiserror::Error)]
pub enum SpriteError {
    /// The encoder failed.
    #[error("the screen's image could not be encoded: {0}")]
    Unwritable(#[source] image::ImageError),
    /// Too large at any quality.
    #[error("the screen's image has {bytes} bytes at the lowest quality, more than {SPRITE_BYTES}")]
    TooLarge {
        /// Its bytes.
        bytes: usize,
    },
}

/// How one tile is varied.
struct Variation {
    across: Span,
    down: Span,
    /// What each channel's values become.
    light: [[u8; 256]; 3],
}

/// The image of a screen: one JPEG, 384 × 384 pixels, 3 × 3 tiles in reading order, without metadata, at most
/// [`SPRITE_BYTES`]. Each tile is cropped by 0–6 % at each side, its light and colours are moved by up to 4 %, and the
/// quantisation is drawn for the screen; the same tiles and seed give the same bytes.
///
/// # Errors
/// [`SpriteError`]; with the quality sunk to its lowest even noise fits.
pub fn render(tiles: [&TilePixels; SELECT_TILES], seed: [u8; 32]) -> Result<Vec<u8>, SpriteError> {
    let mut chance = ChaCha20Rng::from_seed(seed);
    let mut quality = chance.random_range(QUALITY);
    let pixels = lay_out(&tiles.map(|tile| varied(tile, &Variation::draw(&mut chance))));
    let side = u32::try_from(SPRITE_SIDE).unwrap_or(u32::MAX);
    loop {
        let sprite = encode(&pixels, side, quality).map_err(SpriteError::Unwritable)?;
        if sprite.len() <= SPRITE_BYTES {
            return Ok(sprite);
        }
        if quality <= QUALITY_MIN {
            return Err(SpriteError::TooLarge { bytes: sprite.len() });
        }
        quality = quality.saturating_sub(QUALITY_STEP).max(QUALITY_MIN);
    }
}

impl Variation {
    fn draw(chance: &mut ChaCha20Rng) -> Self {
        let side = f64::from(TILE_SIDE);
        let mut span = || Span {
            from: side * chance.random_range(0.0..=CROP_MAX),
            to: side * (1.0 - chance.random_range(0.0..=CROP_MAX)),
        };
        let (across, down) = (span(), span());
        let mut shift = || chance.random_range(-LIGHT_MAX..=LIGHT_MAX);
        let (gain, brightness) = (1.0 + shift(), 255.0 * shift());
        let light = array::from_fn(|_| light(gain * (1.0 + shift()), brightness));
        Self { across, down, light }
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

fn varied(tile: &TilePixels, variation: &Variation) -> Vec<u8> {
    let mut shown = shrink(tile.bytes(), variation.across, variation.down);
    for pixel in shown.chunks_exact_mut(3) {
        for (channel, light) in pixel.iter_mut().zip(&variation.light) {
            *channel = light.get(usize::from(*channel)).copied().unwrap_or(*channel);
        }
    }
    shown
}

/// Tiles side by side, row after row.
fn lay_out(tiles: &[Vec<u8>; SELECT_TILES]) -> Vec<u8> {
    let mut pixels = Vec::with_capacity(3 * SPRITE_SIDE * SPRITE_SIDE);
    for row_of_tiles in tiles.chunks_exact(COLUMNS) {
        for y in 0..SCREEN_TILE_SIDE {
            for tile in row_of_tiles {
                let row = tile.chunks_exact(3 * SCREEN_TILE_SIDE).nth(y);
                pixels.extend_from_slice(row.unwrap_or_default());
            }
        }
    }
    pixels
}

#[cfg(test)]
mod tests {
    use rand::Rng as _;

    use super::*;

    const COLOURS: [[u8; 3]; 9] = [
        [200, 40, 40],
        [40, 200, 40],
        [40, 40, 200],
        [200, 200, 40],
        [40, 200, 200],
        [200, 40, 200],
        [230, 230, 230],
        [30, 30, 30],
        [128, 128, 128],
    ];

    fn plain() -> [TilePixels; 9] {
        COLOURS.map(|colour| TilePixels::from_fn(|_, _| colour))
    }

    fn noise(seed: u8) -> TilePixels {
        let mut chance = ChaCha20Rng::from_seed([seed; 32]);
        TilePixels::from_fn(|_, _| {
            let mut pixel = [0; 3];
            chance.fill_bytes(&mut pixel);
            pixel
        })
    }

    fn pixels(sprite: &[u8]) -> image::RgbImage {
        image::load_from_memory(sprite).unwrap().to_rgb8()
    }

    #[test]
    fn each_tile_takes_exactly_a_ninth() {
        let tiles = plain();
        let picture = pixels(&render(tiles.each_ref(), [7; 32]).unwrap());
        assert_eq!(picture.dimensions(), (384, 384));
        for (place, colour) in COLOURS.iter().enumerate() {
            let (left, top) = (128 * u32::try_from(place % 3).unwrap(), 128 * u32::try_from(place / 3).unwrap());
            for (x, y) in [(0, 0), (127, 0), (0, 127), (127, 127), (64, 64)] {
                let found = picture.get_pixel(left + x, top + y).0;
                // Light moves by 4 % of gain, 4 % of colour and 10 levels of brightness at most.
                let near = found.iter().zip(colour).all(|(a, b)| a.abs_diff(*b) <= 32);
                assert!(near, "tile {place} at {x}, {y}: {found:?} instead of {colour:?}");
            }
        }
    }

    #[test]
    fn a_seed_gives_its_bytes_and_another_seed_others() {
        let tiles = plain();
        let one = render(tiles.each_ref(), [1; 32]).unwrap();
        assert_eq!(one, render(tiles.each_ref(), [1; 32]).unwrap());
        let others: std::collections::BTreeSet<Vec<u8>> =
            (1..=20).map(|seed| render(tiles.each_ref(), [seed; 32]).unwrap()).collect();
        assert_eq!(others.len(), 20);
    }

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
                assert!(light[128].abs_diff(128) <= 22, "{}", light[128]);
                assert!(light.is_sorted());
            }
        }
    }

    #[test]
    fn even_noise_fits_a_sprite() {
        let tiles: [TilePixels; 9] = array::from_fn(|at| noise(u8::try_from(at).unwrap()));
        let sprite = render(tiles.each_ref(), [5; 32]).unwrap();
        assert!(sprite.len() <= SPRITE_BYTES, "{}", sprite.len());
        assert_eq!(pixels(&sprite).dimensions(), (384, 384));
    }

    #[test]
    fn a_sprite_carries_no_metadata() {
        let tiles = plain();
        let sprite = render(tiles.each_ref(), [6; 32]).unwrap();
        for word in [&b"Exif"[..], b"ICC_PROFILE", b"http", b"Photoshop"] {
            assert!(!sprite.windows(word.len()).any(|window| window == word));
        }
    }

    #[test]
    fn real_photos_fit_and_stay_themselves() {
        let photos =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/photos/clothing/images");
        if !photos.is_dir() {
            let absent = format!("ABSENT: {}: sprites of real photos were NOT tested\n", photos.display());
            std::io::Write::write_all(&mut std::io::stderr(), absent.as_bytes()).unwrap();
            return;
        }
        let tiles: Vec<TilePixels> = (0..18)
            .map(|at| {
                let photo = std::fs::read(photos.join(format!("{at:04}.jpg"))).unwrap();
                let taken = super::super::intake::take(&photo, Some("jpg")).unwrap();
                TilePixels::decode(&taken.tile).unwrap()
            })
            .collect();
        for seed in 0..6_u8 {
            let nine: [&TilePixels; 9] = array::from_fn(|at| &tiles[(usize::from(seed) * 5 + at * 2) % 18]);
            let sprite = render(nine, [seed; 32]).unwrap();
            assert!((8 * 1024..=SPRITE_BYTES).contains(&sprite.len()), "{}", sprite.len());
            // Each tile keeps its mean colour, give or take the variation.
            let picture = pixels(&sprite);
            for (place, tile) in (0..9_u32).zip(nine) {
                let view = image::imageops::crop_imm(&picture, 128 * (place % 3), 128 * (place / 3), 128, 128);
                let mean = |bytes: &mut dyn Iterator<Item = u8>, n: f64| bytes.map(f64::from).sum::<f64>() / n;
                let shown = mean(&mut view.to_image().into_raw().into_iter(), 3.0 * 128.0 * 128.0);
                let stored = mean(&mut tile.bytes().iter().copied(), 3.0 * 256.0 * 256.0);
                assert!((shown - stored).abs() < 35.0, "tile {place}: {shown} instead of {stored}");
            }
        }
    }
}
