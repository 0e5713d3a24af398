//! Time and memory of the estimators on made-up crowds of any size.
//!
//! ```text
//! cargo run --release -p corvee-consensus --example scaling -- [--posterior FILE] 1e5 1e6 1e7 1e8
//! cargo run --release -p corvee-consensus --example scaling -- --rows FILE 1e6
//! ```
//!
//! Prints `bar <what>-<size>-<figure> <value>`. Seconds are wall time, of the run in the middle where there are several;
//! memory is the growth of the resident set's high-water mark. Up to 1e7 the answers lie in memory before the clock starts;
//! above they are made as they are read, and making them counts. `every-item` is Dawid and Skene with no item left out of a
//! walk. `--posterior` writes where they rest on the first size, `[item][class]`, in four bytes each, little end first.
//! `--rows` measures nothing and writes the answers: item, worker, class, each in four bytes, little end first, so that
//! another program works on the same.
#![expect(clippy::print_stdout, reason = "a program that prints a table")]

mod crowd;
mod process;

use std::fs::File;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{BufWriter, Write as _};
use std::process::ExitCode;
use std::time::Instant;
use std::{env, fs};

use corvee_consensus::batch::{
    Aggregate, AggregateError, Aggregator as _, Answer, Answers, AnswersError, DawidSkene, Gold, MajorityVote, Threads,
};

use crate::crowd::{Crowd, checksum};

/// Above this the answers are made as they are read.
const LARGEST_IN_MEMORY: u32 = 10_000_000;
/// Up to this many answers Dawid and Skene run five times, else three times.
const REPEATED: usize = 1_000_000;
/// The largest crowd gets so many iterations, whether they still add something or not.
const LARGEST: DawidSkene = DawidSkene { max_iterations: 100, tolerance: 0.0, ..DawidSkene::DEFAULT };
/// No item is left out of a walk, and the rule to stop is that of the peer's runs.
const EVERY_ITEM: DawidSkene = DawidSkene { max_iterations: 100, tolerance: 1e-7, settled: 0.0, rests: 0 };
/// Where nothing moves any more.
const AT_REST: DawidSkene = DawidSkene { max_iterations: 3000, tolerance: 1e-10, ..DawidSkene::DEFAULT };

