//! Looking for numbers, and checking those that somebody found. Knows no memory size.

use core::ops::Range;

use crate::hasher::{Hasher, SALT_BYTES};

/// The first number of `candidates` whose hash for the place `at` is below `threshold`; `None` when there is none.
pub fn search(
    hasher: &mut Hasher,
    salt: &[u8; SALT_BYTES],
    at: u8,
    mut candidates: Range<u32>,
    threshold: u32,
) -> Option<u32> {
    candidates.find(|number| hasher.hash(salt, at, *number) < threshold)
}

/// The number at place `at` is not one that was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Counted from 0.
    pub at: u8,
}

/// Checks the numbers in their order. Costs one hash each, and stops at the first that is wrong.
///
/// # Errors
/// [`Mismatch`] with the place of the first wrong number. More than 256 numbers are wrong from the 257th on, which has no
/// place.
pub fn check(hasher: &mut Hasher, salt: &[u8; SALT_BYTES], numbers: &[u32], threshold: u32) -> Result<(), Mismatch> {
    for (place, number) in numbers.iter().enumerate() {
        let at = u8::try_from(place).map_err(|_cause| Mismatch { at: u8::MAX })?;
        if hasher.hash(salt, at, *number) >= threshold {
            return Err(Mismatch { at });
        }
    }
    Ok(())
}
