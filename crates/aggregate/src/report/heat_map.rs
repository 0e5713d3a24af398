//! The heat map of confusion: what is answered where a label is right. Does not know how it was counted.

use super::svg::{Escaped, Plot};
use crate::confusion::Confusion;

/// Characters of a label on an axis.
const MOST_CHARACTERS: usize = 9;

/// Draws the shares of `confusion`, whose labels have these `names`.
pub(super) fn draw(confusion: &Confusion, names: &[&str]) -> String {
    let description = "For each label (row) the shares of the answers that workers give on its tasks (columns); the darker, \
                       the more. The table below the plot holds every share.";
    let mut plot = Plot::begin("confusion", "Heat map of confusion", description);
    let count = names.len().max(1) as f64;
    let (width, height) = Plot::size(1.0 / count, 1.0 / count);
    for (row, shares) in confusion.shares.iter().enumerate() {
        for (column, share) in shares.iter().enumerate() {
            let (x, y) = Plot::at(column as f64 / count, 1.0 - row as f64 / count);
            let (label, answer) = (names.get(row).unwrap_or(&""), names.get(column).unwrap_or(&""));
            let hint = format!("label {label}, answer {answer}: {:.1} %", share * 100.0);
            plot.add(format_args!(
                "<rect class=\"cell\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" \
                 fill-opacity=\"{share:.3}\"><title>{}</title></rect>",
                Escaped(&hint)
            ));
            if names.len() <= 8 {
                let (middle, centre) = (x + width / 2.0, y + height / 2.0 + 4.0);
                let class = if *share > 0.5 { "on-dark" } else { "on-light" };
                let percent = share * 100.0;
                plot.add(format_args!(
                    "<text class=\"{class}\" x=\"{middle:.1}\" y=\"{centre:.1}\" text-anchor=\"middle\">{percent:.0} %</text>"
                ));
            }
        }
    }
    plot.frame();
    let ticks = |place: &dyn Fn(f64) -> f64| -> Vec<(f64, String)> {
        names.iter().enumerate().map(|(index, name)| (place((index as f64 + 0.5) / count), shortened(name))).collect()
    };
    plot.axis_below("answer", &ticks(&|position| position));
    plot.axis_left("label", &ticks(&|position| 1.0 - position));
    plot.end()
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= MOST_CHARACTERS {
        return name.to_owned();
    }
    name.chars().take(MOST_CHARACTERS - 1).chain(['…']).collect()
}
