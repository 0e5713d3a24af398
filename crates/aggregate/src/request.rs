//! What is asked for: files, columns, method, rule. Parsed, not yet read.

use std::fs;
use std::path::{Path, PathBuf};

use corvee_consensus::batch::Threads;

use crate::error::Error;
use crate::kind::Kind;
use crate::method::Method;
use crate::read::Format;
use crate::state::Rule;

/// What happens to rows that cannot be used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum BadRows {
    /// Nothing is written, and the first are named.
    #[default]
    Refuse,
    /// They are left out and listed: in this CSV, or to the listener.
    LeaveOut(Option<PathBuf>),
}

/// The names of the columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnNames {
    /// What was answered.
    pub task: String,
    /// Who answered.
    pub worker: String,
    /// What the answer was.
    pub label: String,
}

impl Default for ColumnNames {
    fn default() -> Self {
        Self { task: "task".to_owned(), worker: "worker".to_owned(), label: "label".to_owned() }
    }
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// The answers.
    pub input: PathBuf,
    /// The table of tasks to write.
    pub out: PathBuf,
    /// Labels that are known.
    pub gold: Option<PathBuf>,
    /// The table of workers to write.
    pub workers: Option<PathBuf>,
    /// The report to write.
    pub report: Option<PathBuf>,
    /// What happens to rows that cannot be used.
    pub bad_rows: BadRows,
    /// The names of the columns, in the answers and in the gold.
    pub columns: ColumnNames,
    /// How the answers are written, where the name of the file does not tell.
    pub format: Option<Format>,
    /// What the answers are.
    pub kind: Kind,
    /// The estimator; the kind's own where none is named.
    pub method: Option<Method>,
    /// Ends of the scale of ratings; what the ratings span where none is named.
    pub scale: Option<(f64, f64)>,
    /// The greatest mean distance at which clicks may mean one thing, in the unit of the coordinates; points need it.
    pub reach: Option<f64>,
    /// When a label is final.
    pub rule: Rule,
    /// Whether the table of tasks gets a column for the probability of each label.
    pub probabilities: bool,
    /// Resamples of the intervals of agreement; 0 for none.
    pub resamples: u32,
    /// Seed of the resamples.
    pub seed: u64,
    /// Threads of the estimator; the number reaches no result.
    pub threads: Threads,
}

impl Request {
    /// From these answers into this table; everything else as by default.
    pub fn new(input: impl Into<PathBuf>, out: impl Into<PathBuf>) -> Self {
        Self {
            input: input.into(),
            out: out.into(),
            gold: None,
            workers: None,
            report: None,
            bad_rows: BadRows::default(),
            columns: ColumnNames::default(),
            format: None,
            kind: Kind::default(),
            method: None,
            scale: None,
            reach: None,
            rule: Rule::default(),
            probabilities: false,
            resamples: 1_000,
            seed: 1,
            threads: Threads::available(),
        }
    }

    /// Refuses what cannot be right before anything is read.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.rule.check()?;
        if let Some((low, high)) = self.scale {
            if self.kind != Kind::Rate {
                return Err(Error::NotForKind { option: "scale", kind: self.kind.name() });
            }
            if low.is_nan() || high <= low {
                return Err(Error::OutOfRange {
                    option: "scale",
                    value: high,
                    range: "the upper end lies above the lower one",
                });
            }
        }
        if self.reach.is_some() && self.kind != Kind::Point {
            return Err(Error::NotForKind { option: "reach", kind: self.kind.name() });
        }
        let bad_rows = match &self.bad_rows {
            BadRows::Refuse => None,
            BadRows::LeaveOut(file) => file.as_deref(),
        };
        let read = [("IN", Some(self.input.as_path())), ("--gold", self.gold.as_deref())];
        let written = [
            ("--out", Some(self.out.as_path())),
            ("--workers", self.workers.as_deref()),
            ("--report", self.report.as_deref()),
            ("--skip-bad-rows", bad_rows),
        ];
        let files: Vec<(&str, &Path, PathBuf)> = read
            .into_iter()
            .chain(written)
            .filter_map(|(name, path)| path.map(|path| (name, path, resolved(path))))
            .collect();
        for (index, (other, path, resolved)) in files.iter().enumerate() {
            // Gold may be read from the answers' own file; everything that is written stands alone.
            if read.iter().any(|(name, _)| name == other) {
                continue;
            }
            if let Some((one, ..)) = files.iter().take(index).find(|(_, _, before)| before == resolved) {
                return Err(Error::SameFile { one, other, path: path.to_path_buf() });
            }
        }
        Ok(())
    }

    /// The folder of the table of tasks.
    pub(crate) fn folder(&self) -> &Path {
        folder_of(&self.out)
    }
}

/// The folder of a file.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The file that is meant, whatever links lead to it, also where it does not exist yet.
fn resolved(path: &Path) -> PathBuf {
    if let Ok(resolved) = fs::canonicalize(path) {
        return resolved;
    }
    match (fs::canonicalize(folder_of(path)), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}
