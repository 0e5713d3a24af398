//! Random choices in the words the scene uses, from one seeded generator; knows nothing of scenes.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// A seeded source of choices.
#[derive(Debug)]
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    /// Dice that always fall the same way for this seed and index.
    pub(crate) fn new(seed: u64, index: u32) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(u64::from(index) + 1);
        Self(generator)
    }

    /// A number from `low` to `high`.
    pub(crate) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.0.random::<f32>()
    }

    /// True with this probability.
    pub(crate) fn chance(&mut self, probability: f32) -> bool {
        self.0.random::<f32>() < probability
    }

    /// A whole number in `0..count`, or 0 when `count` is 0.
    pub(crate) fn below(&mut self, count: u32) -> u32 {
        if count == 0 { 0 } else { self.0.random_range(0..count) }
    }

    /// A fresh salt for noise.
    pub(crate) fn salt(&mut self) -> u32 {
        self.0.random()
    }

    /// Either -1 or 1.
    pub(crate) fn sign(&mut self) -> f32 {
        if self.chance(0.5) { 1.0 } else { -1.0 }
    }

    /// One of the choices, each as likely as the next.
    pub(crate) fn pick<T: Copy, const N: usize>(&mut self, choices: [T; N]) -> T {
        const { assert!(N > 0, "a choice needs something to choose from") };
        let at = self.below(N as u32) as usize;
        choices.into_iter().nth(at).expect("below(N) stays below N")
    }

    /// One of the choices, as likely as its weight says.
    pub(crate) fn weighted<T: Copy, const N: usize>(&mut self, choices: [(T, f32); N]) -> T {
        const { assert!(N > 0, "a choice needs something to choose from") };
        let total: f32 = choices.iter().map(|(_, weight)| weight).sum();
        let mut left = self.between(0.0, total);
        for (choice, weight) in choices {
            left -= weight;
            if left <= 0.0 {
                return choice;
            }
        }
        choices[0].0
    }
}
