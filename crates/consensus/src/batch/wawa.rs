//! Weighted vote where a worker weighs as much as it agrees with the plain vote. Knows a worker by that one number.

use super::aggregate::{Aggregate, AggregateError, Aggregator, check_gold};
use super::answers::Answers;
use super::gold::Gold;
use super::majority::{usize_as_f64, vote_shares, weighted_shares};
use super::threads::Threads;

/// Worker agreement with aggregate: two votes, the second weighted by what the first says about each worker.
///
/// ```text
/// agreement of an answer   1/t if its class is one of the t classes with most votes on the item, else 0;
///                          on gold 1 if it is the known class, else 0
/// weight of a worker       w = mean agreement of its answers, 0 to 1
/// P(class | answers)       = (sum of w of the answers for it + e * its share of all answers) / (sum of w + e)
/// ```
///
/// with e = 1e-3: so little decides ties, which are frequent where two equal workers disagree, and hardly anything else.
///
/// The name and the method are those of the open library crowd-kit (Ustalov, Pavlichenko, Tseitlin, *JOSS* 9, 2024, 6227);
/// splitting ties is ours: there the order of classes decides them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wawa;

/// Weight of the shares of all answers. Two sums of weights closer than this are a tie.
const PRIOR_WEIGHT: f64 = 1e-3;

impl Aggregator for Wawa {
    fn name(&self) -> &'static str {
        "wawa"
    }

    fn aggregate(&self, answers: &Answers, gold: &Gold, _threads: Threads) -> Result<Aggregate, AggregateError> {
        check_gold(answers, gold)?;
        let weights = agreements(answers, gold);
        let prior = vote_shares(answers);
        let scaled: Vec<f64> = prior.iter().map(|share| share * PRIOR_WEIGHT).collect();
        let posterior = weighted_shares(answers, gold, &scaled, |rank| weights.get(rank).copied().unwrap_or(0.0));
        Ok(Aggregate { classes: answers.classes(), posterior, prior, iterations: 2, converged: true })
    }
}

/// Mean agreement of each worker's answers with the vote, by rank; 0 for a worker without answers.
#[expect(clippy::indexing_slicing, reason = "classes of answers and ranks of workers lie below their number")]
fn agreements(answers: &Answers, gold: &Gold) -> Vec<f64> {
    let mut agreed = vec![0.0; answers.workers()];
    let mut votes = vec![0_u32; answers.classes()];
    for item in 0..answers.items() {
        votes.fill(0);
        match u32::try_from(item).ok().and_then(|item| gold.class(item)) {
            Some(class) => votes[class as usize] = 1,
            None => {
                for (_, class) in answers.on(item) {
                    votes[class] += 1;
                }
            }
        }
        let most = votes.iter().copied().max().unwrap_or(0);
        let share = 1.0 / usize_as_f64(votes.iter().filter(|count| **count == most).count());
        for (rank, class) in answers.on(item) {
            if votes[class] == most {
                agreed[rank] += share;
            }
        }
    }
    for (rank, sum) in agreed.iter_mut().enumerate() {
        *sum /= usize_as_f64(answers.count_of_worker(rank).max(1));
    }
    agreed
}

#[cfg(test)]
mod tests {
    use super::super::answers::{Answer, Extent};
    use super::*;

    fn answers(items: u32, workers: u32, rows: &[[u32; 3]]) -> Answers {
        let rows = rows.iter().map(|[item, worker, class]| Answer { item: *item, worker: *worker, class: *class });
        Answers::new(Extent { items, workers, classes: 3 }, rows.collect::<Vec<_>>()).expect("the rows lie within")
    }

    #[test]
    fn agreement_is_the_mean_over_answers_and_ties_are_split() {
        let rows = [[0, 0, 1], [0, 1, 1], [0, 2, 2], [1, 0, 0], [1, 2, 2]];
        let answers = answers(2, 3, &rows);
        let found = agreements(&answers, &Gold::none());
        let by_worker = |worker| (0..3).find(|rank| answers.worker(*rank) == worker).map(|rank| found[rank]);
        assert_eq!([by_worker(0), by_worker(1), by_worker(2)], [Some(0.75), Some(1.0), Some(0.25)]);
    }

    #[test]
    fn gold_is_what_agreement_is_measured_by() {
        let answers = answers(1, 3, &[[0, 0, 1], [0, 1, 1], [0, 2, 2]]);
        let found = agreements(&answers, &[(0, 2)].into_iter().collect());
        assert_eq!(found, [0.0, 0.0, 1.0]);
    }

    #[test]
    fn one_who_agrees_outvotes_two_who_seldom_do() {
        let mut rows = vec![[12, 0, 2], [12, 1, 0], [12, 2, 0]];
        for item in 0..12 {
            rows.extend([[item, 0, 1], [item, 3, 1], [item, 4, 1], [item, 1, 2 * (item % 2)], [item, 2, 2]]);
        }
        let found = Wawa.aggregate(&answers(13, 5, &rows), &Gold::none(), Threads::ONE).expect("there is no gold");
        assert_eq!(found.class(12), 2, "{:?}", found.posterior(12));
    }

    #[test]
    fn a_tie_of_equal_workers_goes_to_the_commoner_class() {
        let rows = [[0, 0, 1], [0, 1, 2], [1, 0, 2], [1, 1, 2]];
        let found = Wawa.aggregate(&answers(2, 2, &rows), &Gold::none(), Threads::ONE).expect("there is no gold");
        assert_eq!(found.class(0), 2, "{:?}", found.posterior(0));
    }
}
