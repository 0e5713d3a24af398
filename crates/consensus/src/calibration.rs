//! Confidence that means what it says: posteriors flattened until they agree with how often they are right. Does not know
//! which model they come from.

use crate::batch::{Aggregate, AggregateError, Aggregator, Answers, Gold, Threads};
use crate::scatter::{STEP, scatter};
use crate::streaming::Calibration;

/// Below this a probability says no more than "no": keeps logarithms finite.
const SMALLEST: f64 = 1e-9;
/// Known items with about equally many answers that get a calibration of their own.
const ITEMS_PER_BAND: usize = 100;
/// Prior of ln T: mean and standard deviation. Models that take workers for independent need T near 2.5 (measured on real crowds:
/// errors are correlated through the difficulty of items); a mean of unlike models needs less.
const LOG_TEMPERATURE: (f64, f64) = (0.5, 0.7);
/// Prior of logit u: mean and standard deviation; the mean is a floor of five in a hundred.
const LOGIT_UNIFORM: (f64, f64) = (-3.0, 1.0);
/// Standard deviation of a class's shift, in nats.
const SHIFT: f64 = 0.3;
/// Width of the search in standard deviations of the prior, points along each side, and times it is narrowed.
const REACH: f64 = 4.0;
const POINTS: usize = 9;
const ROUNDS: usize = 7;

/// A map of posteriors: confidence = (1 − u) · softmax(ln q / T + a) + u / K.
///
/// T and u are those of [`Calibration`] (temperature: Guo, Pleiss, Sun, Weinberger, ICML 2017, section 4.2); a is one shift per
/// class (their vector scaling without its slopes) for classes that a model finds too often or too seldom.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassCalibration {
    /// T and u.
    pub flat: Calibration,
    /// a, in nats by class; classes beyond its end are not shifted.
    pub shifts: Vec<f64>,
}

impl ClassCalibration {
    /// Changes nothing.
    pub const IDENTITY: Self = Self { flat: Calibration { temperature: 1.0, floor: 0.0 }, shifts: Vec::new() };

    /// The calibration of the greatest posterior density given `examples`, pairs of a posterior and the true class: log-loss plus
    /// normal priors of ln T and logit u. Without examples it is the mode of the priors.
    pub fn fit<'a>(examples: impl IntoIterator<Item = (&'a [f32], usize)>) -> Self {
        let examples: Vec<(Vec<f64>, usize)> =
            examples.into_iter().map(|(posterior, truth)| (logarithms(posterior), truth)).collect();
        let classes = examples.first().map_or(0, |(row, _)| row.len());
        let mut best = Self::at(LOG_TEMPERATURE.0, LOGIT_UNIFORM.0, vec![0.0; classes]);
        let mut reach = REACH;
        for _ in 0..ROUNDS {
            best = best.nearby(reach).min_by_loss(&examples);
            for class in 0..classes {
                best = best.shifted(class, reach).min_by_loss(&examples);
            }
            reach /= 3.0;
        }
        best
    }

    /// The calibrated posterior. `posterior` holds one probability per class and sums to one, and so does the result.
    pub fn apply(&self, posterior: &[f32]) -> Vec<f32> {
        let mut row = logarithms(posterior);
        self.spread(&mut row);
        #[expect(clippy::cast_possible_truncation, reason = "seven digits of a probability are kept")]
        row.into_iter().map(|probability| probability as f32).collect()
    }

    /// The greatest confidence there can be with this many classes.
    pub fn cap(&self, classes: usize) -> f64 {
        self.flat.confidence(1.0, classes)
    }

    fn at(log_temperature: f64, logit_uniform: f64, shifts: Vec<f64>) -> Self {
        let floor = 1.0 / (1.0 + (-logit_uniform).exp());
        Self { flat: Calibration { temperature: log_temperature.exp(), floor }, shifts }
    }

    fn log_temperature(&self) -> f64 {
        self.flat.temperature.ln()
    }

    fn logit_uniform(&self) -> f64 {
        (self.flat.floor / (1.0 - self.flat.floor)).ln()
    }

    /// A grid of temperatures and floors around this one, `reach` standard deviations of the priors to each side.
    fn nearby(&self, reach: f64) -> Candidates {
        let temperatures = grid(self.log_temperature(), reach * LOG_TEMPERATURE.1);
        let floors = grid(self.logit_uniform(), reach * LOGIT_UNIFORM.1);
        let pairs = temperatures.flat_map(|t| floors.clone().map(move |u| (t, u)));
        Candidates(pairs.map(|(t, u)| Self::at(t, u, self.shifts.clone())).collect())
    }

    /// A row of shifts of one class around this one.
    fn shifted(&self, class: usize, reach: f64) -> Candidates {
        let middle = self.shifts.get(class).copied().unwrap_or(0.0);
        let shifted = grid(middle, reach * SHIFT).map(|shift| {
            let mut candidate = self.clone();
            if let Some(slot) = candidate.shifts.get_mut(class) {
                *slot = shift;
            }
            candidate
        });
        Candidates(shifted.collect())
    }

    /// Log-loss on `examples` plus the priors' penalties, in nats.
    fn penalised_loss(&self, examples: &[(Vec<f64>, usize)]) -> f64 {
        let penalty = |value: f64, (mean, deviation): (f64, f64)| 0.5 * ((value - mean) / deviation).powi(2);
        let mut loss = penalty(self.log_temperature(), LOG_TEMPERATURE) + penalty(self.logit_uniform(), LOGIT_UNIFORM);
        loss += self.shifts.iter().map(|shift| penalty(*shift, (0.0, SHIFT))).sum::<f64>();
        let mut row = Vec::new();
        for (logarithms, truth) in examples {
            row.clone_from(logarithms);
            self.spread(&mut row);
            loss -= row.get(*truth).copied().unwrap_or(SMALLEST).max(SMALLEST).ln();
        }
        loss
    }

    /// Logarithms of a posterior in, calibrated probabilities out.
    fn spread(&self, row: &mut [f64]) {
        for (value, shift) in row.iter_mut().zip(&self.shifts) {
            *value += self.flat.temperature * shift;
        }
        self.flat.apply(row);
    }
}