fn main() -> ExitCode {
    let mut sizes = Vec::new();
    let mut posterior = None;
    let mut rows = None;
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--posterior" {
            posterior = arguments.next();
        } else if argument == "--rows" {
            rows = arguments.next();
        } else if let Some(size) = size(&argument) {
            sizes.push((argument, size));
        } else {
            println!("{argument}: not a number of answers; give for example 1e6");
            return ExitCode::FAILURE;
        }
    }
    for (name, answers) in sizes {
        let crowd = Crowd::new(answers);
        let done = match rows.take() {
            Some(file) => write_rows(&file, crowd),
            None if answers > LARGEST_IN_MEMORY => measure_largest(&name, crowd).map(drop),
            None => measure(&name, crowd).and_then(|answers| match posterior.take() {
                Some(file) => write_posterior(&file, &answers),
                None => Ok(()),
            }),
        };
        if let Err(error) = done {
            println!("{name}: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn write_rows(file: &str, crowd: Crowd) -> Result<(), Failure> {
    let mut out = BufWriter::new(File::create(file)?);
    for answer in crowd.answers() {
        for index in [answer.item, answer.worker, answer.class] {
            out.write_all(&index.to_le_bytes())?;
        }
    }
    Ok(out.flush()?)
}

fn write_posterior(file: &str, answers: &Answers) -> Result<(), Failure> {
    let found = AT_REST.aggregate(answers, &Gold::none(), Threads::available())?;
    let bytes: Vec<u8> = found.posterior.iter().flat_map(|value| value.to_le_bytes()).collect();
    Ok(fs::write(file, bytes)?)
}

/// A whole number written as such or as `1e6`.
fn size(argument: &str) -> Option<u32> {
    let (digits, zeros) = argument.split_once('e').unwrap_or((argument, "0"));
    let digits: u32 = digits.parse().ok()?;
    digits.checked_mul(10_u32.checked_pow(zeros.parse().ok()?)?).filter(|size| *size > 0)
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Answers(#[from] AnswersError),
    #[error(transparent)]
    Aggregate(#[from] AggregateError),
    #[error("cannot write: {0}")]
    File(#[from] std::io::Error),
}

/// What one call took.
struct Cost<T> {
    value: T,
    seconds: f64,
    processor_seconds: f64,
    mib: f64,
}

fn cost<T>(call: impl FnOnce() -> T) -> Cost<T> {
    process::forget_peak();
    let before = process::resident_mib().unwrap_or(f64::NAN);
    let processor = process::processor_seconds().unwrap_or(f64::NAN);
    let start = Instant::now();
    let value = call();
    Cost {
        value,
        seconds: start.elapsed().as_secs_f64(),
        processor_seconds: process::processor_seconds().unwrap_or(f64::NAN) - processor,
        mib: process::peak_mib().unwrap_or(f64::NAN) - before,
    }
}

/// The run in the middle of an odd number of them, by time: other programs use the machine too.
fn middle<T>(runs: usize, call: impl Fn() -> T) -> Cost<T> {
    let mut runs: Vec<Cost<T>> = (0..runs).map(|_| cost(&call)).collect();
    runs.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    let mib = runs.iter().map(|run| run.mib).fold(0.0, f64::max);
    Cost { mib, ..runs.swap_remove(runs.len() / 2) }
}

fn bar(name: &str, figure: &str, value: impl std::fmt::Display) {
    println!("bar {name}-{figure} {value}");
}

/// All estimators on answers that lie in memory, which are returned.
fn measure(size: &str, crowd: Crowd) -> Result<Answers, Failure> {
    let rows: Vec<Answer> = crowd.answers().collect();
    println!("rows {size} checksum {}", checksum(rows.iter().copied()));
    let threads = Threads::available();
    let gold = Gold::none();
    // First, because its memory is measured: what an earlier call gave back would not be seen to grow again.
    let model = DawidSkene::default();
    let full = middle(if rows.len() > REPEATED { 3 } else { 5 }, || -> Result<_, Failure> {
        let start = Instant::now();
        let answers = Answers::from_slice(crowd.extent(), &rows, threads)?;
        let built = start.elapsed().as_secs_f64();
        Ok((model.aggregate(&answers, &gold, threads)?, built))
    });
    let (found, built) = full.value?;
    let name = format!("dawid-skene-{size}");
    report(&name, crowd, &found, full.seconds, built, full.processor_seconds, full.mib);

    let alone = Answers::new(crowd.extent(), rows.iter().rev().copied())?;
    let again = model.aggregate(&alone, &gold, Threads::ONE)?;
    bar(&name, "same-bytes", u8::from(hash(&again) == hash(&found)));
    drop((found, again));

    let plain = cost(|| EVERY_ITEM.aggregate(&alone, &gold, threads));
    let found = plain.value?;
    bar(&name, "every-item-seconds", plain.seconds);
    bar(&name, "every-item-processor-seconds", plain.processor_seconds);
    bar(&name, "every-item-iterations", found.iterations);
    drop(found);

    let majority = middle(5, || MajorityVote.of_rows(crowd.extent(), &rows, threads));
    let found = majority.value?;
    let name = format!("majority-{size}");
    bar(&name, "seconds", majority.seconds);
    bar(&name, "processor-seconds", majority.processor_seconds);
    bar(&name, "accuracy", accuracy(crowd, &found));
    bar(&name, "hash", hash(&found));
    let by_table = middle(5, || -> Result<_, Failure> {
        let start = Instant::now();
        let answers = Answers::from_slice(crowd.extent(), &rows, threads)?;
        let built = start.elapsed().as_secs_f64();
        Ok((MajorityVote.aggregate(&answers, &gold, threads)?, built))
    });
    let (again, built) = by_table.value?;
    bar(&name, "by-table-seconds", by_table.seconds);
    bar(&name, "by-table-building-seconds", built);
    bar(&name, "same-bytes", u8::from(hash(&again) == hash(&found)));
    Ok(alone)
}

/// Dawid and Skene alone, on answers that are made as they are read.
fn measure_largest(size: &str, crowd: Crowd) -> Result<Aggregate, Failure> {
    let full = cost(|| -> Result<_, Failure> {
        let start = Instant::now();
        let answers = Answers::new(crowd.extent(), crowd.answers())?;
        let built = start.elapsed().as_secs_f64();
        Ok((LARGEST.aggregate(&answers, &Gold::none(), Threads::available())?, built))
    });
    let (found, built) = full.value?;
    report(&format!("dawid-skene-{size}"), crowd, &found, full.seconds, built, full.processor_seconds, full.mib);
    Ok(found)
}

fn report(name: &str, crowd: Crowd, found: &Aggregate, seconds: f64, built: f64, processor: f64, mib: f64) {
    bar(name, "seconds", seconds);
    bar(name, "building-seconds", built);
    bar(name, "processor-seconds", processor);
    bar(name, "iterations", found.iterations);
    bar(name, "converged", u8::from(found.converged));
    bar(name, "iteration-ms", (seconds - built) * 1e3 / f64::from(found.iterations));
    bar(name, "mib", mib);
    bar(name, "accuracy", accuracy(crowd, found));
    bar(name, "hash", hash(found));
}

/// Share of items with the right class.
fn accuracy(crowd: Crowd, found: &Aggregate) -> f64 {
    let items = crowd.extent().items;
    let right = (0..items).filter(|item| found.class(*item as usize) == Crowd::class(*item) as usize).count();
    right as f64 / f64::from(items)
}

/// One number for all bits of a result.
fn hash(found: &Aggregate) -> String {
    let mut hasher = DefaultHasher::new();
    found.iterations.hash(&mut hasher);
    for share in &found.prior {
        share.to_bits().hash(&mut hasher);
    }
    for value in &found.posterior {
        value.to_bits().hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}
