//! The blocks of code in `docs/embedding.md`: each holds the file that the line above it names; written on request, else
//! compared. Knows no snippet's language but by the end of its name.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};

use super::installed;

const DOCUMENT: &str = "docs/embedding.md";
const FOLDER: &str = "docs/snippets";
const BEGIN: &str = "<!-- snippet: ";
const END: &str = " -->";
const FENCE: &str = "```";
/// Set by `cargo xtask test --only clients --write`.
const WRITE: &str = "CORVEE_WRITE_TABLE";

#[test]
fn the_document_shows_every_snippet_as_it_is() -> anyhow::Result<()> {
    let path = installed::repository(DOCUMENT);
    let found = fs::read_to_string(&path).with_context(|| format!("{DOCUMENT} cannot be read"))?;
    let (wanted, shown) = filled(&found)?;
    let mut hidden = files(&installed::repository(FOLDER))?;
    hidden.retain(|file| !shown.contains(file));
    ensure!(
        hidden.is_empty(),
        "{DOCUMENT} shows no block of {hidden:?}: name each in a line {BEGIN}…{END}, or delete it"
    );
    if std::env::var_os(WRITE).is_some() {
        return fs::write(&path, wanted).context("the blocks cannot be written");
    }
    let differs = wanted.lines().zip(found.lines()).position(|(wanted, found)| wanted != found);
    ensure!(
        found == wanted,
        "{DOCUMENT} does not hold the snippets as they are, from line {} on: write them with `cargo xtask test --only clients \
         --write`",
        differs.map_or(0, |line| line + 1)
    );
    Ok(())
}

/// The document with every block as its file is, and the files that it shows.
fn filled(document: &str) -> anyhow::Result<(String, BTreeSet<PathBuf>)> {
    let (mut text, mut shown) = (String::new(), BTreeSet::new());
    let mut lines = document.lines().peekable();
    while let Some(line) = lines.next() {
        text.extend([line, "\n"]);
        let Some(name) = line.strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(END)) else { continue };
        let path = file(name);
        let content = fs::read_to_string(&path).with_context(|| format!("{DOCUMENT} names {name}"))?;
        ensure!(content.ends_with('\n') && !content.contains(FENCE), "{name} cannot stand in a block");
        text.extend(["\n", FENCE, language(name)?, "\n", &content, FENCE, "\n"]);
        shown.insert(path);
        // What stood there before: an empty line and a block, both of which may be missing.
        let mut rest = lines.clone();
        if rest.next_if(|line| line.is_empty()).is_some() && rest.next_if(|line| line.starts_with(FENCE)).is_some() {
            let closed = rest.any(|line| line == FENCE);
            ensure!(closed, "the block of {name} in {DOCUMENT} has no end");
            lines = rest;
        }
    }
    Ok((text, shown))
}

/// The file that a marker names: an example, or one of the snippets.
fn file(name: &str) -> PathBuf {
    if name.starts_with("examples/") { installed::repository(name) } else { installed::repository(FOLDER).join(name) }
}

fn language(name: &str) -> anyhow::Result<&'static str> {
    Ok(match Path::new(name).extension().and_then(|ending| ending.to_str()) {
        Some("diff") => "diff",
        Some("html") => "html",
        Some("js" | "mjs") => "js",
        Some("jsx") => "jsx",
        Some("py") => "python",
        Some("rb") => "ruby",
        Some("rs") => "rust",
        Some("vue") => "vue",
        _ => bail!("what language is {name}?"),
    })
}

fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() { found.extend(files(&path)?) } else { found.push(path) }
    }
    Ok(found)
}
