//! The map of workers: accuracy against number of answers. Does not know how either was found.

use super::svg::{Escaped, Plot, fifths};
use crate::names::Names;
use crate::workers::{Flag, Worker};

/// Workers drawn, the most active ones.
const MOST_DOTS: usize = 2_000;

/// Draws `workers`, who are sorted by falling number of answers.
pub(super) fn draw(workers: &[&Worker], names: &Names) -> String {
    let drawn: Vec<&Worker> =
        workers.iter().take(MOST_DOTS).copied().filter(|worker| worker.accuracy.is_some()).collect();
    let left_out = workers.len() - drawn.len();
    let description = format!(
        "{} workers by their number of answers, on a logarithmic scale, and their estimated accuracy with its interval; \
         squares are workers that stand out. {left_out} are not drawn: they answered nothing that others did, or are not \
         among the {MOST_DOTS} most active. The table below the plot holds the most active ones.",
        drawn.len()
    );
    let mut plot = Plot::begin("workers", "Map of workers", &description);
    plot.frame();
    let most = workers.first().map_or(1, |worker| worker.answers).max(10);
    let decades = f64::from(most).log10();
    let across = |answers: u32| f64::from(answers.max(1)).log10() / decades * 0.96 + 0.02;
    let whiskers = drawn.len() <= 200;
    for worker in drawn {
        let Some([accuracy, low, high]) = worker.accuracy else { continue };
        let (x, y) = Plot::at(across(worker.answers), accuracy);
        if whiskers {
            let ((_, from), (_, to)) = (Plot::at(0.0, low), Plot::at(0.0, high));
            plot.add(format_args!(
                "<line class=\"whisker\" x1=\"{x:.1}\" y1=\"{from:.1}\" x2=\"{x:.1}\" y2=\"{to:.1}\"/>"
            ));
        }
        let hint = format!("{}: {} answers, {:.1} %", names.name(worker.index), worker.answers, accuracy * 100.0);
        if matches!(worker.flag, Flag::None | Flag::Few) {
            plot.add(format_args!(
                "<circle class=\"dot\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\"><title>{}</title></circle>",
                Escaped(&hint)
            ));
        } else {
            let (left, top) = (x - 4.0, y - 4.0);
            plot.add(format_args!(
                "<rect class=\"flagged\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"8\" height=\"8\"><title>{} ({})</title></rect>",
                Escaped(&hint),
                worker.flag
            ));
        }
    }
    let ticks = std::iter::successors(Some(1_u32), |tick| tick.checked_mul(10)).take_while(|tick| *tick <= most);
    plot.axis_below("answers", &ticks.map(|tick| (across(tick), tick.to_string())).collect::<Vec<_>>());
    plot.axis_left("estimated accuracy", &fifths());
    plot.end()
}
