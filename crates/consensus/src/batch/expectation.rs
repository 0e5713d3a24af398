//! One walk over all answers: what each item's class may be under the current tables, and what that says about every
//! worker. Knows tables of likelihoods and their sums; does not know the model that fills them.

use std::ops::Range;
use std::thread;

use super::answers::Answers;
use super::gold::Gold;
use super::majority::usize_as_f64;
use super::threads::Threads;

mod resting;
mod scale;
mod width;

pub(crate) use resting::RestingWalk;

use scale::Scale;
use width::{Any, Fixed, Width};

/// Sums are kept per block of items, and blocks are added in their order: the number of blocks follows from the data
/// alone, so that the number of threads reaches no result.
const BLOCK_BYTES: usize = 64 << 20;
const MOST_BLOCKS: usize = 8;
/// Below this many answers a walk is shorter than starting threads for it.
const ANSWERS_WORTH_THREADS: usize = 100_000;
/// Answers between two rescalings: eight factors of at least [`SMALLEST`] stay above what 64 bits can hold.
const ANSWERS_UNTIL_RESCALED: usize = 8;
const ONE_BLOCK: &str = "a walk has at least one block";
/// Floor of a likelihood.
pub(crate) const SMALLEST: f32 = 1e-30;

/// What an item may be: one of `classes`, each split into `groups` (1 unless a model has kinds of items within a class).
/// State = class × groups + group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct States {
    pub(crate) classes: usize,
    pub(crate) groups: usize,
}

impl States {
    pub(crate) fn count(self) -> usize {
        self.classes * self.groups
    }
}

/// The likelihoods under which a walk is made.
#[derive(Debug, Clone)]
pub(crate) struct Tables {
    pub(crate) states: States,
    /// Weight of each state before any answer; need not sum to one.
    pub(crate) prior: Vec<f64>,
    /// Likelihood of an answer, `[rank of the worker × classes + class answered][state]`, up to a factor per state.
    pub(crate) likelihood: Vec<f32>,
}

/// What a walk found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sums {
    /// Expected number of answers, `[rank of the worker × classes + class answered][state]`.
    pub(crate) answers: Vec<f64>,
    /// Expected number of items of each state.
    pub(crate) items: Vec<f64>,
    /// ln P(all answers), up to what the factors of the tables add. In nats.
    pub(crate) log_likelihood: f64,
}

impl Sums {
    /// Room for sums of this size.
    fn make_room(&mut self, entries: usize, states: usize) {
        if self.answers.len() != entries || self.items.len() != states {
            *self = Self { answers: vec![0.0; entries], items: vec![0.0; states], log_likelihood: 0.0 };
        }
    }

    fn clear(&mut self) {
        self.answers.fill(0.0);
        self.items.fill(0.0);
    }
}

