//! Majority vote: every answer counts the same. Does not know workers.

use super::aggregate::{Aggregate, AggregateError, Aggregator, check_gold};
use super::answers::Answers;
use super::gold::Gold;
use super::threads::Threads;

mod of_rows;

/// The class most workers chose; ties go to the class chosen more often overall.
///
/// P(class | answers) = (votes for it + its share of all votes) / (votes + 1): the posterior mean under a Dirichlet prior
/// worth one vote. One vote spread over the classes never outweighs a whole vote, so it decides ties and nothing else.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MajorityVote;

impl Aggregator for MajorityVote {
    fn name(&self) -> &'static str {
        "majority"
    }

    fn aggregate(&self, answers: &Answers, gold: &Gold, threads: Threads) -> Result<Aggregate, AggregateError> {
        check_gold(answers, gold)?;
        let mut found = vote(answers, threads);
        hold(gold, found.classes, &mut found.posterior);
        Ok(found)
    }
}

/// The estimate without gold.
fn vote(answers: &Answers, threads: Threads) -> Aggregate {
    let classes = answers.classes();
    let (prior, posterior) = match classes {
        2 => shares_among::<2>(answers, threads),
        3 => shares_among::<3>(answers, threads),
        4 => shares_among::<4>(answers, threads),
        5 => shares_among::<5>(answers, threads),
        _ => {
            let prior = vote_shares(answers);
            let posterior = weighted_shares(answers, &Gold::none(), &prior, |_rank| 1.0);
            (prior, posterior)
        }
    };
    Aggregate { classes, posterior, prior, iterations: 1, converged: true }
}

/// Shares of votes, overall and `[item][class]`, where the compiler knows the number of classes.
fn shares_among<const CLASSES: usize>(answers: &Answers, threads: Threads) -> (Vec<f64>, Vec<f32>) {
    let mut posterior = vec![0_f32; answers.items() * CLASSES];
    // First the votes themselves: counts in 32 bits are exact to 2^24, and no item has so many answers.
    threads.share_out(&mut posterior, CLASSES, |first, rows| {
        for (item, row) in (first..).zip(rows.as_chunks_mut::<CLASSES>().0) {
            let mut votes = [0_u32; CLASSES];
            for cell in answers.cells_of(item) {
                add_vote(&mut votes, *cell);
            }
            #[expect(clippy::cast_precision_loss, reason = "an item has fewer than 2^24 answers")]
            let counts = votes.map(|votes| votes as f32);
            *row = counts;
        }
    });
    let rows = posterior.as_chunks::<CLASSES>().0;
    let mut counts = [0.0; CLASSES];
    for rows in rows.chunks(EXACT_SUMS) {
        let mut votes = [0_f32; CLASSES];
        for row in rows {
            for (total, votes) in votes.iter_mut().zip(row) {
                *total += votes;
            }
        }
        for (count, votes) in counts.iter_mut().zip(votes) {
            *count += f64::from(votes);
        }
    }
    let prior = as_shares(counts.to_vec());
    spread::<CLASSES>(&mut posterior, &prior, threads);
    (prior, posterior)
}

/// Turns votes into shares, with one vote more that is spread as `prior`.
fn spread<const CLASSES: usize>(posterior: &mut [f32], prior: &[f64], threads: Threads) {
    threads.share_out(posterior, CLASSES, |_, rows| {
        for row in rows.as_chunks_mut::<CLASSES>().0 {
            let scale = 1.0 / (1.0 + row.iter().map(|votes| f64::from(*votes)).sum::<f64>());
            for (value, share) in row.iter_mut().zip(prior) {
                #[expect(clippy::cast_possible_truncation, reason = "seven digits of a share are kept")]
                let kept = ((f64::from(*value) + share) * scale) as f32;
                *value = kept;
            }
        }
    });
}

/// Items whose votes can be summed in 32 bits without rounding, for items of up to 2^14 answers.
const EXACT_SUMS: usize = 1 << 10;

/// Compares with every class: no store waits for the one before.
#[inline]
fn add_vote<const CLASSES: usize>(votes: &mut [u32; CLASSES], cell: u32) {
    #[expect(clippy::cast_possible_truncation, reason = "callers pass two to five classes")]
    let class = cell % CLASSES as u32;
    for (other, votes) in (0..).zip(votes) {
        *votes += u32::from(class == other);
    }
}

