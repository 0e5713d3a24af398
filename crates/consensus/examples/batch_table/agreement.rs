//! Agreement of real data sets beside the figures of reference packages. Knows no estimator.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;
use corvee_consensus::agreement::{Level, Ratings, fleiss_kappa, krippendorff_alpha};

use crate::data;

/// Set, alpha, Fleiss' kappa where every task has equally many answers: the Python packages krippendorff 0.9.0 and
/// statsmodels 0.15, with the first answer of a worker on a task in file order.
const NOMINAL: [(&str, f64, Option<f64>); 15] = [
    ("adult", 0.316_793, None),
    ("bluebirds", 0.125_501, Some(0.125_293)),
    ("dog", 0.519_418, Some(0.519_358)),
    ("face", 0.494_920, None),
    ("fact-eval", 0.703_500, None),
    ("mozafari", 0.405_937, Some(0.405_818)),
    ("music-genre", 0.301_031, None),
    ("product", 0.157_473, Some(0.157_440)),
    ("relevance", 0.089_839, None),
    ("rte", 0.241_479, Some(0.241_384)),
    ("sentence-polarity", 0.427_629, None),
    ("sentence-polarity-amt", 0.737_688, Some(0.737_662)),
    ("trec", 0.114_527, None),
    ("weather-amt", 0.520_895, None),
    ("wsd", 0.937_200, Some(0.937_165)),
];
const INTERVAL: [(&str, f64); 2] = [("emotion", 0.328_665), ("valence", 0.325_562)];

/// The largest difference between a figure of ours and its reference.
pub(crate) fn largest_difference(folder: &Path) -> Result<f64> {
    let mut largest: f64 = 0.0;
    for (set, alpha, fleiss) in NOMINAL {
        let (ratings, _) = read(folder, set)?;
        let once = ratings.once_each();
        largest = largest.max((krippendorff_alpha(&ratings, &once, Level::Nominal)? - alpha).abs());
        if let Some(fleiss) = fleiss {
            largest = largest.max((fleiss_kappa(&ratings, &once)? - fleiss).abs());
        }
    }
    for (set, alpha) in INTERVAL {
        let (ratings, labels) = read(folder, set)?;
        let numbers = labels.iter().map(|label| label.parse()).collect::<Result<Vec<f64>, _>>()?;
        let found = krippendorff_alpha(&ratings, &ratings.once_each(), Level::Interval(&numbers))?;
        largest = largest.max((found - alpha).abs());
    }
    Ok(largest)
}

/// The first answer of each worker on each task, and the values by index.
fn read(folder: &Path, set: &str) -> Result<(Ratings, Vec<String>)> {
    let rows = data::rows(&folder.join(set).join("labels.csv"), 3)?;
    let (tasks, labels) = (data::index(rows.iter().map(|row| &row[0])), data::index(rows.iter().map(|row| &row[2])));
    let mut seen = BTreeSet::new();
    let first = rows.iter().filter(|row| seen.insert((&row[0], &row[1]))).map(|row| (tasks[&row[0]], labels[&row[2]]));
    let ratings = Ratings::new(u32::try_from(tasks.len())?, u32::try_from(labels.len())?, first)?;
    Ok((ratings, labels.into_keys().collect()))
}
