//! One data set: a folder with labels.csv and truth.csv. Does not know what is done with it.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use corvee_consensus::batch::{Answer, Answers, Extent, Gold};
use sha2::{Digest as _, Sha256};

pub(crate) struct DataSet {
    pub(crate) name: &'static str,
    /// Task names by item.
    pub(crate) tasks: Vec<String>,
    pub(crate) classes: Vec<String>,
    pub(crate) extent: Extent,
    pub(crate) rows: Vec<Answer>,
    /// Known items with their class.
    pub(crate) truth: Vec<(u32, u32)>,
}

impl DataSet {
    pub(crate) fn read(folder: &Path, name: &'static str) -> Result<Self> {
        let labels = rows(&folder.join(name).join("labels.csv"), 3)?;
        let truth = rows(&folder.join(name).join("truth.csv"), 2)?;
        let tasks = index(labels.iter().chain(&truth).map(|row| &row[0]));
        let workers = index(labels.iter().map(|row| &row[1]));
        let classes = index(labels.iter().map(|row| &row[2]).chain(truth.iter().map(|row| &row[1])));
        let answer =
            |row: &Vec<String>| Answer { item: tasks[&row[0]], worker: workers[&row[1]], class: classes[&row[2]] };
        Ok(Self {
            name,
            extent: Extent {
                items: u32::try_from(tasks.len())?,
                workers: u32::try_from(workers.len())?,
                classes: u32::try_from(classes.len())?,
            },
            rows: labels.iter().map(answer).collect(),
            truth: truth.iter().map(|row| (tasks[&row[0]], classes[&row[1]])).collect(),
            tasks: tasks.into_keys().collect(),
            classes: classes.into_keys().collect(),
        })
    }

    pub(crate) fn answers(&self) -> Result<Answers> {
        Ok(Answers::new(self.extent, self.rows.iter().copied())?)
    }

    /// A tenth of the truth, chosen by the SHA-256 of the task's name, so that every program chooses the same.
    pub(crate) fn gold(&self) -> Gold {
        self.truth.iter().filter(|(item, _)| is_gold(&self.tasks[*item as usize])).copied().collect()
    }

    /// The truth that is not gold.
    pub(crate) fn hidden(&self, gold: &Gold) -> Vec<(u32, u32)> {
        self.truth.iter().filter(|(item, _)| gold.class(*item).is_none()).copied().collect()
    }

    /// At most `per_item` answers on each item, and workers cut into visitors of at most `per_visitor` answers, both in an order
    /// drawn from `seed`.
    pub(crate) fn visitors(&self, per_item: usize, per_visitor: usize, seed: u64) -> Result<Answers> {
        let mut order: Vec<(u64, &Answer)> = (0..).map(|row| mix(mix(seed) ^ row)).zip(&self.rows).collect();
        order.sort_by_key(|(key, _)| *key);
        let mut on_item = BTreeMap::<u32, usize>::new();
        let mut of_worker = BTreeMap::<u32, (usize, u32)>::new();
        let mut visitors = 0;
        let mut kept = Vec::new();
        for (_, answer) in order {
            let taken = on_item.entry(answer.item).or_default();
            if *taken == per_item {
                continue;
            }
            *taken += 1;
            let (given, visitor) = of_worker.entry(answer.worker).or_insert((per_visitor, 0));
            if *given == per_visitor {
                (*given, *visitor) = (0, visitors);
                visitors += 1;
            }
            *given += 1;
            kept.push(Answer { worker: *visitor, ..*answer });
        }
        Ok(Answers::new(Extent { workers: visitors, ..self.extent }, kept)?)
    }
}

/// The first `columns` columns of a file of comma-separated values.
pub(crate) fn rows(path: &Path, columns: usize) -> Result<Vec<Vec<String>>> {
    let mut reader = csv::Reader::from_path(path).with_context(|| format!("cannot read {}", path.display()))?;
    let rows: csv::Result<Vec<Vec<String>>> =
        reader.records().map(|row| row.map(|row| row.iter().take(columns).map(str::to_owned).collect())).collect();
    rows.with_context(|| format!("{} is no table", path.display()))
}

/// Indices of names, in their order.
pub(crate) fn index<'a>(names: impl Iterator<Item = &'a String>) -> BTreeMap<String, u32> {
    let mut index: BTreeMap<String, u32> = names.map(|name| (name.clone(), 0)).collect();
    for (next, slot) in (0..).zip(index.values_mut()) {
        *slot = next;
    }
    index
}

fn is_gold(task: &str) -> bool {
    let digest = Sha256::digest(task.as_bytes());
    digest.iter().fold(0, |rest, byte| (rest * 256 + u32::from(*byte)) % 1000) < 100
}

/// The finaliser of splitmix64 (Steele, Lea, Flood, OOPSLA 2014).
fn mix(value: u64) -> u64 {
    let mut bits = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

/// Names of the sets in a folder that are there.
pub(crate) fn missing(folder: &Path, names: &[&str]) -> Option<String> {
    names.iter().map(|name| folder.join(name)).find(|path| !path.is_dir()).map(|path| path.display().to_string())
}
