//! One walk over all answers where a worker is one number: what its answer adds to the log-odds of the class answered.
//! Does not know where the number comes from.

use std::ops::Range;
use std::thread;

use super::answers::Answers;
use super::gold::Gold;
use super::majority::usize_as_f64;
use super::threads::Threads;

/// Answers per block; blocks are added in their order, so that the number of threads reaches no result.
const ANSWERS_PER_BLOCK: usize = 1 << 20;
const MOST_BLOCKS: usize = 16;

/// What a walk found.
#[derive(Debug, Clone)]
pub(crate) struct ItemSums {
    /// Expected number of right answers by rank of the worker.
    pub(crate) right: Vec<f64>,
    /// Expected number of items of each class.
    pub(crate) items: Vec<f64>,
    /// Σ ln `Σ_k` `prior_k` · exp(gains of the answers k), in nats.
    pub(crate) log_likelihood: f64,
}

pub(crate) struct ItemWalk<'a> {
    answers: &'a Answers,
    gold: &'a Gold,
    threads: Threads,
}

#[expect(
    clippy::indexing_slicing,
    reason = "items, ranks and classes of answers lie below their numbers; gold was checked"
)]
impl<'a> ItemWalk<'a> {
    pub(crate) fn new(answers: &'a Answers, gold: &'a Gold, threads: Threads) -> Self {
        Self { answers, gold, threads }
    }

    /// Sums where the class of an item is its share of votes.
    pub(crate) fn vote_shares(&self) -> ItemSums {
        self.walk(|item, row| {
            row.fill(0.0);
            if let Some(class) = self.known(item) {
                row[class] = 1.0;
                return 0.0;
            }
            let share = 1.0 / usize_as_f64(self.answers.count(item).max(1));
            for (_, class) in self.answers.on(item) {
                row[class] += share;
            }
            0.0
        })
    }

    /// Sums where P(class | answers) ∝ prior · exp(Σ gains of the workers who gave the class).
    pub(crate) fn sums(&self, prior: &[f64], gains: &[f64]) -> ItemSums {
        let log_prior: Vec<f64> = prior.iter().map(|share| share.ln()).collect();
        self.walk(|item, row| self.weigh(item, row, &log_prior, gains))
    }

    /// `[item][class]`, gold certain.
    pub(crate) fn posterior(&self, prior: &[f64], gains: &[f64]) -> Vec<f32> {
        let classes = self.answers.classes();
        let log_prior: Vec<f64> = prior.iter().map(|share| share.ln()).collect();
        let mut posterior = vec![0_f32; self.answers.items() * classes];
        let mut row = vec![0.0; classes];
        for (item, out) in posterior.chunks_exact_mut(classes).enumerate() {
            self.weigh(item, &mut row, &log_prior, gains);
            for (value, weight) in out.iter_mut().zip(&row) {
                #[expect(clippy::cast_possible_truncation, reason = "seven digits of a probability are kept")]
                let kept = *weight as f32;
                *value = kept;
            }
        }
        posterior
    }

    /// Fills `row` with P(class | answers on item); returns ln of what was normalised: of the known class alone on gold.
    fn weigh(&self, item: usize, row: &mut [f64], log_prior: &[f64], gains: &[f64]) -> f64 {
        row.copy_from_slice(log_prior);
        for (rank, class) in self.answers.on(item) {
            row[class] += gains[rank];
        }
        match self.known(item) {
            Some(class) => {
                let log_weight = row[class];
                row.fill(0.0);
                row[class] = 1.0;
                log_weight
            }
            None => normalise(row),
        }
    }

    fn known(&self, item: usize) -> Option<usize> {
        u32::try_from(item).ok().and_then(|item| self.gold.class(item)).map(|class| class as usize)
    }

    fn walk(&self, weigh: impl Fn(usize, &mut [f64]) -> f64 + Sync) -> ItemSums {
        let blocks = self.answers.len().div_ceil(ANSWERS_PER_BLOCK).clamp(1, MOST_BLOCKS);
        let end = |block: usize| self.answers.item_at(self.answers.len() * block / blocks, block == blocks);
        let ranges: Vec<Range<usize>> =
            (0..blocks).map(|block| if block == 0 { 0..end(1) } else { end(block)..end(block + 1) }).collect();
        let mut found: Vec<Option<ItemSums>> = vec![None; blocks];
        let per_thread = blocks.div_ceil(self.threads.count().min(blocks));
        thread::scope(|scope| {
            for (slots, ranges) in found.chunks_mut(per_thread).zip(ranges.chunks(per_thread)) {
                let weigh = &weigh;
                scope.spawn(move || {
                    for (slot, range) in slots.iter_mut().zip(ranges) {
                        *slot = Some(self.block(range.clone(), weigh));
                    }
                });
            }
        });
        let mut found = found.into_iter().flatten();
        let mut total = found.next().expect("there is at least one block and each is filled");
        for block in found {
            add(&mut total.right, &block.right);
            add(&mut total.items, &block.items);
            total.log_likelihood += block.log_likelihood;
        }
        total
    }

    fn block(&self, items: Range<usize>, weigh: impl Fn(usize, &mut [f64]) -> f64) -> ItemSums {
        let classes = self.answers.classes();
        let mut sums =
            ItemSums { right: vec![0.0; self.answers.workers()], items: vec![0.0; classes], log_likelihood: 0.0 };
        let mut row = vec![0.0; classes];
        for item in items {
            sums.log_likelihood += weigh(item, &mut row);
            add(&mut sums.items, &row);
            for (rank, class) in self.answers.on(item) {
                sums.right[rank] += row[class];
            }
        }
        sums
    }
}

fn add(total: &mut [f64], part: &[f64]) {
    for (total, part) in total.iter_mut().zip(part) {
        *total += part;
    }
}

/// Turns logarithms into probabilities that sum to one; returns the logarithm of their sum.
pub(crate) fn normalise(row: &mut [f64]) -> f64 {
    let top = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut total = 0.0;
    for value in row.iter_mut() {
        *value = (*value - top).exp();
        total += *value;
    }
    for value in row.iter_mut() {
        *value /= total;
    }
    top + total.ln()
}
