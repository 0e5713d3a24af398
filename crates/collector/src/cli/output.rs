//! Prints a command's outcome: sentences for people, JSON for programs.

use std::io::Write as _;

use serde::Serialize;

/// Where outcomes go.
#[derive(Clone, Copy)]
pub(super) struct Output {
    /// JSON instead of text.
    pub(super) json: bool,
}

impl Output {
    /// Prints `value` as JSON, or the text that stands for it.
    pub(super) fn print(self, value: &impl Serialize, text: impl FnOnce() -> String) -> anyhow::Result<()> {
        let text = if self.json { serde_json::to_string_pretty(value)? } else { text() };
        self.line(&text)
    }

    /// Prints a line at once, also when standard output is a pipe.
    #[expect(clippy::unused_self, reason = "everything that is printed goes through an Output")]
    pub(super) fn line(self, text: &str) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{text}")?;
        out.flush()?;
        Ok(())
    }
}
