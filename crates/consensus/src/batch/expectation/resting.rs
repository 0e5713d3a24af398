//! Walks that leave out the items that have come to rest. Knows which items moved; does not know the model that fills the
//! tables.
//!
//! Expectation maximisation may renew the expectations of some items alone and keep those of the others (Neal and Hinton,
//! *A view of the EM algorithm that justifies incremental, sparse, and other variants*, 1998, section 5): it climbs the same
//! likelihood to the same points of rest. After a few walks nine items in ten hardly move, so most walks are short.

use std::ops::Range;
use std::thread;

use super::{Any, Fixed, Scale, States, Sums, Tables, Walk, Width, add};

/// Share of the items beyond which leaving the others out is not worth it, as one in so many.
const MOVING_ONE_IN: usize = 8;

/// A walk with the memory of what each item was when all were last walked.
pub(crate) struct RestingWalk<'w, 'a> {
    walk: &'w Walk<'a>,
    states: States,
    /// An item rests when its probabilities moved less than this between two walks over all.
    settled: f32,
    sums: Vec<Sums>,
    blocks: Vec<Block>,
}

/// What is known of a block of items beside its sums.
struct Block {
    items: Range<usize>,
    /// One number for the probabilities of each item.
    marks: Vec<u16>,
    moving: Vec<u32>,
    /// `[moving item][state]`: what the sums hold of it.
    weights: Vec<f32>,
    /// Whether more items move than are kept.
    crowded: bool,
}

impl<'w, 'a> RestingWalk<'w, 'a> {
    pub(crate) fn new(walk: &'w Walk<'a>, states: States, settled: f32) -> Self {
        let count = walk.blocks(walk.answers.workers() * states.classes * states.count());
        let mut begin = 0;
        let blocks = walk.block_ends(count).into_iter().map(|end| {
            let items = begin..end;
            begin = end;
            let most = items.len() / MOVING_ONE_IN;
            Block {
                marks: vec![0; items.len()],
                items,
                moving: Vec::with_capacity(most),
                weights: Vec::with_capacity(most * states.count()),
                crowded: true,
            }
        });
        Self { walk, states, settled, blocks: blocks.collect(), sums: Vec::new() }
    }

    /// Whether so many items rest that [`RestingWalk::moving`] is worth it.
    pub(crate) fn most_rest(&self) -> bool {
        self.settled > 0.0 && self.blocks.iter().all(|block| !block.crowded)
    }

    /// Expected counts where the class of an item is its share of votes; they add up over what is returned.
    pub(crate) fn vote_shares(&mut self) -> &[Sums] {
        self.walk.vote_shares_into(self.states, &mut self.sums);
        self.sums.get(..1).unwrap_or_default()
    }

    /// Expected counts under `tables`, of all items; they add up over what is returned.
    pub(crate) fn all(&mut self, tables: &Tables) -> &[Sums] {
        match self.states.count() {
            2 => self.all_of(tables, Fixed::<2>),
            3 => self.all_of(tables, Fixed::<3>),
            4 => self.all_of(tables, Fixed::<4>),
            5 => self.all_of(tables, Fixed::<5>),
            6 => self.all_of(tables, Fixed::<6>),
            8 => self.all_of(tables, Fixed::<8>),
            any => self.all_of(tables, Any(any)),
        }
        &self.sums
    }

    /// The same where only the items that moved are looked at again. The log-likelihood stays that of the last walk over
    /// all.
    pub(crate) fn moving(&mut self, tables: &Tables) -> &[Sums] {
        match self.states.count() {
            2 => self.moving_of(tables, Fixed::<2>),
            3 => self.moving_of(tables, Fixed::<3>),
            4 => self.moving_of(tables, Fixed::<4>),
            5 => self.moving_of(tables, Fixed::<5>),
            6 => self.moving_of(tables, Fixed::<6>),
            8 => self.moving_of(tables, Fixed::<8>),
            any => self.moving_of(tables, Any(any)),
        }
        &self.sums
    }

    fn all_of<W: Width>(&mut self, tables: &Tables, width: W) {
        let (walk, settled) = (self.walk, self.settled);
        self.each_block(|block, sums| {
            sums.clear();
            block.moving.clear();
            block.weights.clear();
            block.crowded = false;
            let Block { items, marks, moving, weights: kept, crowded } = block;
            let most = items.len() / MOVING_ONE_IN;
            let mut scale = Scale::default();
            let mut buffer = width.buffer();
            let weights = buffer.as_mut();
            for (item, before) in items.clone().zip(marks) {
                walk.weigh(tables, item, weights, &mut scale, width);
                add(&mut sums.items, weights);
                for cell in walk.answers.cells_of(item) {
                    add(width.row_mut(&mut sums.answers, *cell as usize), weights);
                }
                let now = mark(weights);
                if f32::from(now.abs_diff(*before)) > settled * f32::from(u16::MAX) {
                    if moving.len() < most {
                        moving.push(u32::try_from(item).expect("items are counted in 32 bits"));
                        kept.extend(weights.iter().map(|weight| as_kept(*weight)));
                    } else {
                        *crowded = true;
                    }
                }
                *before = now;
            }
            sums.log_likelihood = scale.ln();
        });
    }

    fn moving_of<W: Width>(&mut self, tables: &Tables, width: W) {
        let walk = self.walk;
        self.each_block(|block, sums| {
            let mut scale = Scale::default();
            let mut buffer = width.buffer();
            let weights = buffer.as_mut();
            for (item, kept) in block.moving.iter().zip(block.weights.chunks_exact_mut(width.get())) {
                let item = *item as usize;
                walk.weigh(tables, item, weights, &mut scale, width);
                for (weight, kept) in weights.iter_mut().zip(kept) {
                    let now = as_kept(*weight);
                    *weight = f64::from(now) - f64::from(*kept);
                    *kept = now;
                }
                add(&mut sums.items, weights);
                for cell in walk.answers.cells_of(item) {
                    add(width.row_mut(&mut sums.answers, *cell as usize), weights);
                }
            }
        });
    }

    /// Calls `work` on every block and its sums, shared out over the threads.
    fn each_block(&mut self, work: impl Fn(&mut Block, &mut Sums) + Sync) {
        let count = self.blocks.len();
        let per_thread = count.div_ceil(self.walk.threads.count().min(count));
        thread::scope(|scope| {
            for (blocks, sums) in self.blocks.chunks_mut(per_thread).zip(self.sums.chunks_mut(per_thread)) {
                let work = &work;
                scope.spawn(move || blocks.iter_mut().zip(sums).for_each(|(block, sums)| work(block, sums)));
            }
        });
    }
}

/// One number for a row of probabilities, which moves about as much as they do: each counts by a share of its own.
#[inline]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a mean of numbers in 0..1 stays there")]
fn mark(weights: &[f64]) -> u16 {
    /// The golden ratio's fraction: its multiples never coincide.
    const STEP: f64 = 0.618_033_988_749_894_9;
    let mut share = 0.0;
    let mut sum = 0.0;
    for weight in weights {
        sum += share * weight;
        share += STEP;
        if share >= 1.0 {
            share -= 1.0;
        }
    }
    (sum * f64::from(u16::MAX)) as u16
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "seven digits of a probability are kept")]
fn as_kept(weight: f64) -> f32 {
    weight as f32
}
