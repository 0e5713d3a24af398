//! A mistake in a text of settings, shown with its line. Knows no setting.

use std::fmt;
use std::ops::Range;

use crate::plain_words::plain;

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// From 1.
    line: usize,
    /// From 1, in characters.
    column: usize,
    /// The line as it was written.
    excerpt: String,
    /// Characters that are marked below it.
    marked: usize,
    message: String,
}

impl Mistake {
    /// What the parser found.
    pub(super) fn of(text: &str, error: &toml::de::Error) -> Self {
        Self::at(text, error.span().unwrap_or_default(), plain(error.message()))
    }

    /// A mistake at these bytes of the text.
    pub(super) fn at(text: &str, span: Range<usize>, message: String) -> Self {
        let before = text.get(..span.start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let excerpt = text.get(line_start..).unwrap_or_default().lines().next().unwrap_or_default();
        let column = before.get(line_start..).unwrap_or_default().chars().count();
        let marked = text.get(span).and_then(|wrong| wrong.lines().next()).unwrap_or_default().chars().count();
        let line = before.matches('\n').count() + 1;
        Self { line, column: column + 1, excerpt: excerpt.to_owned(), marked: marked.max(1), message }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, excerpt, marked, message } = self;
        let margin = " ".repeat(line.to_string().len());
        let marks = format!("{:indent$}{}", "", "^".repeat(*marked), indent = column - 1);
        writeln!(f, "at line {line}, column {column}:")?;
        writeln!(f, "{margin} |\n{line} | {excerpt}\n{margin} | {marks}")?;
        f.write_str(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, span: Range<usize>, expected: &str) {
        assert_eq!(Mistake::at(text, span, "no".to_owned()).to_string(), expected);
    }

    #[test]
    fn the_line_is_shown_and_what_is_wrong_in_it_is_marked() {
        let text = "a = 1\nb = 22\n";
        check(text, 10..12, "at line 2, column 5:\n  |\n2 | b = 22\n  |     ^^\nno");
        check(text, 0..1, "at line 1, column 1:\n  |\n1 | a = 1\n  | ^\nno");
    }

    #[test]
    fn a_place_that_is_none_is_shown_all_the_same() {
        check("", 0..0, "at line 1, column 1:\n  |\n1 | \n  | ^\nno");
        check("é\n", 1..9, "at line 1, column 1:\n  |\n1 | é\n  | ^\nno");
    }
}
