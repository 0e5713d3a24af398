//! Pictures made for tests.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

/// A PNG like no other.
pub fn picture(number: u8) -> Vec<u8> {
    let picture =
        RgbImage::from_fn(60, 60, |x, y| Rgb([number, u8::try_from(4 * x).unwrap(), u8::try_from(4 * y).unwrap()]));
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png).unwrap();
    png.into_inner()
}
