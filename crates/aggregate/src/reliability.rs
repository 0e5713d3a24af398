//! Whether a confidence of 0.9 is right nine times of ten: measured on gold that was hidden. Does not know how the
//! confidence came about.

use serde::Serialize;

/// Equal-width bins of the confidence.
const BINS: usize = 15;
/// Probabilities are clipped here, so that one sure error costs at most 13.8 nats.
const CLIP: f64 = 1e-6;

/// Tasks whose confidence falls into one bin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub(crate) struct Bin {
    pub(crate) tasks: u64,
    /// Mean confidence.
    pub(crate) confidence: f64,
    /// Share of right labels.
    pub(crate) right: f64,
}

/// How confidence and truth go together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Reliability {
    pub(crate) tasks: u64,
    /// Share of tasks whose most probable label is the known one.
    pub(crate) accuracy: f64,
    /// Expected calibration error: mean distance of confidence and share right, over 15 equal-width bins.
    pub(crate) ece: f64,
    /// Mean of −ln P(known label), in nats.
    pub(crate) log_loss: f64,
    /// Mean squared distance of the probabilities from the truth, summed over labels.
    pub(crate) brier: f64,
    pub(crate) bins: Vec<Bin>,
}

impl Reliability {
    /// From tasks with their known label and the probabilities `[task][label]`. `None` without tasks.
    pub(crate) fn measure(known: &[(u32, u32)], posterior: &[f32], labels: usize) -> Option<Self> {
        if known.is_empty() || labels == 0 {
            return None;
        }
        let count = known.len() as f64;
        let mut bins = vec![Bin::default(); BINS];
        let (mut right, mut log_loss, mut brier) = (0_u64, 0.0, 0.0);
        for ((_, label), row) in known.iter().zip(posterior.chunks_exact(labels)) {
            let mut top = (0_usize, f64::NEG_INFINITY);
            for (index, value) in row.iter().enumerate() {
                let value = f64::from(*value);
                let truth = f64::from(u8::from(index == *label as usize));
                brier += (value - truth).powi(2);
                log_loss -= truth * value.clamp(CLIP, 1.0 - CLIP).ln();
                if value > top.1 {
                    top = (index, value);
                }
            }
            let is_right = top.0 == *label as usize;
            right += u64::from(is_right);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a confidence lies between 0 and 1"
            )]
            let bin = ((top.1 * BINS as f64) as usize).min(BINS - 1);
            if let Some(bin) = bins.get_mut(bin) {
                bin.tasks += 1;
                bin.confidence += top.1;
                bin.right += f64::from(u8::from(is_right));
            }
        }
        let ece = bins.iter().map(|bin| (bin.confidence - bin.right).abs()).sum::<f64>() / count;
        for bin in bins.iter_mut().filter(|bin| bin.tasks > 0) {
            bin.confidence /= bin.tasks as f64;
            bin.right /= bin.tasks as f64;
        }
        let accuracy = right as f64 / count;
        Some(Self { tasks: known.len() as u64, accuracy, ece, log_loss: log_loss / count, brier: brier / count, bins })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_are_those_worked_out_by_hand() {
        let known = [(0, 0), (1, 0), (2, 1)];
        let found = Reliability::measure(&known, &[0.9, 0.1, 0.9, 0.1, 0.9, 0.1], 2).unwrap();
        assert_eq!(found.tasks, 3);
        assert!((found.accuracy - 2.0 / 3.0).abs() < 1e-9);
        assert!((found.ece - (0.9 - 2.0 / 3.0)).abs() < 1e-6);
        assert!((found.log_loss + (2.0 * 0.9_f64.ln() + 0.1_f64.ln()) / 3.0).abs() < 1e-6);
        assert!((found.brier - (2.0 * 0.02 + 1.62) / 3.0).abs() < 1e-6);
        assert_eq!(found.bins.iter().map(|bin| bin.tasks).collect::<Vec<_>>()[13], 3);
        assert_eq!(Reliability::measure(&[], &[], 2), None);
    }
}
