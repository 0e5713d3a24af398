//! Labels that are known, from their own file. Does not know how they are used.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use corvee_consensus::batch::Gold;

use crate::bad_row::{BadRow, Problem};
use crate::error::Error;
use crate::left_out::LeftOut;
use crate::names::Names;
use crate::read::{self, Column, File, Stop};
use crate::request::ColumnNames;

/// Tasks and labels named in messages.
const NAMED: usize = 12;

/// What the file of gold says about the tasks at hand.
#[derive(Debug, Default)]
pub(crate) struct GoldLabels {
    /// The known label of tasks with answers, by index.
    pub(crate) gold: Gold,
    /// Rows of the file that could be used, duplicates counted.
    pub(crate) rows: u64,
    /// Tasks that nobody answered.
    pub(crate) without_answers: u64,
    /// The first of them in natural order.
    pub(crate) first_without_answers: Vec<String>,
}

/// A label and where it was said.
struct Said {
    label: String,
    line: u64,
    contradicted: bool,
}

/// Reads the labels of `path`. A task with two different labels is left out altogether, for which one is right is not known.
pub(crate) fn read(
    path: &Path,
    columns: &ColumnNames,
    tasks: &Names,
    labels: &Names,
    left_out: &mut LeftOut<'_>,
) -> Result<GoldLabels, Error> {
    let columns = [
        Column { name: &columns.task, option: Some("task-column"), may_be_empty: false },
        Column { name: &columns.label, option: Some("label-column"), may_be_empty: false },
    ];
    let mut said: BTreeMap<String, Said> = BTreeMap::new();
    let mut rows = 0;
    let outcome = read::each_row(File { path, format: None, columns: &columns }, &|_, _| {}, |row| {
        let row = match row {
            Ok(row) => row,
            Err(bad) => return left_out.add(bad),
        };
        let [task, label] = *row.values else { return Ok(()) };
        if labels.find(label).is_none() {
            let problem = Problem::GoldLabel { label: label.to_owned(), known: labels.first_quoted(NAMED) };
            return left_out.add(BadRow { file: path.to_owned(), line: row.line, problem });
        }
        rows += 1;
        let Some(before) = said.get_mut(task) else {
            said.insert(task.to_owned(), Said { label: label.to_owned(), line: row.line, contradicted: false });
            return Ok(());
        };
        if before.label != label {
            before.contradicted = true;
            let problem = Problem::GoldConflict {
                task: task.to_owned(),
                label: label.to_owned(),
                first_line: before.line,
                first_label: before.label.clone(),
            };
            return left_out.add(BadRow { file: path.to_owned(), line: row.line, problem });
        }
        Ok(())
    });
    match outcome {
        Ok(()) => {}
        Err(Stop::Read(error)) => return Err(error.into()),
        Err(Stop::Taker(error)) => return Err(error),
    }
    let mut found = GoldLabels { rows, ..GoldLabels::default() };
    let mut known = Vec::new();
    let mut without: BTreeSet<&str> = BTreeSet::new();
    for (task, said) in said.iter().filter(|(_, said)| !said.contradicted) {
        match (tasks.find(task), labels.find(&said.label)) {
            (Some(task), Some(label)) => known.push((task, label)),
            _ => drop(without.insert(task)),
        }
    }
    found.gold = known.into_iter().collect();
    found.without_answers = without.len() as u64;
    let mut without: Vec<&str> = without.into_iter().collect();
    without.sort_by(|one, other| crate::names::natural(one, other));
    found.first_without_answers = without.into_iter().take(NAMED).map(str::to_owned).collect();
    Ok(found)
}
