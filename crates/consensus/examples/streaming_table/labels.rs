//! Labels an item needs to be right 99 times in 100, without colluders.

use crate::attack::{Plan, targeted};

/// Fewest mean labels of a threshold that keeps 99 %: chosen on one crowd, measured on another.
pub(crate) fn at_99_percent(classes: u8, items: u32) -> (f64, f64, f64) {
    let plan = |confidence| Plan::Posterior { confidence, floor: 0.0, most: f64::INFINITY };
    let chosen = (1..=60)
        .map(|step| 1.0 - 0.1 * 0.9_f64.powi(step))
        .find(|confidence| 1.0 - targeted(classes, 0.0, plan(*confidence), items, 3).wrong >= 0.9905)
        .unwrap_or(0.999);
    let outcome = targeted(classes, 0.0, plan(chosen), items, 4);
    (chosen, outcome.labels, 1.0 - outcome.wrong)
}
