//! Comparisons: how strong each item is, and how far each worker's word carries. Does not know what the items are.

use corvee_consensus::kinds::compare::{CompareRow, estimate};

use super::plain::{self, Plain};
use crate::answers::{self, Refusal, Subjects};
use crate::bad_row::Problem;
use crate::error::Error;
use crate::left_out::LeftOut;
use crate::listener::{Listener, Stage};
use crate::names::Interner;
use crate::read::Column;
use crate::request::Request;
use crate::summary::Summary;
use crate::table::Table;

/// Standard errors on either side of a strength that hold 95 % of a Gaussian.
const MIDDLE: f64 = 1.959_964;

pub(super) fn run(request: &Request, listener: &dyn Listener) -> Result<Summary, Error> {
    plain::check(request)?;
    let mut left_out = LeftOut::new(&request.bad_rows, listener)?;
    let (mut items, mut workers, mut rows) = (Interner::default(), Interner::default(), Vec::new());
    let side = |name| Column { name, option: None, may_be_empty: false };
    let columns = [answers::worker_column(request), side("left"), side("right"), side("winner")];
    let taken = answers::each(request, &columns, &mut left_out, listener, |_, values| {
        let [worker, left, right, winner] = *values else { return Ok(()) };
        let loser = loser(left, right, winner)?;
        let worker = workers.number(worker).ok_or(Error::TooManyNames { what: "workers" })?;
        let mut item = |name| items.number(name).ok_or(Refusal::Run(Error::TooManyNames { what: "items" }));
        rows.push(CompareRow { worker, winner: item(winner)?, loser: item(loser)? });
        Ok(())
    })?;
    let subjects = Subjects { tasks: items.sorted(), workers: workers.sorted(), rows: taken };
    for row in &mut rows {
        row.worker = subjects.workers.index_of_number(row.worker);
        row.winner = subjects.tasks.index_of_number(row.winner);
        row.loser = subjects.tasks.index_of_number(row.loser);
    }
    let bad_rows = left_out.count();
    let list = left_out.finish(&request.input, subjects.rows)?;
    rows.sort_unstable();
    rows.dedup();
    listener.step(Stage::Estimating, 0, 0);
    let found = estimate(&rows).expect("no item is compared with itself");

    let printed = |value: f64| format!("{value:.4}");
    let mut strengths: Vec<f64> = found.items.iter().map(|item| item.strength).collect();
    strengths.sort_by(|one, other| other.total_cmp(one));
    let mut wins = vec![0_u32; subjects.tasks.len() as usize];
    for row in &rows {
        if let Some(wins) = wins.get_mut(row.winner as usize) {
            *wins += 1;
        }
    }
    let mut tasks = Table::new(["item", "rank", "strength", "low", "high", "comparisons", "wins"]);
    for item in &found.items {
        // Strengths that differ by rounding alone share a rank.
        let rank = 1 + strengths.partition_point(|strength| *strength > item.strength + 1e-6);
        let reach = MIDDLE * item.error;
        let strength = [item.strength, item.strength - reach, item.strength + reach].map(printed);
        let wins = wins.get(item.item as usize).copied().unwrap_or(0);
        let mut row = vec![subjects.tasks.name(item.item as usize).to_owned(), rank.to_string()];
        row.extend(strength);
        row.extend([item.comparisons, wins].map(|count| count.to_string()));
        tasks.rows.push(row);
    }
    let counts = plain::counts(&subjects.workers, rows.iter().map(|row| row.worker));
    let mut workers = Table::new(["worker", "answers", "reliability"]);
    for judge in &found.judges {
        let name = subjects.workers.name(judge.worker as usize).to_owned();
        let count = counts.get(judge.worker as usize).copied().unwrap_or(0).to_string();
        workers.rows.push(vec![name, count, format!("{:.6}", judge.reliability)]);
    }
    let plain = Plain {
        method: "crowd-bradley-terry",
        about: "P(one beats another) is 1/(1 + exp(other's strength − its own)), not calibrated".to_owned(),
        subjects: &subjects,
        answers: rows.len() as u64,
        states: None,
        agreement: Vec::new(),
        bad_rows,
        list,
        tasks,
        workers,
    };
    plain::finish(request, plain)
}

/// The side that did not win.
fn loser<'a>(left: &'a str, right: &'a str, winner: &str) -> Result<&'a str, Problem> {
    let unfit = |column: &str, value: &str, remedy| {
        Err(Problem::Unfit { column: column.to_owned(), value: value.to_owned(), remedy })
    };
    if left == right {
        return unfit("right", right, "it is left as well; an item is compared with another one".to_owned());
    }
    match winner {
        winner if winner == left => Ok(right),
        winner if winner == right => Ok(left),
        winner => unfit("winner", winner, format!("write {left:?} or {right:?}, the two that were compared")),
    }
}
