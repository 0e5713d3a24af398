//! Tells whether the bundle would come out differently. Knows which files go in, not what is made of them.

use std::env;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use walkdir::WalkDir;

use super::{digest, read};

/// Everything that the bundle is made of: the widget, the one crate it may import, the worker, the page's parts, the tools' versions
/// and the code that joins them.
const INPUTS: &[&str] = &[
    ".cargo/config.toml",
    "Cargo.lock",
    "Cargo.toml",
    "crates/protocol",
    "crates/work",
    "crates/xtask/src/dist",
    "crates/xtask/src/dist.rs",
    "rust-toolchain.toml",
    "src",
    "tests/tools/package-lock.json",
    "www",
];

/// A digest of the names and contents of all inputs below `root`, and of the flags given to the compiler.
pub(crate) fn of_inputs(root: &Path) -> Result<String> {
    let mut text = format!("RUSTFLAGS {}\n", env::var("RUSTFLAGS").unwrap_or_default());
    for input in INPUTS {
        for entry in WalkDir::new(root.join(input)).sort_by_file_name() {
            let entry = entry.with_context(|| format!("cannot read {input}, which the bundle is made of"))?;
            if entry.file_type().is_file() {
                let name = entry.path().strip_prefix(root).unwrap_or(entry.path());
                writeln!(text, "{} {}", digest::hex(&read(entry.path())?), name.display())?;
            }
        }
    }
    Ok(digest::hex(text.as_bytes()))
}
