//! Progress bars on standard error, silent when it is not a terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar that counts to `total`.
pub(super) fn bar(total: u64, doing: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:>12} [{bar:40}] {human_pos}/{human_len} ({eta})");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> ");
    ProgressBar::new(total).with_style(style).with_message(doing)
}
