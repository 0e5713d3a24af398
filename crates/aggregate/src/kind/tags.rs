//! Tags: which labels fit a task, several at a time or none. Does not know whether two labels exclude each other.

use std::collections::BTreeMap;

use corvee_consensus::kinds::tags::{TagRow, estimate};

use super::plain::{self, Plain};
use crate::answers;
use crate::error::Error;
use crate::left_out::LeftOut;
use crate::listener::{Listener, Stage};
use crate::names::Interner;
use crate::read::Column;
use crate::request::Request;
use crate::summary::Summary;
use crate::table::Table;

/// Probability above which a label is said to fit.
const FITS: f64 = 0.5;

pub(super) fn run(request: &Request, listener: &dyn Listener) -> Result<Summary, Error> {
    plain::check(request)?;
    let mut left_out = LeftOut::new(&request.bad_rows, listener)?;
    let mut labels = Interner::default();
    let mut rows: Vec<(u32, u32, Option<u32>)> = Vec::new();
    // Who saw the task and found no label that fits says so by an empty one.
    let column = Column { may_be_empty: true, ..answers::label_column(request) };
    let parse = |values: &[&str]| {
        let set = values.first().filter(|label| !label.is_empty());
        Ok(set.map(|label| labels.number(label)))
    };
    let subjects = answers::read(request, &[column], &mut left_out, listener, parse, |task, worker, label| {
        let label = label.map(|label| label.ok_or(Error::TooManyNames { what: "labels" })).transpose()?;
        rows.push((task, worker, label));
        Ok(())
    })?;
    let labels = labels.sorted();
    let bad_rows = left_out.count();
    let list = left_out.finish(&request.input, subjects.rows)?;
    for (task, worker, label) in &mut rows {
        *task = subjects.tasks.index_of_number(*task);
        *worker = subjects.workers.index_of_number(*worker);
        *label = label.map(|label| labels.index_of_number(label));
    }
    rows.sort_unstable();
    rows.dedup();
    let mut sets: BTreeMap<(u32, u32), Vec<u32>> = BTreeMap::new();
    for (task, worker, label) in &rows {
        sets.entry((*task, *worker)).or_default().extend(label);
    }
    let sets: Vec<TagRow> = sets.into_iter().map(|((item, worker), tags)| TagRow { item, worker, tags }).collect();
    listener.step(Stage::Estimating, 0, 0);
    let found = estimate(&sets);

    let mut tasks = Table::new(["task", "label", "confidence", "raw_confidence", "votes", "seen"]);
    let fitting = found.tags.iter().filter(|estimate| estimate.probability > FITS).map(|estimate| {
        let label = labels.name(estimate.tag as usize).to_owned();
        let confidence = [estimate.probability; 2].map(|value| format!("{value:.6}"));
        let counts = [estimate.set, estimate.seen].map(|count| count.to_string());
        (estimate.item, std::iter::once(label).chain(confidence).chain(counts).collect())
    });
    tasks.rows = plain::by_task(&subjects.tasks, tasks.header.len(), fitting);
    let counts = plain::counts(&subjects.workers, sets.iter().map(|set| set.worker));
    let mut workers = Table::new(["worker", "tasks", "sensitivity", "false_alarm"]);
    for rates in &found.workers {
        let name = subjects.workers.name(rates.worker as usize).to_owned();
        let count = counts.get(rates.worker as usize).copied().unwrap_or(0).to_string();
        let numbers = [rates.sensitivity, rates.false_alarm].map(|value| format!("{value:.6}"));
        workers.rows.push([name, count].into_iter().chain(numbers).collect());
    }
    let plain = Plain {
        method: "tag-by-tag",
        about: format!("P(the label fits), not calibrated; labels up to {FITS} are left out"),
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
