//! Laws that every batch estimator keeps. Knows no formula of any of them; those are checked in `batch_oracles`.
#![expect(clippy::indexing_slicing, reason = "a test that indexes wrongly should stop")]

#[path = "fixtures/planted_crowd.rs"]
mod planted_crowd;

use std::num::NonZeroUsize;

use corvee_consensus::batch::{
    Aggregate, AggregateError, Aggregator, Answer, Answers, Blend, Bwa, DawidSkene, Ebcc, Extent, Glad, Gold, Mace,
    MajorityVote, OneCoin, Pooled, Threads, Wawa,
};
use planted_crowd::{Crowd, Plan};
use proptest::prelude::*;

/// Every estimator, as a caller finds it. A new one is one line here.
fn aggregators() -> Vec<Box<dyn Aggregator>> {
    vec![
        Box::new(MajorityVote),
        Box::new(Wawa),
        Box::new(DawidSkene::default()),
        Box::new(OneCoin::default()),
        Box::new(Glad::default()),
        Box::new(Mace::default()),
        Box::new(Bwa::default()),
        Box::new(Ebcc { groups: 1, ..Ebcc::default() }),
        Box::new(Ebcc { groups: 3, ..Ebcc::default() }),
        Box::new(Pooled::default()),
        Box::new(Pooled { groups: 2, tendencies: true, ..Pooled::default() }),
        Box::new(Blend::default()),
    ]
}

/// A small table of answers, with repeated and contradictory rows, and some gold.
#[derive(Debug, Clone)]
struct Table {
    extent: Extent,
    rows: Vec<Answer>,
    gold: Vec<(u32, u32)>,
}

impl Table {
    fn answers(&self) -> Answers {
        Answers::new(self.extent, self.rows.iter().copied()).expect("tables are made within their extent")
    }

    fn gold(&self) -> Gold {
        self.gold.iter().copied().collect()
    }

    fn estimate(&self, model: &dyn Aggregator) -> Aggregate {
        model.aggregate(&self.answers(), &self.gold(), Threads::ONE).expect("the gold of a table lies within it")
    }
}

prop_compose! {
    fn any_answer(extent: Extent)(
        item in 0..extent.items, worker in 0..extent.workers, class in 0..extent.classes,
    ) -> Answer {
        Answer { item, worker, class }
    }
}

fn any_extent() -> impl Strategy<Value = Extent> {
    (1_u32..10, 1_u32..7, 1_u32..5).prop_map(|(items, workers, classes)| Extent { items, workers, classes })
}

fn any_table() -> impl Strategy<Value = Table> {
    any_extent().prop_flat_map(|extent| {
        let rows = prop::collection::vec(any_answer(extent), 0..50);
        let gold = prop::collection::vec((0..extent.items, 0..extent.classes), 0..3);
        (rows, gold).prop_map(move |(rows, gold)| Table { extent, rows, gold })
    })
}

/// A crowd that knows something.
fn planted_table(seed: u64, classes: u32) -> (Table, Vec<u32>) {
    let crowd = Crowd::new(Plan { items: 60, workers: 9, classes, answers_per_item: 6, seed });
    let gold = (0..5).map(|item| (item, crowd.truth[item as usize])).collect();
    (Table { extent: crowd.extent, rows: crowd.rows, gold }, crowd.truth)
}

fn same_bits(name: &str, left: &Aggregate, right: &Aggregate) {
    let bits = |found: &Aggregate| found.posterior.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    let prior = |found: &Aggregate| found.prior.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(left), bits(right), "posterior of {name}");
    assert_eq!(prior(left), prior(right), "prior of {name}");
    assert_eq!((left.iterations, left.converged), (right.iterations, right.converged), "iterations of {name}");
}

fn sums_to_one(name: &str, table: &Table, found: &Aggregate) {
    let (items, classes) = (table.extent.items as usize, table.extent.classes as usize);
    assert_eq!(found.classes, classes, "{name}");
    assert_eq!(found.posterior.len(), items * classes, "{name}");
    for item in 0..items {
        let row = found.posterior(item);
        let sum: f64 = row.iter().map(|value| f64::from(*value)).sum();
        assert!(row.iter().all(|value| (0.0..=1.0 + 1e-6).contains(value)), "{name}: item {item} has {row:?}");
        assert!((sum - 1.0).abs() < 1e-5, "{name}: item {item} has {row:?}");
    }
    let sum: f64 = found.prior.iter().sum();
    assert_eq!(found.prior.len(), classes, "{name}");
    assert!(found.prior.iter().all(|share| (0.0..=1.0 + 1e-9).contains(share)), "{name}: prior {:?}", found.prior);
    assert!((sum - 1.0).abs() < 1e-6, "{name}: prior {:?}", found.prior);
}

