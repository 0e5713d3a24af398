//! The trait of all estimators and what they return. Does not know any of them.

use thiserror::Error;

use super::answers::Answers;
use super::gold::Gold;
use super::threads::Threads;

/// An estimator of classes from the answers of many workers.
pub trait Aggregator {
    /// The name used on command lines and in tables, in lower case with hyphens.
    fn name(&self) -> &'static str;

    /// Estimates the class of every item. Items in `gold` keep their class, and workers are judged by them.
    ///
    /// The result depends on nothing but `answers` and `gold`: not on the order of rows, not on `threads`, not on chance.
    ///
    /// # Errors
    /// [`AggregateError`] where `gold` points outside `answers`, or tables would not fit.
    fn aggregate(&self, answers: &Answers, gold: &Gold, threads: Threads) -> Result<Aggregate, AggregateError>;
}

/// Why nothing was estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AggregateError {
    /// Gold names an item that does not exist.
    #[error("gold: item {item} does not exist, there are {items}")]
    GoldItem {
        /// The item named.
        item: u32,
        /// Number of items.
        items: usize,
    },
    /// Gold names a class that does not exist.
    #[error("gold: class {class} of item {item} does not exist, there are {classes}")]
    GoldClass {
        /// The item named.
        item: u32,
        /// The class named.
        class: u32,
        /// Number of classes.
        classes: usize,
    },
    /// One matrix of classes by classes per worker is too much.
    #[error(
        "{workers} workers with a matrix of {states} × {classes} each need {gibibytes} GiB: \
         choose a method with one number per worker (one-coin, bwa, wawa, majority)"
    )]
    TooLarge {
        /// Number of workers.
        workers: usize,
        /// Number of states of an item.
        states: usize,
        /// Number of classes.
        classes: usize,
        /// Memory needed, rounded up.
        gibibytes: usize,
    },
}

/// What an estimator found.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// Number of classes.
    pub classes: usize,
    /// P(class | answers), `[item][class]`; each row sums to one.
    pub posterior: Vec<f32>,
    /// Share of each class among all items; sums to one.
    pub prior: Vec<f64>,
    /// Walks over the answers.
    pub iterations: u32,
    /// Whether the estimate had come to rest when it stopped.
    pub converged: bool,
}

impl Aggregate {
    /// P(class | answers) of `item`, one value per class.
    ///
    /// # Panics
    /// If `item` does not exist.
    #[expect(clippy::indexing_slicing, reason = "the bound is the documented precondition")]
    pub fn posterior(&self, item: usize) -> &[f32] {
        &self.posterior[item * self.classes..(item + 1) * self.classes]
    }

    /// The most probable class of `item`. Classes within one part in 10⁵ of each other are told apart by their share
    /// among all items, and only where that is equal too by their index.
    ///
    /// # Panics
    /// If `item` does not exist.
    pub fn class(&self, item: usize) -> usize {
        let row = self.posterior(item);
        let top = row.iter().copied().fold(0.0_f32, f32::max);
        let mut best = (f64::NEG_INFINITY, 0);
        for (class, (value, share)) in row.iter().zip(&self.prior).enumerate() {
            if *value >= top * (1.0 - 1e-5) && *share > best.0 + 1e-12 {
                best = (*share, class);
            }
        }
        best.1
    }

    /// Posterior of [`Aggregate::class`].
    ///
    /// # Panics
    /// If `item` does not exist.
    pub fn confidence(&self, item: usize) -> f32 {
        self.posterior(item).iter().copied().fold(0.0, f32::max)
    }
}

/// Refuses gold that points outside `answers`.
pub(crate) fn check_gold(answers: &Answers, gold: &Gold) -> Result<(), AggregateError> {
    let (items, classes) = (answers.items(), answers.classes());
    for (item, class) in gold.iter() {
        if item as usize >= items {
            return Err(AggregateError::GoldItem { item, items });
        }
        if class as usize >= classes {
            return Err(AggregateError::GoldClass { item, class, classes });
        }
    }
    Ok(())
}

/// Refuses matrices beyond 2 GiB: a run holds several of that size.
pub(crate) fn check_size(answers: &Answers, states: usize) -> Result<(), AggregateError> {
    const GIBIBYTE: usize = 1 << 30;
    let bytes = answers.workers().saturating_mul(answers.classes()).saturating_mul(states).saturating_mul(8);
    if bytes > 2 * GIBIBYTE {
        return Err(AggregateError::TooLarge {
            workers: answers.workers(),
            states,
            classes: answers.classes(),
            gibibytes: bytes.div_ceil(GIBIBYTE),
        });
    }
    Ok(())
}
