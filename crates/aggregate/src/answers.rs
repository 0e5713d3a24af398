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

/// Why a row is not taken: the row itself, or something that ends the run.
pub(crate) enum Refusal {
    Row(Problem),
    Run(Error),
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Row(problem)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Run(error)
    }
}

/// Hands the line and the values of `columns` of every row to `take`; a row that is refused is left out. The number of rows
/// taken.
pub(crate) fn each(
    request: &Request,
    columns: &[Column<'_>],
    left_out: &mut LeftOut<'_>,
    listener: &dyn Listener,
    mut take: impl FnMut(u64, &[&str]) -> Result<(), Refusal>,
) -> Result<u64, Error> {
    let mut rows = 0;
    let file = File { path: &request.input, format: request.format, columns };
    let outcome = read::each_row(file, &|done, total| listener.step(Stage::Reading, done, total), |row| {
        let row = match row {
            Ok(row) => row,
            Err(bad) => return left_out.add(bad),
        };
        match take(row.line, row.values) {
            Ok(()) => rows += 1,
            Err(Refusal::Row(problem)) => {
                return left_out.add(BadRow { file: request.input.clone(), line: row.line, problem });
            }
            Err(Refusal::Run(error)) => return Err(error),
        }
        Ok(())
    });
    match outcome {
        Ok(()) => Ok(rows),
        Err(Stop::Read(error)) => Err(error.into()),
        Err(Stop::Taker(error)) => Err(error),
    }
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
    let mut columns = vec![task_column(request), worker_column(request)];
    columns.extend_from_slice(more);
    let (mut tasks, mut workers) = (Interner::default(), Interner::default());
    let rows = each(request, &columns, left_out, listener, |_, values| {
        let [task, worker, values @ ..] = values else { return Ok(()) };
        let value = parse(values)?;
        let task = tasks.number(task).ok_or(Error::TooManyNames { what: "tasks" })?;
        let worker = workers.number(worker).ok_or(Error::TooManyNames { what: "workers" })?;
        Ok(keep(task, worker, value)?)
    })?;
    Ok(Subjects { tasks: tasks.sorted(), workers: workers.sorted(), rows })
}

/// The column of tasks.
pub(crate) fn task_column(request: &Request) -> Column<'_> {
    Column { name: &request.columns.task, option: Some("task-column"), may_be_empty: false }
}

/// The column of workers.
pub(crate) fn worker_column(request: &Request) -> Column<'_> {
    Column { name: &request.columns.worker, option: Some("worker-column"), may_be_empty: false }
}

/// The column of labels.
pub(crate) fn label_column(request: &Request) -> Column<'_> {
    Column { name: &request.columns.label, option: Some("label-column"), may_be_empty: false }
}

/// A finite number in a column.
pub(crate) fn number(column: &str, value: &str) -> Result<f64, Problem> {
    let number = value.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    number.ok_or_else(|| Problem::NotANumber { column: column.to_owned(), value: value.to_owned() })
}
