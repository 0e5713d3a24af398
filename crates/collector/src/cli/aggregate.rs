//! `corvee aggregate`.

use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser as _};
use corvee_aggregate::{
    BadRow, BadRows, ColumnNames, Format, Kind, Listener, Method, Request, Rule, Stage, States, Summary, aggregate,
};
use corvee_consensus::batch::Threads;
use indicatif::ProgressBar;

use super::output::Output;
use super::progress;

/// Arguments of `corvee aggregate`.
#[derive(Args)]
pub(super) struct Aggregate {
    /// Answers: CSV, TSV, JSON lines or Parquet with the columns task, worker and label, or those of the kind.
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// The table of tasks to write: task, label, confidence, votes, state and more.
    #[arg(long, value_name = "OUT.csv")]
    out: PathBuf,
    /// Labels that are known: task, label. Workers are judged by them and the confidence is measured on them.
    #[arg(long, value_name = "GOLD.csv")]
    gold: Option<PathBuf>,
    /// What the answers are.
    #[arg(long, value_name = "NAME", default_value = Kind::default().name(), value_parser = kinds())]
    kind: String,
    /// The estimator; by default the best one for the kind.
    #[arg(long, value_name = "NAME", value_parser = methods())]
    method: Option<String>,
    /// Writes a page with plots and tables.
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,
    /// Writes the table of workers: answers, accuracy with its interval, gold, what stands out.
    #[arg(long, value_name = "FILE.csv")]
    workers: Option<PathBuf>,
    /// Ends of the scale of ratings, such as 0..100; what the ratings span where none is named.
    #[arg(long, value_name = "LOW..HIGH", value_parser = scale, allow_hyphen_values = true)]
    scale: Option<(f64, f64)>,
    /// The greatest mean distance at which clicks may mean one thing, in the unit of x and y; points need it.
    #[arg(long, value_name = "DISTANCE")]
    reach: Option<f64>,
    /// Confidence from which a label is final.
    #[arg(long, value_name = "SHARE", default_value_t = Rule::default().confidence)]
    confidence: f64,
    /// Fewest votes of a final label.
    #[arg(long, value_name = "VOTES", default_value_t = Rule::default().min_votes)]
    min_votes: u32,
    /// Votes from which a label without that confidence is ambiguous.
    #[arg(long, value_name = "VOTES", default_value_t = Rule::default().max_votes)]
    max_votes: u32,
    /// Adds a column p:LABEL for the probability of each label.
    #[arg(long)]
    probabilities: bool,
    /// Leaves out rows that cannot be used and lists them in this file, or on standard error.
    #[arg(long, value_name = "FILE.csv", num_args = 0..=1)]
    #[expect(clippy::option_option, reason = "absent, given bare, given with a file: three cases of one argument")]
    skip_bad_rows: Option<Option<PathBuf>>,
    /// How the answers are written, where the name of the file does not tell.
    #[arg(long, value_name = "NAME", value_parser = formats())]
    format: Option<String>,
    /// Column of the tasks.
    #[arg(long, value_name = "NAME", default_value = "task")]
    task_column: String,
    /// Column of the workers.
    #[arg(long, value_name = "NAME", default_value = "worker")]
    worker_column: String,
    /// Column of the labels.
    #[arg(long, value_name = "NAME", default_value = "label")]
    label_column: String,
    /// Resamples of the intervals of agreement; 0 for none.
    #[arg(long, value_name = "COUNT", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    resamples: u32,
    /// Decides what is resampled.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Threads of the estimator; as many as the machine has by default. The number reaches no result.
    #[arg(long, value_name = "COUNT")]
    threads: Option<NonZeroUsize>,
}

impl Aggregate {
    pub(super) fn run(self, output: Output) -> anyhow::Result<()> {
        let request = self.request()?;
        let terminal = Terminal { bar: progress::bar(0, "reading") };
        let outcome = aggregate(&request, &terminal);
        terminal.bar.finish_and_clear();
        let summary = outcome?;
        output.print(&summary, || describe(&summary, &request))
    }

    fn request(self) -> anyhow::Result<Request> {
        let method = self.method.map(|name| name.parse()).transpose()?;
        let mut request = Request::new(self.input, self.out);
        request.gold = self.gold;
        request.workers = self.workers;
        request.report = self.report;
        request.bad_rows = self.skip_bad_rows.map_or(BadRows::Refuse, BadRows::LeaveOut);
        request.columns = ColumnNames { task: self.task_column, worker: self.worker_column, label: self.label_column };
        request.format =
            self.format.and_then(|name| Format::NAMES.iter().find(|known| known.0 == name).map(|known| known.1));
        request.kind = self.kind.parse()?;
        request.method = method;
        request.scale = self.scale;
        request.reach = self.reach;
        request.rule = Rule { confidence: self.confidence, min_votes: self.min_votes, max_votes: self.max_votes };
        request.probabilities = self.probabilities;
        request.resamples = self.resamples;
        request.seed = self.seed;
        request.threads = self.threads.map_or_else(Threads::available, Threads::new);
        Ok(request)
    }
}

