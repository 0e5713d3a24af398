//! Real answers from the shared test data. Does not know what they are used for.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Most tasks without truth that are kept beside the judged ones: they only teach abilities.
const SILENT_TASKS: usize = 400;

/// A set of choices.
pub(crate) struct Answers {
    pub(crate) classes: usize,
    pub(crate) workers: usize,
    /// (worker, class) a task.
    pub(crate) tasks: Vec<Vec<(usize, usize)>>,
    /// Where it is known.
    pub(crate) truth: Vec<Option<usize>>,
    /// A tenth of the tasks with truth; never judged.
    pub(crate) gold: Vec<bool>,
}

impl Answers {
    /// Tasks with truth that are not gold.
    pub(crate) fn judged(&self) -> usize {
        self.truth.iter().zip(&self.gold).filter(|(truth, gold)| truth.is_some() && !**gold).count()
    }
}

/// The data beside the repository, or none.
pub(crate) fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/truth-inference");
    folder.is_dir().then_some(folder)
}

/// Reads a set; tasks with fewer than 7 answers and repeated answers of a worker are left out.
pub(crate) fn load(folder: &Path, name: &str) -> Option<Answers> {
    let labels = fs::read_to_string(folder.join(name).join("labels.csv")).ok()?;
    let truth = fs::read_to_string(folder.join(name).join("truth.csv")).ok()?;
    let truth: BTreeMap<&str, &str> = truth.lines().skip(1).filter_map(|line| line.trim().split_once(',')).collect();
    let mut classes: BTreeMap<&str, usize> = truth.values().map(|class| (*class, 0)).collect();
    let mut by_task: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    let mut order = vec![];
    for line in labels.lines().skip(1) {
        let mut cells = line.trim().split(',');
        let (task, worker, class) = (cells.next()?, cells.next()?, cells.next()?);
        classes.insert(class, 0);
        let answers = by_task.entry(task).or_insert_with(|| {
            order.push(task);
            vec![]
        });
        if answers.iter().all(|(other, _)| *other != worker) {
            answers.push((worker, class));
        }
    }
    for (number, class) in classes.values_mut().enumerate() {
        *class = number;
    }
    let mut workers: BTreeMap<&str, usize> = BTreeMap::new();
    let mut set = Answers { classes: classes.len(), workers: 0, tasks: vec![], truth: vec![], gold: vec![] };
    let (mut silent, mut known) = (0, 0);
    for task in order {
        let answers = &by_task[task];
        let class = truth.get(task).map(|class| classes[class]);
        silent += usize::from(class.is_none());
        if answers.len() < 7 || (class.is_none() && silent > SILENT_TASKS) {
            continue;
        }
        known += usize::from(class.is_some());
        set.gold.push(class.is_some() && known % 10 == 5);
        set.truth.push(class);
        let number = |worker| {
            let next = workers.len();
            *workers.entry(worker).or_insert(next)
        };
        let mut number = number;
        set.tasks.push(answers.iter().map(|(worker, class)| (number(*worker), classes[class])).collect());
    }
    set.workers = workers.len();
    Some(set)
}
