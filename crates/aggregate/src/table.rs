//! A table of text on its way into a CSV or onto a page. Does not know what is in it.

use std::io;

/// Names of columns, and rows of as many values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    pub(crate) fn new<const COLUMNS: usize>(header: [&str; COLUMNS]) -> Self {
        Self { header: header.map(str::to_owned).to_vec(), rows: Vec::new() }
    }

    /// Writes it as CSV.
    pub(crate) fn write(&self, file: &mut dyn io::Write) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(file);
        writer.write_record(&self.header)?;
        for row in &self.rows {
            writer.write_record(row)?;
        }
        writer.flush()
    }
}
