//! `corvee.toml`.
#![no_main]

use corvee_collector::decoders;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _taken = decoders::settings(text);
});
