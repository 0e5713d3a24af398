//! Pictures from outside: refused, or made a tile that decodes.
#![no_main]

use corvee_collector::decoders;
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    // Only what gets far is worth keeping: everything else is refused by its first bytes.
    if decoders::picture(bytes) || bytes.len() > 32 { Corpus::Keep } else { Corpus::Reject }
});
