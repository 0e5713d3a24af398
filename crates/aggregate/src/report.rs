//! One page that shows a run: plots with a table beside each, no script, nothing loaded from elsewhere. Does not know how
//! anything was calculated.

mod heat_map;
mod reliability_diagram;
mod svg;
mod worker_map;

use askama::Template;

use crate::confusion::{Confusion, MOST_LABELS};
use crate::names::Names;
use crate::reliability::Reliability;
use crate::summary::{Coefficient, Summary};
use crate::table::Table;
use crate::workers::{Flag, Worker};

/// Workers with a row in the report; the file of workers holds all.
pub(crate) const MOST_ROWS: usize = 50;

/// What a run found.
pub(crate) struct Findings<'a> {
    pub(crate) summary: &'a Summary,
    /// What only classes have.
    pub(crate) classes: Option<Classes<'a>>,
    /// The table of workers, or at least its rows with the most answers.
    pub(crate) workers: &'a Table,
}

/// What is known where answers are classes.
#[derive(Clone, Copy)]
pub(crate) struct Classes<'a> {
    pub(crate) reliability: Option<&'a Reliability>,
    pub(crate) workers: &'a [Worker],
    pub(crate) worker_names: &'a Names,
    pub(crate) confusion: &'a Confusion,
    pub(crate) labels: &'a Names,
}

/// The page.
pub(crate) fn render(findings: &Findings<'_>) -> Result<String, askama::Error> {
    let Findings { summary, classes, workers } = findings;
    let mut rows: Vec<&Vec<String>> = workers.rows.iter().collect();
    let answers = |row: &[String]| row.get(1).and_then(|count| count.parse::<u64>().ok()).unwrap_or(0);
    rows.sort_by_key(|row| std::cmp::Reverse(answers(row)));
    rows.truncate(MOST_ROWS);
    let more_workers = summary.workers.saturating_sub(rows.len() as u64);
    let page = Page {
        summary,
        file: summary.input.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        agreement: summary.agreement.iter().map(agreement_row).collect(),
        classes: classes.map(classes_view),
        worker_header: workers.header.iter().map(|name| name.replace('_', " ")).collect(),
        workers: rows.into_iter().map(|row| row.iter().enumerate().map(shortened).collect()).collect(),
        more_workers,
    };
    page.render()
}

fn classes_view(classes: Classes<'_>) -> ClassesView<'_> {
    let Classes { reliability, workers, worker_names, confusion, labels } = classes;
    let mut by_answers: Vec<&Worker> = workers.iter().collect();
    by_answers.sort_by_key(|worker| (std::cmp::Reverse(worker.answers), worker.index));
    let names: Vec<&str> = confusion.labels.iter().map(|label| labels.name(*label)).collect();
    ClassesView {
        reliability: reliability.map(|reliability| ReliabilityView {
            plot: reliability_diagram::draw(reliability),
            rows: bins(reliability),
            accuracy: percent(reliability.accuracy),
            ece: format!("{:.3}", reliability.ece),
            log_loss: format!("{:.3}", reliability.log_loss),
            brier: format!("{:.3}", reliability.brier),
            tasks: reliability.tasks,
        }),
        worker_map: worker_map::draw(&by_answers, worker_names),
        flagged: workers.iter().filter(|worker| !matches!(worker.flag, Flag::None | Flag::Few)).count(),
        heat_map: heat_map::draw(confusion, &names),
        confusion: confusion_rows(confusion, &names),
        confusion_labels: names,
        more_labels: labels.iter().len().saturating_sub(MOST_LABELS),
    }
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    summary: &'a Summary,
    file: String,
    agreement: Vec<AgreementRow>,
    classes: Option<ClassesView<'a>>,
    worker_header: Vec<String>,
    workers: Vec<Vec<String>>,
    more_workers: u64,
}

struct ClassesView<'a> {
    reliability: Option<ReliabilityView>,
    worker_map: String,
    flagged: usize,
    heat_map: String,
    confusion: Vec<ConfusionRow>,
    confusion_labels: Vec<&'a str>,
    more_labels: usize,
}

struct ReliabilityView {
    plot: String,
    rows: Vec<[String; 4]>,
    accuracy: String,
    ece: String,
    log_loss: String,
    brier: String,
    tasks: u64,
}

struct AgreementRow {
    name: &'static str,
    value: String,
    interval: String,
    resamples: String,
}

struct ConfusionRow {
    label: String,
    tasks: String,
    cells: Vec<String>,
}

fn agreement_row(coefficient: &Coefficient) -> AgreementRow {
    let value = coefficient.value.map(|value| format!("{value:.4}"));
    AgreementRow {
        name: coefficient.name,
        value: value.or_else(|| coefficient.undefined.clone()).unwrap_or_else(none),
        interval: coefficient.interval.map_or_else(none, |[low, high]| format!("{low:.4} to {high:.4}")),
        resamples: if coefficient.resamples == 0 { none() } else { coefficient.resamples.to_string() },
    }
}

fn bins(reliability: &Reliability) -> Vec<[String; 4]> {
    let count = reliability.bins.len() as f64;
    let rows = (0_u32..).zip(&reliability.bins).filter(|(_, bin)| bin.tasks > 0).map(|(index, bin)| {
        let range = format!("{} to {}", percent(f64::from(index) / count), percent(f64::from(index + 1) / count));
        [range, bin.tasks.to_string(), percent(bin.confidence), percent(bin.right)]
    });
    rows.collect()
}

fn confusion_rows(confusion: &Confusion, names: &[&str]) -> Vec<ConfusionRow> {
    let rows = names.iter().zip(&confusion.tasks).zip(&confusion.shares).map(|((name, tasks), shares)| ConfusionRow {
        label: (*name).to_owned(),
        tasks: format!("{tasks:.1}"),
        cells: shares.iter().map(|share| percent(*share)).collect(),
    });
    rows.collect()
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// A value of a table with three decimals where it has more; the first one is a name and stays as it is.
fn shortened((place, value): (usize, &String)) -> String {
    let decimals = value.rsplit_once('.').map_or(0, |(_, decimals)| decimals.len());
    match value.parse::<f64>() {
        Ok(number) if place > 0 && decimals > 3 => format!("{number:.3}"),
        _ => value.clone(),
    }
}

fn none() -> String {
    "–".to_owned()
}
