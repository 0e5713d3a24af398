//! What travels sealed, behind its seal: whoever held an old key could write anything there.
#![no_main]

use corvee_protocol::sealed_puzzle::SealedPuzzle;
use corvee_protocol::sealed_state::SealedState;
use corvee_protocol::sealed_wait::SealedWait;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(state) = postcard::from_bytes::<SealedState>(bytes) {
        let written = postcard::to_allocvec(&state).expect("a state holds plain values");
        // Not every float equals itself, but its bytes do.
        let again: SealedState = postcard::from_bytes(&written).expect("what was written is read");
        assert_eq!(postcard::to_allocvec(&again).expect("as before"), written);
    }
    if let Ok(puzzle) = postcard::from_bytes::<SealedPuzzle>(bytes) {
        let written = postcard::to_allocvec(&puzzle).expect("a puzzle holds plain values");
        assert_eq!(postcard::from_bytes::<SealedPuzzle>(&written).as_ref(), Ok(&puzzle));
    }
    if let Ok(wait) = postcard::from_bytes::<SealedWait>(bytes) {
        let written = postcard::to_allocvec(&wait).expect("a wait holds plain values");
        assert_eq!(postcard::from_bytes::<SealedWait>(&written).as_ref(), Ok(&wait));
    }
});
