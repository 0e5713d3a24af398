//! Boxes: F1 at an overlap of one half beside the plain clique median and weighted box fusion.

use corvee_consensus::kinds::boxes::{BoxRow, Corners, SAME_OBJECT, estimate};
use corvee_consensus::kinds::points::{self, Point, PointRow, Reach};
use rand::SeedableRng as _;
use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::path::Path;

use crate::tables::{Names, Table};

/// Subsets of viewers over which a figure is averaged.
const SUBSETS: u64 = 10;

/// Boxes of a set and who saw what.
pub(crate) struct Drawn {
    pub(crate) rows: Vec<BoxRow>,
    pub(crate) truth: BTreeMap<u32, Vec<Corners>>,
    /// Viewers of each item in the file's order.
    viewers: BTreeMap<u32, Vec<u32>>,
}

impl Drawn {
    pub(crate) fn read(data: &Path, set: &str) -> Result<Self, String> {
        let labels = Table::read(&data.join(set).join("labels.csv"))?;
        let (mut items, mut workers) = (Names::default(), Names::default());
        let item = items.numbers(labels.column("task"));
        let worker = workers.numbers(labels.column("worker"));
        let rows = item.into_iter().zip(worker).zip(corners(&labels));
        let rows: Vec<BoxRow> = rows.map(|((item, worker), corners)| BoxRow { item, worker, corners }).collect();
        let table = Table::read(&data.join(set).join("truth.csv"))?;
        let mut truth: BTreeMap<u32, Vec<Corners>> = BTreeMap::new();
        for (item, corners) in items.numbers(table.column("task")).into_iter().zip(corners(&table)) {
            truth.entry(item).or_default().extend(corners);
        }
        let mut viewers: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for row in &rows {
            let seen = viewers.entry(row.item).or_default();
            if !seen.contains(&row.worker) {
                seen.push(row.worker);
            }
        }
        Ok(Self { rows, truth, viewers })
    }

    /// Rows of at most `viewers` workers an item: the first in the file, or a choice by seed.
    pub(crate) fn subset(&self, viewers: usize, seed: Option<u64>) -> Vec<BoxRow> {
        let mut chance = seed.map(ChaCha8Rng::seed_from_u64);
        let chosen: BTreeMap<u32, Vec<u32>> = self
            .viewers
            .iter()
            .map(|(item, all)| {
                let mut all = all.clone();
                if let Some(chance) = &mut chance {
                    all.shuffle(chance);
                }
                all.truncate(viewers);
                (*item, all)
            })
            .collect();
        self.rows.iter().filter(|row| chosen[&row.item].contains(&row.worker)).copied().collect()
    }
}

/// Boxes of a table; a click without a drag has no area and is read as nothing drawn.
fn corners(table: &Table) -> Vec<Option<Corners>> {
    let [left, top, right, bottom] = ["x1", "y1", "x2", "y2"].map(|name| table.numbers(name));
    let sides = left.into_iter().zip(top).zip(right.into_iter().zip(bottom));
    sides
        .map(|((left, top), (right, bottom))| {
            let corners = Corners { left: left?, top: top?, right: right?, bottom: bottom? };
            (corners.left < corners.right && corners.top < corners.bottom).then_some(corners)
        })
        .collect()
}

/// Prints the lines of one set.
pub(crate) fn print(data: &Path, set: &str) -> Result<(), String> {
    let drawn = Drawn::read(data, set)?;
    for viewers in [2, 3, 5, 7] {
        let first = drawn.subset(viewers, None);
        println!("peer {set}-f1-{viewers}-clique-median {}", score(&drawn, &clique_median(&first)));
        println!("peer {set}-f1-{viewers}-box-fusion {}", score(&drawn, &fusion(&first)));
        println!("bar {set}-f1-{viewers} {}", score(&drawn, &ours(&first)?));
        if viewers < 7 {
            let mean = |kept: &dyn Fn(&[BoxRow]) -> Result<Kept, String>| -> Result<f64, String> {
                let mut sum = 0.0;
                for seed in 0..SUBSETS {
                    sum += score(&drawn, &kept(&drawn.subset(viewers, Some(seed)))?).f1;
                }
                Ok(sum / SUBSETS as f64)
            };
            println!("peer {set}-f1-{viewers}-clique-median-mean {:.4}", mean(&|rows| Ok(clique_median(rows)))?);
            println!("peer {set}-f1-{viewers}-box-fusion-mean {:.4}", mean(&|rows| Ok(fusion(rows)))?);
            println!("bar {set}-f1-{viewers}-mean {:.4}", mean(&|rows| ours(rows))?);
        }
    }
    Ok(())
}

