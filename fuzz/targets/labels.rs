//! The table of labels beside an import's pictures.
#![no_main]

use corvee_collector::decoders;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _taken = decoders::labels(bytes);
});
