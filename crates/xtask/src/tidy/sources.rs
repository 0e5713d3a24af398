//! The files that the rules apply to: what git tracks, or would if it were added. Knows no rule.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::rust;
use crate::program;

/// A text file of the repository.
#[derive(Debug)]
pub(crate) struct Source {
    /// Its path relative to the repository, with slashes.
    pub(crate) path: String,
    /// Its content.
    pub(crate) text: String,
    /// Its words, when it is Rust.
    pub(crate) tokens: Vec<rust::Token>,
}

impl Source {
    /// A source with this content.
    pub(crate) fn new(path: &str, text: String) -> Self {
        let tokens = if is_rust(path) { rust::tokens(&text) } else { Vec::new() };
        Self { path: path.to_owned(), text, tokens }
    }

    /// The file at this path, or nothing when it holds no text or is about to be removed.
    pub(crate) fn read(root: &Path, path: &str) -> Result<Option<Self>> {
        let full = root.join(path);
        if !full.is_file() {
            return Ok(None);
        }
        let bytes = fs::read(&full).with_context(|| format!("cannot read {path}"))?;
        Ok(String::from_utf8(bytes).ok().map(|text| Self::new(path, text)))
    }

    /// Its lines, counted from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

/// Whether this is a file of Rust.
pub(crate) fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "rs")
}

/// Every path that git tracks or does not ignore.
pub(crate) fn paths(root: &Path) -> Result<Vec<String>> {
    let mut git = std::process::Command::new("git");
    git.current_dir(root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let listed = program::read(&mut git).context("tidy asks git for the files: run it inside a clone")?;
    Ok(listed.split_terminator('\0').map(str::to_owned).collect())
}
