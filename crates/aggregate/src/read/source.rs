//! Bytes of a file, counted, without a byte order mark, and with a last line that ends. Does not know a format.

use std::cell::Cell;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use super::ReadError;

const MARK: &[u8] = b"\xEF\xBB\xBF";

/// A file that is being read.
pub(super) struct Source<'a> {
    file: fs::File,
    step: &'a dyn Fn(u64, u64),
    done: u64,
    total: u64,
    last: u8,
    ended: bool,
    at_end: &'a Cell<bool>,
}

impl<'a> Source<'a> {
    /// Opens `path`. `at_end` is told when there is nothing left and more was asked for.
    pub(super) fn open(
        path: &Path,
        step: &'a dyn Fn(u64, u64),
        at_end: &'a Cell<bool>,
    ) -> Result<impl Read + use<'a>, ReadError> {
        let failed = |reason| ReadError::Open { path: path.to_owned(), reason };
        let mut file = fs::File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if metadata.is_dir() {
            return Err(failed(io::Error::from(io::ErrorKind::IsADirectory)));
        }
        let mut start = Vec::new();
        (&mut file).take(MARK.len() as u64).read_to_end(&mut start).map_err(failed)?;
        if start == MARK {
            start.clear();
        }
        let last = start.last().copied().unwrap_or(b'\n');
        let source = Self { file, step, done: 0, total: metadata.len(), last, ended: false, at_end };
        Ok(io::Cursor::new(start).chain(source))
    }
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.file.read(buffer)?;
        let filled = buffer.get(..bytes).unwrap_or_default();
        if let Some(last) = filled.last() {
            self.last = *last;
            self.done += bytes as u64;
            (self.step)(self.done, self.total.max(self.done));
            return Ok(bytes);
        }
        match buffer.first_mut() {
            Some(first) if !self.ended && self.last != b'\n' => {
                self.ended = true;
                *first = b'\n';
                Ok(1)
            }
            _ => {
                self.at_end.set(true);
                Ok(0)
            }
        }
    }
}
