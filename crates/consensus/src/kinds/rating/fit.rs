//! The fit behind the ratings: conditional maximisation over items, offsets, gains and variances. Knows places and numbers
//! between 0 and 1, no ids and no scale.
#![expect(clippy::indexing_slicing, reason = "items and workers are places counted from the same answers")]

/// Answers by which the crowd's variance enters a worker's or an item's.
const VARIANCE_WEIGHT: f64 = 5.0;
/// Variances are not taken below this: an eighth of a hundredth of the scale is finer than anybody rates.
const FINEST: f64 = 1.5e-6;
/// Gains are held above this: a worker who uses next to none of the scale tells nothing, and a negative gain would turn
/// the worker's word round.
const LEAST_GAIN: f64 = 0.02;
/// Rounds after which the last state is taken.
const MAX_ROUNDS: usize = 2_000;
/// Largest change of an item's value at which the rounds end, in widths of the scale.
const TOLERANCE: f64 = 1e-8;

/// One worker's rating of one item, 0 to 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answer {
    pub(super) item: usize,
    pub(super) worker: usize,
    pub(super) value: f64,
}

/// An item's value, its plain mean, its posterior deviation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value {
    pub(super) fitted: f64,
    pub(super) mean: f64,
    pub(super) deviation: f64,
    pub(super) answers: u32,
}

/// A worker's use of the scale.
#[derive(Debug, Clone, Copy)]
pub(super) struct Use {
    pub(super) offset: f64,
    pub(super) gain: f64,
    pub(super) variance: f64,
}

/// Everything fitted, by place.
pub(super) struct Fit {
    pub(super) values: Vec<Value>,
    pub(super) raters: Vec<Use>,
}

/// State between rounds.
struct Model<'a> {
    answers: &'a [Answer],
    value: Vec<f64>,
    /// Posterior variance of each value.
    doubt: Vec<f64>,
    difficulty: Vec<f64>,
    raters: Vec<Use>,
    /// Where gains turn: the mean of the items' mean answers.
    centre: f64,
    /// Prior of items: mean and variance.
    items: (f64, f64),
    /// Prior variance of offsets and of gains.
    spread: (f64, f64),
}

/// Fits the model; with fewer than two answers beyond one per item and one per worker, plain means.
pub(super) fn fit(answers: &[Answer], items: usize, workers: usize) -> Fit {
    let mut totals = vec![(0.0_f64, 0_u32); items];
    for answer in answers {
        totals[answer.item].0 += answer.value;
        totals[answer.item].1 += 1;
    }
    let mean: Vec<f64> = totals.iter().map(|(sum, count)| sum / f64::from(*count)).collect();
    let square: f64 = answers.iter().map(|answer| (answer.value - mean[answer.item]).powi(2)).sum();
    let plain = |variance: f64| -> Vec<Value> {
        let value = mean.iter().zip(&totals);
        value
            .map(|(mean, (_, answers))| Value {
                fitted: *mean,
                mean: *mean,
                deviation: (variance / f64::from(*answers)).sqrt(),
                answers: *answers,
            })
            .collect()
    };
    let freedom = answers.len() as f64 - items as f64;
    // A quarter is the greatest variance anything between 0 and 1 can have.
    if answers.len() < items + workers + 2 || items < 2 {
        return Fit { values: plain((0.25 + square) / (freedom + 1.0)), raters: Vec::new() };
    }
    let centre = mean.iter().sum::<f64>() / items as f64;
    let variance = (square / answers.len() as f64).max(FINEST);
    let between = mean.iter().map(|mean| (mean - centre).powi(2)).sum::<f64>() / items as f64;
    let mut model = Model {
        answers,
        value: mean.clone(),
        doubt: vec![0.0; items],
        difficulty: vec![1.0; items],
        raters: vec![Use { offset: 0.0, gain: 1.0, variance }; workers],
        centre,
        items: (centre, between.max(FINEST)),
        spread: (variance / 10.0, 0.05),
    };
    for _ in 0..MAX_ROUNDS {
        let change = model.place_items();
        model.place_offsets();
        model.place_gains();
        model.place_variances();
        model.place_prior();
        if change < TOLERANCE {
            break;
        }
    }
    let mut values = plain(variance);
    for (value, (fitted, doubt)) in values.iter_mut().zip(model.value.iter().zip(&model.doubt)) {
        value.fitted = *fitted;
        value.deviation = doubt.sqrt();
    }
    Fit { values, raters: model.raters }
}

