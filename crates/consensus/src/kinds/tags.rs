//! Tags of an item, several at a time: each tag a yes/no of its own. Knows tags as numbers; whether two tags exclude or imply each
//! other it does not know.
//!
//! A worker who answered an item denies every tag of the campaign the worker did not set on it. Base rate per tag, shrunk to
//! the pooled one; sensitivity and false-alarm rate per worker, shrunk to the pooled ones; errors within an item's tag correlate. The model
//! is the two-coin form of Dawid & Skene (Applied Statistics 28, 1979), one problem a tag with rates shared over tags, as
//! binary relevance does in multi-label learning (Read et al., Machine Learning 85, 2011, section 2).

use crate::kinds::places::Places;
use crate::kinds::presence::{Claim, Pooling, WorkerRates, fit};

/// The tags one worker set on one item. Several differing rows of one worker on one item are read together: their union.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TagRow {
    /// What is tagged.
    pub item: u32,
    /// Who tags.
    pub worker: u32,
    /// The tags set; none says that the worker saw the item and no tag fits. Order and repetition say nothing.
    pub tags: Vec<u32>,
}

/// One tag of one item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TagEstimate {
    /// What is tagged.
    pub item: u32,
    /// The tag.
    pub tag: u32,
    /// P(the tag fits), 0 to 1.
    pub probability: f64,
    /// Workers who set it.
    pub set: u32,
    /// Workers who answered the item, at least `set`.
    pub seen: u32,
}

/// All items with every tag that occurs in the campaign.
#[derive(Debug, Clone, PartialEq)]
pub struct Tags {
    /// By item, then by tag.
    pub tags: Vec<TagEstimate>,
    /// By worker.
    pub workers: Vec<WorkerRates>,
}

