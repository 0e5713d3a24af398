//! Rows that cannot be used: where they stand, what is wrong, what to do. Does not know what happens to them.

use std::path::{Path, PathBuf};

use thiserror::Error;

/// A row that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}: {problem}", place(.file, *.line))]
pub struct BadRow {
    /// The file it stands in.
    pub file: PathBuf,
    /// Line on which it begins, from 1; in Parquet the number of the row.
    pub line: u64,
    /// What is wrong.
    pub problem: Problem,
}

fn place(file: &Path, line: u64) -> String {
    let is_parquet = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("parquet"));
    format!("{} {} {line}", file.display(), if is_parquet { "row" } else { "line" })
}

/// What is wrong with a row, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Problem {
    /// A value is empty.
    #[error("{column} is empty: fill it in or take the row out")]
    Empty {
        /// The column.
        column: String,
    },
    /// More or fewer fields than the header.
    #[error("{found} fields, but the header names {expected}: put values that hold a comma into double quotes")]
    Fields {
        /// Fields found.
        found: usize,
        /// Fields of the header.
        expected: usize,
    },
    /// A value is no UTF-8.
    #[error("{column} is not UTF-8: save the file as UTF-8")]
    NotUtf8 {
        /// The column.
        column: String,
    },
    /// A value is longer than a name can be.
    #[error("{column} has {bytes} bytes, more than {most}: is a double quote missing?")]
    TooLong {
        /// The column.
        column: String,
        /// Its length.
        bytes: usize,
        /// The longest allowed.
        most: usize,
    },
    /// A quoted value reaches to the end of the file.
    #[error("a double quote is opened and not closed before the end of the file: close it")]
    UnclosedQuote,
    /// A line is no JSON object.
    #[error("not a JSON object ({detail}): write one object on each line")]
    NotJson {
        /// What the parser said.
        detail: String,
    },
    /// An object has no such member.
    #[error("{column} is missing: give it, or name another column")]
    Missing {
        /// The column.
        column: String,
    },
    /// A value is a list or an object.
    #[error("{column} is neither a string nor a number nor true or false: write it as a string")]
    NotScalar {
        /// The column.
        column: String,
    },
    /// A value is no number.
    #[error("{column} is {value:?}, which is not a finite number: correct it")]
    NotANumber {
        /// The column.
        column: String,
        /// The value.
        value: String,
    },
    /// A value is a number or a shape that cannot be.
    #[error("{column} is {value:?}: {remedy}")]
    Unfit {
        /// The column.
        column: String,
        /// The value.
        value: String,
        /// What it should be.
        remedy: String,
    },
    /// Two rows of gold contradict each other.
    #[error("task {task:?} is {label:?} here and {first_label:?} on line {first_line}: keep the right one")]
    GoldConflict {
        /// The task.
        task: String,
        /// The label of this row.
        label: String,
        /// Line of the first row on the task.
        first_line: u64,
        /// The label there.
        first_label: String,
    },
    /// Gold has a label that no worker gave.
    #[error("label {label:?} was given by no worker (they gave {known}): correct it or take the row out")]
    GoldLabel {
        /// The label.
        label: String,
        /// The labels that were given, or the first of them.
        known: String,
    },
}

impl Problem {
    /// The column that is wrong, where it is one.
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::Empty { column }
            | Self::NotUtf8 { column }
            | Self::TooLong { column, .. }
            | Self::Missing { column }
            | Self::NotScalar { column }
            | Self::NotANumber { column, .. }
            | Self::Unfit { column, .. } => Some(column),
            Self::GoldConflict { .. } | Self::GoldLabel { .. } => Some("label"),
            Self::Fields { .. } | Self::UnclosedQuote | Self::NotJson { .. } => None,
        }
    }
}