type Kept = BTreeMap<u32, Vec<Corners>>;

fn ours(rows: &[BoxRow]) -> Result<Kept, String> {
    let found = estimate(rows).map_err(|problem| problem.to_string())?;
    let cut = found.cut();
    let mut kept = Kept::new();
    for estimate in found.boxes.iter().filter(|estimate| estimate.existence >= cut) {
        kept.entry(estimate.item).or_default().push(estimate.corners);
    }
    Ok(kept)
}

/// Who saw an item, and the boxes with who drew them.
type Seen = (Vec<u32>, Vec<(u32, Corners)>);

/// Viewers and boxes of each item, boxes in the file's order.
fn by_item(rows: &[BoxRow]) -> BTreeMap<u32, (usize, Vec<(u32, Corners)>)> {
    let mut items: BTreeMap<u32, Seen> = BTreeMap::new();
    for row in rows {
        let item = items.entry(row.item).or_default();
        if !item.0.contains(&row.worker) {
            item.0.push(row.worker);
        }
        item.1.extend(row.corners.map(|corners| (row.worker, corners)));
    }
    items.into_iter().map(|(item, (viewers, boxes))| (item, (viewers.len(), boxes))).collect()
}

/// The reference: the box that overlaps most gathers one box of each worker; the plain median is kept where at least half of the
/// viewers drew.
fn clique_median(rows: &[BoxRow]) -> Kept {
    let mut kept = Kept::new();
    for (item, (viewers, boxes)) in by_item(rows) {
        let mut free = vec![true; boxes.len()];
        let reach = |free: &[bool], seed: usize| -> f64 {
            let sum =
                boxes.iter().zip(free).filter(|(_, free)| **free).map(|((_, other), _)| boxes[seed].1.overlap(other));
            sum.filter(|overlap| *overlap >= SAME_OBJECT).sum()
        };
        while let Some(seed) = (0..boxes.len())
            .filter(|seed| free[*seed])
            .max_by(|first, second| reach(&free, *first).total_cmp(&reach(&free, *second)).then(second.cmp(first)))
        {
            let mut order: Vec<usize> = (0..boxes.len()).filter(|other| free[*other]).collect();
            let overlap = |other: usize| boxes[seed].1.overlap(&boxes[other].1);
            order.sort_by(|first, second| overlap(*second).total_cmp(&overlap(*first)));
            let mut members: Vec<usize> = Vec::new();
            for other in order {
                let fresh = members.iter().all(|member| boxes[*member].0 != boxes[other].0);
                if overlap(other) >= SAME_OBJECT && fresh {
                    members.push(other);
                }
            }
            for member in &members {
                free[*member] = false;
            }
            if members.len() * 2 >= viewers {
                let side =
                    |side: fn(&Corners) -> f64| median(members.iter().map(|member| side(&boxes[*member].1)).collect());
                let corners = Corners {
                    left: side(|c| c.left),
                    top: side(|c| c.top),
                    right: side(|c| c.right),
                    bottom: side(|c| c.bottom),
                };
                kept.entry(item).or_default().push(corners);
            }
        }
    }
    kept
}

/// Weighted box fusion (Solovyev, Wang and Gabruseva, 2021, section 3) with equal scores: a box joins the fused box it overlaps most,
/// which is the mean of its members; kept where members are at least half of the viewers.
fn fusion(rows: &[BoxRow]) -> Kept {
    let mut kept = Kept::new();
    for (item, (viewers, boxes)) in by_item(rows) {
        let mut clusters: Vec<(Corners, f64)> = Vec::new();
        for (_, corners) in boxes {
            let nearest = clusters
                .iter_mut()
                .max_by(|(first, _), (second, _)| first.overlap(&corners).total_cmp(&second.overlap(&corners)));
            match nearest {
                Some((fused, count)) if fused.overlap(&corners) > SAME_OBJECT => {
                    let mean = |fused: f64, side: f64| (fused * *count + side) / (*count + 1.0);
                    *fused = Corners {
                        left: mean(fused.left, corners.left),
                        top: mean(fused.top, corners.top),
                        right: mean(fused.right, corners.right),
                        bottom: mean(fused.bottom, corners.bottom),
                    };
                    *count += 1.0;
                }
                _ => clusters.push((corners, 1.0)),
            }
        }
        let enough = clusters.into_iter().filter(|(_, count)| count * 2.0 >= viewers as f64);
        kept.entry(item).or_default().extend(enough.map(|(corners, _)| corners));
    }
    kept
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2])
}