/// `names` gives the new index of each class.
fn renaming_renames(table: &Table, names: &[u32]) {
    let mut renamed = table.clone();
    for row in &mut renamed.rows {
        row.class = names[row.class as usize];
    }
    for (_, class) in &mut renamed.gold {
        *class = names[*class as usize];
    }
    for model in aggregators() {
        let (left, right) = (table.estimate(&*model), renamed.estimate(&*model));
        for item in 0..table.extent.items as usize {
            for (class, name) in names.iter().enumerate() {
                let (was, is) = (left.posterior(item)[class], right.posterior(item)[*name as usize]);
                assert!((was - is).abs() < 1e-3, "{}: item {item} class {class}: {was} became {is}", model.name());
            }
        }
    }
}

/// Items and workers, one of them new, for an answer more: the item is no gold and not answered by the worker.
fn free_pairs(table: &Table) -> Vec<(u32, u32)> {
    let gold = table.gold();
    let all = (0..table.extent.items).flat_map(|item| (0..=table.extent.workers).map(move |worker| (item, worker)));
    all.filter(|(item, worker)| {
        gold.class(*item).is_none() && !table.rows.iter().any(|row| (row.item, row.worker) == (*item, *worker))
    })
    .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rows_sum_to_one(table in any_table()) {
        for model in aggregators() {
            sums_to_one(model.name(), &table, &table.estimate(&*model));
        }
    }

    #[test]
    fn the_order_of_rows_reaches_no_bit(
        (table, rows) in any_table().prop_flat_map(|table| {
            let rows = Just(table.rows.clone()).prop_shuffle();
            (Just(table), rows)
        }),
    ) {
        let shuffled = Table { rows, ..table.clone() };
        for model in aggregators() {
            same_bits(model.name(), &table.estimate(&*model), &shuffled.estimate(&*model));
        }
    }

    #[test]
    fn a_row_given_again_changes_nothing(
        table in any_table(), again in prop::collection::vec(any::<prop::sample::Index>(), 1..20),
    ) {
        prop_assume!(!table.rows.is_empty());
        let mut repeated = table.clone();
        repeated.rows.extend(again.iter().map(|index| *index.get(&table.rows)));
        for model in aggregators() {
            same_bits(model.name(), &table.estimate(&*model), &repeated.estimate(&*model));
        }
    }

    #[test]
    fn renaming_classes_renames_the_posterior(
        (table, names) in any_table().prop_flat_map(|table| {
            let names = Just((0..table.extent.classes).collect::<Vec<_>>()).prop_shuffle();
            (Just(table), names)
        }),
    ) {
        renaming_renames(&table, &names);
    }

    #[test]
    fn gold_is_kept(table in any_table()) {
        let gold = table.gold();
        for model in aggregators() {
            let found = table.estimate(&*model);
            for (item, class) in gold.iter() {
                prop_assert_eq!(found.class(item as usize), class as usize, "{}", model.name());
                let confidence = found.posterior(item as usize)[class as usize];
                prop_assert!((confidence - 1.0).abs() < 1e-6, "{}: item {item} has {confidence}", model.name());
            }
        }
    }

    /// Holds for the two votes. In a vote the answers on an item move each other's weights in one direction only: a worker
    /// who gave the class gains or keeps agreement, any other loses or keeps it.
    ///
    /// It does not hold for the fitted models, nor should it: one answer more refits every ability and share, so that the
    /// answerer may turn out a worker who errs towards this class (all with matrices, MACE by habit, one-coin and GLAD by an
    /// ability below chance), and BWA measures all workers against a pooled variance that the answer moves.
    #[test]
    fn an_agreeing_answer_never_lowers_a_majority_in_a_vote(
        table in any_table(), pair in any::<prop::sample::Index>(),
    ) {
        let free = free_pairs(&table);
        prop_assume!(!free.is_empty());
        let (item, worker) = *pair.get(&free);
        let mut wider = table.clone();
        wider.extent.workers += 1;
        let answers = wider.answers();
        let mut votes = vec![0_usize; answers.classes()];
        for (_, class) in answers.on(item as usize) {
            votes[class] += 1;
        }
        let most = votes.iter().copied().max().expect("there is a class");
        let class = votes.iter().position(|count| *count == most).expect("the most votes are somebody's");
        let mut agreeing = wider.clone();
        agreeing.rows.push(Answer { item, worker, class: u32::try_from(class).expect("a class is held in 32 bits") });
        for model in [Box::new(MajorityVote) as Box<dyn Aggregator>, Box::new(Wawa)] {
            let before = wider.estimate(&*model).posterior(item as usize)[class];
            let after = agreeing.estimate(&*model).posterior(item as usize)[class];
            prop_assert!(after >= before - 1e-6, "{}: {} fell to {}", model.name(), before, after);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn renaming_classes_of_a_crowd_renames_the_posterior(
        seed in 0_u64..1000, names in (2_u32..5).prop_flat_map(|classes| Just((0..classes).collect::<Vec<_>>()).prop_shuffle()),
    ) {
        let classes = u32::try_from(names.len()).expect("few classes");
        renaming_renames(&planted_table(seed, classes).0, &names);
    }

    #[test]
    fn renaming_workers_changes_nothing(
        seed in 0_u64..1000, names in Just((0_u32..9).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let (table, _) = planted_table(seed, 3);
        let mut renamed = table.clone();
        for row in &mut renamed.rows {
            row.worker = names[row.worker as usize];
        }
        for model in aggregators() {
            let (left, right) = (table.estimate(&*model), renamed.estimate(&*model));
            for (at, (was, is)) in left.posterior.iter().zip(&right.posterior).enumerate() {
                prop_assert!((was - is).abs() < 1e-4, "{}: value {at}: {was} became {is}", model.name());
            }
        }
    }
}

#[test]
fn a_crowd_that_knows_something_is_understood() {
    for seed in 0..12 {
        let crowd = Crowd::new(Plan { items: 200, workers: 12, classes: 3, answers_per_item: 9, seed });
        let table = Table { extent: crowd.extent, rows: crowd.rows, gold: Vec::new() };
        for model in aggregators() {
            let found = table.estimate(&*model);
            let right = crowd.truth.iter().enumerate().filter(|(item, class)| found.class(*item) == **class as usize);
            let right = right.count();
            assert!(right >= 150, "{}, seed {seed}: {right} of 200", model.name());
        }
    }
}

/// Classes swap places exactly when two of them are exchanged in a table that is symmetric under the exchange.
#[test]
fn a_balanced_table_stays_balanced() {
    let answer = |item, worker, class| Answer { item, worker, class };
    let table = Table {
        extent: Extent { items: 2, workers: 2, classes: 3 },
        rows: vec![answer(0, 0, 0), answer(0, 1, 1), answer(1, 0, 1), answer(1, 1, 0)],
        gold: Vec::new(),
    };
    for model in aggregators() {
        let found = table.estimate(&*model);
        for item in 0..2 {
            let row = found.posterior(item);
            assert!((row[0] - row[1]).abs() < 1e-4, "{}: item {item} has {row:?}", model.name());
        }
    }
}

#[test]
fn the_number_of_threads_reaches_no_bit() {
    let crowd = Crowd::new(Plan { items: 26_000, workers: 300, classes: 3, answers_per_item: 4, seed: 5 });
    let answers = crowd.answers();
    let gold: Gold = (0..100).map(|item| (item * 7, crowd.truth[item as usize * 7])).collect();
    for model in aggregators() {
        let estimate = |threads| {
            let threads = Threads::new(NonZeroUsize::new(threads).expect("at least one thread"));
            model.aggregate(&answers, &gold, threads).expect("the gold lies within the crowd")
        };
        let one = estimate(1);
        same_bits(model.name(), &one, &estimate(2));
        same_bits(model.name(), &one, &estimate(5));
    }
}

#[test]
fn the_number_of_threads_reaches_no_bit_of_a_large_run_by_items() {
    let crowd = Crowd::new(Plan { items: 540_000, workers: 500, classes: 2, answers_per_item: 4, seed: 6 });
    let answers = crowd.answers();
    let few: [Box<dyn Aggregator>; 2] = [
        Box::new(OneCoin { max_iterations: 3, ..OneCoin::default() }),
        Box::new(Glad { max_iterations: 2, ..Glad::default() }),
    ];
    for model in few {
        let estimate = |threads| {
            let threads = Threads::new(NonZeroUsize::new(threads).expect("at least one thread"));
            model.aggregate(&answers, &Gold::none(), threads).expect("there is no gold")
        };
        same_bits(model.name(), &estimate(1), &estimate(3));
    }
}

/// What every estimator says of a table with nothing unusual but its shape.
fn check(extent: [u32; 3], rows: &[[u32; 3]], assert: impl Fn(&str, &Aggregate)) {
    let [items, workers, classes] = extent;
    let rows =
        rows.iter().map(|[item, worker, class]| Answer { item: *item, worker: *worker, class: *class }).collect();
    let table = Table { extent: Extent { items, workers, classes }, rows, gold: Vec::new() };
    for model in aggregators() {
        let found = table.estimate(&*model);
        sums_to_one(model.name(), &table, &found);
        assert(model.name(), &found);
    }
}

#[test]
fn nothing_in_gives_nothing_out() {
    check([0, 0, 2], &[], |name, found| assert!(found.posterior.is_empty(), "{name}"));
    check([0, 4, 3], &[], |name, found| assert!(found.posterior.is_empty(), "{name}"));
}

#[test]
fn without_answers_all_classes_are_alike() {
    check([3, 2, 4], &[], |name, found| {
        assert!(found.posterior.iter().all(|value| (value - 0.25).abs() < 1e-6), "{name}: {:?}", found.posterior);
    });
    check([3, 0, 4], &[], |name, found| {
        assert!(found.posterior.iter().all(|value| (value - 0.25).abs() < 1e-6), "{name}: {:?}", found.posterior);
    });
}

#[test]
fn items_without_answers_are_alike() {
    check([5, 3, 2], &[[1, 0, 1], [1, 1, 1], [1, 2, 0], [3, 0, 1], [3, 2, 1]], |name, found| {
        for item in [2, 4] {
            assert_eq!(found.posterior(0), found.posterior(item), "{name}");
        }
    });
}

#[test]
fn a_single_answer_is_believed() {
    check([1, 1, 3], &[[0, 0, 2]], |name, found| assert_eq!(found.class(0), 2, "{name}: {:?}", found.posterior));
}

#[test]
fn a_lone_worker_is_believed() {
    let rows: Vec<[u32; 3]> = (0..12).map(|item| [item, 0, item % 3]).collect();
    check([12, 1, 3], &rows, |name, found| {
        for item in 0..12 {
            assert_eq!(found.class(item), item % 3, "{name}: {:?}", found.posterior(item));
        }
    });
}

#[test]
fn an_only_class_is_certain() {
    check([3, 2, 1], &[[0, 0, 0], [0, 1, 0], [2, 1, 0]], |name, found| {
        assert!(found.posterior.iter().all(|value| (value - 1.0).abs() < 1e-6), "{name}: {:?}", found.posterior);
    });
}

/// Three workers on 60 gold items, of whom one is always right; on the last item the other two agree against that one.
#[test]
fn gold_outvotes_a_majority_that_failed_it() {
    let mut rows = Vec::new();
    for item in 0..60_u32 {
        let class = item % 3;
        for (worker, class) in [(0, class), (1, (item / 3) % 3), (2, (item / 9) % 3)] {
            rows.push(Answer { item, worker, class });
        }
    }
    for (worker, class) in [(0, 2), (1, 1), (2, 1)] {
        rows.push(Answer { item: 60, worker, class });
    }
    let extent = Extent { items: 61, workers: 3, classes: 3 };
    let table = Table { extent, rows, gold: (0..60).map(|item| (item, item % 3)).collect() };
    for model in aggregators().into_iter().filter(|model| model.name() != MajorityVote.name()) {
        let found = table.estimate(&*model);
        assert_eq!(found.class(60), 2, "{}: {:?}", model.name(), found.posterior(60));
    }
}

#[test]
fn gold_without_answers_is_kept() {
    let extent = Extent { items: 3, workers: 2, classes: 3 };
    let rows = vec![Answer { item: 0, worker: 1, class: 1 }];
    let table = Table { extent, rows, gold: vec![(2, 2)] };
    for model in aggregators() {
        let found = table.estimate(&*model);
        sums_to_one(model.name(), &table, &found);
        assert_eq!(found.posterior(2), [0.0, 0.0, 1.0], "{}", model.name());
    }
}

#[test]
fn gold_outside_is_named() {
    let extent = Extent { items: 4, workers: 2, classes: 3 };
    let answers = Answers::new(extent, [Answer { item: 0, worker: 0, class: 0 }]).expect("the answer lies within");
    for model in aggregators() {
        let refusal = |gold: (u32, u32)| model.aggregate(&answers, &[gold].into_iter().collect(), Threads::ONE);
        let item = refusal((4, 0)).expect_err("there are four items");
        assert_eq!(item, AggregateError::GoldItem { item: 4, items: 4 }, "{}", model.name());
        let class = refusal((3, 7)).expect_err("there are three classes");
        assert_eq!(class, AggregateError::GoldClass { item: 3, class: 7, classes: 3 }, "{}", model.name());
        assert_eq!(class.to_string(), "gold: class 7 of item 3 does not exist, there are 3");
    }
}

#[test]
fn names_are_spelled_for_command_lines() {
    for model in aggregators() {
        let name = model.name();
        assert!(!name.is_empty() && name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-'), "{name}");
    }
}