/// How a walk is shared out. Holds the known classes, dense.
pub(crate) struct Walk<'a> {
    answers: &'a Answers,
    /// Class of each known item + 1; 0 where it is unknown; empty where none is known.
    known: Vec<u32>,
    threads: Threads,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(answers: &'a Answers, gold: &Gold, threads: Threads) -> Self {
        let mut known = Vec::new();
        if !gold.is_empty() {
            known.resize(answers.items(), 0);
            for (item, class) in gold.iter() {
                if let Some(slot) = known.get_mut(item as usize) {
                    *slot = class + 1;
                }
            }
        }
        let threads = if answers.len() < ANSWERS_WORTH_THREADS { Threads::ONE } else { threads };
        Self { answers, known, threads }
    }

    /// The answers walked over.
    pub(crate) fn answers(&self) -> &'a Answers {
        self.answers
    }

    /// The known class of `item`.
    pub(crate) fn known(&self, item: usize) -> Option<usize> {
        self.known.get(item).and_then(|class| class.checked_sub(1)).map(|class| class as usize)
    }

    /// Expected counts where the class of an item is its share of votes: where estimates begin.
    pub(crate) fn vote_shares(&self, states: States) -> Sums {
        self.sums_from(states, |item, row| self.fill_votes(item, row))
    }

    /// As [`Walk::vote_shares`]; `blocks` is room to be used again.
    pub(crate) fn vote_shares_into<'b>(&self, states: States, blocks: &'b mut Vec<Sums>) -> &'b Sums {
        self.shares_into(states, blocks, |item, row| self.fill_votes(item, row))
    }

    /// Expected counts where `fill` gives the probabilities of an item's classes (it gets zeros). Within a class, groups
    /// begin apart: group g of an item that a share v of its answers gave weighs v^(groups-1-g) · (1-v)^g, binomially.
    pub(crate) fn sums_from(&self, states: States, fill: impl Fn(usize, &mut [f64]) + Sync) -> Sums {
        let mut blocks = Vec::new();
        self.shares_into(states, &mut blocks, fill);
        blocks.swap_remove(0)
    }

    fn shares_into<'b>(
        &self,
        states: States,
        blocks: &'b mut Vec<Sums>,
        fill: impl Fn(usize, &mut [f64]) + Sync,
    ) -> &'b Sums {
        if states.groups == 1 {
            self.walk(states, blocks, Any(states.count()), |item, weights, _| {
                weights.fill(0.0);
                match self.known(item).and_then(|class| weights.get_mut(class)) {
                    Some(weight) => *weight = 1.0,
                    None => fill(item, weights),
                }
            });
        } else {
            self.walk(states, blocks, Any(states.count()), |item, weights, _| {
                let mut classes = vec![0.0; states.classes];
                match self.known(item).and_then(|class| classes.get_mut(class)) {
                    Some(class) => *class = 1.0,
                    None => fill(item, &mut classes),
                }
                let mut votes = vec![0.0; states.classes];
                self.fill_votes(item, &mut votes);
                for ((weights, share), vote) in weights.chunks_exact_mut(states.groups).zip(&classes).zip(&votes) {
                    split(*share, *vote, weights);
                }
            });
        }
        let sums = blocks.first_mut().expect(ONE_BLOCK);
        sums.log_likelihood = f64::NEG_INFINITY;
        sums
    }

    /// Adds the share of each class among the answers on `item`.
    #[expect(clippy::indexing_slicing, reason = "classes of answers lie below their number")]
    fn fill_votes(&self, item: usize, row: &mut [f64]) {
        let share = 1.0 / usize_as_f64(self.answers.count(item).max(1));
        for (_, class) in self.answers.on(item) {
            row[class] += share;
        }
    }

    /// Expected counts under `tables`.
    pub(crate) fn sums(&self, tables: &Tables) -> Sums {
        let mut blocks = Vec::new();
        self.sums_into(tables, &mut blocks);
        blocks.swap_remove(0)
    }

    /// Expected counts under `tables`; `blocks` is room to be used again.
    pub(crate) fn sums_into<'b>(&self, tables: &Tables, blocks: &'b mut Vec<Sums>) -> &'b Sums {
        match tables.states.count() {
            2 => self.sums_of(tables, blocks, Fixed::<2>),
            3 => self.sums_of(tables, blocks, Fixed::<3>),
            4 => self.sums_of(tables, blocks, Fixed::<4>),
            5 => self.sums_of(tables, blocks, Fixed::<5>),
            6 => self.sums_of(tables, blocks, Fixed::<6>),
            8 => self.sums_of(tables, blocks, Fixed::<8>),
            any => self.sums_of(tables, blocks, Any(any)),
        }
        blocks.first().expect(ONE_BLOCK)
    }

    /// P(state | answers) of every item under `tables`, `[item][state]`; each row sums to one.
    pub(crate) fn posterior(&self, tables: &Tables) -> Vec<f32> {
        match tables.states.count() {
            2 => self.posterior_of(tables, Fixed::<2>),
            3 => self.posterior_of(tables, Fixed::<3>),
            4 => self.posterior_of(tables, Fixed::<4>),
            any => self.posterior_of(tables, Any(any)),
        }
    }

    fn posterior_of<W: Width>(&self, tables: &Tables, width: W) -> Vec<f32> {
        let states = width.get();
        let mut posterior = vec![0_f32; self.answers.items() * states];
        self.threads.share_out(&mut posterior, states, |first, rows| {
            let mut buffer = width.buffer();
            let weights = buffer.as_mut();
            let mut scale = Scale::default();
            for (offset, row) in rows.chunks_exact_mut(states).enumerate() {
                self.weigh(tables, first + offset, weights, &mut scale, width);
                for (value, weight) in row.iter_mut().zip(weights.iter()) {
                    #[expect(clippy::cast_possible_truncation, reason = "seven digits of a probability are kept")]
                    let kept = *weight as f32;
                    *value = kept;
                }
            }
        });
        posterior
    }

    fn sums_of<W: Width>(&self, tables: &Tables, blocks: &mut Vec<Sums>, width: W) {
        self.walk(tables.states, blocks, width, |item, weights, scale| self.weigh(tables, item, weights, scale, width));
    }

    /// Sums over all items, whose weights `weigh` gives. The first block becomes the total.
    fn walk<W: Width>(
        &self,
        states: States,
        blocks: &mut Vec<Sums>,
        width: W,
        weigh: impl Fn(usize, &mut [f64], &mut Scale) + Sync,
    ) {
        let entries = self.answers.workers() * states.classes * states.count();
        let count = self.blocks(entries);
        let ends = self.block_ends(count);
        // Made here and not by the threads: an allocator keeps what a thread gave back for that thread.
        blocks.resize_with(count, Sums::default);
        for block in blocks.iter_mut() {
            block.make_room(entries, states.count());
        }
        let per_thread = count.div_ceil(self.threads.count().min(count));
        thread::scope(|scope| {
            for (part, slots) in blocks.chunks_mut(per_thread).enumerate() {
                let (ends, weigh) = (&ends, &weigh);
                scope.spawn(move || {
                    for (offset, slot) in slots.iter_mut().enumerate() {
                        let block = part * per_thread + offset;
                        let begin = block.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
                        let end = ends.get(block).copied().unwrap_or(begin);
                        slot.clear();
                        self.block(begin..end, slot, width, weigh);
                    }
                });
            }
        });
        let (total, others) = blocks.split_first_mut().expect(ONE_BLOCK);
        for block in others.iter() {
            add(&mut total.items, &block.items);
            total.log_likelihood += block.log_likelihood;
        }
        self.threads.share_out(&mut total.answers, 1, |first, total| {
            for block in others.iter() {
                add(total, block.answers.get(first..).unwrap_or_default());
            }
        });
    }

    /// Number of blocks when a table has so many entries: adding a block up must cost little beside walking it.
    fn blocks(&self, entries: usize) -> usize {
        if self.answers.len() < ANSWERS_WORTH_THREADS {
            return 1;
        }
        let worth = self.answers.len() / entries.max(1);
        let room = BLOCK_BYTES / (entries * size_of::<f64>()).max(1);
        // A power of two: threads mostly are, and then none waits for another's last block.
        1 << worth.min(room).clamp(2, MOST_BLOCKS).ilog2()
    }

    /// Where each block of items ends, so that blocks hold about equally many answers.
    fn block_ends(&self, blocks: usize) -> Vec<usize> {
        (1..=blocks).map(|block| self.answers.item_at(self.answers.len() * block / blocks, block == blocks)).collect()
    }

    fn block<W: Width>(
        &self,
        items: Range<usize>,
        sums: &mut Sums,
        width: W,
        weigh: impl Fn(usize, &mut [f64], &mut Scale),
    ) {
        let mut scale = Scale::default();
        let mut buffer = width.buffer();
        let weights = buffer.as_mut();
        for item in items {
            weigh(item, weights, &mut scale);
            add(&mut sums.items, weights);
            for cell in self.answers.cells_of(item) {
                add(width.row_mut(&mut sums.answers, *cell as usize), weights);
            }
        }
        sums.log_likelihood = scale.ln();
    }

    /// Fills `weights` with P(state | answers on item); multiplies P(answers on item) into `scale`.
    #[inline]
    fn weigh<W: Width>(&self, tables: &Tables, item: usize, weights: &mut [f64], scale: &mut Scale, width: W) {
        weights.copy_from_slice(width.row(&tables.prior, 0));
        if let Some(class) = self.known(item) {
            let groups = tables.states.groups;
            for (state, weight) in weights.iter_mut().enumerate() {
                if state / groups != class {
                    *weight = 0.0;
                }
            }
        }
        let mut cells = self.answers.cells_of(item);
        while let Some((now, later)) = cells.split_at_checked(ANSWERS_UNTIL_RESCALED) {
            multiply(tables, now, weights, width);
            rescale(weights, scale);
            cells = later;
        }
        multiply(tables, cells, weights, width);
        rescale(weights, scale);
    }
}

