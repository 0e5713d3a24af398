//! Answers as numbers, on their way from the file to the estimator: in memory while they are few, in a temporary file
//! once they are many. Does not know names.

use std::cell::{Cell, RefCell};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use tempfile::SpooledTempFile;

/// Bytes of a row: task, worker, label.
const ROW_BYTES: usize = 12;
/// Rows written or read at once.
const ROWS_AT_ONCE: usize = 1 << 14;
/// Above this the rows go to disk.
const MOST_IN_MEMORY: usize = 64 << 20;

/// Rows of three numbers, written once and then walked any number of times.
pub(crate) struct Spool {
    file: RefCell<SpooledTempFile>,
    pending: Vec<u8>,
    failure: Cell<Option<io::Error>>,
}

impl Spool {
    /// An empty spool whose temporary file, if it needs one, lies in `folder`.
    pub(crate) fn new(folder: &Path) -> Self {
        let file = RefCell::new(tempfile::spooled_tempfile_in(MOST_IN_MEMORY, folder));
        Self { file, pending: Vec::new(), failure: Cell::new(None) }
    }

    /// Adds a row.
    pub(crate) fn push(&mut self, row: [u32; 3]) -> io::Result<()> {
        for number in row {
            self.pending.extend_from_slice(&number.to_le_bytes());
        }
        if self.pending.len() >= ROWS_AT_ONCE * ROW_BYTES { self.flush() } else { Ok(()) }
    }

    /// Writes what is pending. Rows are walked after this.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.file.get_mut().write_all(&self.pending)?;
        self.pending.clear();
        Ok(())
    }

    /// All rows in the order in which they were added. A walk that cannot be read ends early, and so do all later ones;
    /// ask [`Spool::failure`] afterwards.
    pub(crate) fn rows(&self) -> Rows<'_> {
        Rows { spool: self, at: 0, block: Vec::new(), used: 0 }
    }

    /// Why a walk ended early, if one did.
    pub(crate) fn failure(&self) -> Option<io::Error> {
        self.failure.take()
    }

    fn read(&self, at: u64, block: &mut Vec<u8>) -> io::Result<()> {
        let mut file = self.file.borrow_mut();
        file.seek(SeekFrom::Start(at))?;
        block.clear();
        (&mut *file).take((ROWS_AT_ONCE * ROW_BYTES) as u64).read_to_end(block)?;
        Ok(())
    }
}

/// A walk over the rows of a [`Spool`].
#[derive(Clone)]
pub(crate) struct Rows<'a> {
    spool: &'a Spool,
    at: u64,
    block: Vec<u8>,
    used: usize,
}

impl Iterator for Rows<'_> {
    type Item = [u32; 3];

    fn next(&mut self) -> Option<[u32; 3]> {
        if self.used >= self.block.len() {
            let earlier = self.spool.failure.take();
            if earlier.is_some() {
                self.spool.failure.set(earlier);
                return None;
            }
            if let Err(error) = self.spool.read(self.at, &mut self.block) {
                self.spool.failure.set(Some(error));
                return None;
            }
            self.at += self.block.len() as u64;
            self.used = 0;
        }
        let row = self.block.get(self.used..self.used + ROW_BYTES)?;
        self.used += ROW_BYTES;
        let (numbers, _) = row.as_chunks::<4>();
        let mut numbers = numbers.iter().map(|bytes| u32::from_le_bytes(*bytes));
        Some([numbers.next()?, numbers.next()?, numbers.next()?])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_they_went_in_as_often_as_wanted() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::new(folder.path());
        let row = |index: u32| [index, index ^ 0xABCD, u32::MAX - index];
        // More than stays in memory.
        let count = u32::try_from(MOST_IN_MEMORY / ROW_BYTES).unwrap() + 70_000;
        for index in 0..count {
            spool.push(row(index)).unwrap();
        }
        spool.flush().unwrap();
        let halfway = spool.rows().skip(1_000);
        for walk in [spool.rows().skip(1_000), halfway.clone(), halfway] {
            assert!(walk.eq((1_000..count).map(row)));
        }
        assert!(spool.failure().is_none());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the temporary file has no name");
    }
}
