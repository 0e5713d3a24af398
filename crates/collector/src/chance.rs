//! Chance as a parameter: one generator, seeded by the system or by a test. Knows no purpose.

use std::sync::{Arc, Mutex, PoisonError};

use rand::rngs::SysRng;
use rand::{Rng as _, SeedableRng as _, TryRng as _};
use rand_chacha::ChaCha20Rng;

/// Bytes that a millisecond since 1970 takes until the year 10,889.
const MOMENT_BYTES: usize = 6;

/// Begins these bytes with a moment, such that later ones are greater.
pub fn dated(bytes: &mut [u8], moment_ms: u64) {
    let moment = moment_ms.to_be_bytes().into_iter().skip(size_of::<u64>() - MOMENT_BYTES);
    for (byte, of_moment) in bytes.iter_mut().zip(moment) {
        *byte = of_moment;
    }
}

/// A cryptographic generator shared by everything that draws.
#[derive(Clone)]
pub struct Chance(Arc<Mutex<ChaCha20Rng>>);

impl Chance {
    /// Seeded by the operating system.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn from_system() -> Result<Self, rand::rngs::SysError> {
        let mut seed = [0; 32];
        SysRng.try_fill_bytes(&mut seed)?;
        Ok(Self(Arc::new(Mutex::new(ChaCha20Rng::from_seed(seed)))))
    }

    /// The same draws for the same seed; for tests and simulations.
    #[cfg(test)]
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(ChaCha20Rng::seed_from_u64(seed))))
    }

    /// A generator of its own for one task, so that nobody waits while it draws.
    pub fn generator(&self) -> ChaCha20Rng {
        let mut shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut seed = [0; 32];
        shared.fill_bytes(&mut seed);
        ChaCha20Rng::from_seed(seed)
    }

    /// 16 bytes that nobody else has: the moment in six, then 80 random bits. Rows that are named so stand in the order in
    /// which they came, and what comes together is written together.
    pub fn name(&self, now_ms: u64) -> [u8; 16] {
        let mut name = self.bytes();
        dated(&mut name, now_ms);
        name
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
        bytes
    }
}
