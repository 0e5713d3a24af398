//! One hash and the memory it needs, reused from hash to hash. Knows no threshold.

use core::ops::RangeInclusive;

use argon2::{Algorithm, Argon2, Block, Params, Version};

/// Bytes of a salt.
pub const SALT_BYTES: usize = 16;
/// Passes over the memory that a hash may make.
pub const PASSES: RangeInclusive<u32> = 1..=16;

const LANES: u32 = 1;
const OUTPUT_BYTES: usize = 4;

/// Memory of one hash, in KiB: from the least that Argon2 takes to what a phone can spare.
pub const fn hasher_memory_kib() -> RangeInclusive<u32> {
    8..=65_536
}

/// Memory or passes outside their ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange;

/// Computes hashes of one size, one after the other, in one piece of memory.
pub struct Hasher {
    argon2: Argon2<'static>,
    blocks: Vec<Block>,
}

impl Hasher {
    /// A hasher that fills `memory_kib` KiB `passes` times for each hash.
    ///
    /// # Errors
    /// [`OutOfRange`] for memory outside [`hasher_memory_kib`] or passes outside [`PASSES`].
    pub fn new(memory_kib: u32, passes: u32) -> Result<Self, OutOfRange> {
        if !hasher_memory_kib().contains(&memory_kib) || !PASSES.contains(&passes) {
            return Err(OutOfRange);
        }
        let params = Params::new(memory_kib, passes, LANES, Some(OUTPUT_BYTES)).map_err(|_cause| OutOfRange)?;
        let blocks = vec![Block::default(); params.block_count()];
        Ok(Self { argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params), blocks })
    }

    /// The hash of candidate `number` for the wanted number at place `at`.
    ///
    /// # Panics
    /// Never: the lengths of password, salt and output are Argon2's, the memory is as large as the parameters say.
    pub fn hash(&mut self, salt: &[u8; SALT_BYTES], at: u8, number: u32) -> u32 {
        let [a, b, c, d] = number.to_be_bytes();
        let mut output = [0; OUTPUT_BYTES];
        let hashed = self.argon2.hash_password_into_with_memory(&[at, a, b, c, d], salt, &mut output, &mut self.blocks);
        hashed.expect("lengths and memory are within what Argon2 takes");
        u32::from_be_bytes(output)
    }
}

impl core::fmt::Debug for Hasher {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Hasher").field("blocks", &self.blocks.len()).finish_non_exhaustive()
    }
}
