//! One label of several: the classes of tasks and the abilities of workers together. Does not know how files are written
//! on disk.

use std::io;

use corvee_consensus::batch::{Answer, Answers, Extent};

use crate::agreement::{self, Resampling, Scale};
use crate::answers::{self, Subjects};
use crate::confidence::{self, Confidence};
use crate::confusion::Confusion;
use crate::error::Error;
use crate::gold::{self, GoldLabels};
use crate::left_out::LeftOut;
use crate::listener::{Listener, Stage};
use crate::names::{Interner, Names};
use crate::output::{self, Output};
use crate::reliability::Reliability;
use crate::report::{self, Classes, Findings};
use crate::request::Request;
use crate::spool::Spool;
use crate::state::State;
use crate::summary::{GoldSummary, States, Summary};
use crate::table::Table;
use crate::workers;

/// Labels listed in the summary.
const LISTED: usize = 100;

/// The answers of a file.
struct Input {
    tasks: Names,
    workers: Names,
    labels: Names,
    answers: Answers,
    rows: u64,
    gold: GoldLabels,
    bad_rows: u64,
    list: Option<Output>,
}

pub(super) fn run(request: &Request, listener: &dyn Listener) -> Result<Summary, Error> {
    let input = read_input(request, listener)?;
    let method = request.method.unwrap_or_default();
    let estimator = method.estimator();
    listener.step(Stage::Estimating, 0, 0);
    let confidence = confidence::estimate(estimator.as_ref(), &input.answers, &input.gold.gold, request.threads)?;
    let raw = &confidence.raw;
    let held_out = &confidence.held_out;
    let reliability = Reliability::measure(&held_out.known, &held_out.confidence, input.answers.classes());
    listener.step(Stage::Resampling, 0, 0);
    let resampling = Resampling { resamples: request.resamples, seed: request.seed };
    let agreement = agreement::measure(&input.answers, Scale::Names, resampling);

    let mut outputs: Vec<Output> = Vec::new();
    let mut out = Output::begin(&request.out)?;
    let mut states = States::default();
    out.fill(|file| write_tasks(file, request, &input, &confidence, &mut states, listener))?;
    outputs.push(out);

    let workers = workers::measure(&input.answers, &confidence.posterior, &raw.prior, &input.gold.gold);
    if let Some(path) = &request.workers {
        let mut out = Output::begin(path)?;
        out.fill(|file| workers::write(&workers, &input.workers, file))?;
        outputs.push(out);
    }

    let gold = request.gold.is_some().then(|| GoldSummary {
        rows: input.gold.rows,
        tasks: input.gold.gold.len() as u64,
        without_answers: input.gold.without_answers,
        first_without_answers: input.gold.first_without_answers.clone(),
        accuracy: reliability.as_ref().map(|measured| measured.accuracy),
        ece: reliability.as_ref().map(|measured| measured.ece),
        log_loss: reliability.as_ref().map(|measured| measured.log_loss),
        brier: reliability.as_ref().map(|measured| measured.brier),
    });
    let summary = Summary {
        version: env!("CARGO_PKG_VERSION"),
        input: request.input.clone(),
        out: request.out.clone(),
        kind: request.kind.name(),
        method: method.name,
        rows: input.rows,
        bad_rows: input.bad_rows,
        duplicate_rows: input.rows - input.answers.len() as u64,
        answers: input.answers.len() as u64,
        changed_minds: Some(changed_minds(&input.answers)),
        tasks: u64::from(input.tasks.len()),
        workers: u64::from(input.workers.len()),
        labels: Some(input.labels.iter().take(LISTED).map(str::to_owned).collect()),
        label_count: Some(u64::from(input.labels.len())),
        states: Some(states),
        rule: request.rule,
        iterations: Some(raw.iterations),
        converged: Some(raw.converged),
        confidence: confidence.how.clone(),
        gold,
        agreement,
    };
    if let Some(path) = &request.report {
        let confusion = Confusion::measure(&input.answers, &confidence.posterior);
        let classes = Classes {
            reliability: reliability.as_ref(),
            workers: &workers,
            worker_names: &input.workers,
            confusion: &confusion,
            labels: &input.labels,
        };
        let mut most_active: Vec<_> = workers.iter().collect();
        most_active.sort_by_key(|worker| (std::cmp::Reverse(worker.answers), worker.index));
        let rows =
            most_active.iter().take(report::MOST_ROWS).map(|worker| workers::row(worker, &input.workers).to_vec());
        let table = Table { rows: rows.collect(), ..Table::new(workers::HEADER) };
        let findings = Findings { summary: &summary, classes: Some(classes), workers: &table };
        let page = report::render(&findings)?;
        let mut out = Output::begin(path)?;
        out.fill(|file| file.write_all(page.as_bytes()))?;
        outputs.push(out);
    }
    output::publish(outputs.into_iter().chain(input.list))?;
    Ok(summary)
}

