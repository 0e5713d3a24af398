//! Texts: what was written or said, word by word. Does not know pictures and sounds.

use std::collections::BTreeSet;

use corvee_consensus::kinds::text::{TextRow, estimate};

use super::plain::{self, Plain};
use crate::answers;
use crate::error::Error;
use crate::left_out::LeftOut;
use crate::listener::{Listener, Stage};
use crate::names::Interner;
use crate::read::Column;
use crate::request::Request;
use crate::summary::{States, Summary};
use crate::table::Table;

pub(super) fn run(request: &Request, listener: &dyn Listener) -> Result<Summary, Error> {
    plain::check(request)?;
    let mut left_out = LeftOut::new(&request.bad_rows, listener)?;
    let mut texts = Interner::default();
    let mut rows: Vec<[u32; 3]> = Vec::new();
    // Who hears nothing says so by an empty text.
    let column = Column { may_be_empty: true, ..answers::label_column(request) };
    let parse = |values: &[&str]| Ok(values.first().map(|text| texts.number(text)).unwrap_or_default());
    let subjects = answers::read(request, &[column], &mut left_out, listener, parse, |task, worker, text| {
        rows.push([task, worker, text.ok_or(Error::TooManyNames { what: "labels" })?]);
        Ok(())
    })?;
    let bad_rows = left_out.count();
    let list = left_out.finish(&request.input, subjects.rows)?;
    let texts = texts.sorted();
    let rows: BTreeSet<(u32, u32, u32)> = rows
        .into_iter()
        .map(|[task, worker, text]| {
            let (tasks, workers) = (&subjects.tasks, &subjects.workers);
            (tasks.index_of_number(task), workers.index_of_number(worker), texts.index_of_number(text))
        })
        .collect();
    let sorted: Vec<TextRow<'_>> = rows
        .iter()
        .map(|(item, worker, text)| TextRow { item: *item, worker: *worker, text: texts.name(*text as usize) })
        .collect();
    listener.step(Stage::Estimating, 0, 0);
    let found = estimate(&sorted);

    let mut states = States::default();
    let mut tasks = Table::new(["task", "label", "confidence", "raw_confidence", "votes", "state"]);
    for item in &found.items {
        let state = request.rule.state(item.confidence, item.answers as usize);
        states.add(state);
        let confidence = format!("{:.6}", item.confidence);
        let name = subjects.tasks.name(item.item as usize).to_owned();
        let votes = item.answers.to_string();
        tasks.rows.push(vec![name, item.text(), confidence.clone(), confidence, votes, state.to_string()]);
    }
    let counts = plain::counts(&subjects.workers, rows.iter().map(|(_, worker, _)| *worker));
    let mut workers = Table::new(["worker", "answers", "word_error_rate"]);
    for typist in &found.typists {
        let name = subjects.workers.name(typist.worker as usize).to_owned();
        let count = counts.get(typist.worker as usize).copied().unwrap_or(0);
        workers.rows.push(vec![name, count.to_string(), format!("{:.6}", typist.error)]);
    }
    let plain = Plain {
        method: "word-network",
        about: "not calibrated: the confidence of a text is the estimator's own".to_owned(),
        subjects: &subjects,
        answers: rows.len() as u64,
        states: Some(states),
        agreement: Vec::new(),
        bad_rows,
        list,
        tasks,
        workers,
    };
    plain::finish(request, plain)
}
