//! JPEG encoding of a finished image; knows no scenes.

use image::{ImageError, RgbImage, codecs::jpeg::JpegEncoder};
use thiserror::Error;

/// Why an image could not be encoded.
#[derive(Debug, Error)]
pub enum EncodeError {
    /// Quality must be 1..=100.
    #[error("JPEG quality is 1 to 100, not {0}")]
    Quality(u8),
    /// The encoder refused the image.
    #[error("the image cannot be written as JPEG")]
    Encoder(#[from] ImageError),
}

/// The image as a JPEG file of this quality, 1..=100.
pub fn encode_jpeg(image: &RgbImage, quality: u8) -> Result<Vec<u8>, EncodeError> {
    if !(1..=100).contains(&quality) {
        return Err(EncodeError::Quality(quality));
    }
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, quality).encode_image(image)?;
    Ok(file)
}
