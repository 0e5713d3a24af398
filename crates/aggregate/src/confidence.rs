//! From what an estimator believes to a confidence that can be relied on. The one place where that happens; knows no file
//! and no name.

use corvee_consensus::batch::{Aggregate, Aggregator, Answers, Gold, Threads};
use corvee_consensus::calibration::{self, Bands, Calibrated};

use crate::error::Error;

/// Gold whose label was hidden from the run that estimated it: what a confidence is measured by.
#[derive(Debug, Clone, Default)]
pub(crate) struct HeldOut {
    /// Task and its known label, by rising task.
    pub(crate) known: Vec<(u32, u32)>,
    /// Confidence in these tasks, `[task][label]`, calibrated on gold that they are not part of.
    pub(crate) confidence: Vec<f32>,
}

/// An estimate with the confidence that goes with it.
#[derive(Debug, Clone)]
pub(crate) struct Confidence {
    /// What the estimator says itself.
    pub(crate) raw: Aggregate,
    /// Calibrated P(label | answers), `[task][label]`.
    pub(crate) posterior: Vec<f32>,
    /// The hidden gold.
    pub(crate) held_out: HeldOut,
    /// How it came about, for people.
    pub(crate) how: String,
}

/// Estimates, and calibrates on gold that was hidden half by half.
pub(crate) fn estimate(
    estimator: &dyn Aggregator,
    answers: &Answers,
    gold: &Gold,
    threads: Threads,
) -> Result<Confidence, Error> {
    let Calibrated { raw, confidence, bands, hidden } = calibration::calibrate(estimator, answers, gold, threads)?;
    let held_out = HeldOut {
        known: hidden.iter().map(|seen| (seen.item, seen.class)).collect(),
        confidence: hidden.iter().flat_map(|seen| seen.confidence.iter().copied()).collect(),
    };
    Ok(Confidence { raw, posterior: confidence.posterior, held_out, how: describe(&bands) })
}

fn describe(bands: &Bands) -> String {
    let each = |(most, calibration): (Option<usize>, &calibration::ClassCalibration)| {
        let (temperature, floor) = (calibration.flat.temperature, calibration.flat.floor);
        match most {
            Some(most) => format!("up to {most} answers: temperature {temperature:.2}, floor {floor:.3}"),
            None => format!("temperature {temperature:.2}, floor {floor:.3}"),
        }
    };
    let fitted = bands.iter().map(each).collect::<Vec<_>>().join("; ");
    match bands.examples() {
        0 => "not calibrated: the confidence is the estimator's own posterior; give some gold".to_owned(),
        examples => format!("calibrated on {examples} gold tasks that were hidden from the estimate ({fitted})"),
    }
}
