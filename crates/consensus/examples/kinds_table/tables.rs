//! Reads a table of comma-separated values with quoted fields. Does not know what the columns mean.

use std::collections::BTreeMap;
use std::path::Path;

/// Rows of named fields.
pub(crate) struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Reads a whole file; the first line names the columns.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|problem| format!("{}: {problem}", path.display()))?;
        let mut rows = parse(&text);
        if rows.is_empty() {
            return Err(format!("{}: no header", path.display()));
        }
        let columns = rows.remove(0);
        if let Some(number) = rows.iter().position(|row| row.len() != columns.len()) {
            return Err(format!("{}: record {} has another number of fields", path.display(), number + 2));
        }
        Ok(Self { columns, rows })
    }

    /// One column.
    pub(crate) fn column(&self, name: &str) -> impl Iterator<Item = &str> {
        let place = self.columns.iter().position(|column| column == name).unwrap_or_else(|| panic!("no column {name}"));
        self.rows.iter().map(move |row| row[place].as_str())
    }

    /// One column of numbers; an empty field is `None`.
    pub(crate) fn numbers(&self, name: &str) -> Vec<Option<f64>> {
        let number = |field: &str| field.parse().unwrap_or_else(|_| panic!("{name}: {field} is no number"));
        self.column(name).map(|field| (!field.is_empty()).then(|| number(field))).collect()
    }
}

/// Running numbers for names, in order of first appearance.
#[derive(Default)]
pub(crate) struct Names(BTreeMap<String, u32>);

impl Names {
    pub(crate) fn number(&mut self, name: &str) -> u32 {
        let next = u32::try_from(self.0.len()).expect("fewer names than 2^32");
        *self.0.entry(name.to_owned()).or_insert(next)
    }

    pub(crate) fn numbers<'a>(&mut self, names: impl Iterator<Item = &'a str>) -> Vec<u32> {
        names.map(|name| self.number(name)).collect()
    }
}

fn parse(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            '\r' if !quoted => {}
            other => field.push(other),
        }
    }
    if !field.is_empty() || !row.is_empty() {
        row.push(field);
        rows.push(row);
    }
    rows
}
