//! A picture file from outside becomes a tile, or is refused with the reason and the remedy. Does not know names,
//! labels or campaigns.
//!
//! What passes here is decoded and encoded anew: nothing of the original's bytes, metadata included, reaches a visitor.
//! Animations are refused: which of their frames the labels would speak of, nobody could tell.

use std::io::{BufReader, Cursor};

use corvee_protocol::limits::{IMAGE_ASPECT_MAX, IMAGE_BYTES, IMAGE_PIXELS, IMAGE_SIDE_MIN};
use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{DynamicImage, ImageDecoder, ImageFormat, Limits, Rgb, RgbImage};
use sha2::{Digest as _, Sha256};

use super::jpeg_stream::reaches_its_end;
use super::tile::square_tile;

/// Bytes a decoder may allocate: 50 million pixels of the widest sort, four channels of 16 bits.
const DECODER_BYTES: u64 = IMAGE_PIXELS * 8 + 64 * 1024 * 1024;

/// Why a file is not taken. Every message says what is wrong and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// No bytes.
    #[error("the file is empty: copy it again from where it came from")]
    Empty,
    /// More than 32 MiB.
    #[error("the file has {bytes} bytes, more than the {IMAGE_BYTES} allowed: save it smaller")]
    TooManyBytes {
        /// Bytes of the file.
        bytes: u64,
    },
    /// The content is no picture at all.
    #[error("the content is not a picture: only JPEG, PNG and WebP are taken")]
    NotAPicture,
    /// The content is a picture of another format.
    #[error("the content is {found}: convert it to JPEG, PNG or WebP")]
    OtherFormat {
        /// The format found.
        found: String,
    },
    /// The extension says one format, the content is another.
    #[error("the name ends in .{extension} but the content is {found}: rename it to .{proper} or export it again")]
    Misnamed {
        /// The extension without its dot.
        extension: String,
        /// The format found.
        found: &'static str,
        /// The extension it should have.
        proper: &'static str,
    },
    /// An animated PNG or WebP.
    #[error("the picture is an animation: save the frame that is meant as a picture of its own")]
    Animated,
    /// More than 50 million pixels.
    #[error("the picture measures {width}×{height} pixels, more than {IMAGE_PIXELS} in all: save it smaller")]
    TooManyPixels {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// More than ten times as long as wide.
    #[error("the picture measures {width}×{height} pixels, more than {IMAGE_ASPECT_MAX} to 1: crop it")]
    TooLong {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// A side shorter than 48 pixels.
    #[error(
        "the picture measures {width}×{height} pixels and its shorter side must have {IMAGE_SIDE_MIN}: use a larger original"
    )]
    TooSmall {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// The file ends before the picture does.
    #[error("the file ends before its picture does: copy it again from where it came from")]
    Truncated,
    /// The decoder gave up.
    #[error("the picture is damaged ({cause}): copy it again from where it came from, or save it anew")]
    Damaged {
        /// What the decoder said.
        cause: String,
    },
    /// The tile could not be written.
    #[error("the tile could not be encoded: {cause}")]
    Unwritable {
        /// What the encoder said.
        cause: String,
    },
}

/// A picture taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The tile: JPEG, 256 × 256 pixels, without metadata.
    pub tile: Vec<u8>,
    /// SHA-256 of the tile.
    pub tile_digest: [u8; 32],
    /// SHA-256 of the file as it came.
    pub original_digest: [u8; 32],
    /// Pixels across, as shown: after the orientation the camera noted.
    pub width: u32,
    /// Pixels down, as shown.
    pub height: u32,
}