/// Estimates every tag of every item; any rows will do.
///
/// ```
/// use corvee_consensus::kinds::tags::{TagRow, estimate};
///
/// let row = |worker, tags: &[u32]| TagRow { item: 0, worker, tags: tags.to_vec() };
/// let found = estimate(&[row(1, &[7, 8]), row(2, &[7]), row(3, &[7])]);
/// let probability = |tag| found.tags.iter().find(|found| found.tag == tag).map(|found| found.probability);
/// assert!(probability(7) > probability(8));
/// ```
pub fn estimate(rows: &[TagRow]) -> Tags {
    let mut set: Vec<(u32, u32, Option<u32>)> = Vec::new();
    for row in rows {
        set.push((row.item, row.worker, None));
        set.extend(row.tags.iter().map(|tag| (row.item, row.worker, Some(*tag))));
    }
    set.sort_unstable();
    set.dedup();
    let workers = Places::of(set.iter().map(|(_, worker, _)| *worker));
    let tags = Places::of(set.iter().filter_map(|(.., tag)| *tag));
    let (mut claims, mut estimates) = (Vec::new(), Vec::new());
    for rows in set.chunk_by(|first, second| first.0 == second.0) {
        let viewers = Places::of(rows.iter().map(|(_, worker, _)| *worker));
        for (group, tag) in tags.ids().iter().enumerate() {
            let votes: Vec<(usize, bool)> = viewers
                .ids()
                .iter()
                .map(|worker| {
                    let row = rows.first().map_or((0, *worker, Some(*tag)), |(item, ..)| (*item, *worker, Some(*tag)));
                    (workers.of_id(*worker), rows.binary_search(&row).is_ok())
                })
                .collect();
            let affirmed = votes.iter().filter(|(_, affirms)| *affirms).count();
            estimates.push(TagEstimate {
                item: rows.first().map_or(0, |(item, ..)| *item),
                tag: *tag,
                probability: 0.0,
                set: u32::try_from(affirmed).unwrap_or(u32::MAX),
                seen: u32::try_from(votes.len()).unwrap_or(u32::MAX),
            });
            claims.push(Claim { group, votes });
        }
    }
    let presence = fit(&claims, tags.len(), workers.ids(), Pooling::Free);
    for (estimate, probability) in estimates.iter_mut().zip(presence.probability) {
        estimate.probability = probability;
    }
    Tags { tags: estimates, workers: presence.rates }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(item: u32, worker: u32, tags: &[u32]) -> TagRow {
        TagRow { item, worker, tags: tags.to_vec() }
    }

    fn rows() -> impl Strategy<Value = Vec<TagRow>> {
        let row = (0_u32..4, 0_u32..5, proptest::collection::vec(0_u32..3, 0..3));
        proptest::collection::vec(row.prop_map(|(item, worker, tags)| TagRow { item, worker, tags }), 0..16)
    }

    #[test]
    fn nothing_gives_nothing() {
        assert_eq!(estimate(&[]), Tags { tags: Vec::new(), workers: Vec::new() });
        assert!(estimate(&[row(0, 0, &[])]).tags.is_empty());
    }

    #[test]
    fn one_answer_is_believed_on_both_sides() {
        let found = estimate(&[row(0, 0, &[1]), row(1, 0, &[2])]);
        let of = |item: u32, tag: u32| {
            found
                .tags
                .iter()
                .find(|found| (found.item, found.tag) == (item, tag))
                .map_or(0.0, |found| found.probability)
        };
        assert!(of(0, 1) > of(0, 2) && of(1, 2) > of(1, 1));
    }

    #[test]
    fn truth_is_found_among_tags_of_different_frequency() {
        // Tag 1 fits every second item, tag 2 every tenth; workers 0 to 3 miss one in five, worker 4 sets all.
        let mut rows = Vec::new();
        for item in 0..60_u32 {
            let fits: Vec<u32> =
                [(1, 2), (2, 10)].iter().filter(|(_, every)| item % every == 0).map(|(tag, _)| *tag).collect();
            for worker in 0..4 {
                let seen: Vec<u32> = fits.iter().copied().filter(|tag| (item / 2 + worker + tag) % 5 != 0).collect();
                rows.push(row(item, worker, &seen));
            }
            rows.push(row(item, 4, &[1, 2]));
        }
        let found = estimate(&rows);
        for estimate in &found.tags {
            let fits = estimate.item % if estimate.tag == 1 { 2 } else { 10 } == 0;
            assert_eq!(estimate.probability > 0.5, fits, "{estimate:?}");
        }
        assert!(found.workers[4].nats(true) < 0.3);
        assert!((found.workers[0].sensitivity - 0.8).abs() < 0.1);
    }

    proptest! {
        #[test]
        fn order_and_duplicates_change_no_bit(rows in rows(), turn in 0_usize..16) {
            let mut shuffled = rows.clone();
            shuffled.extend(rows.iter().take(3).cloned());
            shuffled.reverse();
            let turn = turn % shuffled.len().max(1);
            shuffled.rotate_left(turn);
            prop_assert_eq!(estimate(&rows), estimate(&shuffled));
        }

        #[test]
        fn numbers_do_not_matter_and_probabilities_are_some(rows in rows()) {
            let renamed: Vec<TagRow> = rows
                .iter()
                .map(|row| TagRow { item: 9 - row.item, worker: 9 - row.worker, tags: row.tags.iter().map(|tag| 9 - tag).collect() })
                .collect();
            let (before, mut after) = (estimate(&rows).tags, estimate(&renamed).tags);
            after.reverse();
            for (before, after) in before.iter().zip(&after) {
                prop_assert_eq!((before.item, before.tag), (9 - after.item, 9 - after.tag));
                prop_assert!((0.0..=1.0).contains(&before.probability));
                prop_assert!((before.probability - after.probability).abs() < 1e-6);
            }
        }

        #[test]
        fn one_more_worker_who_sets_it_never_lowers_it(workers in 1_u32..6) {
            let probability = |workers: u32| {
                let rows: Vec<TagRow> = (0..workers).map(|worker| row(0, worker, &[1])).collect();
                estimate(&rows).tags[0].probability
            };
            prop_assert!(probability(workers + 1) >= probability(workers) - 1e-9);
        }
    }
}
