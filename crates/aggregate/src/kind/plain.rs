//! What kinds without classes have in common: which options they take, how they end. Does not know any of them.

use crate::answers::Subjects;
use crate::error::Error;
use crate::names::Names;
use crate::output::{self, Output};
use crate::report::{self, Findings};
use crate::request::Request;
use crate::summary::{Coefficient, States, Summary};
use crate::table::Table;

/// What a run found, before it is written.
pub(super) struct Plain<'a> {
    pub(super) method: &'static str,
    /// What the numbers are, for people.
    pub(super) about: String,
    pub(super) subjects: &'a Subjects,
    /// Different answers.
    pub(super) answers: u64,
    /// Tasks by state, where the kind has states.
    pub(super) states: Option<States>,
    pub(super) agreement: Vec<Coefficient>,
    pub(super) bad_rows: u64,
    pub(super) list: Option<Output>,
    pub(super) tasks: Table,
    pub(super) workers: Table,
}

/// Refuses options that only classes have.
pub(super) fn check(request: &Request) -> Result<(), Error> {
    let taken = [
        ("gold", request.gold.is_some()),
        ("method", request.method.is_some()),
        ("probabilities", request.probabilities),
    ];
    match taken.into_iter().find(|(_, taken)| *taken) {
        Some((option, _)) => Err(Error::NotForKind { option, kind: request.kind.name() }),
        None => Ok(()),
    }
}

/// Writes everything that is asked for.
pub(super) fn finish(request: &Request, plain: Plain<'_>) -> Result<Summary, Error> {
    let Plain { method, about, subjects, answers, states, agreement, bad_rows, list, tasks, workers } = plain;
    let summary = Summary {
        version: env!("CARGO_PKG_VERSION"),
        input: request.input.clone(),
        out: request.out.clone(),
        kind: request.kind.name(),
        method,
        rows: subjects.rows,
        bad_rows,
        duplicate_rows: subjects.rows.saturating_sub(answers),
        answers,
        changed_minds: None,
        tasks: u64::from(subjects.tasks.len()),
        workers: u64::from(subjects.workers.len()),
        labels: None,
        label_count: None,
        states,
        rule: request.rule,
        iterations: None,
        converged: None,
        confidence: about,
        gold: None,
        agreement,
    };
    let mut outputs = Vec::new();
    let mut add = |path, fill: &dyn Fn(&mut dyn std::io::Write) -> std::io::Result<()>| -> Result<(), Error> {
        let mut out = Output::begin(path)?;
        out.fill(fill)?;
        outputs.push(out);
        Ok(())
    };
    add(&request.out, &|file| tasks.write(file))?;
    if let Some(path) = &request.workers {
        add(path, &|file| workers.write(file))?;
    }
    if let Some(path) = &request.report {
        let page = report::render(&Findings { summary: &summary, classes: None, workers: &workers })?;
        add(path, &|file| file.write_all(page.as_bytes()))?;
    }
    output::publish(outputs.into_iter().chain(list))?;
    Ok(summary)
}

/// Rows of each worker, by index.
pub(super) fn counts(workers: &Names, rows: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut counts = vec![0; workers.len() as usize];
    for worker in rows {
        if let Some(count) = counts.get_mut(worker as usize) {
            *count += 1;
        }
    }
    counts
}

/// Rows found, each with the index of its task and its values, as table rows in the order of the tasks; a task without any gets a
/// row that names it and is empty otherwise. `found` is sorted by task.
pub(super) fn by_task(
    tasks: &Names,
    columns: usize,
    found: impl Iterator<Item = (u32, Vec<String>)>,
) -> Vec<Vec<String>> {
    let (mut rows, mut found) = (Vec::new(), found.peekable());
    for (index, name) in (0_u32..).zip(tasks.iter()) {
        let before = rows.len();
        while let Some((_, values)) = found.next_if(|(task, _)| *task == index) {
            rows.push(std::iter::once(name.to_owned()).chain(values).collect());
        }
        if rows.len() == before {
            let mut row = vec![name.to_owned()];
            row.resize(columns, String::new());
            rows.push(row);
        }
    }
    rows
}

/// The number of different keys.
pub(super) fn different<Key: Ord>(keys: impl Iterator<Item = Key>) -> u64 {
    let mut keys: Vec<Key> = keys.collect();
    keys.sort_unstable();
    keys.dedup();
    keys.len() as u64
}

/// Bits by which two finite numbers are equal; minus zero is zero.
pub(super) fn bits(value: f64) -> u64 {
    (value + 0.0).to_bits()
}
