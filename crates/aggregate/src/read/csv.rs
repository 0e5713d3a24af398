//! Comma- or tab-separated rows (RFC 4180), with LF or CRLF, with line breaks inside quotes. Does not know what the columns
//! mean.

use std::cell::Cell;

use csv::{ByteRecord, ReaderBuilder, Terminator};

use super::source::Source;
use super::{File, MOST_COLUMNS, ReadError, Row, RowOutcome, Stop, positions, wanted};
use crate::bad_row::{BadRow, Problem};

/// Hands every row below the header to `take`.
pub(super) fn read<E>(
    file: File<'_>,
    delimiter: u8,
    step: &dyn Fn(u64, u64),
    take: &mut dyn FnMut(RowOutcome<'_>) -> Result<(), Stop<E>>,
) -> Result<(), Stop<E>> {
    let at_end = Cell::new(false);
    let source = Source::open(file.path, step, &at_end)?;
    // LF ends a record and CR is taken off by hand: then every record ends with the line that is counted.
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .terminator(Terminator::Any(b'\n'))
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(1 << 18)
        .from_reader(source);
    let broken = |error: csv::Error| ReadError::Broken { path: file.path.to_owned(), detail: error.to_string() };
    let mut record = ByteRecord::new();
    if !reader.read_byte_record(&mut record).map_err(broken)? {
        return Err(ReadError::Empty { path: file.path.to_owned(), columns: wanted(file) }.into());
    }
    let header: Vec<String> = record.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
    let places = positions(file, &header.iter().map(String::as_str).collect::<Vec<_>>())?;
    while reader.read_byte_record(&mut record).map_err(broken)? {
        let lines = record.as_slice().split(|byte| *byte == b'\n').count() as u64;
        let line = reader.position().line().saturating_sub(lines).max(1);
        // Every line ends, so a record that the end of the file had to end is inside quotes.
        if at_end.get() {
            take(Err(BadRow { file: file.path.to_owned(), line: line + 1, problem: Problem::UnclosedQuote }))?;
            break;
        }
        if record.len() == 1 && record.get(0) == Some(b"\r") {
            continue;
        }
        row(file, &record, &places, header.len(), line, take)?;
    }
    Ok(())
}

fn row<E>(
    file: File<'_>,
    record: &ByteRecord,
    places: &[usize],
    expected: usize,
    line: u64,
    take: &mut dyn FnMut(RowOutcome<'_>) -> Result<(), Stop<E>>,
) -> Result<(), Stop<E>> {
    let bad = |problem| Err(BadRow { file: file.path.to_owned(), line, problem });
    if record.len() != expected {
        return take(bad(Problem::Fields { found: record.len(), expected }));
    }
    let mut values = [""; MOST_COLUMNS];
    for ((value, column), place) in values.iter_mut().zip(file.columns).zip(places) {
        let mut bytes = record.get(*place).unwrap_or_default();
        if place + 1 == expected {
            bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            return take(bad(Problem::NotUtf8 { column: column.name.to_owned() }));
        };
        *value = text;
    }
    take(Ok(Row { line, values: values.get(..file.columns.len()).unwrap_or_default() }))
}
