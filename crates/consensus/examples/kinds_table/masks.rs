//! Masks: mean intersection over union beside the plain majority, without gold and with a tenth of the items as gold.

use corvee_consensus::kinds::tiles::{GoldMask, MaskEstimate, MaskRow, estimate};
use std::collections::BTreeMap;
use std::path::Path;

use crate::tables::{Names, Table};

/// Prints the lines of one set.
pub(crate) fn print(data: &Path, set: &str) -> Result<(), String> {
    let (labels, truth) =
        (Table::read(&data.join(set).join("labels.csv"))?, Table::read(&data.join(set).join("truth.csv"))?);
    let (mut items, mut workers) = (Names::default(), Names::default());
    let item = items.numbers(labels.column("task"));
    let worker = workers.numbers(labels.column("worker"));
    let masks = item.into_iter().zip(worker).zip(labels.column("width").zip(labels.column("rle")));
    let rows: Vec<MaskRow> = masks
        .map(|((item, worker), (width, runs))| MaskRow {
            item,
            worker,
            width: width.parse().expect("a width"),
            cells: cells(runs),
        })
        .collect();
    let truth: BTreeMap<u32, Vec<bool>> =
        items.numbers(truth.column("task")).into_iter().zip(truth.column("rle").map(cells)).collect();
    let found = estimate(&rows, &[]).map_err(|problem| problem.to_string())?;
    println!("peer {set}-iou-majority {:.4}", score(&majority(&rows), &truth));
    println!("bar {set}-iou {:.4}", score(&kept(&found.items), &truth));
    println!("note {set}-weights own {:.3} neighbour {:.3}", found.own_weight, found.neighbour_weight);
    let mut sums = [0.0; 2];
    for fold in 0..10 {
        let gold: Vec<GoldMask> = truth
            .iter()
            .filter(|(item, _)| *item % 10 == fold)
            .map(|(item, cells)| GoldMask { item: *item, cells: cells.clone() })
            .collect();
        let rest: BTreeMap<u32, Vec<bool>> =
            truth.iter().filter(|(item, _)| *item % 10 != fold).map(|(item, cells)| (*item, cells.clone())).collect();
        let found = estimate(&rows, &gold).map_err(|problem| problem.to_string())?;
        sums[0] += score(&kept(&found.items), &rest) / 10.0;
        sums[1] += found.bias / 10.0;
    }
    println!("bar {set}-iou-tenth-gold {:.4}", sums[0]);
    println!("note {set}-bias-from-gold {:.3}", sums[1]);
    Ok(())
}

fn kept(found: &[MaskEstimate]) -> BTreeMap<u32, Vec<bool>> {
    found.iter().map(|found| (found.item, found.cells().collect())).collect()
}

/// Cells marked by more than half.
fn majority(rows: &[MaskRow]) -> BTreeMap<u32, Vec<bool>> {
    let mut sums: BTreeMap<u32, Vec<i32>> = BTreeMap::new();
    for row in rows {
        let sum = sums.entry(row.item).or_insert_with(|| vec![0; row.cells.len()]);
        for (sum, marked) in sum.iter_mut().zip(&row.cells) {
            *sum += if *marked { 1 } else { -1 };
        }
    }
    sums.into_iter().map(|(item, sum)| (item, sum.into_iter().map(|sum| sum > 0).collect())).collect()
}

fn cells(runs: &str) -> Vec<bool> {
    let mut cells = Vec::new();
    for (number, run) in runs.split_whitespace().enumerate() {
        cells.extend(std::iter::repeat_n(number % 2 == 1, run.parse().expect("a run length")));
    }
    cells
}

fn score(found: &BTreeMap<u32, Vec<bool>>, truth: &BTreeMap<u32, Vec<bool>>) -> f64 {
    let overlap = |(item, truth): (&u32, &Vec<bool>)| {
        let pairs = || found[item].iter().zip(truth);
        let both = pairs().filter(|(found, truth)| **found && **truth).count();
        let either = pairs().filter(|(found, truth)| **found || **truth).count();
        if either == 0 { 1.0 } else { both as f64 / either as f64 }
    };
    truth.iter().map(overlap).sum::<f64>() / truth.len() as f64
}
