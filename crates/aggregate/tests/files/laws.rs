//! The order of rows and the number of threads change no byte; a run that dies leaves no half file.

use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::folder::{Folder, found};
use corvee_aggregate::{BadRow, Listener, Method, Stage, aggregate};
use corvee_consensus::batch::Threads;
use proptest::prelude::*;

fn files(rows: &[(u8, u8, u8)], threads: usize, method: Method) -> String {
    let text =
        rows.iter().map(|(task, worker, label)| format!("t{task},w{worker},l{label}\n")).collect::<Vec<_>>().concat();
    let folder = Folder::with("answers.csv", format!("task,worker,label\n{text}"));
    folder.put(
        "gold.csv",
        rows.first().map(|(task, _, label)| format!("task,label\nt{task},l{label}\n")).expect("there are rows"),
    );
    let mut request = folder.request("answers.csv");
    request.gold = Some(folder.path("gold.csv"));
    request.workers = Some(folder.path("workers.csv"));
    request.report = Some(folder.path("report.html"));
    request.probabilities = true;
    request.method = Some(method);
    request.threads = Threads::new(NonZeroUsize::new(threads).expect("there are threads"));
    found(&request);
    ["out.csv", "workers.csv", "report.html"].map(|name| folder.text(name)).concat()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_rows_and_the_number_of_threads_change_no_byte(
        rows in prop::collection::vec((0_u8..12, 0_u8..6, 0_u8..4), 1..60),
        seed in any::<u64>(),
    ) {
        let (first, rest) = rows.split_first().unwrap();
        let mut shuffled = rest.to_vec();
        shuffled.sort_by_key(|(task, worker, label)| {
            (u64::from(*task) << 16 | u64::from(*worker) << 8 | u64::from(*label)).wrapping_mul(seed | 1)
        });
        // The first row decides the gold, so it stays the first.
        shuffled.insert(0, *first);
        for method in Method::all() {
            prop_assert_eq!(files(&rows, 1, *method), files(&shuffled, 3, *method), "{}", method.name);
        }
    }
}

/// Dies when the tasks are being written.
struct Dying;

impl Listener for Dying {
    fn step(&self, stage: Stage, _done: u64, _total: u64) {
        assert!(stage != Stage::Writing, "killed in the middle");
    }

    fn left_out(&self, _row: &BadRow) {}
}

#[test]
fn a_run_that_dies_in_the_middle_leaves_the_files_of_before() {
    let folder = Folder::with("answers.csv", "task,worker,label\nt1,ann,a\nt2,ann,b\n");
    folder.put("out.csv", "what was there before");
    let mut request = folder.request("answers.csv");
    request.workers = Some(folder.path("workers.csv"));
    assert!(catch_unwind(AssertUnwindSafe(|| drop(aggregate(&request, &Dying)))).is_err());
    assert_eq!(folder.text("out.csv"), "what was there before");
    assert_eq!(folder.names(), ["answers.csv", "out.csv"]);
}

#[test]
fn a_million_answers_come_through_the_temporary_file() {
    let mut text = String::from("task,worker,label\n");
    let (tasks, each) = (200_000_u32, 6_u32);
    for task in 0..tasks {
        for index in 0..each {
            let mixed = (task * each + index).wrapping_mul(2_654_435_761) >> 16;
            // Nine answers of ten give the true label, which is the task's remainder.
            let label = if mixed % 10 == 0 { (task + 1) % 3 } else { task % 3 };
            writeln!(text, "t{task},w{},l{label}", (task * 7 + index * 131) % 900).expect("a String takes all");
        }
    }
    let folder = Folder::with("answers.csv", text);
    let mut request = folder.request("answers.csv");
    request.method = Some("majority".parse().unwrap());
    request.resamples = 0;
    let summary = found(&request);
    assert_eq!((summary.tasks, summary.answers, summary.workers), (u64::from(tasks), u64::from(tasks * each), 900));
    let out = folder.text("out.csv");
    let right =
        (0_u32..).zip(out.lines().skip(1)).filter(|(task, line)| line.starts_with(&format!("t{task},l{},", task % 3)));
    assert!(right.count() > 190_000, "the labels are those of the tasks, in natural order");
}
