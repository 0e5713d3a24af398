//! Nine variants become one JPEG: bits are copied, three means an interval are coded anew, the quantisation is drawn.
//! Knows no pixel.

use std::sync::LazyLock;

use rand::{Rng, RngExt as _};

use crate::bits::Scan;
use crate::coding::send_mean;
use crate::look::Look;
use crate::tables::{DETAILS, Huffman, MEANS, STEPS, ZIGZAG};
use crate::variant::{UNITS, Variant};
use crate::{COLUMNS, SPRITE_SIDE, TILES};

/// The first of eight markers that end intervals in turns.
const RESTART: u8 = 0xD0;
const END_OF_IMAGE: u8 = 0xD9;
/// Twelfths of a quantisation step are the most it moves by: 8 %.
const STEP_SHARE: u8 = 12;

/// What precedes the quantisation tables: start of image, and JFIF 1.01 without a density, so that colours are read as
/// they are meant.
const BEGINNING: [u8; 20] = [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, b'J', b'F', b'I', b'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0];

/// What stands between the quantisation tables and the data.
static FRAME: LazyLock<Vec<u8>> = LazyLock::new(frame);

/// The image of a screen: one baseline JPEG, 384 × 384 pixels, the tiles in reading order, without metadata, at most
/// [`SPRITE_BYTES`](crate::SPRITE_BYTES). Each tile's means are moved by its look and the quantisation steps by up to 8 %,
/// those of the means excepted.
pub fn join(tiles: [(&Variant, Look); TILES], chance: &mut impl Rng) -> Vec<u8> {
    let words: usize = tiles.iter().map(|(variant, _)| variant.size_bytes()).sum();
    let mut bytes = Vec::with_capacity(words + words / 16 + 1024);
    bytes.extend_from_slice(&BEGINNING);
    for (number, steps) in (0..).zip(STEPS.iter()) {
        put_steps(&mut bytes, number, steps, chance);
    }
    bytes.extend_from_slice(&FRAME);

    let mut scan = Scan::after(bytes);
    let mut columns = tiles.map(|(variant, look)| (variant.pieces(), look));
    let mut left = TILES * UNITS;
    let mut restart = 0;
    for row_of_tiles in columns.chunks_exact_mut(COLUMNS) {
        for _ in 0..UNITS {
            for (pieces, look) in &mut *row_of_tiles {
                let Some(piece) = pieces.next() else { continue };
                for ((mean, words, n_bits), (plane, step)) in
                    piece.rows.into_iter().zip([0, 1, 1].into_iter().zip(look.steps))
                {
                    send_mean(&mut scan, plane, mean + step);
                    scan.row(words, n_bits);
                }
                left -= 1;
                scan.marker(if left == 0 { END_OF_IMAGE } else { RESTART + restart });
                restart = (restart + 1) % 8;
            }
        }
    }
    scan.into_bytes()
}

/// A quantisation table, each step drawn near the one that tiles were rendered with.
fn put_steps(bytes: &mut Vec<u8>, number: u8, steps: &[u8; 64], chance: &mut impl Rng) {
    bytes.extend_from_slice(&[0xFF, 0xDB, 0, 67, number]);
    let in_zigzag = ZIGZAG.iter().map(|place| steps.get(usize::from(*place)).copied().unwrap_or(1));
    for (at, step) in in_zigzag.enumerate() {
        let reach = if at == 0 { 0 } else { step / STEP_SHARE };
        bytes.push(chance.random_range(step - reach..=step.saturating_add(reach)));
    }
}

/// Frame, Huffman tables, restart interval and scan (ITU-T T.81, annex B.2).
fn frame() -> Vec<u8> {
    let [high, low] = u16::try_from(SPRITE_SIDE).unwrap_or(u16::MAX).to_be_bytes();
    // Brightness in full, colour differences at half the resolution both ways.
    let mut frame = vec![0xFF, 0xC0, 0, 17, 8, high, low, high, low, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1];
    for (class, tables) in [(0x00, &MEANS), (0x10, &DETAILS)] {
        for (number, Huffman { counts, values }) in (0..).zip(tables) {
            let length = u16::try_from(2 + 1 + counts.len() + values.len()).unwrap_or(u16::MAX);
            frame.extend_from_slice(&[0xFF, 0xC4]);
            frame.extend_from_slice(&length.to_be_bytes());
            frame.push(class | number);
            frame.extend_from_slice(counts);
            frame.extend_from_slice(values);
        }
    }
    let [high, low] = u16::try_from(UNITS).unwrap_or(u16::MAX).to_be_bytes();
    frame.extend_from_slice(&[0xFF, 0xDD, 0, 4, high, low]);
    frame.extend_from_slice(&[0xFF, 0xDA, 0, 12, 3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]);
    frame
}

#[cfg(test)]
mod tests;
