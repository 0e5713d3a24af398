//! The normal form of a picture: a square JPEG without metadata, and its pixels. Does not know where the picture came from.

use corvee_sprite::TilePixels;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{DynamicImage, ExtendedColorType, ImageFormat, Limits, Rgb, RgbImage};

/// Pixels of a tile's side as it is stored.
const TILE_SIDE: u32 = 256;

const _: () = assert!(TILE_SIDE as usize == corvee_sprite::TILE_SIDE, "a stored tile is a sprite's tile");
/// JPEG quality of a stored tile: what is lost here is lost for every visitor.
const TILE_QUALITY: u8 = 92;
/// Pictures longer than this many tiles are shrunk by averaging first: a wide filter over megapixels costs seconds.
const AVERAGED_BEYOND: u32 = 4;

/// Why a stored tile could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TileError {
    /// The bytes are no JPEG.
    #[error("a stored tile cannot be decoded: {0}. Import its picture again")]
    Undecodable(#[source] image::ImageError),
    /// It is a JPEG of another size.
    #[error("a stored tile measures {width}×{height} pixels instead of 256×256. Import its picture again")]
    WrongSize {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
}

/// The pixels of a stored tile.
///
/// # Errors
/// [`TileError`] when the bytes are not what [`square_tile`] wrote.
pub fn decode(jpeg: &[u8]) -> Result<TilePixels, TileError> {
    let mut reader = image::ImageReader::with_format(std::io::Cursor::new(jpeg), ImageFormat::Jpeg);
    let mut limits = Limits::default();
    limits.max_alloc = Some(16 * 1024 * 1024);
    reader.limits(limits);
    let pixels = reader.decode().map_err(TileError::Undecodable)?.into_rgb8();
    let (width, height) = pixels.dimensions();
    let wrong_size = TileError::WrongSize { width, height };
    if width != height {
        return Err(wrong_size);
    }
    TilePixels::new(pixels.into_raw()).ok_or(wrong_size)
}

/// The picture as a stored tile: whole, contained in a square of 256 × 256 pixels, what it leaves free filled with the
/// mean colour of the edges beside it; JPEG without metadata.
///
/// # Errors
/// When the encoder fails, which it has no reason to.
pub(super) fn square_tile(picture: &DynamicImage) -> Result<Vec<u8>, image::ImageError> {
    let (width, height) = (picture.width(), picture.height());
    let longest = width.max(height).max(1);
    // Rounded, and never nothing: 10:1 leaves 26 pixels.
    let fit = |side: u32| ((side * TILE_SIDE + longest / 2) / longest).clamp(1, TILE_SIDE);
    let (fit_width, fit_height) = (fit(width), fit(height));
    let shrunk = if longest > AVERAGED_BEYOND * TILE_SIDE {
        let averaged = picture.thumbnail_exact(2 * fit_width, 2 * fit_height);
        averaged.resize_exact(fit_width, fit_height, FilterType::Lanczos3)
    } else {
        picture.resize_exact(fit_width, fit_height, FilterType::Lanczos3)
    };
    let shrunk = shrunk.into_rgb8();
    let mut tile = RgbImage::from_pixel(TILE_SIDE, TILE_SIDE, edge_colour(&shrunk));
    let (left, top) = ((TILE_SIDE - fit_width) / 2, (TILE_SIDE - fit_height) / 2);
    imageops::replace(&mut tile, &shrunk, i64::from(left), i64::from(top));
    encode(tile.as_raw(), TILE_SIDE, TILE_QUALITY)
}

/// A square of pixels as JPEG, without metadata.
fn encode(rgb: &[u8], side: u32, quality: u8) -> Result<Vec<u8>, image::ImageError> {
    let mut jpeg = Vec::with_capacity(48 * 1024);
    JpegEncoder::new_with_quality(&mut jpeg, quality).encode(rgb, side, side, ExtendedColorType::Rgb8)?;
    Ok(jpeg)
}

/// Mean colour of the two long edges: the ones that meet what is left free.
fn edge_colour(picture: &RgbImage) -> Rgb<u8> {
    let (width, height) = picture.dimensions();
    let (last_x, last_y) = (width.saturating_sub(1), height.saturating_sub(1));
    let edges: Vec<(u32, u32)> = if width >= height {
        (0..width).flat_map(|x| [(x, 0), (x, last_y)]).collect()
    } else {
        (0..height).flat_map(|y| [(0, y), (last_x, y)]).collect()
    };
    let mut sums = [0_u32; 3];
    for (x, y) in &edges {
        for (sum, channel) in sums.iter_mut().zip(picture.get_pixel(*x, *y).0) {
            *sum += u32::from(channel);
        }
    }
    let n = u32::try_from(edges.len()).unwrap_or(1).max(1);
    Rgb(sums.map(|sum| u8::try_from((sum + n / 2) / n).unwrap_or(u8::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: [u8; 3], expected: [u8; 3]) -> bool {
        found.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 6)
    }

    fn pixel(tile: &[u8], x: u32, y: u32) -> [u8; 3] {
        image::load_from_memory(tile).unwrap().to_rgb8().get_pixel(x, y).0
    }

    #[test]
    fn nothing_of_a_wide_picture_is_cut() {
        let picture = RgbImage::from_fn(1000, 100, |x, _| match x {
            0..100 => Rgb([220, 30, 30]),
            900.. => Rgb([30, 30, 220]),
            _ => Rgb([128, 128, 128]),
        });
        let tile = square_tile(&picture.into()).unwrap();
        assert!(near(pixel(&tile, 8, 128), [220, 30, 30]));
        assert!(near(pixel(&tile, 247, 128), [30, 30, 220]));
        // What is left free has the mean of the edges: 80 % grey, 10 % red, 10 % blue.
        assert!(near(pixel(&tile, 128, 20), [127, 108, 127]));
        assert!(near(pixel(&tile, 20, 240), [127, 108, 127]));
    }

    #[test]
    fn a_tall_picture_and_a_small_one_fill_the_tile() {
        let tall = RgbImage::from_fn(60, 480, |_, y| if y < 240 { Rgb([200, 40, 40]) } else { Rgb([40, 160, 40]) });
        let tile = square_tile(&tall.into()).unwrap();
        assert!(near(pixel(&tile, 128, 10), [200, 40, 40]));
        assert!(near(pixel(&tile, 128, 245), [40, 160, 40]));
        let small = RgbImage::from_pixel(48, 48, Rgb([90, 120, 150]));
        let tile = square_tile(&small.into()).unwrap();
        assert!(near(pixel(&tile, 0, 0), [90, 120, 150]));
        assert!(near(pixel(&tile, 255, 255), [90, 120, 150]));
    }

    #[test]
    fn a_tile_carries_no_metadata() {
        let tile = square_tile(&RgbImage::from_pixel(300, 300, Rgb([9, 99, 199])).into()).unwrap();
        let segments = [[0xFF, 0xE1], [0xFF, 0xE2], [0xFF, 0xED], [0xFF, 0xFE]];
        // Inside coded data 0xFF is followed by 0x00 or a restart, so these pairs occur as segments or not at all.
        assert!(tile.windows(2).all(|pair| !segments.iter().any(|segment| pair == segment)));
    }

    #[test]
    fn only_a_stored_tile_is_read_as_one() {
        let tile = square_tile(&RgbImage::from_pixel(300, 200, Rgb([9, 99, 199])).into()).unwrap();
        assert_eq!(decode(&tile).unwrap().bytes().len(), corvee_sprite::TILE_PIXEL_BYTES);
        assert!(matches!(decode(b"no tile"), Err(TileError::Undecodable(_))));
        let other = encode(&vec![0; 3 * 64 * 64], 64, 80).unwrap();
        assert!(matches!(decode(&other), Err(TileError::WrongSize { width: 64, height: 64 })));
    }
}
