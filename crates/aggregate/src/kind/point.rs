//! Points: which things there are, where, and how surely. Does not know pictures.

use corvee_consensus::kinds::points::{Point, PointRow, Reach, estimate};

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

const PLACE: [&str; 2] = ["x", "y"];

pub(super) fn run(request: &Request, listener: &dyn Listener) -> Result<Summary, Error> {
    plain::check(request)?;
    let reach = reach(request)?;
    let mut left_out = LeftOut::new(&request.bad_rows, listener)?;
    let mut rows: Vec<PointRow> = Vec::new();
    // Who saw the task and clicked nothing says so by an empty place.
    let columns = PLACE.map(|name| Column { name, option: None, may_be_empty: true });
    let subjects = answers::read(request, &columns, &mut left_out, listener, place, |item, worker, point| {
        rows.push(PointRow { item, worker, point });
        Ok(())
    })?;
    for row in &mut rows {
        row.item = subjects.tasks.index_of_number(row.item);
        row.worker = subjects.workers.index_of_number(row.worker);
    }
    let bad_rows = left_out.count();
    let list = left_out.finish(&request.input, subjects.rows)?;
    listener.step(Stage::Estimating, 0, 0);
    let found = estimate(&rows, reach).expect("every coordinate is finite");

    let cut = found.cut();
    let dropped = found.points.iter().filter(|estimate| estimate.existence < cut).count();
    let mut tasks = Table::new(["task", "x", "y", "uncertainty", "confidence", "raw_confidence", "votes", "seen"]);
    let kept = found.points.iter().filter(|estimate| estimate.existence >= cut).map(|estimate| {
        let place = [estimate.point.x, estimate.point.y, estimate.uncertainty].map(|value| format!("{value:.3}"));
        let confidence = [estimate.existence; 2].map(|value| format!("{value:.6}"));
        let counts = [estimate.clicked, estimate.seen].map(|count| count.to_string());
        (estimate.item, place.into_iter().chain(confidence).chain(counts).collect())
    });
    tasks.rows = plain::by_task(&subjects.tasks, tasks.header.len(), kept);
    let counts = plain::counts(&subjects.workers, rows.iter().map(|row| row.worker));
    let mut workers = Table::new(["worker", "rows", "accuracy"]);
    for rates in &found.workers {
        let name = subjects.workers.name(rates.worker as usize).to_owned();
        let count = counts.get(rates.worker as usize).copied().unwrap_or(0).to_string();
        workers.rows.push(vec![name, count, format!("{:.6}", rates.sensitivity)]);
    }
    let key = |row: &PointRow| (row.item, row.worker, row.point.map(|point| [point.x, point.y].map(plain::bits)));
    let plain = Plain {
        method: "linked-points",
        about: format!(
            "P(the thing is there), not calibrated; {dropped} points below {cut:.3}, where the expected F1 is best, are left out"
        ),
        subjects: &subjects,
        answers: plain::different(rows.iter().map(key)),
        states: None,
        agreement: Vec::new(),
        bad_rows,
        list,
        tasks,
        workers,
    };
    plain::finish(request, plain)
}

fn reach(request: &Request) -> Result<Reach, Error> {
    let Some(distance) = request.reach else {
        let what = "the greatest distance at which two clicks may mean one thing, in the unit of x and y";
        return Err(Error::NeededForKind { option: "reach", kind: request.kind.name(), what });
    };
    let range = "it is a finite number above 0";
    Reach::new(distance).ok_or(Error::OutOfRange { option: "reach", value: distance, range })
}

/// The place of a row, or none where both coordinates are empty.
fn place(values: &[&str]) -> Result<Option<Point>, Problem> {
    let [x, y] = *values else { return Ok(None) };
    match (x.is_empty(), y.is_empty()) {
        (true, true) => Ok(None),
        (true, false) => Err(Problem::Empty { column: "x".to_owned() }),
        (false, true) => Err(Problem::Empty { column: "y".to_owned() }),
        (false, false) => Ok(Some(Point { x: answers::number("x", x)?, y: answers::number("y", y)? })),
    }
}
