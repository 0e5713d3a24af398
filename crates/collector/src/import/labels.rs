//! `labels.csv`: which label a requester gave which file. Knows rows and lines, not what a label means.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use corvee_protocol::limits::TEXT_CHARS;

/// The file looked for when none is named.
pub const LABELS_FILE: &str = "labels.csv";

/// A line of `labels.csv` that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelProblem {
    /// Line in the file, from 1.
    pub line: u64,
    /// What is wrong and what to do.
    pub problem: String,
}

impl fmt::Display for LabelProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

/// A file's label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) label: String,
}

/// Labels by file name, as written; files without a label are absent.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Labels {
    pub(super) rows: BTreeMap<String, Row>,
}

/// Where the labels are: the file named, else `labels.csv` in the folder, else beside it; `None` when there is none.
pub(super) fn find(named: Option<PathBuf>, folder: &Path) -> Option<PathBuf> {
    let candidates = [Some(folder), folder.parent()];
    named.or_else(|| candidates.into_iter().flatten().map(|place| place.join(LABELS_FILE)).find(|path| path.is_file()))
}

/// What the folder is called in a labels file that lies above it, with a `/` at its end: rows may name files from there.
pub(super) fn prefix(labels: &Path, folder: &Path) -> Option<String> {
    let place = labels.parent()?;
    let parts: Option<Vec<&str>> = folder.strip_prefix(place).ok()?.iter().map(|part| part.to_str()).collect();
    let parts = parts?;
    (!parts.is_empty()).then(|| parts.join("/") + "/")
}

/// Reads the text of a labels file: comma-separated, UTF-8, a header with at least `file` and `label`.
///
/// # Errors
/// All lines that cannot be used.
pub(crate) fn parse(bytes: &[u8]) -> Result<Labels, Vec<LabelProblem>> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(false).from_reader(bytes);
    let header = reader.headers().map_err(|error| vec![unreadable(&error)])?.clone();
    let column = |name: &str| header.iter().position(|column| column == name);
    let (Some(file_column), Some(label_column)) = (column("file"), column("label")) else {
        let found: Vec<&str> = header.iter().collect();
        let problem =
            format!("the header must name the columns file and label, and is: {}", found.join(",").escape_debug());
        return Err(vec![LabelProblem { line: 1, problem }]);
    };
    let mut labels = Labels::default();
    let mut problems = Vec::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                problems.push(unreadable(&error));
                continue;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |column: usize| record.get(column).unwrap_or_default();
        let (file, label) = (cell(file_column), cell(label_column));
        let problem = if file.is_empty() {
            Some("names no file".to_owned())
        } else if label.chars().count() > TEXT_CHARS || label.chars().any(char::is_control) {
            Some(format!("the label of {file} is longer than {TEXT_CHARS} characters or not printable"))
        } else {
            labels.add(file, label, line).err()
        };
        problems.extend(problem.map(|problem| LabelProblem { line, problem }));
    }
    if problems.is_empty() { Ok(labels) } else { Err(problems) }
}

impl Labels {
    /// Adds a row. The same label twice is no contradiction, and an empty one is none.
    fn add(&mut self, file: &str, label: &str, line: u64) -> Result<(), String> {
        if label.is_empty() {
            return Ok(());
        }
        match self.rows.get(file) {
            Some(earlier) if earlier.label != label => Err(format!(
                "{file} is labelled {label} here and {} in line {}: keep one of the two",
                earlier.label, earlier.line
            )),
            Some(_) => Ok(()),
            None => {
                let label = label.to_owned();
                self.rows.insert(file.to_owned(), Row { line, label });
                Ok(())
            }
        }
    }
}

fn unreadable(error: &csv::Error) -> LabelProblem {
    let line = error.position().map_or(1, csv::Position::line);
    let problem = match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "is not UTF-8: save the file as UTF-8".to_owned(),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("has {len} cells and the header {expected_len}: put a cell that holds commas in double quotes")
        }
        _ => error.to_string(),
    };
    LabelProblem { line, problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &[u8], expected: &[(&str, &str)]) {
        let labels = parse(text).unwrap();
        let found: Vec<(&str, &str)> =
            labels.rows.iter().map(|(file, row)| (file.as_str(), row.label.as_str())).collect();
        assert_eq!(found, expected);
    }

    fn check_problems(text: &[u8], expected: &[&str]) {
        let problems: Vec<String> = parse(text).unwrap_err().iter().map(ToString::to_string).collect();
        assert_eq!(problems, expected);
    }

    #[test]
    fn columns_are_found_by_name() {
        check(b"file,label\na.jpg,hat\n", &[("a.jpg", "hat")]);
        check(b"origin,label,file\nx,hat,a.jpg\ny,coat,b.jpg\n", &[("a.jpg", "hat"), ("b.jpg", "coat")]);
    }

    #[test]
    fn what_spreadsheets_write_is_read() {
        check(
            b"\xEF\xBB\xBFfile,label\r\na.jpg, hat \r\n\"b, c.jpg\",\"long sleeve\"\r\n",
            &[("a.jpg", "hat"), ("b, c.jpg", "long sleeve")],
        );
        check(b"file,label\na.jpg,\n\nb.jpg,hat", &[("b.jpg", "hat")]);
        check(b"file,label\na.jpg,hat\na.jpg,hat\n", &[("a.jpg", "hat")]);
    }

    #[test]
    fn every_bad_line_is_named() {
        check_problems(
            b"file,label\na.jpg,hat\na.jpg,coat\n,hat\nb.jpg\n",
            &[
                "line 3: a.jpg is labelled coat here and hat in line 2: keep one of the two",
                "line 4: names no file",
                "line 5: has 1 cells and the header 2: put a cell that holds commas in double quotes",
            ],
        );
        check_problems(
            b"file,label\na.jpg,chaussure\nb.jpg,\xe9t\xe9\n",
            &["line 3: is not UTF-8: save the file as UTF-8"],
        );
    }

    #[test]
    fn a_header_without_the_columns_is_told() {
        let told = "line 1: the header must name the columns file and label, and is: image;class";
        check_problems(b"image;class\na.jpg;hat\n", &[told]);
        assert_eq!(parse(b"").unwrap_err().len(), 1);
    }

    #[test]
    fn a_labels_file_above_the_folder_may_name_it() {
        let check = |labels: &str, folder: &str, expected: Option<&str>| {
            assert_eq!(prefix(Path::new(labels), Path::new(folder)).as_deref(), expected);
        };
        check("/d/labels.csv", "/d/images", Some("images/"));
        check("/d/labels.csv", "/d/a/b", Some("a/b/"));
        check("/d/labels.csv", "/d", None);
        check("/e/labels.csv", "/d", None);
    }
}
