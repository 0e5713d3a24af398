//! How good an estimate is: accuracy, calibration error, log-loss, F1. Does not know which model it came from.

use corvee_consensus::batch::{Aggregate, Answers};

const BINS: usize = 15;
/// Probabilities are held within this and one minus this.
const CLIP: f64 = 1e-6;

/// Share of `truth` with the right class.
pub(crate) fn accuracy(found: &Aggregate, truth: &[(u32, u32)]) -> f64 {
    let right = truth.iter().filter(|(item, class)| found.class(*item as usize) == *class as usize).count();
    right as f64 / truth.len() as f64
}

/// Expected accuracy of the majority vote when ties are drawn.
pub(crate) fn fair_majority(answers: &Answers, truth: &[(u32, u32)]) -> f64 {
    let mut right = 0.0;
    for (item, class) in truth {
        let mut votes = vec![0; answers.classes()];
        for (_, answered) in answers.on(*item as usize) {
            votes[answered] += 1;
        }
        let most = votes.iter().copied().max().unwrap_or(0);
        if votes[*class as usize] == most {
            right += 1.0 / votes.iter().filter(|count| **count == most).count() as f64;
        }
    }
    right / truth.len() as f64
}

/// Expected calibration error of the label's confidence in 15 bins of equal width, and mean log-loss in nats.
pub(crate) fn calibration(labels: &Aggregate, confidence: &Aggregate, truth: &[(u32, u32)]) -> (f64, f64) {
    let mut bins = [(0.0, 0.0); BINS];
    let mut loss = 0.0;
    for (item, class) in truth {
        let item = *item as usize;
        let row = confidence.posterior(item);
        let label = labels.class(item);
        let sure = f64::from(row[label]);
        let bin = &mut bins[((sure * BINS as f64) as usize).min(BINS - 1)];
        bin.0 += sure;
        bin.1 += f64::from(u8::from(label == *class as usize));
        loss -= f64::from(row[*class as usize]).clamp(CLIP, 1.0 - CLIP).ln();
    }
    let number = truth.len() as f64;
    (bins.iter().map(|(sure, right)| (sure - right).abs()).sum::<f64>() / number, loss / number)
}

/// F1 of one class.
pub(crate) fn f1(found: &Aggregate, truth: &[(u32, u32)], class: u32) -> f64 {
    let mut counts = [0.0; 3];
    for (item, true_class) in truth {
        let said = found.class(*item as usize) == class as usize;
        match (said, *true_class == class) {
            (true, true) => counts[0] += 1.0,
            (true, false) => counts[1] += 1.0,
            (false, true) => counts[2] += 1.0,
            (false, false) => {}
        }
    }
    2.0 * counts[0] / (2.0 * counts[0] + counts[1] + counts[2])
}
