//! What sites' servers send to `siteverify`: urlencoded, multipart, JSON or all in the query.
#![no_main]

use std::sync::LazyLock;

use corvee_collector::decoders;
use libfuzzer_sys::fuzz_target;
use tokio::runtime::{Builder, Runtime};

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().build().expect("a runtime without a driver needs nothing"));

/// By the first byte.
const CONTENT_TYPES: [&str; 4] =
    ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json", ""];

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, rest)) = bytes.split_first() else { return };
    let content_type = CONTENT_TYPES[usize::from(choice % 4)];
    let (query, body) = rest.split_at(rest.iter().position(|byte| *byte == b'\n').unwrap_or(0));
    let query = String::from_utf8_lossy(query);
    let _taken = RUNTIME.block_on(decoders::parameters(content_type, &query, body.to_vec()));
});
