//! Boxes: which objects there are, where, and how surely. Does not know pictures.

use corvee_consensus::kinds::boxes::{BoxRow, Corners, estimate};

use super::plain::{self, Plain};
use crate::answers;
use crate::bad_row::Problem;
use crate::error::Error;
use crate::left_out::LeftOut;
use crate::listener::{Listener, Stage};
use crate::read::Column;
use crate::request::Request;
use crate::summary::Summary;
use crate::table::Table;

const CORNERS: [&str; 4] = ["x1", "y1", "x2", "y2"];

pub(super) fn run(request: &Request, listener: &dyn Listener) -> Result<Summary, Error> {
    plain::check(request)?;
    let mut left_out = LeftOut::new(&request.bad_rows, listener)?;
    let mut rows: Vec<BoxRow> = Vec::new();
    // Who saw the task and drew nothing says so by empty corners.
    let columns = CORNERS.map(|name| Column { name, option: None, may_be_empty: true });
    let subjects = answers::read(request, &columns, &mut left_out, listener, corners, |item, worker, corners| {
        rows.push(BoxRow { item, worker, corners });
        Ok(())
    })?;
    for row in &mut rows {
        row.item = subjects.tasks.index_of_number(row.item);
        row.worker = subjects.workers.index_of_number(row.worker);
    }
    let bad_rows = left_out.count();
    let list = left_out.finish(&request.input, subjects.rows)?;
    listener.step(Stage::Estimating, 0, 0);
    let found = estimate(&rows).expect("every corner is finite and beyond the opposite one");

    let cut = found.cut();
    let dropped = found.boxes.iter().filter(|estimate| estimate.existence < cut).count();
    let mut tasks = Table::new(["task", "x1", "y1", "x2", "y2", "confidence", "raw_confidence", "votes", "seen"]);
    let kept = found.boxes.iter().filter(|estimate| estimate.existence >= cut).map(|estimate| {
        let Corners { left, top, right, bottom } = estimate.corners;
        let corners = [left, top, right, bottom].map(|value| format!("{value:.3}"));
        let confidence = [estimate.existence; 2].map(|value| format!("{value:.6}"));
        let counts = [estimate.drawn, estimate.seen].map(|count| count.to_string());
        (estimate.item, corners.into_iter().chain(confidence).chain(counts).collect())
    });
    tasks.rows = plain::by_task(&subjects.tasks, tasks.header.len(), kept);
    let counts = plain::counts(&subjects.workers, rows.iter().map(|row| row.worker));
    let mut workers = Table::new(["worker", "rows", "accuracy"]);
    for rates in &found.workers {
        let name = subjects.workers.name(rates.worker as usize).to_owned();
        let count = counts.get(rates.worker as usize).copied().unwrap_or(0).to_string();
        // One accuracy stands behind both rates: P(draws what is there) = P(leaves out what is not).
        workers.rows.push(vec![name, count, format!("{:.6}", rates.sensitivity)]);
    }
    let plain = Plain {
        method: "linked-boxes",
        about: format!(
            "P(the object is there), not calibrated; {dropped} boxes below {cut:.3}, where the expected F1 is best, are left out"
        ),
        subjects: &subjects,
        answers: different(&rows),
        states: None,
        agreement: Vec::new(),
        bad_rows,
        list,
        tasks,
        workers,
    };
    plain::finish(request, plain)
}

/// Number of different rows.
fn different(rows: &[BoxRow]) -> u64 {
    let bits = |corners: Corners| [corners.left, corners.top, corners.right, corners.bottom].map(plain::bits);
    plain::different(rows.iter().map(|row| (row.item, row.worker, row.corners.map(bits))))
}

/// The corners of a row, or none where all are empty.
fn corners(values: &[&str]) -> Result<Option<Corners>, Problem> {
    if values.iter().all(|value| value.is_empty()) {
        return Ok(None);
    }
    let mut numbers = [0.0; CORNERS.len()];
    for ((number, name), value) in numbers.iter_mut().zip(CORNERS).zip(values) {
        if value.is_empty() {
            return Err(Problem::Empty { column: name.to_owned() });
        }
        *number = answers::number(name, value)?;
    }
    let [left, top, right, bottom] = numbers;
    for (far, near, column, opposite, value) in [(right, left, "x2", "x1", 2), (bottom, top, "y2", "y1", 3)] {
        if far <= near {
            let value = values.get(value).copied().unwrap_or_default().to_owned();
            let remedy = format!("it does not lie beyond {opposite}; swap the two, or take the row out");
            return Err(Problem::Unfit { column: column.to_owned(), value, remedy });
        }
    }
    Ok(Some(Corners { left, top, right, bottom }))
}
