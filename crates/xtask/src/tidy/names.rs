//! Names and shapes of files. Knows nothing of what they import.

use std::path::Path;

use super::Violation;
use super::sources::{Source, is_rust};

/// More lines than this are two nouns.
const MOST_LINES: usize = 500;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["common", "helper", "helpers", "manager", "managers", "misc", "types", "util", "utils"];

/// What is wrong with the path itself.
pub(crate) fn violations(path: &str) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut add = |what: &str, remedy: &str| {
        violations.push(Violation { path: path.to_owned(), line: 1, what: what.to_owned(), remedy: remedy.to_owned() });
    };
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
    if is_rust(path) {
        if file == "mod.rs" {
            add("no mod.rs", "name it after its folder, beside the folder");
        }
        let stem = file.split('.').next().unwrap_or(file);
        if let Some(name) = folders.split('/').chain([stem]).find(|name| EMPTY_NAMES.contains(name)) {
            add(&format!("`{name}` says nothing"), "name it by the noun that is inside");
        }
    }
    if folders == "docs/decisions" && !is_decision(file) {
        add("a decision record is named NNNN-title.md", "four digits, a hyphen, then lower-case words with hyphens");
    }
    violations
}

/// What is wrong with the first line or the length.
pub(crate) fn shape(source: &Source) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut add = |line: usize, what: String, remedy: &str| {
        violations.push(Violation { path: source.path.clone(), line, what, remedy: remedy.to_owned() });
    };
    let first = source.text.lines().next().unwrap_or_default();
    if is_module(&source.path) && first.strip_prefix("//!").is_none_or(|rest| rest.trim().is_empty()) {
        add(1, "a module opens with a `//!` line".to_owned(), "say what it is for and what it does not know");
    }
    let lines = source.lines().count();
    if holds_code(&source.path) && lines > MOST_LINES {
        add(MOST_LINES + 1, format!("{lines} lines are more than {MOST_LINES}"), "split it by noun");
    }
    violations
}

fn is_module(path: &str) -> bool {
    let in_a_crate = path
        .strip_prefix("crates/")
        .and_then(|rest| rest.split_once('/'))
        .is_some_and(|(_, rest)| rest.starts_with("src/"));
    is_rust(path) && (path.starts_with("src/") || in_a_crate)
}

/// Style sheets are not meant: they are one table, and `dist` weighs them.
fn holds_code(path: &str) -> bool {
    is_rust(path)
        || (path.starts_with("www/") && Path::new(path).extension().is_some_and(|extension| extension == "js"))
}

fn is_decision(file: &str) -> bool {
    let Some((number, title)) = file.strip_suffix(".md").and_then(|name| name.split_once('-')) else {
        return false;
    };
    let is_word = |word: &str| {
        !word.is_empty() && word.chars().all(|character| character.is_ascii_lowercase() || character.is_ascii_digit())
    };
    number.len() == 4 && number.chars().all(|digit| digit.is_ascii_digit()) && title.split('-').all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_path(path: &str, expected: Option<&str>) {
        let found = violations(path);
        assert_eq!(found.len(), usize::from(expected.is_some()), "{path}: {found:?}");
        for (violation, part) in found.iter().zip(expected) {
            assert!(violation.what.contains(part), "{violation}");
        }
    }

    fn check_shape(path: &str, text: &str, expected: &[usize]) {
        let found = shape(&Source::new(path, text.to_owned()));
        assert_eq!(found.iter().map(|violation| violation.line).collect::<Vec<_>>(), expected, "{path}");
    }

    #[test]
    fn a_file_is_named_by_its_noun() {
        check_path("crates/collector/src/http/mod.rs", Some("mod.rs"));
        check_path("src/utils.rs", Some("utils"));
        check_path("tests/common/server.rs", Some("common"));
        check_path("src/session.rs", None);
        check_path("www/demo/common.css", None);
    }

    #[test]
    fn a_decision_has_a_number_and_a_title() {
        check_path("docs/decisions/0001-one-sql-text.md", None);
        check_path("docs/decisions/1-one-sql-text.md", Some("NNNN"));
        check_path("docs/decisions/0001-One-SQL.md", Some("NNNN"));
        check_path("docs/decisions/0001.md", Some("NNNN"));
        check_path("docs/operating.md", None);
    }

    #[test]
    fn a_module_says_in_its_first_line_what_it_is_for() {
        check_shape("src/session.rs", "//! The state machine.\n", &[]);
        check_shape("src/session.rs", "use std::fmt;\n", &[1]);
        check_shape("crates/seal/src/keys.rs", "//!\n", &[1]);
        check_shape("crates/seal/benches/seal.rs", "use std::fmt;\n", &[]);
    }

    #[test]
    fn a_file_of_more_than_500_lines_is_two_nouns() {
        let lines = |count: usize| format!("//! x\n{}", "\n".repeat(count - 1));
        check_shape("src/session.rs", &lines(500), &[]);
        check_shape("src/session.rs", &lines(501), &[501]);
        check_shape("www/api.js", &lines(501), &[501]);
        check_shape("www/widget.css", &lines(501), &[]);
        check_shape("docs/operating.md", &lines(501), &[]);
    }
}