/// Takes a file in. `extension` is what its name ends in, without the dot; without one only the content counts.
///
/// # Errors
/// [`ImageError`], by what was wrong; size and shape are checked before any pixel is decoded.
pub fn take(bytes: &[u8], extension: Option<&str>) -> Result<Taken, ImageError> {
    check_bytes(bytes.len().try_into().unwrap_or(u64::MAX))?;
    if bytes.is_empty() {
        return Err(ImageError::Empty);
    }
    let format = image::guess_format(bytes).map_err(|_unknown| ImageError::NotAPicture)?;
    let picture = match format {
        ImageFormat::Jpeg => {
            check_extension(extension, "a JPEG", &["jpg", "jpeg", "jpe", "jfif"])?;
            take_jpeg(bytes)?
        }
        ImageFormat::Png => {
            check_extension(extension, "a PNG", &["png"])?;
            take_png(bytes)?
        }
        ImageFormat::WebP => {
            check_extension(extension, "a WebP", &["webp"])?;
            take_webp(bytes)?
        }
        other => {
            let found = other.to_mime_type().to_owned();
            return Err(ImageError::OtherFormat { found });
        }
    };
    let (width, height) = (picture.width(), picture.height());
    let tile = square_tile(&on_white(picture)).map_err(|error| ImageError::Unwritable { cause: error.to_string() })?;
    Ok(Taken {
        tile_digest: Sha256::digest(&tile).into(),
        original_digest: Sha256::digest(bytes).into(),
        tile,
        width,
        height,
    })
}

/// Whether a file of so many bytes may be read at all.
///
/// # Errors
/// [`ImageError::TooManyBytes`].
pub fn check_bytes(bytes: u64) -> Result<(), ImageError> {
    if bytes > IMAGE_BYTES {
        return Err(ImageError::TooManyBytes { bytes });
    }
    Ok(())
}

fn check_extension(extension: Option<&str>, found: &'static str, fitting: &[&'static str]) -> Result<(), ImageError> {
    let Some(extension) = extension else { return Ok(()) };
    if fitting.iter().any(|fit| fit.eq_ignore_ascii_case(extension)) {
        return Ok(());
    }
    Err(ImageError::Misnamed {
        extension: extension.to_owned(),
        found,
        proper: fitting.first().copied().unwrap_or_default(),
    })
}

fn take_jpeg(bytes: &[u8]) -> Result<DynamicImage, ImageError> {
    let decoder = JpegDecoder::new(Cursor::new(bytes)).map_err(damaged)?;
    check_shape(decoder.dimensions())?;
    if !reaches_its_end(bytes) {
        return Err(ImageError::Truncated);
    }
    decode(decoder)
}

fn take_png(bytes: &[u8]) -> Result<DynamicImage, ImageError> {
    let decoder = PngDecoder::with_limits(BufReader::new(Cursor::new(bytes)), decoder_limits()).map_err(damaged)?;
    check_shape(decoder.dimensions())?;
    if decoder.is_apng().map_err(damaged)? {
        return Err(ImageError::Animated);
    }
    decode(decoder)
}

fn take_webp(bytes: &[u8]) -> Result<DynamicImage, ImageError> {
    let decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(damaged)?;
    check_shape(decoder.dimensions())?;
    if decoder.has_animation() {
        return Err(ImageError::Animated);
    }
    decode(decoder)
}

fn check_shape((width, height): (u32, u32)) -> Result<(), ImageError> {
    let (shorter, longer) = (width.min(height), width.max(height));
    if u64::from(width) * u64::from(height) > IMAGE_PIXELS {
        return Err(ImageError::TooManyPixels { width, height });
    }
    if longer > shorter.saturating_mul(IMAGE_ASPECT_MAX) {
        return Err(ImageError::TooLong { width, height });
    }
    if shorter < IMAGE_SIDE_MIN {
        return Err(ImageError::TooSmall { width, height });
    }
    Ok(())
}

fn decode(mut decoder: impl ImageDecoder) -> Result<DynamicImage, ImageError> {
    decoder.set_limits(decoder_limits()).map_err(damaged)?;
    let orientation = decoder.orientation().map_err(damaged)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn decoder_limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODER_BYTES);
    limits
}

/// The picture without transparency: what shows through is white.
fn on_white(picture: DynamicImage) -> DynamicImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8().into();
    }
    let picture = picture.into_rgba8();
    let opaque = RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0.map(u32::from);
        let over = |channel: u32| u8::try_from((channel * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX);
        Rgb([over(red), over(green), over(blue)])
    });
    opaque.into()
}

fn damaged(error: image::ImageError) -> ImageError {
    match error {
        image::ImageError::IoError(cause) if cause.kind() == std::io::ErrorKind::UnexpectedEof => ImageError::Truncated,
        other => ImageError::Damaged { cause: other.to_string() },
    }
}

#[cfg(test)]
mod tests;
