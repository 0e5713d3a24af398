//! Pictures of every sort and files that pretend to be pictures, all made here.

use std::io::Write as _;

use super::*;

/// A picture with something to see in every corner.
fn scene(width: u32, height: u32) -> DynamicImage {
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| {
        let channel = |value: u32| u8::try_from(value % 256).unwrap();
        Rgb([channel(255 * x / width), channel(255 * y / height), channel((x / 8 + y / 8) * 40)])
    }))
}

fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn refusal(bytes: &[u8], extension: &str) -> String {
    take(bytes, Some(extension)).unwrap_err().to_string()
}

fn tile_pixel(taken: &Taken, x: u32, y: u32) -> [u8; 3] {
    image::load_from_memory(&taken.tile).unwrap().to_rgb8().get_pixel(x, y).0
}

fn near(found: [u8; 3], expected: [u8; 3]) -> bool {
    found.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 8)
}

fn crc(bytes: &[u8]) -> [u8; 4] {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    (!crc).to_be_bytes()
}

fn png_chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut chunk = u32::try_from(data.len()).unwrap().to_be_bytes().to_vec();
    let named = [&kind, data].concat();
    chunk.extend(&named);
    chunk.extend(crc(&named));
    chunk
}

/// A JPEG whose header claims other dimensions.
fn jpeg_claiming(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = file(&scene(64, 64), ImageFormat::Jpeg);
    let frame = bytes.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    bytes[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    bytes[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    bytes
}

#[test]
fn the_three_formats_are_taken() {
    for (format, extension) in [
        (ImageFormat::Jpeg, "jpg"),
        (ImageFormat::Jpeg, "JPEG"),
        (ImageFormat::Png, "png"),
        (ImageFormat::WebP, "webp"),
    ] {
        let bytes = file(&scene(320, 200), format);
        let taken = take(&bytes, Some(extension)).unwrap();
        assert_eq!((taken.width, taken.height), (320, 200));
        assert_eq!(taken.original_digest, <[u8; 32]>::from(Sha256::digest(&bytes)));
        assert_eq!(taken.tile_digest, <[u8; 32]>::from(Sha256::digest(&taken.tile)));
        assert_eq!(image::guess_format(&taken.tile).unwrap(), ImageFormat::Jpeg);
        let corner = tile_pixel(&taken, 253, 128);
        assert!(corner[0] > 235, "{extension}: {corner:?}");
        assert_eq!(take(&bytes, None).unwrap(), taken);
    }
}

#[test]
fn grey_and_deep_pictures_are_taken() {
    for picture in [
        DynamicImage::ImageLuma8(scene(100, 100).to_luma8()),
        DynamicImage::ImageLuma16(scene(100, 100).to_luma16()),
        DynamicImage::ImageRgba16(scene(100, 100).to_rgba16()),
    ] {
        assert!(take(&file(&picture, ImageFormat::Png), Some("png")).is_ok());
    }
}

#[test]
fn a_name_that_lies_about_the_format_is_told_both() {
    let message = refusal(&file(&scene(100, 100), ImageFormat::Png), "jpg");
    assert_eq!(message, "the name ends in .jpg but the content is a PNG: rename it to .png or export it again");
    assert!(refusal(&file(&scene(100, 100), ImageFormat::Jpeg), "webp").contains("is a JPEG: rename it to .jpg"));
}

#[test]
fn what_is_no_picture_is_refused() {
    assert!(matches!(take(b"", Some("jpg")), Err(ImageError::Empty)));
    assert!(matches!(take(b"hello, I am a text", Some("jpg")), Err(ImageError::NotAPicture)));
    assert!(matches!(take(b"\xFF\xD8\xFF", Some("jpg")), Err(ImageError::Damaged { .. })));
    assert!(matches!(take(b"<svg xmlns=''></svg>", Some("png")), Err(ImageError::NotAPicture)));
    assert!(refusal(b"GIF89a\x01\x00\x01\x00", "gif").contains("image/gif: convert it"));
}

#[test]
fn a_picture_cut_short_is_refused_wherever_it_is_cut() {
    for (format, extension) in [(ImageFormat::Jpeg, "jpg"), (ImageFormat::Png, "png"), (ImageFormat::WebP, "webp")] {
        let whole = file(&scene(200, 150), format);
        for share in [20, 50, 80, 95] {
            let cut = &whole[..whole.len() * share / 100];
            let error = take(cut, Some(extension)).unwrap_err();
            assert!(
                matches!(error, ImageError::Truncated | ImageError::Damaged { .. }),
                "{extension} at {share} %: {error}"
            );
        }
    }
    let jpeg = file(&scene(200, 150), ImageFormat::Jpeg);
    assert!(matches!(take(&jpeg[..jpeg.len() - 2], Some("jpg")), Err(ImageError::Truncated)));
}

#[test]
fn what_follows_the_picture_does_not_reach_anybody() {
    let mut bytes = file(&scene(100, 100), ImageFormat::Jpeg);
    bytes.extend(b"<script>alert(1)</script>");
    let taken = take(&bytes, Some("jpg")).unwrap();
    assert!(!taken.tile.windows(8).any(|window| window == b"<script>"));
}

#[test]
fn a_bomb_is_refused_by_its_header() {
    let header = [&60_000_u32.to_be_bytes()[..], &60_000_u32.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    let bomb = [&b"\x89PNG\r\n\x1a\n"[..], &png_chunk(*b"IHDR", &header), &png_chunk(*b"IDAT", &[0; 16])].concat();
    assert!(matches!(take(&bomb, Some("png")), Err(ImageError::TooManyPixels { width: 60_000, height: 60_000 })));
    let jpeg = jpeg_claiming(10_000, 6_000);
    assert!(matches!(take(&jpeg, Some("jpg")), Err(ImageError::TooManyPixels { width: 10_000, height: 6_000 })));
    assert!(matches!(take(&vec![0; 32 * 1024 * 1024 + 1], None), Err(ImageError::TooManyBytes { .. })));
}

#[test]
fn pictures_out_of_shape_are_refused() {
    let png = |width, height| file(&scene(width, height), ImageFormat::Png);
    assert!(matches!(take(&png(1, 1000), Some("png")), Err(ImageError::TooLong { .. })));
    assert!(matches!(take(&png(481, 48), Some("png")), Err(ImageError::TooLong { .. })));
    assert!(matches!(take(&png(200, 47), Some("png")), Err(ImageError::TooSmall { .. })));
    assert!(take(&png(480, 48), Some("png")).is_ok());
    assert!(take(&png(48, 48), Some("png")).is_ok());
}

#[test]
fn transparency_shows_white() {
    let glass = image::RgbaImage::from_pixel(80, 80, image::Rgba([10, 20, 30, 0]));
    let half = image::RgbaImage::from_pixel(80, 80, image::Rgba([0, 0, 0, 128]));
    let glass = take(&file(&DynamicImage::ImageRgba8(glass), ImageFormat::Png), Some("png")).unwrap();
    let half = take(&file(&DynamicImage::ImageRgba8(half), ImageFormat::WebP), Some("webp")).unwrap();
    assert!(near(tile_pixel(&glass, 128, 128), [255, 255, 255]));
    assert!(near(tile_pixel(&half, 128, 128), [127, 127, 127]));
}

#[test]
fn the_camera_held_upright_is_respected() {
    let jpeg = file(&scene(300, 200), ImageFormat::Jpeg);
    // Exif with one entry: orientation 6, turn a quarter clockwise.
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    let mut turned = vec![0xFF, 0xD8, 0xFF, 0xE1];
    turned.extend(length);
    turned.append(&mut exif);
    turned.extend(&jpeg[2..]);
    let upright = take(&turned, Some("jpg")).unwrap();
    assert_eq!((upright.width, upright.height), (200, 300));
    // The original's left edge, without red, is on top now.
    assert!(tile_pixel(&upright, 128, 4)[0] < 20);
    assert!(tile_pixel(&upright, 128, 251)[0] > 235);
    assert!(!upright.tile.windows(4).any(|window| window == b"Exif"));
}

#[test]
fn animations_are_refused() {
    let png = file(&scene(100, 100), ImageFormat::Png);
    let frames = [2_u32.to_be_bytes(), 0_u32.to_be_bytes()].concat();
    let apng = [&png[..33], &png_chunk(*b"acTL", &frames), &png[33..]].concat();
    assert!(matches!(take(&apng, Some("png")), Err(ImageError::Animated)));

    let still = file(&scene(100, 100), ImageFormat::WebP);
    let frame = &still[12..];
    let mut body = b"WEBPVP8X\x0a\0\0\0\x02\0\0\0\x63\0\0\x63\0\0ANIM\x06\0\0\0\0\0\0\0\0\0".to_vec();
    body.extend(b"ANMF");
    body.extend(u32::try_from(frame.len() + 16).unwrap().to_le_bytes());
    body.extend(b"\0\0\0\0\0\0\x63\0\0\x63\0\0\x64\0\0\0");
    body.extend(frame);
    let mut webp = b"RIFF".to_vec();
    webp.extend(u32::try_from(body.len()).unwrap().to_le_bytes());
    webp.extend(body);
    assert!(matches!(take(&webp, Some("webp")), Err(ImageError::Animated)));
}

#[test]
fn real_photos_are_taken() {
    let photos = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/photos/clothing/images");
    if !photos.is_dir() {
        let absent = format!("ABSENT: {}: real photos were NOT tested\n", photos.display());
        std::io::stderr().write_all(absent.as_bytes()).unwrap();
        return;
    }
    for number in (0..450).step_by(9) {
        let path = photos.join(format!("{number:04}.jpg"));
        let taken =
            take(&std::fs::read(&path).unwrap(), Some("jpg")).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        assert!(taken.tile.len() < 64 * 1024, "{path:?}: {} bytes", taken.tile.len());
    }
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_the_intake_panic(mut bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..600), magic in 0..4_usize) {
        let magics: [&[u8]; 4] = [b"\xFF\xD8\xFF\xE0", b"\x89PNG\r\n\x1a\n", b"RIFF\0\x01\0\0WEBPVP8 ", b""];
        bytes.splice(0..0, magics[magic].iter().copied());
        proptest::prop_assert!(take(&bytes, None).is_err());
    }

    #[test]
    fn no_flipped_bytes_make_the_intake_panic(at in 0..4000_usize, byte in proptest::prelude::any::<u8>(), png in proptest::prelude::any::<bool>()) {
        let mut bytes = file(&scene(64, 64), if png { ImageFormat::Png } else { ImageFormat::Jpeg });
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Ok(taken) = take(&bytes, None) {
            proptest::prop_assert!(taken.width <= 65_535);
        }
    }
}
