//! Labels needed at equal accuracy, adaptive against fixed plans, on real answers replayed in pseudo-random orders.

mod data;
mod pooled;
mod replay;

use std::process::ExitCode;

use data::Answers;
use pooled::Pooled;
use replay::{Curve, adaptive, fixed, labels_at};

/// Sets of choices with enough answers a task for a fixed plan of 7.
const SETS: [&str; 8] = ["adult", "bluebirds", "dog", "face", "rte", "sentence-polarity-amt", "weather-amt", "wsd"];
const ORDERS: u64 = 4;

/// Prints a line a set and the mean; exit code 2 without the data.
pub(crate) fn print() -> ExitCode {
    let Some(folder) = data::folder() else {
        println!("bar real-sets ABSENT: no ../shared/data/truth-inference beside the repository; nothing was measured");
        return ExitCode::from(2);
    };
    let mut ratios: [Vec<f64>; 2] = [vec![], vec![]];
    for name in SETS {
        let Some(set) = data::load(&folder, name) else {
            println!("bar real-sets ABSENT: {name} cannot be read");
            return ExitCode::from(2);
        };
        let mut cells = vec![];
        let curve = adaptive_curve(&set);
        for (column, labels) in [5, 7].into_iter().enumerate() {
            let accuracy = mean((0..ORDERS).map(|order| fixed::<Pooled>(&set, order, labels).right));
            let needed = labels_at(&curve, accuracy);
            let ratio = needed.map(|needed| needed / labels as f64);
            ratios[column].push(ratio.unwrap_or(1.0));
            cells.push(format!(
                "fixed-{labels}={accuracy:.4} labels={} ratio={}",
                needed.map_or("never".to_owned(), |needed| format!("{needed:.2}")),
                ratio.map_or("1.00".to_owned(), |ratio| format!("{ratio:.3}")),
            ));
        }
        println!("bar real-sets set={name} tasks={} {}", set.judged(), cells.join(" "));
    }
    let [five, seven] = ratios.map(|ratios| mean(ratios.into_iter()));
    println!("bar real-sets mean-ratio-5={five:.3} mean-ratio-7={seven:.3} mean={:.3}", f64::midpoint(five, seven));
    ExitCode::SUCCESS
}

/// Labels and accuracy over budgets, averaged over the orders.
fn adaptive_curve(set: &Answers) -> Vec<Curve> {
    let runs: Vec<Vec<Curve>> = (0..ORDERS).map(|order| adaptive::<Pooled>(set, order)).collect();
    let points = runs.iter().map(Vec::len).min().unwrap_or_default();
    (0..points)
        .map(|point| Curve {
            labels: mean(runs.iter().map(|run| run[point].labels)),
            right: mean(runs.iter().map(|run| run[point].right)),
        })
        .collect()
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.collect();
    values.iter().sum::<f64>() / values.len().max(1) as f64
}
