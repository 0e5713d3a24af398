//! A tile rendered beforehand: varied, coded, and cut into intervals that can stand anywhere on a screen. Does not know
//! the other tiles.

use rand::Rng;

use crate::bits::{Gathered, holds_ones};
use crate::coding::{Block, put_mean};
use crate::planes::{Planes, block};
use crate::transform::{Frequencies, frequencies};
use crate::variation::Variation;
use crate::{SCREEN_TILE_SIDE, SPRITE_BYTES, TILES, TilePixels};

/// Pixels of a side of the unit that is coded together: four blocks of brightness, one of each colour difference.
const UNIT: usize = 16;
/// Units of a tile's side, and intervals of a tile.
pub(crate) const UNITS: usize = SCREEN_TILE_SIDE / UNIT;
/// Rows of bits of an interval: what follows each of its three first means.
const ROWS: usize = 3;
/// Planes of the blocks of a unit, and which of the two tables each takes.
const BLOCKS: [(usize, usize); 6] = [(0, 0), (0, 0), (0, 0), (0, 0), (1, 1), (2, 1)];
/// Bytes of a tile at most: a ninth of what is left beside the header and what joining may add.
const TILE_BYTES: usize = (SPRITE_BYTES - 3 * 1024) / TILES;
/// Steps below which details are left out, tried until the tile is small enough; the first is plain rounding.
const LEAST: [f32; 8] = [0.5, 0.8, 1.2, 1.8, 2.8, 5.0, 10.0, f32::INFINITY];

/// A tile ready to be joined with eight others.
#[derive(Clone, Debug)]
pub struct Variant {
    intervals: [Interval; UNITS],
    words: Box<[u32]>,
}

/// A row of units: its first means as numbers, because every serving moves them, and the bits in between.
#[derive(Clone, Copy, Debug, Default)]
struct Interval {
    means: [i16; ROWS],
    bits: [u32; ROWS],
}

/// An interval with its bits.
pub(crate) struct Piece<'a> {
    /// First means of brightness, blue and red difference, and the bits that follow each, with their number.
    pub(crate) rows: [(i16, &'a [u32], u32); ROWS],
}

impl Variant {
    /// Renders a tile: cropped by 0–6 % at each side, gain and colours moved by up to 4 %.
    pub fn render(tile: &TilePixels, chance: &mut impl Rng) -> Self {
        let shown = Variation::draw(chance).show(tile);
        let units = units(&Planes::of(&shown));
        let mut tried = LEAST.iter().map(|least| Self::coded(&units, *least));
        tried
            .find(|variant| variant.stuffed_bytes() <= TILE_BYTES)
            .unwrap_or_else(|| Self::coded(&units, f32::INFINITY))
    }

    /// Bytes it takes in memory.
    pub fn size_bytes(&self) -> usize {
        size_of::<Self>() + 4 * self.words.len()
    }

    /// Its intervals from top to bottom.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        let mut rest = &*self.words;
        self.intervals.iter().map(move |interval| {
            let mut row = |at: usize| {
                let mean = interval.means.get(at).copied().unwrap_or_default();
                let n_bits = interval.bits.get(at).copied().unwrap_or_default();
                let (words, after) = rest.split_at_checked(n_bits.div_ceil(32) as usize).unwrap_or((rest, &[]));
                rest = after;
                (mean, words, n_bits)
            };
            Piece { rows: [row(0), row(1), row(2)] }
        })
    }

    fn coded(units: &[Vec<[Frequencies; 6]>], least: f32) -> Self {
        let mut bits = Gathered::default();
        let mut intervals = [Interval::default(); UNITS];
        for (interval, row) in intervals.iter_mut().zip(units) {
            *interval = coded_interval(&mut bits, row, least);
        }
        Self { intervals, words: bits.into_words() }
    }

    /// Bytes it takes on a screen, near enough: bytes of ones are counted as they stand here.
    fn stuffed_bytes(&self) -> usize {
        let bits: u32 = self.intervals.iter().flat_map(|interval| interval.bits).sum();
        let stuffed = self.words.iter().filter(|word| holds_ones(**word)).count();
        bits as usize / 8 + stuffed + 8 * UNITS
    }
}

/// The blocks of every unit, row by row of units: four of brightness, blue, red.
fn units(planes: &Planes) -> Vec<Vec<[Frequencies; 6]>> {
    let [blue, red] = &planes.chroma;
    let luma = |left, top| frequencies(&block(&planes.luma, SCREEN_TILE_SIDE, left, top), 0);
    let chroma = |plane: &[f32], left, top| frequencies(&block(plane, SCREEN_TILE_SIDE / 2, left, top), 1);
    let unit = |x: usize, y: usize| {
        let (left, top) = (UNIT * x, UNIT * y);
        [
            luma(left, top),
            luma(left + 8, top),
            luma(left, top + 8),
            luma(left + 8, top + 8),
            chroma(blue, 8 * x, 8 * y),
            chroma(red, 8 * x, 8 * y),
        ]
    };
    (0..UNITS).map(|y| (0..UNITS).map(|x| unit(x, y)).collect()).collect()
}

/// Codes a row of units. Means are told as differences to the mean before of the same plane; those that have none before
/// are left out, and the bits begin anew after each of them.
fn coded_interval(bits: &mut Gathered, row: &[[Frequencies; 6]], least: f32) -> Interval {
    let mut interval = Interval::default();
    let mut before: [Option<i16>; ROWS] = [None; ROWS];
    let mut ended = interval.bits.iter_mut();
    for (frequencies, (plane, table)) in row.iter().flat_map(|unit| unit.iter().zip(BLOCKS)) {
        let block = Block::rounded(frequencies, least);
        let mean = block.mean();
        let mean_before = before.get_mut(plane).and_then(|before| before.replace(mean));
        if let Some(mean_before) = mean_before {
            put_mean(bits, table, mean - mean_before);
        } else {
            if let Some(first) = interval.means.get_mut(plane) {
                *first = mean;
            }
            // The first of all has no bits before it.
            if plane > 0
                && let Some(n_bits) = ended.next()
            {
                *n_bits = bits.end_row();
            }
        }
        block.put_details(bits, table);
    }
    if let Some(n_bits) = ended.next() {
        *n_bits = bits.end_row();
    }
    interval
}
