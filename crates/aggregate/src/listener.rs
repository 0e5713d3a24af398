//! Who is told how far the work is. Does not know how it is shown.

use crate::bad_row::BadRow;

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reading the answers; counted in bytes.
    Reading,
    /// Estimating; not counted.
    Estimating,
    /// Resampling for the intervals of agreement; not counted.
    Resampling,
    /// Writing; counted in tasks.
    Writing,
}

/// Is told how far the work is, and of every row that is left out.
pub trait Listener {
    /// `done` of `total`; a `total` of 0 cannot be counted.
    fn step(&self, stage: Stage, done: u64, total: u64);

    /// A row is left out, and no file was named to list it in.
    fn left_out(&self, row: &BadRow);
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Listener for Silent {
    fn step(&self, _stage: Stage, _done: u64, _total: u64) {}

    fn left_out(&self, _row: &BadRow) {}
}
