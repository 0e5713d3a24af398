//! The coefficients of agreement of a run, with their intervals. Does not know how they are shown.

use corvee_consensus::agreement::{
    AgreementError, Disagreement, Level, Ratings, bootstrap, cohen_kappa, fleiss_kappa, gwet_ac1, krippendorff_alpha,
};
use corvee_consensus::batch::Answers;

use crate::summary::Coefficient;

/// Draws of a task over all resamples: beyond this fewer resamples are taken, but at least [`FEWEST`].
const MOST_DRAWS: u64 = 100_000_000;
const FEWEST: u32 = 100;

/// What values are.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Scale<'a> {
    /// Names.
    Names,
    /// Numbers, one for each class.
    Numbers(&'a [f64]),
}

/// How a run resamples.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resampling {
    pub(crate) resamples: u32,
    pub(crate) seed: u64,
}

/// All coefficients that are defined for `answers`, and why the others are not. Where a worker gave different answers on one
/// task, none of them counts: which one was meant is not known.
pub(crate) fn measure(answers: &Answers, scale: Scale<'_>, resampling: Resampling) -> Vec<Coefficient> {
    let index = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let tasks = (0..answers.items()).map(|task| consistent(answers, task).map(|(_, class)| index(class)));
    let ratings = Ratings::by_task(index(answers.classes()), tasks);
    let ratings = ratings.expect("answers lie inside their own extent");
    let mut found = Vec::new();
    let mut add = |name: &'static str, of: &dyn Fn(&[u32]) -> Result<f64, AgreementError>, units: usize| {
        found.push(coefficient(name, of, units, resampling));
    };
    let tasks = ratings.tasks();
    match scale {
        Scale::Names => {
            add(
                "Krippendorff's alpha, nominal",
                &|weights| krippendorff_alpha(&ratings, weights, Level::Nominal),
                tasks,
            );
            add("Fleiss' kappa", &|weights| fleiss_kappa(&ratings, weights), tasks);
            add("Gwet's AC1", &|weights| gwet_ac1(&ratings, weights), tasks);
            if let Some(pairs) = two_workers(answers) {
                let values = index(answers.classes());
                let kappa = |weights: &[u32]| cohen_kappa(values, &pairs, weights, Disagreement::Equal);
                add("Cohen's kappa", &kappa, pairs.len());
            }
        }
        Scale::Numbers(numbers) => {
            let interval = |weights: &[u32]| krippendorff_alpha(&ratings, weights, Level::Interval(numbers));
            add("Krippendorff's alpha, interval", &interval, tasks);
            add(
                "Krippendorff's alpha, ordinal",
                &|weights| krippendorff_alpha(&ratings, weights, Level::Ordinal),
                tasks,
            );
        }
    }
    found
}

fn coefficient(
    name: &'static str,
    of: &dyn Fn(&[u32]) -> Result<f64, AgreementError>,
    units: usize,
    resampling: Resampling,
) -> Coefficient {
    let value = match of(&vec![1; units]) {
        Ok(value) => value,
        Err(error) => {
            let undefined = match error {
                // Its number says nothing to who knows tasks by name.
                AgreementError::Uneven { .. } => "needs equally many answers on every task".to_owned(),
                error => error.to_string(),
            };
            return Coefficient { name, value: None, interval: None, resamples: 0, undefined: Some(undefined) };
        }
    };
    let affordable = u32::try_from(MOST_DRAWS / (units as u64).max(1)).unwrap_or(u32::MAX).max(FEWEST);
    let resamples = resampling.resamples.min(affordable);
    let interval = bootstrap(units, resamples, resampling.seed, |weights| of(weights).ok());
    Coefficient {
        name,
        value: Some(value),
        interval: interval.map(|interval| [interval.low, interval.high]),
        resamples: interval.map_or(0, |interval| interval.resamples),
        undefined: None,
    }
}

/// The answers on a task of workers who gave no second one, as (rank of the worker, class). A worker's answers on a task
/// lie beside each other.
fn consistent(answers: &Answers, task: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
    let rank = |answer: Option<(usize, usize)>| answer.map(|(rank, _)| rank);
    let row = answers.on(task);
    let before = std::iter::once(None).chain(row.clone().map(Some));
    let after = row.clone().skip(1).map(Some).chain(std::iter::once(None));
    row.zip(before)
        .zip(after)
        .filter(move |((answer, before), after)| rank(*before) != Some(answer.0) && rank(*after) != Some(answer.0))
        .map(|((answer, _), _)| answer)
}

/// The answers of both workers on every task that both answered, where there are exactly two workers.
fn two_workers(answers: &Answers) -> Option<Vec<(u32, u32)>> {
    if answers.workers() != 2 {
        return None;
    }
    let pair = |task: usize| {
        let mut row = consistent(answers, task);
        let (first, second) = (row.next()?, row.next()?);
        // Ranks follow the number of answers; the pair is the same whoever comes first.
        Some((u32::try_from(first.1).ok()?, u32::try_from(second.1).ok()?))
    };
    Some((0..answers.items()).filter_map(pair).collect())
}
