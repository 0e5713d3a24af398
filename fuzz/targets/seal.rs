//! Sealed texts and key rings: what was sealed opens to the same bytes, and nothing else opens.
#![no_main]

use std::sync::LazyLock;

use corvee_seal::{KeyRing, Sealer};
use libfuzzer_sys::fuzz_target;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

const PLAINTEXT_BYTES: u16 = 96;

static SEALER: LazyLock<Sealer> =
    LazyLock::new(|| Sealer::new(KeyRing::generate(&mut ChaCha20Rng::seed_from_u64(1)), "fuzz", PLAINTEXT_BYTES));

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        if let Ok(ring) = KeyRing::from_text(text) {
            assert!(KeyRing::from_text(&ring.to_text()).is_ok(), "a ring that was read is written and read again");
        }
        assert!(SEALER.open(text).is_err(), "a text that nobody sealed opens");
    }
    let Ok(sealed) = SEALER.seal(bytes, &mut ChaCha20Rng::seed_from_u64(bytes.len() as u64)) else {
        assert!(bytes.len() > usize::from(PLAINTEXT_BYTES));
        return;
    };
    assert_eq!(SEALER.open(&sealed).as_deref(), Ok(bytes));
    // One character, which one the bytes say, exchanged for its neighbour in the alphabet.
    let at =
        bytes.iter().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte))) % sealed.len();
    let altered: String = sealed
        .char_indices()
        .map(|(place, c)| {
            if place != at {
                c
            } else if c == 'A' {
                'B'
            } else {
                'A'
            }
        })
        .collect();
    assert!(SEALER.open(&altered).is_err(), "altered at {at}, it still opens");
});