/// Share of each class among all answers; even without answers.
#[expect(clippy::indexing_slicing, reason = "classes of answers lie below their number")]
pub(crate) fn vote_shares(answers: &Answers) -> Vec<f64> {
    let mut counts = vec![0.0; answers.classes()];
    for item in 0..answers.items() {
        for (_, class) in answers.on(item) {
            counts[class] += 1.0;
        }
    }
    as_shares(counts)
}

/// Counts over their sum; even where there is nothing.
pub(crate) fn as_shares(mut counts: Vec<f64>) -> Vec<f64> {
    let total: f64 = counts.iter().sum();
    let classes = usize_as_f64(counts.len());
    for count in &mut counts {
        *count = if total > 0.0 { *count / total } else { 1.0 / classes };
    }
    counts
}

/// `[item][class]`: weight of the answers for the class, plus one vote spread as `prior`, as a share. `weight` gives the
/// weight of a worker's answers by rank, at least 0.
#[expect(clippy::indexing_slicing, reason = "classes of answers lie below their number")]
pub(crate) fn weighted_shares(
    answers: &Answers,
    gold: &Gold,
    prior: &[f64],
    weight: impl Fn(usize) -> f64,
) -> Vec<f32> {
    let classes = answers.classes();
    let mut posterior = vec![0_f32; answers.items() * classes];
    let mut sums = vec![0.0; classes];
    for (item, row) in posterior.chunks_exact_mut(classes).enumerate() {
        sums.copy_from_slice(prior);
        for (rank, class) in answers.on(item) {
            sums[class] += weight(rank);
        }
        let total: f64 = sums.iter().sum();
        for (value, sum) in row.iter_mut().zip(&sums) {
            #[expect(clippy::cast_possible_truncation, reason = "seven digits of a share are kept")]
            let share = (sum / total) as f32;
            *value = share;
        }
    }
    hold(gold, classes, &mut posterior);
    posterior
}

/// Holds known items at their class.
#[expect(clippy::indexing_slicing, reason = "gold was compared with the answers")]
fn hold(gold: &Gold, classes: usize, posterior: &mut [f32]) {
    for (item, class) in gold.iter() {
        let row = &mut posterior[item as usize * classes..][..classes];
        row.fill(0.0);
        row[class as usize] = 1.0;
    }
}

/// A count as a number to calculate with.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub(crate) fn usize_as_f64(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::{Answer, Extent};

    fn answers(classes: u32) -> Answers {
        let extent = Extent { items: 40_000, workers: 50, classes };
        let rows = (0..160_000_u32).map(|row| Answer {
            item: row / 5,
            worker: row % 50,
            class: row % 7 * (row % 7) % 7 % classes,
        });
        Answers::new(extent, rows).unwrap()
    }

    #[test]
    fn the_quick_way_and_the_general_way_agree_whatever_the_threads() {
        for classes in 2..=5 {
            let answers = answers(classes);
            let prior = vote_shares(&answers);
            let expected = weighted_shares(&answers, &Gold::none(), &prior, |_| 1.0);
            let alone = MajorityVote.aggregate(&answers, &Gold::none(), Threads::ONE).unwrap();
            let together = MajorityVote.aggregate(&answers, &Gold::none(), Threads::available()).unwrap();
            assert_eq!(alone, together);
            assert_eq!(alone.prior, prior);
            assert!(alone.posterior.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-6));
        }
    }

    #[test]
    fn a_tie_goes_to_the_class_chosen_more_often_and_gold_is_held() {
        let extent = Extent { items: 3, workers: 4, classes: 3 };
        let rows = [(0, 0, 0), (0, 1, 2), (1, 0, 2), (1, 1, 2), (1, 2, 0), (2, 0, 0)];
        let rows = rows.map(|(item, worker, class)| Answer { item, worker, class });
        let answers = Answers::new(extent, rows.into_iter().chain([Answer { item: 2, worker: 1, class: 2 }])).unwrap();
        let found = MajorityVote.aggregate(&answers, &Gold::from_iter([(2, 1)]), Threads::ONE).unwrap();
        assert_eq!([found.class(0), found.class(1), found.class(2)], [2, 2, 1]);
        assert_eq!(found.posterior(2), [0.0, 1.0, 0.0]);
    }
}
