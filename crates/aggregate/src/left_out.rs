//! Rows that are left out: counted, the first kept, all listed. Does not know why a row is bad.

use std::io;
use std::path::Path;

use crate::bad_row::BadRow;
use crate::error::Error;
use crate::listener::Listener;
use crate::output::Output;
use crate::request::BadRows;

/// Rows named in an error and in the summary.
const FIRST: usize = 20;

/// Rows that are left out, on their way to wherever they are listed.
pub(crate) struct LeftOut<'a> {
    listener: &'a dyn Listener,
    may_leave_out: bool,
    list: Option<Output>,
    count: u64,
    first: Vec<BadRow>,
}

impl<'a> LeftOut<'a> {
    /// None so far.
    pub(crate) fn new(bad_rows: &BadRows, listener: &'a dyn Listener) -> Result<Self, Error> {
        let mut list = match bad_rows {
            BadRows::LeaveOut(Some(path)) => Some(Output::begin(path)?),
            BadRows::LeaveOut(None) | BadRows::Refuse => None,
        };
        if let Some(list) = &mut list {
            list.fill(|file| line(file, ["file", "line", "column", "problem"]))?;
        }
        Ok(Self { listener, may_leave_out: *bad_rows != BadRows::Refuse, list, count: 0, first: Vec::new() })
    }

    /// Leaves a row out.
    pub(crate) fn add(&mut self, row: BadRow) -> Result<(), Error> {
        self.count += 1;
        if let Some(list) = &mut self.list {
            let (file, number, problem) =
                (row.file.display().to_string(), row.line.to_string(), row.problem.to_string());
            let column = row.problem.column().unwrap_or_default();
            list.fill(|out| line(out, [&file, &number, column, &problem]))?;
        } else if self.may_leave_out {
            self.listener.left_out(&row);
        }
        if self.first.len() < FIRST {
            self.first.push(row);
        }
        Ok(())
    }

    /// How many.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The list to publish; an error if none may be left out, or if nothing is left of the `rows` of `input`.
    pub(crate) fn finish(self, input: &Path, rows: u64) -> Result<Option<Output>, Error> {
        if self.count > 0 && !self.may_leave_out {
            return Err(Error::BadRows { count: self.count, first: self.first });
        }
        if rows == 0 {
            return Err(Error::NothingLeft { path: input.to_owned(), bad_rows: self.count });
        }
        Ok(self.list)
    }
}

fn line(file: &mut dyn io::Write, fields: [&str; 4]) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(file);
    writer.write_record(fields)?;
    writer.flush()
}