impl Model<'_> {
    /// 1 / variance of one answer.
    fn weight(&self, answer: &Answer) -> f64 {
        1.0 / (self.raters[answer.worker].variance * self.difficulty[answer.item])
    }

    /// Posterior mean and variance of every item; the largest change.
    fn place_items(&mut self) -> f64 {
        let mut sums = vec![(self.items.0 / self.items.1, 1.0 / self.items.1); self.value.len()];
        for answer in self.answers {
            let Use { offset, gain, .. } = self.raters[answer.worker];
            let weight = self.weight(answer);
            let sum = &mut sums[answer.item];
            sum.0 += weight * gain * (answer.value - offset + (gain - 1.0) * self.centre);
            sum.1 += weight * gain * gain;
        }
        let mut change = 0.0_f64;
        for ((value, doubt), (sum, precision)) in self.value.iter_mut().zip(&mut self.doubt).zip(sums) {
            change = change.max((sum / precision - *value).abs());
            *value = sum / precision;
            *doubt = 1.0 / precision;
        }
        change
    }

    fn place_offsets(&mut self) {
        let mut sums = vec![(0.0, 1.0 / self.spread.0, 0.0); self.raters.len()];
        for answer in self.answers {
            let weight = self.weight(answer);
            let residual = self.residual(answer) + self.raters[answer.worker].offset;
            let sum = &mut sums[answer.worker];
            sum.0 += weight * residual;
            sum.1 += weight;
            sum.2 += 1.0;
        }
        let (mut square, mut shift) = (0.0, 0.0);
        for (rater, (sum, precision, count)) in self.raters.iter_mut().zip(&sums) {
            rater.offset = sum / precision;
            square += rater.offset * rater.offset + 1.0 / precision;
            shift += rater.offset * count;
        }
        self.spread.0 = (square / self.raters.len() as f64).max(FINEST);
        for rater in &mut self.raters {
            rater.offset -= shift / self.answers.len() as f64;
        }
    }

    fn place_gains(&mut self) {
        let mut sums = vec![(0.0, 1.0 / self.spread.1); self.raters.len()];
        for answer in self.answers {
            let weight = self.weight(answer);
            let Use { offset, .. } = self.raters[answer.worker];
            let (value, doubt) = (self.value[answer.item], self.doubt[answer.item]);
            let away = value - self.centre;
            let sum = &mut sums[answer.worker];
            sum.0 += weight * ((answer.value - offset - value) * away - doubt);
            sum.1 += weight * (away * away + doubt);
        }
        let mut square = 0.0;
        for (rater, (sum, precision)) in self.raters.iter_mut().zip(sums) {
            rater.gain = (1.0 + sum / precision).max(LEAST_GAIN);
            square += (rater.gain - 1.0).powi(2) + 1.0 / precision;
        }
        self.spread.1 = square / self.raters.len() as f64;
    }

    fn place_variances(&mut self) {
        let crowd = {
            let all: f64 = self
                .counts(|answer| answer.worker, self.raters.len())
                .iter()
                .zip(&self.raters)
                .map(|(n, r)| n * r.variance)
                .sum();
            all / self.answers.len() as f64
        };
        let mut own = vec![(VARIANCE_WEIGHT * crowd, VARIANCE_WEIGHT); self.raters.len()];
        for answer in self.answers {
            let sum = &mut own[answer.worker];
            sum.0 += self.square(answer) / self.difficulty[answer.item];
            sum.1 += 1.0;
        }
        for (rater, (sum, count)) in self.raters.iter_mut().zip(own) {
            rater.variance = (sum / count).max(FINEST);
        }
        let mut hard = vec![(VARIANCE_WEIGHT, VARIANCE_WEIGHT); self.value.len()];
        for answer in self.answers {
            let sum = &mut hard[answer.item];
            sum.0 += self.square(answer) / self.raters[answer.worker].variance;
            sum.1 += 1.0;
        }
        for (difficulty, (sum, count)) in self.difficulty.iter_mut().zip(hard) {
            *difficulty = sum / count;
        }
        // Only the product with the workers' variances is told by the answers: ordinary difficulty is 1.
        let ordinary =
            self.difficulty.iter().map(|difficulty| difficulty.ln()).sum::<f64>() / self.difficulty.len() as f64;
        for difficulty in &mut self.difficulty {
            *difficulty /= ordinary.exp();
        }
    }

    fn place_prior(&mut self) {
        let items = self.value.len() as f64;
        let mean = self.value.iter().sum::<f64>() / items;
        let square: f64 = self.value.iter().zip(&self.doubt).map(|(value, doubt)| (value - mean).powi(2) + doubt).sum();
        self.items = (mean, (square / items).max(FINEST));
    }

    fn counts(&self, place: impl Fn(&Answer) -> usize, places: usize) -> Vec<f64> {
        let mut counts = vec![0.0; places];
        for answer in self.answers {
            counts[place(answer)] += 1.0;
        }
        counts
    }

    /// The answer less what the model expects.
    fn residual(&self, answer: &Answer) -> f64 {
        let Use { offset, gain, .. } = self.raters[answer.worker];
        let value = self.value[answer.item];
        answer.value - offset - value - (gain - 1.0) * (value - self.centre)
    }

    /// Expected squared residual under the posterior of the item.
    fn square(&self, answer: &Answer) -> f64 {
        self.residual(answer).powi(2) + self.raters[answer.worker].gain.powi(2) * self.doubt[answer.item]
    }
}
