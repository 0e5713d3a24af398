//! A JSON object on each line. Numbers keep the text they are written with, so that long ones stay apart. Does not know
//! what the members mean.

use std::cell::Cell;
use std::fmt;
use std::io::{BufRead as _, BufReader};

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize as _, Deserializer as _};
use serde_json::value::RawValue;

use super::source::Source;
use super::{File, MOST_COLUMNS, ReadError, Row, RowOutcome, Stop, wanted};
use crate::bad_row::{BadRow, Problem};

/// Hands every line that is not blank to `take`.
pub(super) fn read<E>(
    file: File<'_>,
    step: &dyn Fn(u64, u64),
    take: &mut dyn FnMut(RowOutcome<'_>) -> Result<(), Stop<E>>,
) -> Result<(), Stop<E>> {
    let at_end = Cell::new(false);
    let mut reader = BufReader::with_capacity(1 << 18, Source::open(file.path, step, &at_end)?);
    let broken = |error: std::io::Error| ReadError::Broken { path: file.path.to_owned(), detail: error.to_string() };
    let mut text = Vec::new();
    let mut line = 0;
    let mut rows = 0_u64;
    loop {
        text.clear();
        if reader.read_until(b'\n', &mut text).map_err(broken)? == 0 {
            break;
        }
        line += 1;
        if text.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        rows += 1;
        let mut owned: [String; MOST_COLUMNS] = Default::default();
        if let Err(problem) = members(file, &text, &mut owned) {
            take(Err(BadRow { file: file.path.to_owned(), line, problem }))?;
            continue;
        }
        let values: [&str; MOST_COLUMNS] = owned.each_ref().map(String::as_str);
        take(Ok(Row { line, values: values.get(..file.columns.len()).unwrap_or_default() }))?;
    }
    if rows == 0 {
        return Err(ReadError::Empty { path: file.path.to_owned(), columns: wanted(file) }.into());
    }
    Ok(())
}

/// The wanted members of the object on a line.
fn members(file: File<'_>, text: &[u8], values: &mut [String]) -> Result<(), Problem> {
    let text = std::str::from_utf8(text).map_err(|_error| Problem::NotJson { detail: "not UTF-8".to_owned() })?;
    let mut json = serde_json::Deserializer::from_str(text);
    let found = (&mut json)
        .deserialize_map(Members { file })
        .and_then(|found| json.end().map(|()| found))
        .map_err(|error| not_json(&error))?;
    for ((value, column), raw) in values.iter_mut().zip(file.columns).zip(found) {
        let name = || column.name.to_owned();
        let raw = raw.ok_or_else(|| Problem::Missing { column: name() })?;
        match raw.get().as_bytes().first() {
            Some(b'"') => *value = String::deserialize(raw).map_err(|error| not_json(&error))?,
            Some(b'[' | b'{') => return Err(Problem::NotScalar { column: name() }),
            Some(b'n') => return Err(Problem::Missing { column: name() }),
            _ => raw.get().clone_into(value),
        }
    }
    Ok(())
}

/// What the parser says, without its own count of lines: it sees one line alone.
fn not_json(error: &serde_json::Error) -> Problem {
    let detail = error.to_string();
    let detail = match detail.rsplit_once(" at line 1 column ") {
        Some((detail, "0")) => detail.to_owned(),
        Some((detail, column)) => format!("{detail} at character {column}"),
        None => detail,
    };
    Problem::NotJson { detail }
}

/// Reads an object and keeps the wanted members.
struct Members<'a> {
    file: File<'a>,
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = [Option<&'de RawValue>; MOST_COLUMNS];

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = [None; MOST_COLUMNS];
        while let Some(name) = map.next_key::<String>()? {
            let place = self.file.columns.iter().position(|column| column.name == name);
            match place.and_then(|place| found.get_mut(place)) {
                None => drop(map.next_value::<IgnoredAny>()?),
                Some(Some(_)) => return Err(serde::de::Error::custom(format_args!("two members {name:?}"))),
                Some(slot) => *slot = Some(map.next_value()?),
            }
        }
        Ok(found)
    }
}
