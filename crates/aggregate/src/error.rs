//! Why nothing was aggregated. Does not know how it is shown.

use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;

use corvee_consensus::batch::{AggregateError, AnswersError};
use thiserror::Error;

use crate::bad_row::BadRow;
use crate::read::ReadError;

/// Why nothing was aggregated. None of the files of the request was touched.
#[derive(Debug, Error)]
pub enum Error {
    /// A file cannot be read at all.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Some rows cannot be used.
    #[error("{}", bad_rows(*.count, .first))]
    BadRows {
        /// How many.
        count: u64,
        /// The first of them.
        first: Vec<BadRow>,
    },
    /// No row is left.
    #[error("{}: no row is left once the {bad_rows} bad ones are taken out", path.display())]
    NothingLeft {
        /// The file.
        path: PathBuf,
        /// Rows left out.
        bad_rows: u64,
    },
    /// Two files of the request are the same file.
    #[error("{one} and {other} are the same file, {}: name another", path.display())]
    SameFile {
        /// What the one is for.
        one: &'static str,
        /// What the other is for.
        other: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// A file cannot be written.
    #[error("{} cannot be written: {reason}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: io::Error,
    },
    /// The rows on their way cannot be kept.
    #[error("the answers cannot be kept in a temporary file beside {}: {reason}", path.display())]
    Spool {
        /// The file that the temporary one lies beside.
        path: PathBuf,
        /// Why.
        reason: io::Error,
    },
    /// No estimator has this name.
    #[error("there is no method {name:?}; there are: {known}")]
    UnknownMethod {
        /// The name.
        name: String,
        /// The names there are.
        known: String,
    },
    /// No kind has this name.
    #[error("there is no kind {name:?}; there are: {known}")]
    UnknownKind {
        /// The name.
        name: String,
        /// The names there are.
        known: String,
    },
    /// A kind does not take an option.
    #[error("--{option} does not go with --kind {kind}: leave it out")]
    NotForKind {
        /// The option.
        option: &'static str,
        /// The kind.
        kind: &'static str,
    },
    /// A kind needs an option that is absent.
    #[error("--kind {kind} needs --{option}: {what}")]
    NeededForKind {
        /// The option.
        option: &'static str,
        /// The kind.
        kind: &'static str,
        /// What to give.
        what: &'static str,
    },
    /// A setting lies outside its range.
    #[error("--{option} is {value}: {range}")]
    OutOfRange {
        /// The option.
        option: &'static str,
        /// The value.
        value: f64,
        /// What is allowed.
        range: &'static str,
    },
    /// There are more than 2³² names.
    #[error("more than 2^32 different {what}: split the file")]
    TooManyNames {
        /// Tasks, workers or labels.
        what: &'static str,
    },
    /// The rows are no answers.
    #[error(transparent)]
    Answers(#[from] AnswersError),
    /// The estimator refuses.
    #[error(transparent)]
    Estimator(#[from] AggregateError),
    /// The report cannot be rendered.
    #[error("the report cannot be rendered")]
    Report(#[from] askama::Error),
}

fn bad_rows(count: u64, first: &[BadRow]) -> String {
    let rows = if count == 1 { "1 row" } else { &format!("{count} rows") };
    let mut text = format!("{rows} cannot be used, so nothing was written:");
    for row in first {
        write!(text, "\n  {row}").expect("writing to a String cannot fail");
    }
    let more = count.saturating_sub(first.len() as u64);
    if more > 0 {
        write!(text, "\n  and {more} more").expect("writing to a String cannot fail");
    }
    text.push_str("\nCorrect them, or say --skip-bad-rows to leave them out and list them.");
    text
}