fn logarithms(posterior: &[f32]) -> Vec<f64> {
    posterior.iter().map(|probability| f64::from(*probability).max(SMALLEST).ln()).collect()
}

fn grid(middle: f64, reach: f64) -> impl Iterator<Item = f64> + Clone {
    #[expect(clippy::cast_precision_loss, reason = "a handful of points")]
    (0..POINTS).map(move |point| middle + reach * (2.0 * point as f64 / (POINTS - 1) as f64 - 1.0))
}

/// Calibrations to choose from.
struct Candidates(Vec<ClassCalibration>);

impl Candidates {
    fn min_by_loss(self, examples: &[(Vec<f64>, usize)]) -> ClassCalibration {
        let scored = self.0.into_iter().map(|candidate| (candidate.penalised_loss(examples), candidate));
        let best = scored.min_by(|(a, _), (b, _)| a.total_cmp(b));
        best.expect("a grid has points").1
    }
}

/// Calibrations by number of answers on an item.
#[derive(Debug, Clone, PartialEq)]
pub struct Bands {
    /// Greatest number of answers in the band, and its calibration; by rising number.
    limited: Vec<(usize, ClassCalibration)>,
    /// For more answers than any of them.
    last: ClassCalibration,
    examples: usize,
}

impl Bands {
    /// One calibration for all.
    pub fn one(calibration: ClassCalibration) -> Self {
        Self { limited: Vec::new(), last: calibration, examples: 0 }
    }

    /// Fits `examples`: number of answers, posterior, true class. A band has at least 100 examples where there are 200 or more.
    pub fn fit(examples: &[(usize, &[f32], usize)]) -> Self {
        let mut sorted: Vec<_> = examples.to_vec();
        sorted.sort_by_key(|(count, _, _)| *count);
        let mut limited = Vec::new();
        let mut rest = sorted.as_slice();
        loop {
            let (band, after) = rest.split_at(band_end(rest));
            let calibration = ClassCalibration::fit(band.iter().map(|(_, posterior, truth)| (*posterior, *truth)));
            match band.last() {
                Some((most, _, _)) if !after.is_empty() => limited.push((*most, calibration)),
                _ => return Self { limited, last: calibration, examples: examples.len() },
            }
            rest = after;
        }
    }

    /// The calibration of items with this many answers.
    pub fn of(&self, answers: usize) -> &ClassCalibration {
        let found = self.limited.iter().find(|(most, _)| answers <= *most);
        found.map_or(&self.last, |(_, calibration)| calibration)
    }

    /// Greatest number of answers and calibration of each band, by rising number; the last has no limit.
    pub fn iter(&self) -> impl Iterator<Item = (Option<usize>, &ClassCalibration)> + '_ {
        let limited = self.limited.iter().map(|(most, calibration)| (Some(*most), calibration));
        limited.chain(std::iter::once((None, &self.last)))
    }

    /// Known items that the calibrations were fitted on.
    pub fn examples(&self) -> usize {
        self.examples
    }
}

