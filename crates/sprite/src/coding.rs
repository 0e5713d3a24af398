//! Frequencies of a block as bits: sizes by Huffman code, then the number itself. Knows one block at a time.

use crate::bits::{Gathered, Scan};
use crate::tables::{Code, Codes, DETAIL_CODES, MEAN_CODES};
use crate::transform::Frequencies;

/// Sixteen zeros in a row, and the rest of the block being zero.
const SIXTEEN_ZEROS: usize = 0xF0;
const END_OF_BLOCK: usize = 0x00;
/// Largest number that a baseline code holds.
const LARGEST: f32 = 1023.0;

/// A block as whole numbers in zigzag order, its mean first.
pub(crate) struct Block {
    numbers: [i16; 64],
}

impl Block {
    /// The nearest whole numbers; details below `least` steps become zero.
    pub(crate) fn rounded(frequencies: &Frequencies, least: f32) -> Self {
        let mut numbers = frequencies.map(|value| if value.abs() < least { 0 } else { whole(value) });
        if let (Some(mean), Some(value)) = (numbers.first_mut(), frequencies.first()) {
            *mean = whole(*value);
        }
        Self { numbers }
    }

    /// Its mean in steps.
    pub(crate) fn mean(&self) -> i16 {
        let [mean, ..] = self.numbers;
        mean
    }

    /// Appends everything but the mean (ITU-T T.81, section F.1.2.2).
    pub(crate) fn put_details(&self, bits: &mut Gathered, plane: usize) {
        let Some(codes) = DETAIL_CODES.get(plane) else { return };
        let mut zeros = 0;
        for number in self.numbers.iter().skip(1) {
            if *number == 0 {
                zeros += 1;
                continue;
            }
            while zeros >= 16 {
                put(bits, code(codes, SIXTEEN_ZEROS));
                zeros -= 16;
            }
            let (value, size) = magnitude(*number);
            let Code { bits: prefix, n } = code(codes, zeros << 4 | size as usize);
            bits.put(prefix << size | value, n + size);
            zeros = 0;
        }
        if zeros > 0 {
            put(bits, code(codes, END_OF_BLOCK));
        }
    }
}

/// Appends a mean that is told as the difference to the one before.
pub(crate) fn put_mean(bits: &mut Gathered, plane: usize, difference: i16) {
    let (value, n) = mean_code(plane, difference);
    bits.put(value, n);
}

/// The same into a scan: the means with which an interval begins.
pub(crate) fn send_mean(scan: &mut Scan, plane: usize, difference: i16) {
    let (value, n) = mean_code(plane, difference);
    scan.put(value, n);
}

fn mean_code(plane: usize, difference: i16) -> (u32, u32) {
    let (value, size) = magnitude(difference);
    let Code { bits, n } = MEAN_CODES.get(plane).map(|codes| code(codes, size as usize)).unwrap_or_default();
    (bits << size | value, n + size)
}

fn put(bits: &mut Gathered, code: Code) {
    bits.put(code.bits, code.n);
}

fn code(codes: &Codes, value: usize) -> Code {
    codes.get(value).copied().unwrap_or_default()
}

/// A number as the standard appends it (section F.1.2.1): its lowest bits, one less when it is negative, and how many.
fn magnitude(number: i16) -> (u32, u32) {
    let size = 16 - number.unsigned_abs().leading_zeros();
    let number = i32::from(number);
    let value = if number < 0 { number - 1 } else { number };
    (value.cast_unsigned() & ((1 << size) - 1), size)
}

fn whole(value: f32) -> i16 {
    #[expect(clippy::cast_possible_truncation, reason = "clamped to 10 bits")]
    let whole = value.round_ties_even().clamp(-LARGEST, LARGEST) as i16;
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_appended_as_the_standard_has_it() {
        for (number, expected) in
            [(0, (0, 0)), (1, (1, 1)), (-1, (0, 1)), (2, (2, 2)), (-2, (1, 2)), (-3, (0, 2)), (-255, (0, 8))]
        {
            assert_eq!(magnitude(number), expected, "{number}");
        }
    }

    #[test]
    fn small_details_are_left_out_but_never_the_mean() {
        let mut frequencies = [0.0; 64];
        frequencies[..4].copy_from_slice(&[0.9, -1.4, 1.6, -0.4]);
        assert_eq!(Block::rounded(&frequencies, 0.5).numbers[..4], [1, -1, 2, 0]);
        assert_eq!(Block::rounded(&frequencies, 1.5).numbers[..4], [1, 0, 2, 0]);
        assert_eq!(Block::rounded(&frequencies, f32::INFINITY).numbers[..4], [1, 0, 0, 0]);
    }
}
