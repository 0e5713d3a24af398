//! Rows of a file: CSV, JSON lines or Parquet, column by name, each with its line. Does not know what the columns mean.

mod csv;
mod json_lines;
#[cfg(feature = "parquet")]
mod parquet;
mod source;

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::bad_row::{BadRow, Problem};

/// Longest value of a column, in bytes.
pub(crate) const MOST_BYTES: usize = 1 << 20;

/// Most columns that are read of a file.
pub(crate) const MOST_COLUMNS: usize = 8;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated, the first line names the columns.
    Csv,
    /// Tab-separated, the first line names the columns.
    Tsv,
    /// A JSON object on each line.
    JsonLines,
    /// Parquet.
    Parquet,
}

impl Format {
    /// Names as on the command line.
    pub const NAMES: [(&'static str, Self); 4] =
        [("csv", Self::Csv), ("tsv", Self::Tsv), ("jsonl", Self::JsonLines), ("parquet", Self::Parquet)];

    /// The format that the name of a file tells.
    pub fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        let extension = if extension == "ndjson" { "jsonl" } else { extension.as_str() };
        Self::NAMES.into_iter().find(|(name, _)| *name == extension).map(|(_, format)| format)
    }
}

/// Why a file cannot be read at all.
#[derive(Debug, Error)]
pub enum ReadError {
    /// It cannot be opened.
    #[error("{} cannot be opened: {reason}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: io::Error,
    },
    /// It can be opened, and then reading stops.
    #[error("{} cannot be read to its end: {detail}", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// Why.
        detail: String,
    },
    /// Its name does not tell how it is written.
    #[error("{}: the name does not tell the format; end it in .csv, .tsv, .jsonl or .parquet, or say --format", path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// This build leaves Parquet out.
    #[error("{}: this build does not read Parquet; build with --features parquet, or save the table as CSV", path.display())]
    NoParquet {
        /// The file.
        path: PathBuf,
    },
    /// There is nothing in it.
    #[error("{} is empty: its first line should name the columns {columns}", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
        /// The columns wanted.
        columns: String,
    },
    /// There are columns and no row.
    #[error("{} has a header and no row below it", path.display())]
    NoRows {
        /// The file.
        path: PathBuf,
    },
    /// The header lacks a column.
    #[error("{} has no column {column:?}; its columns are {found}. {}", path.display(), renaming(*.option))]
    NoColumn {
        /// The file.
        path: PathBuf,
        /// The column wanted.
        column: String,
        /// The option that names another column for it.
        option: Option<&'static str>,
        /// The columns there are.
        found: String,
    },
    /// The header names a wanted column twice.
    #[error("{} has two columns {column:?}: rename one", path.display())]
    TwoColumns {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
    },
}

fn renaming(option: Option<&str>) -> String {
    option.map_or_else(
        || "Rename the one that is meant".to_owned(),
        |option| format!("Rename it, or say --{option} NAME"),
    )
}

/// A column that is wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column<'a> {
    /// Its name in the file.
    pub(crate) name: &'a str,
    /// The option that names another column for it, where there is one, such as `task-column`.
    pub(crate) option: Option<&'static str>,
    /// Whether an empty value is one.
    pub(crate) may_be_empty: bool,
}

/// A row, or what is wrong with it.
pub(crate) type RowOutcome<'a> = Result<Row<'a>, BadRow>;

/// The values of the wanted columns, in the order in which they were wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    pub(crate) line: u64,
    pub(crate) values: &'a [&'a str],
}

/// Why reading stopped: the file, or whoever takes the rows.
pub(crate) enum Stop<E> {
    Read(ReadError),
    Taker(E),
}

impl<E> From<ReadError> for Stop<E> {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

/// A file to read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct File<'a> {
    pub(crate) path: &'a Path,
    pub(crate) format: Option<Format>,
    pub(crate) columns: &'a [Column<'a>],
}

/// Reads `file` and hands every row to `take`; `step` is told bytes read of bytes in all.
pub(crate) fn each_row<E>(
    file: File<'_>,
    step: &dyn Fn(u64, u64),
    mut take: impl FnMut(RowOutcome<'_>) -> Result<(), E>,
) -> Result<(), Stop<E>> {
    let path = file.path;
    let format = file.format.or_else(|| Format::of(path));
    let mut rows = 0_u64;
    let mut counted = |row: RowOutcome<'_>| {
        rows += 1;
        take(checked(file, row)).map_err(Stop::Taker)
    };
    match format {
        None => return Err(ReadError::UnknownFormat { path: path.to_owned() }.into()),
        Some(Format::Csv) => csv::read(file, b',', step, &mut counted)?,
        Some(Format::Tsv) => csv::read(file, b'\t', step, &mut counted)?,
        Some(Format::JsonLines) => json_lines::read(file, step, &mut counted)?,
        #[cfg(feature = "parquet")]
        Some(Format::Parquet) => parquet::read(file, step, &mut counted)?,
        #[cfg(not(feature = "parquet"))]
        Some(Format::Parquet) => return Err(ReadError::NoParquet { path: path.to_owned() }.into()),
    }
    if rows == 0 {
        return Err(ReadError::NoRows { path: path.to_owned() }.into());
    }
    Ok(())
}

/// Refuses empty and overlong values.
fn checked<'a>(file: File<'_>, row: RowOutcome<'a>) -> RowOutcome<'a> {
    let row = row?;
    for (column, value) in file.columns.iter().zip(row.values) {
        let name = || column.name.to_owned();
        let problem = if value.is_empty() && !column.may_be_empty {
            Problem::Empty { column: name() }
        } else if value.len() > MOST_BYTES {
            Problem::TooLong { column: name(), bytes: value.len(), most: MOST_BYTES }
        } else {
            continue;
        };
        return Err(BadRow { file: file.path.to_owned(), line: row.line, problem });
    }
    Ok(row)
}

/// Where each wanted column stands among the `found` ones.
fn positions(file: File<'_>, found: &[&str]) -> Result<Vec<usize>, ReadError> {
    let position = |column: &Column<'_>| {
        let mut places = found.iter().enumerate().filter(|(_, name)| **name == column.name).map(|(place, _)| place);
        match (places.next(), places.next()) {
            (Some(place), None) => Ok(place),
            (Some(_), Some(_)) => {
                Err(ReadError::TwoColumns { path: file.path.to_owned(), column: column.name.to_owned() })
            }
            (None, _) => Err(ReadError::NoColumn {
                path: file.path.to_owned(),
                column: column.name.to_owned(),
                option: column.option,
                found: quoted(found),
            }),
        }
    };
    file.columns.iter().map(position).collect()
}

/// The first names, quoted, for a message.
/// Characters of a column's name that a message shows.
const LONGEST_SHOWN: usize = 40;

fn quoted(names: &[&str]) -> String {
    // A file that is no table at all would else fill the screen.
    let shown = |name: &&str| match name.char_indices().nth(LONGEST_SHOWN) {
        Some((end, _)) => format!("{:?}…", name.get(..end).unwrap_or_default()),
        None => format!("{name:?}"),
    };
    let mut text = names.iter().take(12).map(shown).collect::<Vec<_>>().join(", ");
    if names.len() > 12 {
        text.push_str(" …");
    }
    text
}

/// The wanted columns for a message.
fn wanted(file: File<'_>) -> String {
    file.columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
}
