//! A folder that is removed afterwards, with answers in it.

use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;

use corvee_aggregate::{BadRow, Error, Listener, Request, Stage, Summary, aggregate};

pub(crate) struct Folder {
    folder: tempfile::TempDir,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder can be made") }
    }

    /// A folder with these answers.
    pub(crate) fn with(name: &str, text: impl AsRef<[u8]>) -> Self {
        let folder = Self::new();
        folder.put(name, text);
        folder
    }

    pub(crate) fn put(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).expect("a file can be written");
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("the file is there")
    }

    /// Names of everything in the folder, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).expect("the folder is there");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// A request for answers of this name into `out.csv`.
    pub(crate) fn request(&self, name: &str) -> Request {
        Request { resamples: 20, ..Request::new(self.path(name), self.path("out.csv")) }
    }

    /// What the error of a request says, without the name of the folder.
    pub(crate) fn refusal(&self, request: &Request) -> String {
        let error = aggregate(request, &Told::default()).expect_err("the request is refused");
        self.anonymous(&error)
    }

    pub(crate) fn anonymous(&self, error: &Error) -> String {
        error.to_string().replace(&format!("{}/", self.folder.path().display()), "")
    }
}

/// Remembers what it is told.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) stages: RefCell<Vec<Stage>>,
    pub(crate) left_out: RefCell<Vec<BadRow>>,
}

impl Listener for Told {
    fn step(&self, stage: Stage, done: u64, total: u64) {
        assert!(total == 0 || done <= total, "{done} of {total}");
        let mut stages = self.stages.borrow_mut();
        if stages.last() != Some(&stage) {
            stages.push(stage);
        }
    }

    fn left_out(&self, row: &BadRow) {
        self.left_out.borrow_mut().push(row.clone());
    }
}

/// What a request that is not refused finds.
pub(crate) fn found(request: &Request) -> Summary {
    aggregate(request, &Told::default()).expect("the request is not refused")
}
