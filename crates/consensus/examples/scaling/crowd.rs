//! A made-up crowd of any size, answer by answer. Knows no estimator; keeps nothing but its sizes.
//!
//! Every draw is a splitmix64 hash of (seed, stream, index), so the same answers come out on every machine, and another
//! language can check them row by row with [`checksum`].
//!
//! The share of classes falls geometrically. A worker is careful (70 %: right .75 to .95 of the time), casual (20 %: .5 to
//! .75), guesses (7 %) or is contrary (3 %: right .1 of the time). Six wrong answers in ten are the next class, the others
//! any other class. Activity falls as one over the rank, and the workers of one item are distinct.

use corvee_consensus::batch::{Answer, Extent};

/// Answers on each item.
pub(crate) const PER_ITEM: u32 = 5;
const CLASSES: u32 = 4;
const ANSWERS_PER_WORKER: u32 = 50;
const SHARE_OF_NEXT_CLASS: f64 = 0.7;
const SEED: u64 = 1;

/// Streams of draws: which question a draw answers.
const KIND_OF_WORKER: u64 = 1;
const SKILL_OF_WORKER: u64 = 2;
const CLASS_OF_ITEM: u64 = 3;
const RIGHT: u64 = 8;
const NEXT_CLASS: u64 = 9;
const PICK: u64 = 10;
const WORKER: u64 = 100;

/// Splitmix64's finaliser.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

/// The draws of one stream, each in [0, 1).
#[derive(Debug, Clone, Copy)]
struct Stream {
    seed: u64,
    stream: u64,
}

impl Stream {
    fn new(stream: u64) -> Self {
        Self { seed: mix(SEED), stream: mix(stream) }
    }

    fn draw(self, index: u32) -> f64 {
        (mix(mix(u64::from(index).wrapping_add(self.seed)) ^ self.stream) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// The whole part of a number that is small and not negative.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "callers pass numbers in 0..2^32")]
fn whole(value: f64) -> u32 {
    value as u32
}

/// The sizes of a crowd, from which everything else follows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Crowd {
    answers: u32,
    workers: u32,
}

impl Crowd {
    /// A crowd that gives so many answers.
    pub(crate) fn new(answers: u32) -> Self {
        Self { answers, workers: (answers / ANSWERS_PER_WORKER).max(2 * PER_ITEM) }
    }

    pub(crate) fn extent(self) -> Extent {
        Extent { items: self.answers.div_ceil(PER_ITEM), workers: self.workers, classes: CLASSES }
    }

    /// The true class of an item.
    pub(crate) fn class(item: u32) -> u32 {
        let draw = Stream::new(CLASS_OF_ITEM).draw(item);
        let total: f64 = (0..CLASSES).map(|class| SHARE_OF_NEXT_CLASS.powi(class.cast_signed())).sum();
        let mut below = 0.0;
        for class in 0..CLASSES {
            below += SHARE_OF_NEXT_CLASS.powi(class.cast_signed()) / total;
            if draw < below {
                return class;
            }
        }
        CLASSES - 1
    }

    /// All answers, item by item.
    pub(crate) fn answers(self) -> Rows {
        Rows {
            crowd: self,
            log_workers: f64::from(self.workers + 1).ln(),
            next: 0,
            item: [0; PER_ITEM as usize],
            class: 0,
        }
    }

    /// How often a worker is right; nothing of one who guesses.
    fn skill(worker: u32) -> Option<f64> {
        let kind = Stream::new(KIND_OF_WORKER).draw(worker);
        let skill = Stream::new(SKILL_OF_WORKER).draw(worker);
        match kind {
            kind if kind < 0.70 => Some(0.75 + 0.20 * skill),
            kind if kind < 0.90 => Some(0.50 + 0.25 * skill),
            kind if kind < 0.97 => None,
            _ => Some(0.10),
        }
    }
}

/// The answers of a crowd in order.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    crowd: Crowd,
    log_workers: f64,
    next: u32,
    /// Workers of the item of the next answer.
    item: [u32; PER_ITEM as usize],
    /// True class of that item.
    class: u32,
}

impl Rows {
    fn worker(&self, attempt: u64, row: u32) -> u32 {
        let draw = Stream::new(WORKER + attempt).draw(row);
        whole((draw * self.log_workers).exp() - 1.0).min(self.crowd.workers - 1)
    }

    /// Draws the workers of the item that begins at `first`; the later of two equal ones is drawn again.
    #[expect(clippy::indexing_slicing, reason = "both indices run over the workers of the item")]
    fn draw_workers(&mut self, first: u32) {
        let count = PER_ITEM.min(self.crowd.answers - first) as usize;
        for (row, worker) in (first..).zip(0..count) {
            self.item[worker] = self.worker(0, row);
        }
        for attempt in 1..60 {
            let before = self.item;
            let mut again = false;
            for (row, worker) in (first..).zip(0..count) {
                if before[..worker].contains(&before[worker]) {
                    self.item[worker] = self.worker(attempt, row);
                    again = true;
                }
            }
            if !again {
                break;
            }
        }
    }
}

impl Iterator for Rows {
    type Item = Answer;

    #[expect(clippy::indexing_slicing, reason = "a remainder by the length is below it")]
    fn next(&mut self) -> Option<Answer> {
        let row = self.next;
        if row == self.crowd.answers {
            return None;
        }
        let item = row / PER_ITEM;
        if row.is_multiple_of(PER_ITEM) {
            self.class = Crowd::class(item);
            self.draw_workers(row);
        }
        self.next += 1;
        let worker = self.item[(row % PER_ITEM) as usize];
        let pick = Stream::new(PICK).draw(row);
        let class = match Crowd::skill(worker) {
            None => whole(pick * f64::from(CLASSES)),
            Some(skill) if Stream::new(RIGHT).draw(row) < skill => self.class,
            Some(_) if Stream::new(NEXT_CLASS).draw(row) < 0.6 => (self.class + 1) % CLASSES,
            Some(_) => (self.class + 1 + whole(pick * f64::from(CLASSES - 1))) % CLASSES,
        };
        Some(Answer { item, worker, class })
    }
}

/// Σ row · (class + 1) · (worker + 7), modulo 2^61, of the answers in order.
pub(crate) fn checksum(answers: impl Iterator<Item = Answer>) -> u64 {
    let sum = (0_u64..).zip(answers).fold(0_u64, |sum, (row, answer)| {
        sum.wrapping_add(row.wrapping_mul(u64::from(answer.class + 1)).wrapping_mul(u64::from(answer.worker + 7)))
    });
    sum % (1 << 61)
}
