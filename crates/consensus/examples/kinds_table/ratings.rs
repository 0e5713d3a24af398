//! Ratings: mean absolute error, root mean square error and correlation beside the mean and a plain offset-and-variance fit.

use corvee_consensus::kinds::rating::{RatingRow, Scale, estimate};
use std::path::Path;

use crate::tables::{Names, Table};

/// Prints the lines of one set.
pub(crate) fn print(data: &Path, set: &str, ends: (f64, f64)) -> Result<(), String> {
    let (labels, truth) =
        (Table::read(&data.join(set).join("labels.csv"))?, Table::read(&data.join(set).join("truth.csv"))?);
    let (mut items, mut workers) = (Names::default(), Names::default());
    let item = items.numbers(labels.column("task"));
    let worker = workers.numbers(labels.column("worker"));
    let rows: Vec<RatingRow> = item
        .into_iter()
        .zip(worker)
        .zip(labels.numbers("label"))
        .filter_map(|((item, worker), value)| value.map(|value| RatingRow { item, worker, value }))
        .collect();
    let scale = Scale::new(ends.0, ends.1).expect("ends in order");
    let found = estimate(&rows, scale).map_err(|problem| problem.to_string())?;
    let truth: Vec<(u32, f64)> = items
        .numbers(truth.column("task"))
        .into_iter()
        .zip(truth.numbers("label"))
        .filter_map(|(item, value)| value.map(|value| (item, value)))
        .collect();
    let of = |item: u32| {
        &found.items[found.items.binary_search_by_key(&item, |found| found.item).expect("every task is answered")]
    };
    let pairs: Vec<(f64, f64)> = truth.iter().map(|(item, truth)| (of(*item).value, *truth)).collect();
    let means: Vec<(f64, f64)> = truth.iter().map(|(item, truth)| (of(*item).mean, *truth)).collect();
    let offset = offset_and_variance(&rows);
    let offset: Vec<(f64, f64)> = truth.iter().map(|(item, truth)| (offset[*item as usize], *truth)).collect();
    println!("peer {set}-mae-mean {:.4}", absolute(&means));
    println!("peer {set}-mae-offset-variance {:.4}", absolute(&offset));
    println!("bar {set}-mae {:.4}", absolute(&pairs));
    println!(
        "note {set}-rmse {:.4} (mean {:.4}) r {:.4} (mean {:.4})",
        square(&pairs),
        square(&means),
        correlation(&pairs),
        correlation(&means)
    );
    let inside = truth.iter().filter(|(item, truth)| (of(*item).lower..=of(*item).upper).contains(truth)).count();
    println!("note {set}-interval-coverage {:.3}", inside as f64 / truth.len() as f64);
    Ok(())
}

/// The reference: offsets with five pseudo-answers of zero, variances with five of the crowd's, one hundred rounds.
fn offset_and_variance(rows: &[RatingRow]) -> Vec<f64> {
    let items = rows.iter().map(|row| row.item as usize + 1).max().unwrap_or(0);
    let workers = rows.iter().map(|row| row.worker as usize + 1).max().unwrap_or(0);
    let weighted = |weight: &dyn Fn(&RatingRow) -> f64, value: &dyn Fn(&RatingRow) -> f64| {
        let mut sums = vec![(0.0, 0.0); items];
        for row in rows {
            sums[row.item as usize].0 += weight(row) * value(row);
            sums[row.item as usize].1 += weight(row);
        }
        sums.into_iter().map(|(sum, weight)| sum / weight).collect::<Vec<f64>>()
    };
    let mut x = weighted(&|_| 1.0, &|row| row.value);
    for _ in 0..100 {
        let mut sums = vec![(0.0, 5.0); workers];
        for row in rows {
            sums[row.worker as usize].0 += row.value - x[row.item as usize];
            sums[row.worker as usize].1 += 1.0;
        }
        let all: f64 =
            rows.iter().map(|row| (row.value - x[row.item as usize]).powi(2)).sum::<f64>() / rows.len() as f64;
        let offset: Vec<f64> = sums.iter().map(|(sum, count)| sum / count).collect();
        let mut squares = vec![(5.0 * all, 5.0); workers];
        for row in rows {
            squares[row.worker as usize].0 += (row.value - x[row.item as usize] - offset[row.worker as usize]).powi(2);
            squares[row.worker as usize].1 += 1.0;
        }
        let next = weighted(&|row| squares[row.worker as usize].1 / squares[row.worker as usize].0, &|row| {
            row.value - offset[row.worker as usize]
        });
        let still = next.iter().zip(&x).all(|(next, last)| (next - last).abs() < 1e-6 + 1e-5 * last.abs());
        if still {
            break;
        }
        x = next;
    }
    x
}

fn absolute(pairs: &[(f64, f64)]) -> f64 {
    pairs.iter().map(|(found, truth)| (found - truth).abs()).sum::<f64>() / pairs.len() as f64
}

fn square(pairs: &[(f64, f64)]) -> f64 {
    (pairs.iter().map(|(found, truth)| (found - truth).powi(2)).sum::<f64>() / pairs.len() as f64).sqrt()
}

fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let count = pairs.len() as f64;
    let mean = pairs.iter().fold((0.0, 0.0), |sum, pair| (sum.0 + pair.0 / count, sum.1 + pair.1 / count));
    let sums = pairs.iter().fold((0.0, 0.0, 0.0), |sum, pair| {
        let (x, y) = (pair.0 - mean.0, pair.1 - mean.1);
        (sum.0 + x * y, sum.1 + x * x, sum.2 + y * y)
    });
    sums.0 / (sums.1 * sums.2).sqrt()
}
