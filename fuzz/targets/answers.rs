//! Files of answers for `corvee aggregate`, as CSV and as JSON lines: labelled or refused with every bad row named.
#![no_main]

use corvee_aggregate::{BadRows, Format, Request, Silent, aggregate};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, rest)) = bytes.split_first() else { return };
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let input = folder.path().join("answers");
    std::fs::write(&input, rest).expect("it can be written to");
    let mut request = Request::new(&input, folder.path().join("labels.csv"));
    request.format = Some(if choice & 1 == 0 { Format::Csv } else { Format::JsonLines });
    request.bad_rows = if choice & 2 == 0 { BadRows::Refuse } else { BadRows::LeaveOut(None) };
    request.resamples = 0;
    match aggregate(&request, &Silent) {
        Ok(_labelled) => assert!(request.out.is_file(), "it says that it labelled and wrote nothing"),
        Err(_refused) => assert!(!request.out.exists(), "it refused and wrote all the same"),
    }
});