/// Where the first band of `rest` ends: after at least 100 examples and before another number of answers, unless too few would
/// be left over.
fn band_end(rest: &[(usize, &[f32], usize)]) -> usize {
    let Some(last) = rest.get(ITEMS_PER_BAND - 1) else { return rest.len() };
    let end = rest.partition_point(|(count, _, _)| *count <= last.0);
    if rest.len() - end < ITEMS_PER_BAND { rest.len() } else { end }
}

/// An estimate with its calibration.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibrated {
    /// What the model says, all gold known to it.
    pub raw: Aggregate,
    /// The same, calibrated. Classes are those of `raw`; items of gold stay certain.
    pub confidence: Aggregate,
    /// How it was calibrated.
    pub bands: Bands,
    /// What the model said of each item of gold that has answers while it was hidden, by rising item: what a calibration is
    /// measured by.
    pub hidden: Vec<Hidden>,
}

/// An item of gold as a run saw it that did not know its class.
#[derive(Debug, Clone, PartialEq)]
pub struct Hidden {
    /// The item.
    pub item: u32,
    /// Its true class.
    pub class: u32,
    /// P(class | answers) of the model.
    pub raw: Vec<f32>,
    /// The same, calibrated on the *other* half of gold: its own class had no part in it.
    pub confidence: Vec<f32>,
}

/// Estimates with all of `gold`, and calibrates on gold that was hidden: half of it is withheld from one run and the other half
/// from another, and the calibration is fitted to what the runs say about the items they did not know.
///
/// Without gold that has answers nothing is calibrated: the confidence is the model's own.
///
/// # Errors
/// As [`Aggregator::aggregate`].
pub fn calibrate(
    aggregator: &dyn Aggregator,
    answers: &Answers,
    gold: &Gold,
    threads: Threads,
) -> Result<Calibrated, AggregateError> {
    let raw = aggregator.aggregate(answers, gold, threads)?;
    let halves = [hidden(aggregator, answers, gold, threads, 0)?, hidden(aggregator, answers, gold, threads, 1)?];
    let [first, second] = halves.each_ref().map(|half| Bands::fit(&examples(answers, half)));
    let all = examples(answers, halves.iter().flatten());
    let bands = if all.is_empty() { Bands::one(ClassCalibration::IDENTITY) } else { Bands::fit(&all) };
    let [mut hidden, mut others] = halves;
    judge(&mut hidden, answers, &second);
    judge(&mut others, answers, &first);
    hidden.append(&mut others);
    hidden.sort_by_key(|seen| seen.item);
    let confidence = spread(&raw, answers, gold, &bands);
    Ok(Calibrated { raw, confidence, bands, hidden })
}

/// What the model says of one half of gold when it knows the other.
fn hidden(
    aggregator: &dyn Aggregator,
    answers: &Answers,
    gold: &Gold,
    threads: Threads,
    half: u64,
) -> Result<Vec<Hidden>, AggregateError> {
    let known: Vec<(u32, u32)> =
        gold.iter().filter(|(item, _)| side(*item) == half && answers.count(*item as usize) > 0).collect();
    if known.is_empty() {
        return Ok(Vec::new());
    }
    let shown: Gold = gold.iter().filter(|(item, _)| side(*item) != half).collect();
    let run = aggregator.aggregate(answers, &shown, threads)?;
    let seen = |(item, class): (u32, u32)| Hidden {
        item,
        class,
        raw: run.posterior(item as usize).to_vec(),
        confidence: Vec::new(),
    };
    Ok(known.into_iter().map(seen).collect())
}

fn examples<'a>(answers: &Answers, hidden: impl IntoIterator<Item = &'a Hidden>) -> Vec<(usize, &'a [f32], usize)> {
    let example = |seen: &'a Hidden| (answers.count(seen.item as usize), seen.raw.as_slice(), seen.class as usize);
    hidden.into_iter().map(example).collect()
}

fn judge(hidden: &mut [Hidden], answers: &Answers, bands: &Bands) {
    for seen in hidden {
        seen.confidence = bands.of(answers.count(seen.item as usize)).apply(&seen.raw);
    }
}

