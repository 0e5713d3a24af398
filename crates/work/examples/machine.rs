//! The figures of the machine's turn on this machine: one hash, one check, how work scatters, what a thousand tokens take.
//! Knows no collector; the parameters are its defaults.
#![expect(clippy::print_stdout, reason = "a program that prints figures")]

use std::time::Instant;

use corvee_work::{Hasher, OutOfRange, check, search};

const SOLUTIONS: u8 = 8;
const MEMORY_KIB: u32 = 256;
const BASE_WORK: u32 = 4_000;
const MAX_WORK: u32 = 24_000;
const CHECKS: u32 = 1_000;
/// Puzzles whose work is counted. How many hashes a search takes does not depend on their memory: the least is used.
const PUZZLES: u32 = 200;
const LEAST_MEMORY_KIB: u32 = 8;

fn main() -> Result<(), OutOfRange> {
    let mut checks_ms: Vec<f64> = Vec::new();
    let mut hasher = Hasher::new(MEMORY_KIB, 1)?;
    for nth in 0..CHECKS {
        let begun = Instant::now();
        // As the collector does it: memory of its own for each check, and every number looked at.
        let mut fresh = Hasher::new(MEMORY_KIB, 1)?;
        let numbers = [nth; SOLUTIONS as usize];
        check(&mut fresh, &salt(nth), &numbers, u32::MAX).ok();
        checks_ms.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    let mut hashes_ms: Vec<f64> = Vec::new();
    for nth in 0..CHECKS {
        let begun = Instant::now();
        hasher.hash(&salt(nth), 0, nth);
        hashes_ms.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    println!("| native, {MEMORY_KIB} KiB, 1 pass | least | p50 | p99 |\n|---|---:|---:|---:|");
    row("one hash, ms", &mut hashes_ms);
    row(&format!("one check ({SOLUTIONS} hashes), ms"), &mut checks_ms);
    let hash_ms = at(&hashes_ms, 0.5);

    println!("\n| work of a puzzle, hashes | mean | median | p95 | p95 / median |\n|---|---:|---:|---:|---:|");
    for work in [BASE_WORK, MAX_WORK] {
        let mut counts = counts(work)?;
        counts.sort_by(f64::total_cmp);
        let mean = counts.iter().sum::<f64>() / counts.len() as f64;
        let (median, p95) = (at(&counts, 0.5), at(&counts, 0.95));
        println!(
            "| {work} expected, {} puzzles | {mean:.0} | {median:.0} | {p95:.0} | {:.2} |",
            counts.len(),
            p95 / median
        );
    }
    println!("\n| 1,000 tokens, native CPU time, s | |\n|---|---:|");
    for work in [BASE_WORK, MAX_WORK] {
        println!("| {work} hashes a token × {hash_ms:.3} ms | {:.0} |", f64::from(work) * hash_ms);
    }
    Ok(())
}

fn salt(nth: u32) -> [u8; 16] {
    (u128::from(nth) + 1).to_be_bytes()
}

/// Hashes that puzzles of this expected work took.
fn counts(work: u32) -> Result<Vec<f64>, OutOfRange> {
    let threshold = u32::try_from((u64::from(SOLUTIONS) << 32) / u64::from(work)).unwrap_or(u32::MAX);
    let mut hasher = Hasher::new(LEAST_MEMORY_KIB, 1)?;
    let puzzles = PUZZLES * BASE_WORK / work;
    let count = |nth| {
        let found = (0..SOLUTIONS).filter_map(|at| search(&mut hasher, &salt(nth), at, 0..u32::MAX, threshold));
        found.map(|number| f64::from(number) + 1.0).sum()
    };
    Ok((0..puzzles).map(count).collect())
}

fn row(what: &str, figures: &mut [f64]) {
    figures.sort_by(f64::total_cmp);
    println!("| {what} | {:.3} | {:.3} | {:.3} |", at(figures, 0.0), at(figures, 0.5), at(figures, 0.99));
}

/// The figure below which this share of the sorted ones lies.
fn at(sorted: &[f64], share: f64) -> f64 {
    let mut rank = (sorted.len() as f64 * share).floor();
    let mut figures = sorted.iter();
    let mut figure = figures.next().copied().unwrap_or(f64::NAN);
    while rank >= 1.0 {
        figure = figures.next().copied().unwrap_or(figure);
        rank -= 1.0;
    }
    figure
}
