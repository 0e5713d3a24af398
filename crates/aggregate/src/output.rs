//! Files that appear whole or not at all. Does not know what is in them.

use std::fs;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::error::Error;
use crate::request::folder_of;

/// A file that is being written beside its place.
pub(crate) struct Output {
    path: PathBuf,
    file: BufWriter<NamedTempFile>,
}

impl Output {
    /// Begins a file for `path`. A link is followed; what is no regular file (a folder, a device, a pipe) is refused, for it would
    /// be replaced; a file that exists keeps its permissions.
    pub(crate) fn begin(path: &Path) -> Result<Self, Error> {
        let failed = |reason| Error::Write { path: path.to_owned(), reason };
        let target = fs::canonicalize(path).unwrap_or_else(|_absent| path.to_owned());
        let existing = fs::metadata(&target).ok();
        if existing.as_ref().is_some_and(|found| !found.is_file()) {
            return Err(failed(io::Error::other("it is no regular file and would be replaced: name another")));
        }
        let mut builder = Builder::new();
        builder.prefix(".corvee-");
        #[cfg(unix)]
        {
            // A temporary file is private; this one becomes a file like any other.
            use std::os::unix::fs::PermissionsExt as _;
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        let file = builder.tempfile_in(folder_of(&target)).map_err(|reason| failed(without_name(&reason)))?;
        if let Some(existing) = existing {
            file.as_file().set_permissions(existing.permissions()).map_err(failed)?;
        }
        Ok(Self { path: target, file: BufWriter::new(file) })
    }

    /// Fills it.
    pub(crate) fn fill(&mut self, fill: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<(), Error> {
        fill(&mut self.file).map_err(|reason| Error::Write { path: self.path.clone(), reason })
    }

    /// Everything reaches the disk, nothing has its name yet.
    fn complete(mut self) -> Result<(PathBuf, NamedTempFile), Error> {
        let failed = |reason| Error::Write { path: self.path.clone(), reason };
        self.file.flush().map_err(failed)?;
        let failed = |reason| Error::Write { path: self.path.clone(), reason };
        let file = self.file.into_inner().map_err(|error| failed(error.into_error()))?;
        file.as_file().sync_all().map_err(failed)?;
        Ok((self.path, file))
    }
}

/// Gives all files their names, once all are complete.
pub(crate) fn publish(outputs: impl IntoIterator<Item = Output>) -> Result<(), Error> {
    let complete: Vec<_> = outputs.into_iter().map(Output::complete).collect::<Result<_, _>>()?;
    for (path, file) in complete {
        file.persist(&path).map_err(|error| Error::Write { path, reason: error.error })?;
    }
    Ok(())
}

/// The reason alone: the name of the temporary file helps nobody.
fn without_name(error: &io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::NotFound => io::Error::new(io::ErrorKind::NotFound, "its folder does not exist"),
        kind => io::Error::from(kind),
    }
}
