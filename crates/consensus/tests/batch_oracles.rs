//! Every batch estimator against a second, plain implementation of its equations, and its posterior for fixed parameters
//! against a sum over all ways to give the items classes.
#![expect(clippy::indexing_slicing, reason = "a test that indexes wrongly should stop")]

#[path = "fixtures/dense.rs"]
mod dense;
#[path = "fixtures/planted_crowd.rs"]
mod planted_crowd;

use corvee_consensus::batch::{
    Aggregator, Bwa, DawidSkene, Ebcc, Glad, Gold, Mace, MajorityVote, OneCoin, Threads, Wawa,
};
use dense::{Dense, Posterior};
use planted_crowd::{Crowd, Plan};

/// Largest difference of a probability. Tables of likelihoods keep seven digits, of which iteration loses some.
const TOLERANCE: f64 = 1e-4;
/// Walks after which every estimate of a small crowd is at rest.
const LONG_ENOUGH: u32 = 4000;

fn dense(crowd: &Crowd, gold: u32) -> Dense {
    let mut rows: Vec<(usize, usize, usize)> =
        crowd.rows.iter().map(|row| (row.item as usize, row.worker as usize, row.class as usize)).collect();
    rows.sort_unstable();
    rows.dedup();
    Dense {
        items: crowd.extent.items as usize,
        workers: crowd.extent.workers as usize,
        classes: crowd.extent.classes as usize,
        rows,
        gold: crowd.truth.iter().zip(0..).map(|(class, item)| (item < gold).then_some(*class as usize)).collect(),
    }
}

fn compare(model: &dyn Aggregator, crowd: &Crowd, gold: u32, expected: &Posterior) {
    let known: Gold = (0..gold).map(|item| (item, crowd.truth[item as usize])).collect();
    let found = model.aggregate(&crowd.answers(), &known, Threads::ONE).expect("the gold lies within the crowd");
    for (item, row) in expected.iter().enumerate() {
        for (class, (expected, found)) in row.iter().zip(found.posterior(item)).enumerate() {
            assert!(
                (expected - f64::from(*found)).abs() < TOLERANCE,
                "{}, {gold} gold, {:?}: item {item} class {class} is {found}, expected {expected}",
                model.name(),
                crowd.extent
            );
        }
    }
}

/// Compares on crowds of about 30 items and 8 workers, without and with gold.
fn check(model: &dyn Aggregator, expected: impl Fn(&Dense) -> Posterior) {
    for (classes, seed) in [(3, 1), (3, 2), (2, 3), (4, 4)] {
        let mut crowd = Crowd::new(Plan { items: 30, workers: 8, classes, answers_per_item: 5, seed });
        // A worker who contradicts itself, and a row given twice.
        let mut other = crowd.rows[0];
        other.class = (other.class + 1) % classes;
        let again = crowd.rows[7];
        crowd.rows.extend([other, again]);
        for gold in [0, 4] {
            compare(model, &crowd, gold, &expected(&dense(&crowd, gold)));
        }
    }
}

#[test]
fn majority_follows_its_equations() {
    check(&MajorityVote, Dense::majority);
}

#[test]
fn wawa_follows_its_equations() {
    check(&Wawa, Dense::wawa);
}

#[test]
fn dawid_skene_follows_its_equations() {
    check(
        &DawidSkene { max_iterations: LONG_ENOUGH, tolerance: 0.0, settled: 0.0, ..DawidSkene::default() },
        Dense::dawid_skene,
    );
}

#[test]
fn one_coin_follows_its_equations() {
    check(&OneCoin { max_iterations: LONG_ENOUGH, tolerance: 0.0 }, Dense::one_coin);
}

#[test]
fn bwa_follows_its_equations() {
    check(&Bwa { max_iterations: LONG_ENOUGH, tolerance: 0.0, ..Bwa::default() }, Dense::bwa);
}

#[test]
fn glad_follows_its_equations() {
    check(&Glad { max_iterations: LONG_ENOUGH, tolerance: 0.0, ..Glad::default() }, Dense::glad);
}

#[test]
fn mace_follows_its_equations() {
    check(&Mace { max_iterations: LONG_ENOUGH, tolerance: 0.0, ..Mace::default() }, Dense::mace);
}

#[test]
fn ebcc_of_one_group_follows_the_equations_of_independent_combination() {
    let model = Ebcc { groups: 1, max_iterations: LONG_ENOUGH, tolerance: 0.0, ..Ebcc::default() };
    check(&model, Dense::ibcc);
}

/// Compares on crowds so small that every way to give the items classes can be visited.
fn check_by_enumeration(model: &dyn Aggregator, expected: impl Fn(&Dense) -> Posterior) {
    for (classes, items, seed) in [(2, 10, 11), (3, 7, 12), (4, 5, 13)] {
        let crowd = Crowd::new(Plan { items, workers: 4, classes, answers_per_item: 3, seed });
        for gold in [0, 2] {
            compare(model, &crowd, gold, &expected(&dense(&crowd, gold)));
        }
    }
}

#[test]
fn the_first_posterior_of_dawid_skene_is_that_of_all_labelings() {
    check_by_enumeration(
        &DawidSkene { max_iterations: 1, tolerance: 0.0, settled: 0.0, ..DawidSkene::default() },
        |dense| {
            let start = dense.vote_shares();
            let prior: Vec<f64> = dense.log_shares(&start).iter().map(|share| share.exp()).collect();
            let counts = dense.confusion(&start);
            dense.enumerate(&prior, |_, worker, class, answer| {
                let row = &counts[worker][class];
                row[answer].max(1e-10) / row.iter().sum::<f64>().max(1e-10)
            })
        },
    );
}

#[test]
fn the_first_posterior_of_one_coin_is_that_of_all_labelings() {
    check_by_enumeration(&OneCoin { max_iterations: 1, tolerance: 0.0 }, |dense| {
        let start = dense.vote_shares();
        let prior: Vec<f64> = dense.log_shares(&start).iter().map(|share| share.exp()).collect();
        let right = dense.right(&start);
        dense.enumerate(&prior, |_, worker, class, answer| {
            if class == answer { right[worker] } else { (1.0 - right[worker]) / (dense.classes - 1) as f64 }
        })
    });
}

#[test]
fn the_first_posterior_of_glad_is_that_of_all_labelings() {
    let right = 1.0 / (1.0 + (-1.0_f64.exp()).exp());
    check_by_enumeration(&Glad { max_iterations: 0, ..Glad::default() }, |dense| {
        dense.enumerate(&vec![1.0; dense.classes], |_, _, class, answer| {
            if class == answer { right } else { (1.0 - right) / (dense.classes - 1) as f64 }
        })
    });
}
