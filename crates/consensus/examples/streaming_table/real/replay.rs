//! A set replayed: tasks get their answers one round after the other until a plan says enough. Knows the model only as an
//! [`Aggregator`].

use corvee_consensus::streaming::{Calibration, Class, HiddenGold, lookahead_gain};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::data::Answers;
use super::pooled::{Aggregator, View};

/// Answers a gold task gets, whatever the plan.
const GOLD_ANSWERS: usize = 10;
/// Answers after which any task leaves.
const MOST: usize = 20;
/// Answers any task gets, and labels a task up to which the curve is followed.
const START: usize = 1;
const BUDGET: f64 = 8.0;
/// A round asks one of so many tasks.
const SHARES: usize = 40;
/// Further answers a plan looks ahead.
const LOOKAHEAD: u32 = 6;

/// A point of a plan: mean labels and share of right ones, over judged tasks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Curve {
    pub(crate) labels: f64,
    pub(crate) right: f64,
}

fn shuffled(set: &Answers, order: u64) -> Vec<Vec<(usize, usize)>> {
    let mut chance = ChaCha8Rng::seed_from_u64(order);
    let mut tasks = set.tasks.clone();
    for answers in &mut tasks {
        for place in (1..answers.len()).rev() {
            answers.swap(place, chance.random_range(0..=place));
        }
    }
    tasks
}

fn first(answers: &[(usize, usize)], most: usize) -> Vec<(usize, usize)> {
    answers.iter().take(most).copied().collect()
}

fn judge(set: &Answers, given: &[Vec<(usize, usize)>], logs: &[Vec<f64>]) -> Curve {
    let (mut labels, mut right, mut judged) = (0.0, 0.0, 0.0);
    for (task, truth) in set.truth.iter().enumerate() {
        if let Some(truth) = truth.filter(|_| !set.gold[task]) {
            judged += 1.0;
            labels += given[task].len() as f64;
            let best = logs[task].iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let level = logs[task].iter().filter(|log| **log > best - 1e-9).count();
            right += if logs[task][truth] > best - 1e-9 { 1.0 / level as f64 } else { 0.0 };
        }
    }
    Curve { labels: labels / judged, right: right / judged }
}

/// Every task gets so many answers.
pub(crate) fn fixed<M: Aggregator>(set: &Answers, order: u64, labels: usize) -> Curve {
    let tasks = shuffled(set, order);
    let given: Vec<_> = tasks
        .iter()
        .zip(&set.gold)
        .map(|(answers, gold)| first(answers, if *gold { GOLD_ANSWERS } else { labels }))
        .collect();
    finished::<M>(set, &given)
}

/// All tasks closed: the model learns from all of them and is judged.
fn finished<M: Aggregator>(set: &Answers, given: &[Vec<(usize, usize)>]) -> Curve {
    let view = View { set, given, teaches: &vec![true; given.len()] };
    let mut model = M::default();
    model.learn(&view);
    judge(set, given, &model.log_posteriors(&view))
}

/// Every task gets two answers, then the twentieth of the tasks that gains most from another one gets it, again and again:
/// the price of an answer falls as the budget grows, and what was closed at a higher price is reopened. Points of the
/// curve at every quarter of a label.
pub(crate) fn adaptive<M: Aggregator>(set: &Answers, order: u64) -> Vec<Curve> {
    let tasks = shuffled(set, order);
    let mut given: Vec<Vec<(usize, usize)>> = tasks
        .iter()
        .zip(&set.gold)
        .map(|(answers, gold)| first(answers, if *gold { GOLD_ANSWERS } else { START }))
        .collect();
    let mut closed = vec![false; tasks.len()];
    let mut model = M::default();
    let mut curve = vec![];
    let mut budget = START as f64;
    while budget < BUDGET {
        let view = View { set, given: &given, teaches: &closed };
        model.learn(&view);
        let calibrated = calibrations(&model, &view);
        let mut offers: Vec<(f64, f64, usize)> = vec![];
        for task in (0..tasks.len()).filter(|task| !set.gold[*task]) {
            let belief = model.belief(&view, task, usize::MAX);
            let mut shares = belief.log_posterior;
            let labels = given[task].len();
            if let Some(calibration) = calibrated.get(labels.min(calibrated.len()) - 1) {
                calibration.apply(&mut shares);
            }
            let sure = shares.iter().copied().fold(0.0, f64::max);
            let gain = lookahead_gain(&shares, &belief.next, LOOKAHEAD);
            offers.push((gain, 1.0 - sure, task));
        }
        for (_, unsure, task) in &offers {
            closed[*task] = *unsure <= 0.2;
        }
        offers.retain(|(.., task)| given[*task].len() < tasks[*task].len().min(MOST));
        offers.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1)));
        if offers.is_empty() {
            break;
        }
        offers.truncate(tasks.len().div_ceil(SHARES));
        for (.., task) in &offers {
            let next = tasks[*task][given[*task].len()];
            given[*task].push(next);
        }
        let spent: usize = given.iter().zip(&set.gold).filter(|(_, gold)| !**gold).map(|(given, _)| given.len()).sum();
        let mean = spent as f64 / set.gold.iter().filter(|gold| !**gold).count() as f64;
        if mean >= budget {
            curve.push(finished::<M>(set, &given));
            budget = mean + 0.25;
        }
    }
    curve
}

/// One calibration a number of answers, each fitted on the first answers of all gold.
fn calibrations(model: &impl Aggregator, view: &View<'_>) -> Vec<Calibration> {
    (1..=GOLD_ANSWERS)
        .map(|labels| {
            let gold: Vec<HiddenGold> = (0..view.given.len())
                .filter(|task| view.set.gold[*task])
                .filter_map(|task| {
                    let log_posterior = model.belief(view, task, labels).log_posterior;
                    view.set.truth[task].map(|truth| HiddenGold { log_posterior, truth: Class::at(truth) })
                })
                .collect();
            Calibration::fit(&gold)
        })
        .collect()
}

/// Labels at which the curve reaches `right`, between points in proportion. `None` if it never does.
pub(crate) fn labels_at(curve: &[Curve], right: f64) -> Option<f64> {
    let mut before: Option<Curve> = None;
    for point in curve {
        if point.right >= right {
            return Some(before.map_or(point.labels, |before| {
                let way = (right - before.right) / (point.right - before.right);
                before.labels + way * (point.labels - before.labels)
            }));
        }
        before = Some(*point);
    }
    None
}
