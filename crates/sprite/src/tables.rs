//! Tables that every sprite shares: quantisation, and the standard's own Huffman codes. Knows no picture.

use std::array;
use std::sync::LazyLock;

/// Quality of the quantisation in the scale of the Independent JPEG Group.
const QUALITY: u16 = 76;

/// Place in the block, row by row, of each place in zigzag order (ITU-T T.81, figure A.6).
pub(crate) const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21,
    28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54,
    47, 55, 62, 63,
];

/// Table K.1 of the standard, row by row.
const LUMINANCE: [u8; 64] = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
    87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
    72, 92, 95, 98, 112, 100, 103, 99,
];

/// Table K.2 of the standard, row by row.
const CHROMINANCE: [u8; 64] = [
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99,
];

/// Steps of quantisation of brightness and of colour differences, row by row.
pub(crate) static STEPS: LazyLock<[[u8; 64]; 2]> = LazyLock::new(|| [scaled(&LUMINANCE), scaled(&CHROMINANCE)]);

fn scaled(table: &[u8; 64]) -> [u8; 64] {
    let percent = 200 - 2 * QUALITY;
    table.map(|step| u8::try_from(((u16::from(step) * percent + 50) / 100).clamp(1, 255)).unwrap_or(u8::MAX))
}

/// A Huffman table as the standard writes it: codes of each length from 1 to 16, and the values in the order of codes.
pub(crate) struct Huffman {
    pub(crate) counts: [u8; 16],
    pub(crate) values: &'static [u8],
}

/// Tables K.3 and K.4: sizes of means.
pub(crate) const MEANS: [Huffman; 2] = [
    Huffman {
        counts: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
        values: &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    },
    Huffman {
        counts: [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0],
        values: &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    },
];

/// Tables K.5 and K.6: runs of zeros and sizes of what follows them.
pub(crate) const DETAILS: [Huffman; 2] = [
    Huffman {
        counts: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7D],
        values: &[
            0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07, 0x22, 0x71,
            0x14, 0x32, 0x81, 0x91, 0xA1, 0x08, 0x23, 0x42, 0xB1, 0xC1, 0x15, 0x52, 0xD1, 0xF0, 0x24, 0x33, 0x62, 0x72,
            0x82, 0x09, 0x0A, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2A, 0x34, 0x35, 0x36, 0x37,
            0x38, 0x39, 0x3A, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4A, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59,
            0x5A, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A, 0x83,
            0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9A, 0xA2, 0xA3,
            0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9, 0xAA, 0xB2, 0xB3, 0xB4, 0xB5, 0xB6, 0xB7, 0xB8, 0xB9, 0xBA, 0xC2, 0xC3,
            0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0xCA, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8, 0xD9, 0xDA, 0xE1, 0xE2,
            0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xEA, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0xFA,
        ],
    },
    Huffman {
        counts: [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 0x77],
        values: &[
            0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61, 0x71, 0x13, 0x22,
            0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xA1, 0xB1, 0xC1, 0x09, 0x23, 0x33, 0x52, 0xF0, 0x15, 0x62, 0x72, 0xD1,
            0x0A, 0x16, 0x24, 0x34, 0xE1, 0x25, 0xF1, 0x17, 0x18, 0x19, 0x1A, 0x26, 0x27, 0x28, 0x29, 0x2A, 0x35, 0x36,
            0x37, 0x38, 0x39, 0x3A, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4A, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58,
            0x59, 0x5A, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A,
            0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9A,
            0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9, 0xAA, 0xB2, 0xB3, 0xB4, 0xB5, 0xB6, 0xB7, 0xB8, 0xB9, 0xBA,
            0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0xCA, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8, 0xD9, 0xDA,
            0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xEA, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0xFA,
        ],
    },
];

/// The code of a value.
#[derive(Clone, Copy, Default)]
pub(crate) struct Code {
    pub(crate) bits: u32,
    pub(crate) n: u32,
}

/// The codes of a table by value.
pub(crate) type Codes = [Code; 256];

/// Codes of the means and of the details, each of brightness and of colour differences.
pub(crate) static MEAN_CODES: LazyLock<[Codes; 2]> = LazyLock::new(|| MEANS.each_ref().map(Huffman::codes));
pub(crate) static DETAIL_CODES: LazyLock<[Codes; 2]> = LazyLock::new(|| DETAILS.each_ref().map(Huffman::codes));

impl Huffman {
    /// The codes as the standard derives them (annex C).
    fn codes(&self) -> Codes {
        let mut codes = array::from_fn(|_| Code::default());
        let mut values = self.values.iter();
        let mut bits = 0;
        for (n, count) in (1..).zip(self.counts) {
            for value in values.by_ref().take(usize::from(count)) {
                if let Some(code) = codes.get_mut(usize::from(*value)) {
                    *code = Code { bits, n };
                }
                bits += 1;
            }
            bits <<= 1;
        }
        codes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_has_a_code_and_no_code_begins_another() {
        for table in MEANS.iter().chain(&DETAILS) {
            assert_eq!(table.values.len(), table.counts.iter().map(|count| usize::from(*count)).sum::<usize>());
            let codes: Vec<Code> = table.codes().into_iter().filter(|code| code.n > 0).collect();
            assert_eq!(codes.len(), table.values.len());
            for (at, one) in codes.iter().enumerate() {
                for other in codes.iter().skip(at + 1) {
                    let n = one.n.min(other.n);
                    assert_ne!(one.bits >> (one.n - n), other.bits >> (other.n - n));
                }
                // Sixteen ones are no code: no interval is all ones.
                assert_ne!(one.bits, 0xFFFF);
            }
        }
    }

    #[test]
    fn zigzag_visits_every_place_once() {
        let mut places = ZIGZAG;
        places.sort_unstable();
        assert_eq!(places, array::from_fn(|at| u8::try_from(at).unwrap()));
    }
}