/// Splits the share of a class over its groups.
fn split(share: f64, vote: f64, weights: &mut [f64]) {
    let last = weights.len() - 1;
    let mut ways = 1.0;
    for (group, weight) in weights.iter_mut().enumerate() {
        let power = |base: f64, times: usize| (0..times).fold(1.0, |product, _| product * base);
        *weight = share * ways * power(vote, last - group) * power(1.0 - vote, group);
        ways = ways * usize_as_f64(last - group) / usize_as_f64(group + 1);
    }
}

#[inline]
fn multiply<W: Width>(tables: &Tables, cells: &[u32], weights: &mut [f64], width: W) {
    for cell in cells {
        for (weight, likelihood) in weights.iter_mut().zip(width.row(&tables.likelihood, *cell as usize)) {
            *weight *= f64::from(*likelihood);
        }
    }
}

/// Lets the weights sum to one and multiplies their sum into `scale`.
#[inline]
fn rescale(weights: &mut [f64], scale: &mut Scale) {
    let total: f64 = weights.iter().sum();
    scale.multiply(total);
    let share = 1.0 / total;
    for weight in weights.iter_mut() {
        *weight *= share;
    }
}

#[inline]
fn add(total: &mut [f64], part: &[f64]) {
    for (total, part) in total.iter_mut().zip(part) {
        *total += part;
    }
}