fn kinds() -> impl clap::builder::TypedValueParser<Value = String> {
    PossibleValuesParser::new(Kind::ALL.iter().map(|(_, name, summary)| PossibleValue::new(*name).help(*summary)))
        .map(|name| name)
}

fn methods() -> impl clap::builder::TypedValueParser<Value = String> {
    PossibleValuesParser::new(Method::all().iter().map(|method| PossibleValue::new(method.name).help(method.summary)))
        .map(|name| name)
}

fn formats() -> impl clap::builder::TypedValueParser<Value = String> {
    PossibleValuesParser::new(Format::NAMES.map(|(name, _)| name)).map(|name| name)
}

fn scale(text: &str) -> Result<(f64, f64), String> {
    let ends = text.split_once("..").and_then(|(low, high)| Some((low.parse().ok()?, high.parse().ok()?)));
    ends.ok_or_else(|| "write two numbers with two dots between them, such as 0..100".to_owned())
}

/// Shows the work on standard error.
struct Terminal {
    bar: ProgressBar,
}

impl Listener for Terminal {
    fn step(&self, stage: Stage, done: u64, total: u64) {
        self.bar.set_message(match stage {
            Stage::Reading => "reading",
            Stage::Estimating => "estimating",
            Stage::Resampling => "resampling",
            Stage::Writing => "writing",
        });
        self.bar.set_length(total);
        self.bar.set_position(done);
    }

    fn left_out(&self, row: &BadRow) {
        // Without a terminal the bar shows nothing, and a row may not be left out in silence.
        use std::io::Write as _;
        self.bar.suspend(|| drop(writeln!(std::io::stderr(), "left out: {row}")));
    }
}

fn describe(summary: &Summary, request: &Request) -> String {
    let mut text = format!("{} tasks, {} workers, {} answers", summary.tasks, summary.workers, summary.answers);
    if let Some(labels) = summary.label_count {
        write!(text, ", {labels} labels").expect("writing to a String cannot fail");
    }
    if let Some(states) = summary.states {
        let States { settled, ambiguous, open } = states;
        write!(text, ": {settled} final, {ambiguous} ambiguous, {open} open").expect("writing to a String cannot fail");
    }
    write!(text, ". Method {}.", summary.method).expect("writing to a String cannot fail");
    let mut line = |arguments: std::fmt::Arguments<'_>| {
        text.push('\n');
        text.write_fmt(arguments).expect("writing to a String cannot fail");
    };
    if let (Some(false), Some(walks)) = (summary.converged, summary.iterations) {
        line(format_args!("The estimate had not come to rest after {walks} walks over the answers."));
    }
    if summary.duplicate_rows > 0 {
        line(format_args!("{} rows equal an earlier one and count once.", summary.duplicate_rows));
    }
    if let Some(times) = summary.changed_minds.filter(|times| *times > 0) {
        line(format_args!("{times} times a worker gave several different answers on a task; all of them count."));
    }
    if summary.bad_rows > 0 {
        let listed = match &request.bad_rows {
            BadRows::LeaveOut(Some(path)) => format!("listed in {}", path.display()),
            _ => "named above".to_owned(),
        };
        line(format_args!("{} rows were left out, {listed}.", summary.bad_rows));
    }
    if let Some(gold) = &summary.gold {
        line(format_args!("Gold: {} tasks with answers.", gold.tasks));
        if let (Some(accuracy), Some(ece)) = (gold.accuracy, gold.ece) {
            let accuracy = accuracy * 100.0;
            line(format_args!(
                "  Hidden from the estimate, half at a time: {accuracy:.2} % right, calibration error {ece:.3}."
            ));
        }
        if gold.without_answers > 0 {
            let (count, first) = (gold.without_answers, gold.first_without_answers.join(", "));
            let dots = if count > gold.first_without_answers.len() as u64 { " …" } else { "" };
            line(format_args!("  {count} more tasks of gold have no answer and stand in no table: {first}{dots}"));
        }
    }
    for coefficient in &summary.agreement {
        match (coefficient.value, coefficient.interval) {
            (Some(value), Some([low, high])) => {
                line(format_args!("{}: {value:.4} (95 % {low:.4} to {high:.4})", coefficient.name));
            }
            (Some(value), None) => line(format_args!("{}: {value:.4}", coefficient.name)),
            (None, _) => {}
        }
    }
    line(format_args!("Confidence: {}.", summary.confidence));
    let written =
        [("Labels", Some(&request.out)), ("Workers", request.workers.as_ref()), ("Report", request.report.as_ref())];
    for (what, path) in written {
        if let Some(path) = path {
            line(format_args!("{what} in {}.", path.display()));
        }
    }
    text
}
