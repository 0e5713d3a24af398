//! The rows of the table: what is measured, what is asked. Does not know how a figure comes about.

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aim {
    AtLeast,
    AtMost,
}

impl Aim {
    pub(super) fn reached(self, value: f64, asked: f64) -> bool {
        match self {
            Self::AtLeast => value >= asked,
            Self::AtMost => value <= asked,
        }
    }
}

/// One bar.
pub(super) struct Row {
    pub(super) what: &'static str,
    /// Name of the peer's figure, or nothing.
    pub(super) peer: &'static str,
    /// Which of the peer's models that is.
    pub(super) peer_is: &'static str,
    pub(super) ours: &'static str,
    pub(super) aim: Aim,
    pub(super) bar: f64,
    pub(super) stretch: f64,
    /// Left out by `--quick`.
    pub(super) slow: bool,
}

/// A row with no peer.
const fn row(what: &'static str, ours: &'static str, aim: Aim, bar: f64, stretch: f64) -> Row {
    Row { what, peer: "", peer_is: "", ours, aim, bar, stretch, slow: false }
}

impl Row {
    const fn beside(mut self, peer: &'static str, peer_is: &'static str) -> Self {
        self.peer = peer;
        self.peer_is = peer_is;
        self
    }

    const fn slow(mut self) -> Self {
        self.slow = true;
        self
    }
}

use Aim::{AtLeast, AtMost};

/// Every bar. The names are told in `consensus.rs` and `figures.rs`.
pub(super) const ROWS: &[Row] = &[
    row("accuracy without gold, mean of 11 sets", "accuracy-mean", AtLeast, 0.840, 0.846)
        .beside("accuracy-dawid-skene-mean", "Dawid-Skene"),
    row("sets at hand more than .010 below the better of majority and Dawid-Skene", "sets-below", AtMost, 1.0, 0.0)
        .beside("sets-below", "Dawid-Skene"),
    row("accuracy with 10 % gold, mean of 11 sets", "gold-accuracy-mean", AtLeast, 0.848, 0.855)
        .beside("gold-accuracy-dawid-skene-mean", "Dawid-Skene with the same gold"),
    row("F1 of class 1, product", "f1-product", AtLeast, 0.721, 0.74).beside("f1-dawid-skene-product", "Dawid-Skene"),
    row("visitors of 3 answers, 3 labels, 10 % gold: accuracy", "visitors-accuracy", AtLeast, 0.784, 0.795),
    row("every worker answers once: least gain over majority, any set", "one-answer-least-gain", AtLeast, 0.0, 0.0),
    row("every worker answers once: mean gain over majority", "one-answer-mean-gain", AtLeast, 0.0, 0.007),
    row("calibration error (ECE) with 10 % gold, mean", "calibration-ece", AtMost, 0.053, 0.04)
        .beside("gold-ece-dawid-skene-of-all", "Dawid-Skene with the same gold"),
    row("log-loss with 10 % gold, mean", "calibration-log-loss", AtMost, 0.46, 0.43)
        .beside("gold-log-loss-dawid-skene-of-all", "Dawid-Skene with the same gold"),
    row("labels needed at equal accuracy, beside a fixed plan", "real-sets >mean", AtMost, 0.60, 0.50),
    row("targeted flips, 10 % colluders", "targeted-flips rule=default colluders=0.1 >flipped", AtMost, 0.005, 0.001),
    row("labels spent on that", "targeted-flips rule=default colluders=0.1 >labels", AtMost, 7.0, 7.0),
    row("targeted flips, 20 % colluders", "targeted-flips rule=default colluders=0.2 >flipped", AtMost, 0.03, 0.01),
    row("labels spent on that", "targeted-flips rule=default colluders=0.2 >labels", AtMost, 10.0, 10.0),
    row("boxes, 3 viewers: F1", "pedestrian-boxes-f1-3", AtLeast, 0.905, 0.925),
    row("boxes, 7 viewers: F1", "pedestrian-boxes-f1-7", AtLeast, 0.923, 0.94),
    row("texts: word error rate", "speech-dev-clean-wer", AtMost, 0.0594, 0.055)
        .beside("wer-rover-speech-dev-clean", "ROVER"),
    row("masks: IoU", "cell-masks-iou", AtLeast, 0.835, 0.85).beside("iou-majority-cell-masks", "majority"),
    row("ratings, emotion: mean absolute error", "emotion-mae", AtMost, 10.15, 9.9).beside("mae-mean-emotion", "mean"),
    row("ratings, valence: mean absolute error", "valence-mae", AtMost, 21.7, 20.0).beside("mae-mean-valence", "mean"),
    row("alpha and kappa: largest difference from the references", "agreement-difference", AtMost, 1e-6, 1e-6),
    row("Dawid-Skene, 1e5: share of equal labels at rest", "fixed-point-equal-labels", AtLeast, 0.999, 0.9995),
    row("Dawid-Skene, 1e5: log-likelihood an answer above the peer's at rest", "fixed-point-gain", AtLeast, -1e-5, 0.0),
    row("Dawid-Skene, 1e6: times faster to rest", "dawid-skene-1e6-ratio", AtLeast, 40.0, 100.0)
        .beside("dawid-skene-1e6-seconds", "seconds until an iteration adds less than 1e-7 an answer"),
    row("Dawid-Skene, 1e7: times faster to rest", "dawid-skene-1e7-ratio", AtLeast, 40.0, 100.0)
        .beside(
            "dawid-skene-1e7-extrapolated-seconds",
            "seconds to 1e-7 an answer, extrapolated from runs of 1 and 3 iterations",
        )
        .slow(),
    row("Dawid-Skene, 1e7: memory, MiB", "dawid-skene-1e7-mib", AtMost, 200.0, 120.0)
        .beside("dawid-skene-1e7-mib", "3 iterations")
        .slow(),
    row("Dawid-Skene, 1e8, 100 iterations: memory, MiB", "dawid-skene-1e8-mib", AtMost, 2048.0, 1228.8).slow(),
    row("Dawid-Skene, 1e8, 100 iterations: seconds", "dawid-skene-1e8-seconds", AtMost, 600.0, 240.0).slow(),
    row("majority vote, 1e7: times faster, building counted", "majority-1e7-ratio", AtLeast, 100.0, 300.0)
        .beside("majority-1e7-seconds", "seconds")
        .slow(),
    row("streaming: answers a second", "speed items=200000 >answers-per-second", AtLeast, 1e6, 5e6),
    row("streaming: 99th percentile, µs", "speed items=200000 >p99-us", AtMost, 20.0, 20.0),
    row("same bytes for any order, thread count and rerun", "same-bytes", AtLeast, 1.0, 1.0),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_is_never_easier_than_its_bar() {
        for row in ROWS {
            assert!(row.aim.reached(row.stretch, row.bar), "{}", row.what);
        }
    }
}