/// Precision, recall and F1 with greedy one-to-one matching, and the mean overlap of what matched.
pub(crate) struct Score {
    pub(crate) f1: f64,
    precision: f64,
    recall: f64,
    overlap: f64,
}

impl std::fmt::Display for Score {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { f1, precision, recall, overlap } = self;
        write!(formatter, "{f1:.4} (precision {precision:.4}, recall {recall:.4}, overlap {overlap:.4})")
    }
}

fn score(drawn: &Drawn, kept: &Kept) -> Score {
    let (mut hits, mut found, mut there, mut overlaps) = (0.0, 0.0, 0.0, 0.0);
    for (item, truth) in &drawn.truth {
        let empty = Vec::new();
        let boxes = kept.get(item).unwrap_or(&empty);
        let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
        for (first, corners) in boxes.iter().enumerate() {
            pairs.extend(truth.iter().enumerate().map(|(second, truth)| (corners.overlap(truth), first, second)));
        }
        pairs.sort_by(|first, second| second.0.total_cmp(&first.0));
        let (mut used, mut matched) = (vec![false; boxes.len()], vec![false; truth.len()]);
        for (overlap, first, second) in pairs {
            if overlap >= 0.5 && !used[first] && !matched[second] {
                (used[first], matched[second]) = (true, true);
                hits += 1.0;
                overlaps += overlap;
            }
        }
        found += boxes.len() as f64;
        there += truth.len() as f64;
    }
    Score { f1: 2.0 * hits / (found + there), precision: hits / found, recall: hits / there, overlap: overlaps / hits }
}

/// Points: the middles of the boxes. A point is right inside a true box of its own; the reach is in pixels.
pub(crate) fn print_points(data: &Path, set: &str) -> Result<(), String> {
    let drawn = Drawn::read(data, set)?;
    let middle = |c: Corners| Point { x: f64::midpoint(c.left, c.right), y: f64::midpoint(c.top, c.bottom) };
    for viewers in [3, 7] {
        let rows: Vec<PointRow> = drawn
            .subset(viewers, None)
            .iter()
            .map(|row| PointRow { item: row.item, worker: row.worker, point: row.corners.map(middle) })
            .collect();
        let found =
            points::estimate(&rows, Reach::new(20.0).expect("positive")).map_err(|problem| problem.to_string())?;
        let cut = found.cut();
        let first = drawn.viewers.iter().filter_map(|(item, viewers)| viewers.first().map(|worker| (*item, *worker)));
        let one: BTreeMap<u32, u32> = first.collect();
        let alone = rows.iter().filter(|row| one[&row.item] == row.worker);
        let alone: Vec<(u32, Point)> = alone.filter_map(|row| row.point.map(|point| (row.item, point))).collect();
        let kept = found.points.iter().filter(|found| found.existence >= cut);
        let kept: Vec<(u32, Point)> = kept.map(|found| (found.item, found.point)).collect();
        println!("peer {set}-points-f1-{viewers}-one-worker {:.4}", score_points(&drawn, &alone));
        println!("bar {set}-points-f1-{viewers} {:.4}", score_points(&drawn, &kept));
    }
    Ok(())
}

/// F1 with each point matched to the nearest free true box that holds it.
fn score_points(drawn: &Drawn, kept: &[(u32, Point)]) -> f64 {
    let mut hits = 0.0;
    for (item, truth) in &drawn.truth {
        let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
        for (place, (_, point)) in kept.iter().enumerate().filter(|(_, (other, _))| other == item) {
            for (number, c) in truth.iter().enumerate() {
                let away = (f64::midpoint(c.left, c.right) - point.x).hypot(f64::midpoint(c.top, c.bottom) - point.y);
                if (c.left..=c.right).contains(&point.x) && (c.top..=c.bottom).contains(&point.y) {
                    pairs.push((away, place, number));
                }
            }
        }
        pairs.sort_by(|first, second| first.0.total_cmp(&second.0));
        let mut used: Vec<(usize, usize)> = Vec::new();
        for (_, place, number) in pairs {
            if used.iter().all(|used| used.0 != place && used.1 != number) {
                used.push((place, number));
            }
        }
        hits += used.len() as f64;
    }
    let there: usize = drawn.truth.values().map(Vec::len).sum();
    2.0 * hits / (kept.len() + there) as f64
}