/// Reads answers and gold; each row becomes three numbers at once.
fn read_input(request: &Request, listener: &dyn Listener) -> Result<Input, Error> {
    let mut left_out = LeftOut::new(&request.bad_rows, listener)?;
    let mut spool = Spool::new(request.folder());
    let failed = |reason: io::Error| Error::Spool { path: request.out.clone(), reason };
    let mut labels = Interner::default();
    let label_of = |values: &[&str]| Ok(values.first().map(|label| labels.number(label)).unwrap_or_default());
    let subjects = answers::read(
        request,
        &[answers::label_column(request)],
        &mut left_out,
        listener,
        label_of,
        |task, worker, label| {
            let label = label.ok_or(Error::TooManyNames { what: "labels" })?;
            spool.push([task, worker, label]).map_err(failed)
        },
    )?;
    spool.flush().map_err(failed)?;
    let Subjects { tasks, workers, rows } = subjects;
    let labels = labels.sorted();
    let gold = match &request.gold {
        Some(path) if rows > 0 => gold::read(path, &request.columns, &tasks, &labels, &mut left_out)?,
        _ => GoldLabels::default(),
    };
    let bad_rows = left_out.count();
    let list = left_out.finish(&request.input, rows)?;
    let extent = Extent { items: tasks.len(), workers: workers.len(), classes: labels.len() };
    let numbered = spool.rows().map(|[task, worker, label]| Answer {
        item: tasks.index_of_number(task),
        worker: workers.index_of_number(worker),
        class: labels.index_of_number(label),
    });
    let answers = Answers::new(extent, numbered);
    if let Some(source) = spool.failure() {
        return Err(failed(source));
    }
    Ok(Input { tasks, workers, labels, answers: answers?, rows, gold, bad_rows, list })
}

fn write_tasks(
    file: &mut dyn io::Write,
    request: &Request,
    input: &Input,
    confidence: &Confidence,
    states: &mut States,
    listener: &dyn Listener,
) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(file);
    let header = ["task", "label", "confidence", "raw_confidence", "votes", "state"];
    let probabilities = input.labels.iter().filter(|_| request.probabilities).map(|label| format!("p:{label}"));
    writer.write_record(header.iter().map(|name| (*name).to_owned()).chain(probabilities))?;
    let total = u64::from(input.tasks.len());
    let raw = &confidence.raw;
    let rows = confidence.posterior.chunks_exact(raw.classes.max(1));
    for ((index, task), row) in (0_usize..).zip(input.tasks.iter()).zip(rows) {
        let label = raw.class(index);
        let votes = input.answers.count(index);
        let calibrated = row.get(label).copied().unwrap_or(0.0);
        let is_gold = u32::try_from(index).is_ok_and(|index| input.gold.gold.class(index).is_some());
        let state = if is_gold { State::Final } else { request.rule.state(f64::from(calibrated), votes) };
        states.add(state);
        writer.write_field(task)?;
        writer.write_field(input.labels.name(label))?;
        writer.write_field(format!("{calibrated:.6}"))?;
        writer.write_field(format!("{:.6}", raw.confidence(index)))?;
        writer.write_field(votes.to_string())?;
        writer.write_field(state.to_string())?;
        if request.probabilities {
            for value in row {
                writer.write_field(format!("{value:.6}"))?;
            }
        }
        writer.write_record(None::<&[u8]>)?;
        if index % 4096 == 0 {
            listener.step(Stage::Writing, index as u64, total);
        }
    }
    writer.flush()
}

/// Pairs of a task and a worker with several different answers. A worker's answers on a task lie beside each other.
fn changed_minds(answers: &Answers) -> u64 {
    let on = |task: usize| {
        let (mut pairs, mut last, mut counted) = (0, None, false);
        for (rank, _) in answers.on(task) {
            let again = last == Some(rank);
            pairs += u64::from(again && !counted);
            counted = again;
            last = Some(rank);
        }
        pairs
    };
    (0..answers.items()).map(on).sum()
}
