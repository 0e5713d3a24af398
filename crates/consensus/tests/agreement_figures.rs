//! Alpha and kappa of real data sets are those of the reference packages, to six digits. The sets lie beside the
//! repository; where they are absent this is said on standard error and nothing is compared.

#![expect(clippy::indexing_slicing, reason = "a set without its columns should stop the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use corvee_consensus::agreement::{Level, Ratings, bootstrap, fleiss_kappa, krippendorff_alpha};

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

fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/truth-inference");
    if folder.is_dir() {
        return Some(folder);
    }
    drop(writeln!(std::io::stderr(), "NOT COMPARED: the data sets are absent, no folder {}", folder.display()));
    None
}

/// The answers of a set, and the values by index.
fn read(folder: &Path, set: &str) -> (Ratings, Vec<String>) {
    let text = fs::read_to_string(folder.join(set).join("labels.csv")).expect("a set has labels");
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let index = |column: usize| -> BTreeMap<&str, u32> {
        let names: BTreeSet<&str> = rows.iter().map(|row| row[column]).collect();
        names.into_iter().zip(0..).collect()
    };
    let (tasks, labels) = (index(0), index(2));
    let mut seen = BTreeSet::new();
    let first = rows.iter().filter(|row| seen.insert((row[0], row[1]))).map(|row| (tasks[row[0]], labels[row[2]]));
    let count = |names: &BTreeMap<&str, u32>| u32::try_from(names.len()).expect("fewer than 2^32");
    let ratings = Ratings::new(count(&tasks), count(&labels), first).expect("indices lie inside");
    (ratings, labels.keys().map(|name| (*name).to_owned()).collect())
}

fn check(set: &str, what: &str, found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-6, "{set}: {what} is {found:.7}, the reference package says {expected}");
}

#[test]
fn alpha_and_fleiss_kappa_of_real_sets_are_those_of_the_reference_packages() {
    let Some(folder) = folder() else { return };
    for (set, alpha, fleiss) in NOMINAL {
        let (ratings, _) = read(&folder, set);
        let once = ratings.once_each();
        check(set, "alpha", krippendorff_alpha(&ratings, &once, Level::Nominal).expect("defined"), alpha);
        match (fleiss_kappa(&ratings, &once), fleiss) {
            (Ok(found), Some(expected)) => check(set, "Fleiss' kappa", found, expected),
            (found, None) => assert!(found.is_err(), "{set} has not equally many answers on every task"),
            (Err(error), Some(_)) => panic!("{set}: {error}"),
        }
    }
}

#[test]
fn interval_alpha_of_real_ratings_is_that_of_the_reference_package() {
    let Some(folder) = folder() else { return };
    for (set, alpha) in INTERVAL {
        let (ratings, labels) = read(&folder, set);
        let numbers: Vec<f64> = labels.iter().map(|label| label.parse().expect("a number")).collect();
        let level = Level::Interval(&numbers);
        let found = krippendorff_alpha(&ratings, &ratings.once_each(), level).expect("defined");
        check(set, "alpha", found, alpha);
        let interval = bootstrap(ratings.tasks(), 200, 1, |weights| krippendorff_alpha(&ratings, weights, level).ok());
        let interval = interval.expect("defined");
        assert!(interval.low < found && found < interval.high, "{set}: {interval:?}");
    }
}
