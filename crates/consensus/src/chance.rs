//! Chance as a parameter. Does not know where the numbers come from nor what they decide.

/// A source of chance, a parameter everywhere: uniform numbers from 0 (inclusive) to 1 (exclusive). Any closure is one.
pub trait Chance {
    /// The next number, 0 ≤ x < 1.
    fn unit(&mut self) -> f64;
}

impl<F: FnMut() -> f64> Chance for F {
    fn unit(&mut self) -> f64 {
        self()
    }
}
