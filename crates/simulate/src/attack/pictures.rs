//! Pictures of a stock: what was drawn once, as it is and turned round, because drawing thousands takes minutes. A scene in a
//! mirror or on its head has the looks of other pictures and the same label. Knows no campaign.

use std::fs;
use std::path::Path;

use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;
use image::imageops;

use super::AttackError;

/// Pictures that are drawn.
pub(super) const DRAWN: u32 = 600;
/// As drawn, in a mirror, on their heads, and both.
const TURNS: u32 = 4;
/// Quality of what was turned round: that of the drawn ones.
const QUALITY: u8 = 88;
const LABELS: &str = "labels.csv";

/// Fills `folder` with so many pictures, at most [`DRAWN`] × 4, made of those in `drawn`, and their labels.
pub(super) fn turn(drawn: &Path, folder: &Path, count: u32) -> Result<(), AttackError> {
    if count > DRAWN * TURNS {
        return Err(AttackError::Program { what: format!("a stock holds {} pictures at most", DRAWN * TURNS) });
    }
    fs::create_dir(folder).map_err(|source| AttackError::file(folder, source))?;
    let labels = drawn.join(LABELS);
    let labels = fs::read_to_string(&labels).map_err(|source| AttackError::file(&labels, source))?;
    let mut lines = labels.lines();
    let mut kept = vec![lines.next().unwrap_or_default().to_owned()];
    let rows: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(',')).collect();
    for (number, (file, label)) in (0..count).zip(rows.iter().cycle()) {
        let turns = number / DRAWN;
        let name = format!("{turns}-{file}");
        place(&drawn.join(file), &folder.join(&name), turns)?;
        kept.push(format!("{name},{label}"));
    }
    let path = folder.join(LABELS);
    fs::write(&path, kept.join("\n") + "\n").map_err(|source| AttackError::file(&path, source))
}

fn place(from: &Path, to: &Path, turns: u32) -> Result<(), AttackError> {
    if turns == 0 {
        return fs::copy(from, to).map(drop).map_err(|source| AttackError::file(from, source));
    }
    let failed = |error: image::ImageError| AttackError::Program { what: format!("{}: {error}", from.display()) };
    let mut picture: RgbImage = image::open(from).map_err(failed)?.into_rgb8();
    if turns & 1 == 1 {
        imageops::flip_horizontal_in_place(&mut picture);
    }
    if turns & 2 == 2 {
        imageops::flip_vertical_in_place(&mut picture);
    }
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(&picture).map_err(failed)?;
    fs::write(to, bytes).map_err(|source| AttackError::file(to, source))
}
