//! What changes on a variant from one serving to the next: the means of brightness and of two colours. Knows small numbers.

use rand::{Rng, RngExt as _};

/// Steps of brightness to either side.
const LUMA: u16 = 6;
/// Steps of each colour difference to either side.
const CHROMA: u16 = 3;
/// Values of brightness and of each colour difference.
const LUMAS: u16 = 2 * LUMA + 1;
const CHROMAS: u16 = 2 * CHROMA + 1;

/// How far a serving moves the means of a variant: brightness by −6 to 6 of 256 levels, the colour differences by −3 to 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Look {
    /// Steps of brightness, of blue and of red difference.
    pub(crate) steps: [i16; 3],
}

/// All looks in an order of chance, each once: no two servings of a variant look the same.
#[derive(Clone, Debug)]
pub struct Looks {
    next: u16,
    stride: u16,
    left: u16,
}

impl Looks {
    /// Looks there are: 637.
    pub const COUNT: u16 = LUMAS * CHROMAS * CHROMAS;

    /// All of them in an order drawn now.
    pub fn draw(chance: &mut impl Rng) -> Self {
        // A stride that shares no factor with their number visits all of them.
        let stride = loop {
            let stride = chance.random_range(1..Self::COUNT);
            if stride % LUMAS != 0 && stride % CHROMAS != 0 {
                break stride;
            }
        };
        Self { next: chance.random_range(0..Self::COUNT), stride, left: Self::COUNT }
    }

    /// Looks taken so far.
    pub fn taken(&self) -> u16 {
        Self::COUNT - self.left
    }
}

impl Iterator for Looks {
    type Item = Look;

    fn next(&mut self) -> Option<Look> {
        self.left = self.left.checked_sub(1)?;
        let number = self.next;
        self.next = (number + self.stride) % Self::COUNT;
        let step = |number: u16, reach: u16| i16::try_from(number).unwrap_or(0) - i16::try_from(reach).unwrap_or(0);
        let (luma, chromas) = (number % LUMAS, number / LUMAS);
        let steps = [step(luma, LUMA), step(chromas % CHROMAS, CHROMA), step(chromas / CHROMAS, CHROMA)];
        Some(Look { steps })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rand::SeedableRng as _;
    use rand_chacha::ChaCha20Rng;

    use super::*;

    #[test]
    fn every_look_comes_once_and_then_none() {
        for seed in 0..20 {
            let mut looks = Looks::draw(&mut ChaCha20Rng::from_seed([seed; 32]));
            let met: BTreeSet<Look> = looks.by_ref().collect();
            assert_eq!(met.len(), 637);
            assert_eq!((looks.taken(), looks.next()), (637, None));
            assert!(met.iter().all(|look| look.steps[0].abs() <= 6 && look.steps[1..].iter().all(|s| s.abs() <= 3)));
        }
    }
}
