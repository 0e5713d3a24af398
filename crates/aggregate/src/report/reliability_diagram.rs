//! The reliability diagram: share of right labels against confidence, the size of a dot for the number of tasks. Does not
//! know how it was measured.

use super::svg::{Plot, fifths};
use crate::reliability::Reliability;

/// Draws it.
pub(super) fn draw(reliability: &Reliability) -> String {
    let description = format!(
        "On {} tasks of hidden gold, share of right labels by confidence. Labels are right in {:.1} % of the tasks; the \
         expected calibration error is {:.3}. The table beside the plot holds every point.",
        reliability.tasks,
        reliability.accuracy * 100.0,
        reliability.ece
    );
    let mut plot = Plot::begin("reliability", "Reliability diagram", &description);
    plot.frame();
    let ((x1, y1), (x2, y2)) = (Plot::at(0.0, 0.0), Plot::at(1.0, 1.0));
    plot.add(format_args!("<line class=\"ideal\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>"));
    let most = reliability.bins.iter().map(|bin| bin.tasks).max().unwrap_or(1).max(1) as f64;
    for bin in reliability.bins.iter().filter(|bin| bin.tasks > 0) {
        let (x, y) = Plot::at(bin.confidence, bin.right);
        let (_, ideal) = Plot::at(bin.confidence, bin.confidence);
        let radius = 3.0 + 9.0 * (bin.tasks as f64 / most).sqrt();
        plot.add(format_args!("<line class=\"gap\" x1=\"{x:.1}\" y1=\"{y:.1}\" x2=\"{x:.1}\" y2=\"{ideal:.1}\"/>"));
        plot.add(format_args!("<circle class=\"dot\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\"/>"));
    }
    plot.axis_below("confidence", &fifths());
    plot.axis_left("share right", &fifths());
    plot.end()
}
