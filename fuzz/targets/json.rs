//! Bodies of our own API: what is read is written and read again as the same.
#![no_main]

use corvee_protocol::campaign::NewCampaign;
use corvee_protocol::{AnswerRequest, ChallengeRequest, ProofRequest, RenewalRequest};
use libfuzzer_sys::fuzz_target;

macro_rules! same_again {
    ($bytes:expr, $($kind:ty),+) => {$(
        if let Ok(read) = serde_json::from_slice::<$kind>($bytes) {
            let written = serde_json::to_vec(&read).expect("what was read can be written");
            let again: $kind = serde_json::from_slice(&written).expect("what was written can be read");
            assert_eq!(serde_json::to_vec(&again).expect("as before"), written, stringify!($kind));
        }
    )+};
}

fuzz_target!(|bytes: &[u8]| {
    same_again!(bytes, AnswerRequest, ChallengeRequest, ProofRequest, RenewalRequest, NewCampaign);
});
