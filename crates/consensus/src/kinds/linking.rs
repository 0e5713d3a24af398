//! Which marks of different workers mean the same thing: clusters with at most one mark per worker. Knows how alike two
//! marks are, not what a mark is.
//!
//! Average-linkage agglomeration: the two clusters with the greatest mean likeness are joined first, as long as it reaches
//! the gate and no worker stands in both. Ties fall to the earlier marks, so callers sort marks by content, never by worker.
#![expect(clippy::indexing_slicing, reason = "cluster numbers are positions in tables of the same length")]

/// Clusters of marks; each holds positions in rising order, clusters ordered by their first mark. `owners` names the
/// worker of each mark; `likeness` is symmetric.
pub(crate) fn link(owners: &[usize], gate: f64, likeness: impl Fn(usize, usize) -> f64) -> Vec<Vec<usize>> {
    let mut clusters: Vec<Vec<usize>> = (0..owners.len()).map(|mark| vec![mark]).collect();
    let mut table: Vec<Vec<f64>> = (0..owners.len())
        .map(|first| (0..owners.len()).map(|second| likeness(first.min(second), first.max(second))).collect())
        .collect();
    loop {
        let mut best: Option<(f64, usize, usize)> = None;
        for (first, cluster) in clusters.iter().enumerate() {
            for (second, other) in clusters.iter().enumerate().skip(first + 1) {
                let pairs = (cluster.len() * other.len()) as f64;
                let mean = table[first][second] / pairs;
                let better = best.is_none_or(|(likeness, ..)| mean > likeness);
                if mean >= gate && better && disjoint(owners, cluster, other) {
                    best = Some((mean, first, second));
                }
            }
        }
        let Some((_, first, second)) = best else { break };
        let joined = clusters.remove(second);
        clusters[first].extend(joined);
        let row = table.remove(second);
        for line in &mut table {
            line.remove(second);
        }
        for (other, sum) in row.into_iter().enumerate().filter(|(other, _)| *other != second) {
            let other = if other > second { other - 1 } else { other };
            if other != first {
                table[first][other] += sum;
                table[other][first] += sum;
            }
        }
    }
    for cluster in &mut clusters {
        cluster.sort_unstable();
    }
    clusters.sort_unstable();
    clusters
}

fn disjoint(owners: &[usize], cluster: &[usize], other: &[usize]) -> bool {
    cluster.iter().all(|mark| other.iter().all(|neighbour| owners[*mark] != owners[*neighbour]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn on_a_line(places: &[f64], owners: &[usize], gate: f64) -> Vec<Vec<usize>> {
        link(owners, gate, |first, second| -(places[first] - places[second]).abs())
    }

    #[test]
    fn marks_of_one_worker_never_meet() {
        assert_eq!(on_a_line(&[0.0, 0.1, 0.2], &[0, 0, 1], -1.0), [vec![0], vec![1, 2]]);
    }

    #[test]
    fn the_likest_pair_is_joined_first() {
        assert_eq!(on_a_line(&[0.0, 0.9, 1.0], &[0, 1, 2], -0.5), [vec![0], vec![1, 2]]);
        assert_eq!(on_a_line(&[0.0, 0.4, 0.5], &[0, 1, 2], -0.5), [vec![0, 1, 2]]);
    }

    proptest! {
        #[test]
        fn clusters_part_the_marks_and_end_where_nothing_can_join(
            marks in proptest::collection::vec((0.0..10.0_f64, 0_usize..4), 0..12),
        ) {
            let (places, owners): (Vec<f64>, Vec<usize>) = marks.into_iter().unzip();
            let clusters = on_a_line(&places, &owners, -1.0);
            let mut all: Vec<usize> = clusters.concat();
            all.sort_unstable();
            prop_assert_eq!(all, (0..places.len()).collect::<Vec<_>>());
            for (number, cluster) in clusters.iter().enumerate() {
                for other in &clusters[number + 1..] {
                    let mut sum = 0.0;
                    for (first, second) in cluster.iter().flat_map(|first| other.iter().map(move |second| (*first, *second))) {
                        sum -= (places[first] - places[second]).abs();
                    }
                    let mean = sum / (cluster.len() * other.len()) as f64;
                    prop_assert!(mean < -1.0 + 1e-9 || !disjoint(&owners, cluster, other));
                }
            }
        }
    }
}
