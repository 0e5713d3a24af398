//! `attack`: carries out the attacks of docs/threat-model.md on the collector and fails when a bar does not hold. Knows
//! where the table stands, not what is in it.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::Args;

use crate::workspace::Workspace;
use crate::{demo, dist, program, test};

const DOCUMENT: &str = "docs/threat-model.md";
/// The table stands between these two lines.
const BEGIN: &str = "<!-- attack table: written by `cargo xtask attack --write` -->";
const END: &str = "<!-- end of the attack table -->";

/// Options of `attack`.
#[derive(Args)]
pub(crate) struct Options {
    /// Attacks, such as A7; all of them without a name
    attacks: Vec<String>,
    /// Writes the table into docs/threat-model.md; only without names
    #[arg(long, conflicts_with_all = ["attacks", "debug"])]
    write: bool,
    /// On what the tests are built of, which is there already after them, instead of the release: the same attacks and bars
    #[arg(long)]
    debug: bool,
}

/// Builds the collector, carries out the attacks, and writes the table where that was asked for.
///
/// # Errors
/// A bar does not hold, or an attack could not be carried out.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    dist::ensure(workspace)?;
    let (corvee, bench) = if options.debug { build_debug(workspace) } else { build_release(workspace) }?;
    let table = workspace.target.join("attack-table.md");
    // Of an earlier run: should this one not begin, there is no table.
    if table.is_file() {
        fs::remove_file(&table).context("the last table cannot be removed")?;
    }
    let mut bench = workspace.command(bench);
    bench.arg("--corvee").arg(corvee).arg("--table").arg(&table);
    if let Some(module) = work_wasm(workspace)? {
        bench.arg("--work-wasm").arg(module);
    }
    let outcome = program::run(bench.args(&options.attacks));
    // A table with a bar that does not hold is a table too: it is written before the failure is told.
    if options.write && table.is_file() {
        let table = fs::read_to_string(&table).context("the table cannot be read")?;
        write(workspace, &table)?;
    }
    outcome.context("a bar does not hold, or an attack could not be carried out: the lines above say which")
}

/// The release of the collector, and the bench.
fn build_release(workspace: &Workspace) -> Result<(PathBuf, PathBuf)> {
    let corvee = demo::build_release(workspace)?;
    let bench = ["build", "--locked", "--release", "-p", "corvee-simulate", "--example", "attack"];
    program::run(workspace.cargo().args(bench))?;
    Ok((corvee, workspace.binary("release", "examples/attack")))
}

/// The same as tests are built.
fn build_debug(workspace: &Workspace) -> Result<(PathBuf, PathBuf)> {
    let both = ["--bin", "corvee", "--example", "attack"];
    program::run(workspace.cargo().arg("build").args(test::PRODUCT).args(both))?;
    Ok((workspace.binary("debug", "corvee"), workspace.binary("debug", "examples/attack")))
}

/// The hash of the machine's turn as browsers load it.
fn work_wasm(workspace: &Workspace) -> Result<Option<PathBuf>> {
    let folder = workspace.dist().join("bundle");
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        let is_work = path.file_stem().is_some_and(|stem| stem.to_string_lossy().starts_with("work-"));
        if is_work && path.extension().is_some_and(|extension| extension == "wasm") {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

fn write(workspace: &Workspace, table: &str) -> Result<()> {
    let path = workspace.path(DOCUMENT);
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {DOCUMENT}"))?;
    let text = with_table(&text, table)?;
    fs::write(&path, text).with_context(|| format!("cannot write {DOCUMENT}"))?;
    println!("the table stands in {DOCUMENT}");
    Ok(())
}

/// The document with the table between its two lines.
fn with_table(text: &str, table: &str) -> Result<String> {
    let Some((before, rest)) = text.split_once(BEGIN) else {
        bail!("{DOCUMENT} has lost the line {BEGIN}: put it back where the table belongs");
    };
    let Some((_, after)) = rest.split_once(END) else {
        bail!("{DOCUMENT} has lost the line {END}: put it back behind the table");
    };
    Ok(format!("{before}{BEGIN}\n\n{}\n\n{END}{after}", table.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_takes_the_place_of_the_one_before() {
        let text = format!("# Threats\n\n{BEGIN}\n\n| old |\n\n{END}\n\nrest\n");
        let written = with_table(&text, "| new |\n").unwrap();
        assert_eq!(written, format!("# Threats\n\n{BEGIN}\n\n| new |\n\n{END}\n\nrest\n"));
        assert_eq!(with_table(&written, "| new |").unwrap(), written);
        assert!(with_table("# Threats\n", "").is_err());
    }

    #[test]
    fn the_document_has_a_place_for_the_table_and_a_line_for_each_attack() {
        let workspace = Workspace::find().unwrap();
        let text = fs::read_to_string(workspace.path(DOCUMENT)).unwrap();
        assert!(with_table(&text, "").is_ok());
        for attack in 1..=22 {
            assert!(text.contains(&format!("**A{attack} ")), "A{attack} has no line of its own");
        }
    }
}
