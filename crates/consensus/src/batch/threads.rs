//! How many threads a run may use. Does not know what they do; the number reaches no result.

use std::num::NonZeroUsize;
use std::thread;

/// Below this many rows the work is shorter than starting threads for it.
const ROWS_WORTH_THREADS: usize = 10_000;

/// Number of threads of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threads(NonZeroUsize);

impl Threads {
    /// The thread of the caller alone.
    pub const ONE: Self = Self(NonZeroUsize::MIN);

    /// This many.
    pub fn new(count: NonZeroUsize) -> Self {
        Self(count)
    }

    /// As many as the machine runs at once; one where that cannot be known.
    pub fn available() -> Self {
        Self(thread::available_parallelism().unwrap_or(NonZeroUsize::MIN))
    }

    /// Calls `fill` on consecutive parts of `rows`, each on a thread of its own, with the index of the part's first row.
    /// Rows have `width` values and are never cut.
    pub(crate) fn share_out<T: Send>(self, rows: &mut [T], width: usize, fill: impl Fn(usize, &mut [T]) + Sync) {
        let count = rows.len() / width.max(1);
        let per_part = count.div_ceil(self.count()).max(1);
        if self == Self::ONE || count < ROWS_WORTH_THREADS {
            return fill(0, rows);
        }
        thread::scope(|scope| {
            for (part, rows) in rows.chunks_mut(per_part * width).enumerate() {
                let fill = &fill;
                scope.spawn(move || fill(part * per_part, rows));
            }
        });
    }

    pub(crate) fn count(self) -> usize {
        self.0.get()
    }
}
