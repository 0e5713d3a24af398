//! A pooled model of the answers so far: one shared matrix, one ability a worker, private counts as they accumulate, a few
//! levels of difficulty an item; taught by gold and by the tasks it is told to learn from. Another model may stand in for
//! it: [`Aggregator`].

use corvee_consensus::streaming::Confusion;

use super::data::Answers;

/// What is known when posteriors are wanted.
pub(crate) struct View<'a> {
    pub(crate) set: &'a Answers,
    /// Answers given so far, (worker, class) a task.
    pub(crate) given: &'a [Vec<(usize, usize)>],
    /// Tasks that may teach.
    pub(crate) teaches: &'a [bool],
}

/// What is believed of a task.
pub(crate) struct Belief {
    /// ln posterior a class.
    pub(crate) log_posterior: Vec<f64>,
    /// How the next answer on this task is expected to confuse classes.
    pub(crate) next: Confusion,
}

/// Turns answers into beliefs. Gold is not clamped: what is believed of it is what the answers say.
pub(crate) trait Aggregator: Default {
    /// Learns from what has been given.
    fn learn(&mut self, view: &View<'_>);
    /// What the first `most` answers of a task say; the task's own lesson is left out.
    fn belief(&self, view: &View<'_>, task: usize, most: usize) -> Belief;
    /// What all answers say, one row a task.
    fn log_posteriors(&self, view: &View<'_>) -> Vec<Vec<f64>> {
        (0..view.given.len()).map(|task| self.belief(view, task, usize::MAX).log_posterior).collect()
    }
}

/// Shares of the answers on an item that do not look at its class, by difficulty.
const BLIND: [f64; 3] = [0.0, 0.45, 0.85];
const PASSES: usize = 2;
/// Weight of the shared row in a worker's own, in answers.
const POOL: f64 = 6.0;

/// The pooled model.
#[derive(Default)]
pub(crate) struct Pooled {
    k: usize,
    /// Posterior a task, of the last pass.
    last: Vec<Vec<f64>>,
    prior: Vec<f64>,
    difficulty: [f64; BLIND.len()],
    /// Shared matrix, row by row, and the answers' frequencies.
    shared: Vec<f64>,
    blind: Vec<f64>,
    /// A worker's counts: k × k each.
    own: Vec<f64>,
    /// A worker's right answers, the right ones expected of the pool, and all.
    record: Vec<[f64; 3]>,
    lessons: Vec<Option<Vec<f64>>>,
}

impl Aggregator for Pooled {
    fn learn(&mut self, view: &View<'_>) {
        self.k = view.set.classes;
        if self.last.is_empty() {
            self.last = view.given.iter().map(|answers| vote_shares(answers, self.k)).collect();
            self.difficulty = [0.6, 0.25, 0.15];
        }
        for _ in 0..PASSES {
            self.count(view);
            let mut difficulty = [6.0, 2.5, 1.5];
            for task in 0..view.given.len() {
                let joint = self.joint(view, task, usize::MAX);
                let shares = shares(&joint);
                if self.lessons[task].is_some() {
                    for (share, place) in shares.iter().zip(0..) {
                        difficulty[place / self.k] += share;
                    }
                }
                self.last[task] = (0..self.k).map(|class| by_class(&shares, class, self.k)).collect();
            }
            let total: f64 = difficulty.iter().sum();
            self.difficulty = difficulty.map(|count| count / total);
        }
    }

    fn belief(&self, view: &View<'_>, task: usize, most: usize) -> Belief {
        let k = self.k;
        let shares = shares(&self.joint(view, task, most));
        let log_posterior = (0..k).map(|class| by_class(&shares, class, k).max(1e-300).ln()).collect();
        let mut rows = vec![0.0; k * k];
        for class in 0..k {
            let whole = by_class(&shares, class, k).max(1e-300);
            for (level, blind) in BLIND.iter().enumerate() {
                let weight = (shares[level * k + class] + 1e-300 * self.difficulty[level]) / whole;
                for answer in 0..k {
                    rows[class * k + answer] +=
                        weight * ((1.0 - blind) * self.shared[class * k + answer] + blind * self.blind[answer]);
                }
            }
        }
        let next = Confusion::from_rows(k, rows).expect("rows of mixed probabilities");
        Belief { log_posterior, next }
    }
}

fn by_class(joint: &[f64], class: usize, k: usize) -> f64 {
    joint.iter().skip(class).step_by(k).sum()
}

fn vote_shares(answers: &[(usize, usize)], k: usize) -> Vec<f64> {
    let mut shares = vec![1.0 / k as f64; k];
    for (_, class) in answers {
        shares[*class] += 1.0;
    }
    let total: f64 = shares.iter().sum();
    shares.iter().map(|share| share / total).collect()
}

fn shares(logs: &[f64]) -> Vec<f64> {
    let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = logs.iter().map(|log| (log - largest).exp()).sum();
    logs.iter().map(|log| (log - largest).exp() / total).collect()
}

fn log_odds(share: f64) -> f64 {
    let share = share.clamp(1e-4, 1.0 - 1e-4);
    (share / (1.0 - share)).ln()
}

impl Pooled {
    /// Gold teaches its truth, tasks that may teach what is believed of them.
    fn lesson(&self, view: &View<'_>, task: usize) -> Option<Vec<f64>> {
        match view.set.truth[task] {
            Some(class) if view.set.gold[task] => {
                Some((0..self.k).map(|other| if other == class { 1.0 } else { 0.0 }).collect())
            }
            _ => view.teaches[task].then(|| self.last[task].clone()),
        }
    }

    fn count(&mut self, view: &View<'_>) {
        let k = self.k;
        self.lessons = (0..view.given.len()).map(|task| self.lesson(view, task)).collect();
        let mut prior = vec![1.0; k];
        let mut shared = vec![1.0; k * k];
        let mut blind = vec![1.0; k];
        for class in 0..k {
            shared[class * k + class] = 4.0;
        }
        self.own = vec![0.0; view.set.workers * k * k];
        for (lesson, given) in self.lessons.iter().zip(view.given) {
            let Some(lesson) = lesson else { continue };
            for (worker, class) in given {
                blind[*class] += 1.0;
                for (truth, share) in lesson.iter().enumerate() {
                    shared[truth * k + class] += share;
                    self.own[(worker * k + truth) * k + class] += share;
                }
            }
            for (truth, share) in lesson.iter().enumerate() {
                prior[truth] += share;
            }
        }
        for row in shared.chunks_exact_mut(k) {
            let total: f64 = row.iter().sum();
            for entry in row {
                *entry /= total;
            }
        }
        for list in [&mut prior, &mut blind] {
            let total: f64 = list.iter().sum();
            for entry in list {
                *entry /= total;
            }
        }
        self.record = self
            .own
            .chunks_exact(k * k)
            .map(|counts| {
                let mut record = [0.0; 3];
                for truth in 0..k {
                    let row: f64 = counts[truth * k..(truth + 1) * k].iter().sum();
                    record[0] += counts[truth * k + truth];
                    record[1] += row * shared[truth * k + truth];
                    record[2] += row;
                }
                record
            })
            .collect();
        (self.prior, self.shared, self.blind) = (prior, shared, blind);
    }

    /// ln of P(difficulty, class, answers), difficulty by difficulty.
    fn joint(&self, view: &View<'_>, task: usize, most: usize) -> Vec<f64> {
        let k = self.k;
        let lesson = self.lessons[task].as_deref();
        let expected: f64 = lesson.map_or(0.0, |lesson| {
            lesson.iter().enumerate().map(|(truth, share)| share * self.shared[truth * k + truth]).sum()
        });
        let mut joint: Vec<f64> = self
            .difficulty
            .iter()
            .flat_map(|level| self.prior.iter().map(move |share| (level * share).max(1e-300).ln()))
            .collect();
        for (worker, class) in view.given[task].iter().take(most) {
            let counts = &self.own[worker * k * k..(worker + 1) * k * k];
            let [right, usual, all] = self.record[*worker];
            // Without this task: an answer must not vouch for itself.
            let (right, usual, all) = match lesson {
                Some(lesson) => (right - lesson[*class], usual - expected, all - 1.0),
                None => (right, usual, all),
            };
            let mean = if all > 0.5 { usual / all } else { 0.7 };
            let shift = log_odds((right + 4.0 * mean) / (all.max(0.0) + 4.0)) - log_odds(mean);
            for truth in 0..k {
                let here = lesson.map_or(0.0, |lesson| lesson[truth]);
                let row: f64 = counts[truth * k..(truth + 1) * k].iter().sum::<f64>() - here;
                let diagonal = self.shared[truth * k + truth];
                let able = 1.0 / (1.0 + (-log_odds(diagonal) - shift).exp());
                let pooled = if truth == *class {
                    able
                } else {
                    (1.0 - able) * self.shared[truth * k + class] / (1.0 - diagonal).max(1e-9)
                };
                let count = (counts[truth * k + class] - here).max(0.0);
                let entry = ((POOL * pooled + count) / (POOL + row.max(0.0))).max(1e-4);
                for (level, blind) in BLIND.iter().enumerate() {
                    joint[level * k + truth] += ((1.0 - blind) * entry + blind * self.blind[*class]).ln();
                }
            }
        }
        joint
    }
}
