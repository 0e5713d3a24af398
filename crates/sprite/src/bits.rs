//! Bits in a row: gathered into words where they are kept, and stuffed into bytes where they are sent. Knows no code.

/// Bits of up to 2³² places, most significant first, in whole words.
#[derive(Default)]
pub(crate) struct Gathered {
    words: Vec<u32>,
    pending: u64,
    n_pending: u32,
    n_bits: u32,
}

impl Gathered {
    /// Appends the `n` lowest bits, 32 at most; those above must be zero.
    pub(crate) fn put(&mut self, bits: u32, n: u32) {
        self.pending = self.pending << n | u64::from(bits);
        self.n_pending += n;
        self.n_bits += n;
        if self.n_pending >= 32 {
            self.n_pending -= 32;
            self.words.push(low_word(self.pending >> self.n_pending));
        }
    }

    /// Begins the next row of bits at a whole word and tells how many bits this one had.
    pub(crate) fn end_row(&mut self) -> u32 {
        if self.n_pending > 0 {
            self.words.push(low_word(self.pending << (32 - self.n_pending)));
        }
        (self.pending, self.n_pending) = (0, 0);
        std::mem::take(&mut self.n_bits)
    }

    /// All rows, each from a whole word on.
    pub(crate) fn into_words(self) -> Box<[u32]> {
        self.words.into_boxed_slice()
    }
}

/// Entropy-coded data as it stands in a JPEG: after each byte of ones a zero byte, so that no marker appears (ITU-T T.81,
/// section B.1.1.5).
pub(crate) struct Scan {
    bytes: Vec<u8>,
    pending: u64,
    n_pending: u32,
}

impl Scan {
    /// Continues these bytes.
    pub(crate) fn after(bytes: Vec<u8>) -> Self {
        Self { bytes, pending: 0, n_pending: 0 }
    }

    /// Appends the `n` lowest bits, 32 at most; those above must be zero.
    pub(crate) fn put(&mut self, bits: u32, n: u32) {
        self.pending = self.pending << n | u64::from(bits);
        self.n_pending += n;
        if self.n_pending >= 32 {
            self.n_pending -= 32;
            let word = low_word(self.pending >> self.n_pending);
            if holds_ones(word) {
                word.to_be_bytes().into_iter().for_each(|byte| self.byte(byte));
            } else {
                self.bytes.extend_from_slice(&word.to_be_bytes());
            }
        }
    }

    /// Appends a row of gathered bits.
    pub(crate) fn row(&mut self, words: &[u32], n_bits: u32) {
        let rest = n_bits % 32;
        let Some((last, whole)) = words.split_last().filter(|_| rest > 0) else {
            for word in words {
                self.put(*word, 32);
            }
            return;
        };
        for word in whole {
            self.put(*word, 32);
        }
        self.put(*last >> (32 - rest), rest);
    }

    /// Fills the last byte with ones, as the standard has it (section F.1.2.3), and appends a marker.
    pub(crate) fn marker(&mut self, marker: u8) {
        let free = (8 - self.n_pending % 8) % 8;
        self.put((1 << free) - 1, free);
        while self.n_pending > 0 {
            self.n_pending -= 8;
            let [.., byte] = (self.pending >> self.n_pending).to_be_bytes();
            self.byte(byte);
        }
        self.pending = 0;
        self.bytes.extend_from_slice(&[0xFF, marker]);
    }

    /// The bytes so far.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
        if byte == 0xFF {
            self.bytes.push(0);
        }
    }
}

fn low_word(bits: u64) -> u32 {
    let [.., a, b, c, d] = bits.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

/// Whether one of the four bytes is all ones: the test for a zero byte (Mycroft 1987) on the complement.
pub(crate) fn holds_ones(word: u32) -> bool {
    let zeros = !word;
    zeros.wrapping_sub(0x0101_0101) & word & 0x8080_8080 != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_ones_are_found_wherever_they_stand() {
        for at in 0..4 {
            assert!(holds_ones(0x0012_fe7f_u32.rotate_left(3) & !(0xFF << (8 * at)) | 0xFF << (8 * at)));
        }
        for word in [0, 0xFEFE_FEFE, 0x7FFF_8000 & 0x7F7F_7F7F, 0x0FF0_0FF0, 0x80FE_7F01] {
            assert!(!holds_ones(word), "{word:08x}");
        }
    }

    #[test]
    fn rows_are_joined_bit_by_bit_and_stuffed() {
        let mut gathered = Gathered::default();
        gathered.put(0b1_1111, 5);
        gathered.put(0x7FFF_FFFF, 31);
        assert_eq!(gathered.end_row(), 36);
        gathered.put(0b01, 2);
        assert_eq!(gathered.end_row(), 2);
        let words = gathered.into_words();
        assert_eq!(*words, [0xFFFF_FFFF, 0xF000_0000, 0x4000_0000]);
        let mut scan = Scan::after(vec![7]);
        scan.put(0, 4);
        scan.row(&words[..2], 36);
        scan.row(&words[2..], 2);
        scan.marker(0xD0);
        // 0000 1111…1111 (36 ones) 01, then ones to the byte's end.
        assert_eq!(scan.into_bytes(), [7, 0x0F, 0xFF, 0, 0xFF, 0, 0xFF, 0, 0xFF, 0, 0x7F, 0xFF, 0xD0]);
    }

    #[test]
    fn a_whole_word_is_a_row_and_so_is_none() {
        let mut gathered = Gathered::default();
        gathered.put(0xABCD_EF01, 32);
        assert_eq!((gathered.end_row(), gathered.end_row()), (32, 0));
        let words = gathered.into_words();
        let mut scan = Scan::after(vec![]);
        scan.row(&words, 32);
        scan.row(&[], 0);
        scan.marker(0xD9);
        assert_eq!(scan.into_bytes(), [0xAB, 0xCD, 0xEF, 0x01, 0xFF, 0xD9]);
    }
}
