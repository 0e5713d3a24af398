//! Tiles: masks of cells marked by several workers, as run lengths. Does not know what the cells lie on.

use std::collections::BTreeMap;

use corvee_consensus::kinds::tiles::{MaskEstimate, MaskRow, estimate};

use super::plain::{self, Plain};
use crate::answers::{self, Subjects};
use crate::bad_row::{BadRow, Problem};
use crate::error::Error;
use crate::left_out::LeftOut;
use crate::listener::{Listener, Stage};
use crate::names::Interner;
use crate::read::Column;
use crate::request::Request;
use crate::summary::Summary;
use crate::table::Table;

/// Most cells of a mask: 4096 × 4096.
const MOST_CELLS: usize = 1 << 24;

/// A mask as read.
struct Mask {
    line: u64,
    width: u32,
    height: u32,
    cells: Vec<bool>,
}

pub(super) fn run(request: &Request, listener: &dyn Listener) -> Result<Summary, Error> {
    plain::check(request)?;
    let mut left_out = LeftOut::new(&request.bad_rows, listener)?;
    let mut answers: Vec<(String, String, Mask)> = Vec::new();
    let columns = [answers::task_column(request), answers::worker_column(request)]
        .into_iter()
        .chain(["width", "height", "rle"].map(|name| Column { name, option: None, may_be_empty: false }))
        .collect::<Vec<_>>();
    answers::each(request, &columns, &mut left_out, listener, |line, values| {
        let [task, worker, width, height, rle] = *values else { return Ok(()) };
        answers.push((task.to_owned(), worker.to_owned(), mask(line, width, height, rle)?));
        Ok(())
    })?;
    leave_out_odd_shapes(request, &mut answers, &mut left_out)?;
    let (mut tasks, mut workers) = (Interner::default(), Interner::default());
    for (task, worker, _) in &answers {
        tasks.number(task).ok_or(Error::TooManyNames { what: "tasks" })?;
        workers.number(worker).ok_or(Error::TooManyNames { what: "workers" })?;
    }
    let subjects = Subjects { tasks: tasks.sorted(), workers: workers.sorted(), rows: answers.len() as u64 };
    let bad_rows = left_out.count();
    let list = left_out.finish(&request.input, subjects.rows)?;
    let find = |task: &str, worker: &str| Some((subjects.tasks.find(task)?, subjects.workers.find(worker)?));
    let numbered = answers.into_iter().filter_map(|(task, worker, mask)| {
        let (item, worker) = find(&task, &worker)?;
        Some(MaskRow { item, worker, width: mask.width, cells: mask.cells })
    });
    let mut rows: Vec<MaskRow> = numbered.collect();
    rows.sort_unstable();
    rows.dedup();
    listener.step(Stage::Estimating, 0, 0);
    let found = estimate(&rows, &[]).expect("masks of a task have one shape");

    let mut tasks = Table::new(["task", "width", "height", "rle", "confidence", "raw_confidence", "votes"]);
    for item in &found.items {
        let name = subjects.tasks.name(item.item as usize).to_owned();
        let height = item.probabilities.len() / (item.width as usize).max(1);
        let confidence = format!("{:.6}", confidence(item));
        let (width, height, votes) = (item.width.to_string(), height.to_string(), item.answers.to_string());
        tasks.rows.push(vec![name, width, height, runs(item.cells()), confidence.clone(), confidence, votes]);
    }
    let counts = plain::counts(&subjects.workers, rows.iter().map(|row| row.worker));
    let mut workers = Table::new(["worker", "answers", "accuracy"]);
    for marker in &found.markers {
        let name = subjects.workers.name(marker.worker as usize).to_owned();
        let count = counts.get(marker.worker as usize).copied().unwrap_or(0).to_string();
        workers.rows.push(vec![name, count, format!("{:.6}", marker.accuracy)]);
    }
    let plain = Plain {
        method: "neighbouring-cells",
        about: "the mean probability that a marked cell is marked in truth, not calibrated".to_owned(),
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

/// Leaves out masks of another shape than most masks of their task; all of them where no shape has most, so that no choice
/// falls by the order of rows.
fn leave_out_odd_shapes(
    request: &Request,
    answers: &mut Vec<(String, String, Mask)>,
    left_out: &mut LeftOut<'_>,
) -> Result<(), Error> {
    let mut shapes: BTreeMap<String, BTreeMap<(u32, u32), usize>> = BTreeMap::new();
    for (task, _, mask) in &*answers {
        *shapes.entry(task.clone()).or_default().entry((mask.width, mask.height)).or_default() += 1;
    }
    let usual = |task: &str| {
        let shapes = shapes.get(task)?;
        let most = shapes.values().max()?;
        let mut with_most = shapes.iter().filter(|(_, count)| *count == most);
        with_most.next().filter(|_| with_most.next().is_none()).map(|(shape, _)| *shape)
    };
    for (task, _, mask) in &*answers {
        let (column, value, remedy) = match usual(task) {
            Some((width, height)) if (width, height) == (mask.width, mask.height) => continue,
            Some((width, height)) => {
                let (column, value) = if mask.width == width { ("height", mask.height) } else { ("width", mask.width) };
                (
                    column,
                    value,
                    format!("most masks of task {task:?} have {width} × {height} cells; draw it on the same"),
                )
            }
            None => {
                let remedy = format!("masks of task {task:?} differ in shape; draw them all on the same cells");
                ("width", mask.width, remedy)
            }
        };
        let problem = Problem::Unfit { column: column.to_owned(), value: value.to_string(), remedy };
        left_out.add(BadRow { file: request.input.clone(), line: mask.line, problem })?;
    }
    answers.retain(|(task, _, mask)| usual(task) == Some((mask.width, mask.height)));
    Ok(())
}

fn mask(line: u64, width: &str, height: &str, rle: &str) -> Result<Mask, Problem> {
    let unfit = |column: &str, value: &str, remedy: String| Problem::Unfit {
        column: column.to_owned(),
        value: value.to_owned(),
        remedy,
    };
    let side = |column: &str, value: &str| {
        let side = value.trim().parse::<u32>().ok().filter(|side| *side > 0);
        side.ok_or_else(|| unfit(column, value, "write a whole number of cells from 1".to_owned()))
    };
    let (width_cells, height_cells) = (side("width", width)?, side("height", height)?);
    let all = u64::from(width_cells) * u64::from(height_cells);
    let all = usize::try_from(all).ok().filter(|all| *all <= MOST_CELLS).ok_or_else(|| {
        unfit(
            "height",
            height,
            format!("with {width_cells} cells in a line these are more than {MOST_CELLS}; use larger cells"),
        )
    })?;
    let mut cells = Vec::with_capacity(all);
    for (index, run) in rle.split_whitespace().enumerate() {
        let length = run.parse::<usize>().map_err(|_not_a_number| {
            unfit("rle", run, "write whole numbers with spaces between them, background first".to_owned())
        })?;
        if length > all - cells.len() {
            return Err(unfit(
                "rle",
                &shortened(rle),
                format!("the runs hold more than {width_cells} × {height_cells} cells"),
            ));
        }
        cells.resize(cells.len() + length, index % 2 == 1);
    }
    if cells.len() < all {
        let remedy = format!(
            "the runs hold {} cells, not {width_cells} × {height_cells}; give the last run of background too",
            cells.len()
        );
        return Err(unfit("rle", &shortened(rle), remedy));
    }
    Ok(Mask { line, width: width_cells, height: height_cells, cells })
}

/// The beginning of a long value, for a message.
fn shortened(value: &str) -> String {
    match value.char_indices().nth(24) {
        Some((end, _)) => format!("{}…", value.get(..end).unwrap_or_default()),
        None => value.to_owned(),
    }
}

/// Run lengths of background and marked cells in turn, background first.
fn runs(cells: impl Iterator<Item = bool>) -> String {
    let (mut lengths, mut last) = (vec![0_usize], false);
    for cell in cells {
        if cell != last {
            lengths.push(0);
            last = cell;
        }
        if let Some(length) = lengths.last_mut() {
            *length += 1;
        }
    }
    lengths.iter().map(usize::to_string).collect::<Vec<_>>().join(" ")
}

fn confidence(item: &MaskEstimate) -> f64 {
    let marked: Vec<f64> = item.probabilities.iter().copied().filter(|probability| *probability > 0.5).collect();
    if marked.is_empty() {
        return 1.0 - item.probabilities.iter().copied().fold(0.0, f64::max);
    }
    marked.iter().sum::<f64>() / marked.len() as f64
}
