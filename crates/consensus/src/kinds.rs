//! Estimates from answers that are not one class of many: boxes, points, tile masks, texts, ratings, comparisons, tags.
//! Knows indices and numbers only: no picture, no storage, no clock, no chance; the same rows in any order give the same
//! bits.
//!
//! One module a kind, each with rows in, `estimate` in between, estimates out. Rows carry `item` and `worker` as plain
//! numbers whose only meaning is equality; an exact duplicate of a row counts once. A row that cannot be read is a
//! [`RowProblem`] that names the row and the field.
//!
//! Two ideas serve every kind. *Pool, then individualise*: a worker is held to be like the crowd until the worker's own
//! answers say otherwise (shrinkage), for most visitors answer once. *An answer never counts against itself*: rates are
//! held on the side of chance where agreeing with an answer cannot lower what it asserts.

pub mod boxes;
pub mod compare;
mod linking;
mod places;
pub mod points;
mod presence;
pub mod rating;
mod rows;
pub mod tags;
pub mod text;
pub mod tiles;

pub use presence::WorkerRates;
pub use rows::RowProblem;
