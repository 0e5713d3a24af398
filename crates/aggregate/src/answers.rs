//! The rows of a file as a numbered task, a numbered worker and whatever a kind reads of the rest. Does not know the kinds.

use crate::bad_row::{BadRow, Problem};
use crate::error::Error;
use crate::left_out::LeftOut;
use crate::listener::{Listener, Stage};
use crate::names::{Interner, Names};
use crate::read::{self, Column, File, Stop};
use crate::request::Request;

/// Who answered what in how many rows.
pub(crate) struct Subjects {
    pub(crate) tasks: Names,
    pub(crate) workers: Names,
    /// Rows that could be used.
    pub(crate) rows: u64,
}

/// Reads the rows of the request with the columns of tasks and workers and `more` ones. `parse` reads the values of `more`,
/// `keep` takes them with the numbers of task and worker on their way in; [`Names::index_of_number`] makes them indices.
pub(crate) fn read<Value>(
    request: &Request,
    more: &[Column<'_>],
    left_out: &mut LeftOut<'_>,
    listener: &dyn Listener,
    mut parse: impl FnMut(&[&str]) -> Result<Value, Problem>,
    mut keep: impl FnMut(u32, u32, Value) -> Result<(), Error>,
) -> Result<Subjects, Error> {
    let names = &request.columns;
    let mut columns = vec![
        Column { name: &names.task, meaning: "task", may_be_empty: false },
        Column { name: &names.worker, meaning: "worker", may_be_empty: false },
    ];
    columns.extend_from_slice(more);
    let (mut tasks, mut workers, mut rows) = (Interner::default(), Interner::default(), 0);
    let file = File { path: &request.input, format: request.format, columns: &columns };
    let outcome = read::each_row(file, &|done, total| listener.step(Stage::Reading, done, total), |row| {
        let row = match row {
            Ok(row) => row,
            Err(bad) => return left_out.add(bad),
        };
        let [task, worker, values @ ..] = row.values else { return Ok(()) };
        let value = match parse(values) {
            Ok(value) => value,
            Err(problem) => {
                return left_out.add(BadRow { file: request.input.clone(), line: row.line, problem });
            }
        };
        let task = tasks.number(task).ok_or(Error::TooManyNames { what: "tasks" })?;
        let worker = workers.number(worker).ok_or(Error::TooManyNames { what: "workers" })?;
        rows += 1;
        keep(task, worker, value)
    });
    match outcome {
        Ok(()) => Ok(Subjects { tasks: tasks.sorted(), workers: workers.sorted(), rows }),
        Err(Stop::Read(error)) => Err(error.into()),
        Err(Stop::Taker(error)) => Err(error),
    }
}

/// The column of labels.
pub(crate) fn label_column(request: &Request) -> Column<'_> {
    Column { name: &request.columns.label, meaning: "label", may_be_empty: false }
}

/// A finite number in a column.
pub(crate) fn number(column: &str, value: &str) -> Result<f64, Problem> {
    let number = value.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    number.ok_or_else(|| Problem::NotANumber { column: column.to_owned(), value: value.to_owned() })
}