fn spread(raw: &Aggregate, answers: &Answers, gold: &Gold, bands: &Bands) -> Aggregate {
    let mut confidence = raw.clone();
    for (item, row) in confidence.posterior.chunks_exact_mut(raw.classes).enumerate() {
        let known = u32::try_from(item).is_ok_and(|item| gold.class(item).is_some());
        if !known {
            row.copy_from_slice(&bands.of(answers.count(item)).apply(raw.posterior(item)));
        }
    }
    confidence
}

/// Which half of gold an item belongs to: a fixed coin per item.
fn side(item: u32) -> u64 {
    scatter(u64::from(item).wrapping_add(STEP)) & 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::batch::{Answer, Extent, MajorityVote};

    /// `right` of ten items for which the model claims `claimed` on class 0 of `classes`.
    fn examples(claimed: f32, right: usize, classes: usize) -> Vec<(Vec<f32>, usize)> {
        let mut row = vec![(1.0 - claimed) / (classes - 1) as f32; classes];
        row[0] = claimed;
        (0..10).map(|item| (row.clone(), usize::from(item >= right))).collect()
    }

    fn fit(examples: &[(Vec<f32>, usize)]) -> ClassCalibration {
        ClassCalibration::fit(examples.iter().map(|(row, truth)| (row.as_slice(), *truth)))
    }

    #[test]
    fn a_model_that_claims_too_much_is_flattened_to_what_it_deserves() {
        let many: Vec<_> = (0..40).flat_map(|_| examples(0.9999, 8, 2)).collect();
        let calibrated = fit(&many).apply(&many[0].0);
        assert!((calibrated[0] - 0.8).abs() < 0.03, "{calibrated:?}");
    }

    #[test]
    fn without_examples_the_priors_decide() {
        let prior = fit(&[]);
        assert!((prior.flat.temperature.ln() - LOG_TEMPERATURE.0).abs() < 1e-9);
        assert!((prior.flat.floor - 0.047_425_873).abs() < 1e-6);
        assert!(prior.shifts.is_empty());
    }

    #[test]
    fn items_with_more_answers_get_a_band_of_their_own() {
        let few = examples(0.99, 5, 2);
        let many = examples(0.99, 10, 2);
        let all: Vec<(usize, &[f32], usize)> = (0..20)
            .flat_map(|_| {
                let few = few.iter().map(|(row, truth)| (3, row.as_slice(), *truth));
                few.chain(many.iter().map(|(row, truth)| (9, row.as_slice(), *truth)))
            })
            .collect();
        let bands = Bands::fit(&all);
        assert_eq!(bands.iter().count(), 2);
        assert!(bands.of(3).apply(&few[0].0)[0] < 0.6);
        assert!(bands.of(9).apply(&few[0].0)[0] > 0.95);
        assert!(bands.of(100).apply(&few[0].0)[0] > 0.95);
    }

    #[test]
    fn gold_is_hidden_from_the_run_it_is_judged_by() {
        // Ten workers agree on the wrong class everywhere. Judged by clamped gold they would be perfect.
        let extent = Extent { items: 400, workers: 10, classes: 2 };
        let rows = (0..400_u32).flat_map(|item| (0..10).map(move |worker| Answer { item, worker, class: 0 }));
        let answers = Answers::new(extent, rows).expect("indices are inside");
        let gold: Gold = (0..400).map(|item| (item, u32::from(item % 2 == 0))).collect();
        let found = calibrate(&MajorityVote, &answers, &gold, Threads::ONE).expect("gold is inside");
        assert_eq!(found.bands.examples(), 400);
        let honest = found.bands.of(10).apply(&[1.0, 0.0]);
        assert!((honest[0] - 0.5).abs() < 0.1, "{honest:?}");
        assert_eq!(found.confidence.posterior(0), [0.0, 1.0]);
    }

    proptest! {
        #[test]
        fn a_calibrated_posterior_sums_to_one_and_stays_under_the_cap(
            weights in prop::collection::vec(0.0_f32..1.0, 2..6),
            temperature in 0.1_f64..9.0,
            floor in 0.0_f64..0.9,
        ) {
            let total: f32 = weights.iter().sum::<f32>().max(1e-6);
            let posterior: Vec<f32> = weights.iter().map(|weight| weight / total).collect();
            let calibration =
                ClassCalibration { flat: Calibration { temperature, floor }, shifts: vec![0.0; posterior.len()] };
            let calibrated = calibration.apply(&posterior);
            prop_assert!((calibrated.iter().sum::<f32>() - 1.0).abs() < 1e-4);
            let cap = calibration.cap(posterior.len());
            prop_assert!(calibrated.iter().all(|value| (0.0..=cap + 1e-6).contains(&f64::from(*value))));
        }
    }
}
