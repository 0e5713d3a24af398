//! `dist`: makes what a browser downloads, weighs it, and refuses a first visit that weighs too much. Knows files, not
//! what they do.

mod assets;
mod compress;
pub(crate) mod digest;
mod fingerprint;
mod glue;
mod manifest;
mod release;
mod sizes;
pub(crate) mod wasm;

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use clap::Args;

use self::manifest::Manifest;
use crate::node_tools::NodeTools;
use crate::toolchain;
use crate::workspace::Workspace;

/// Options of `dist`.
#[derive(Args, Default)]
pub(crate) struct Options {
    /// Also build the collector for release and pack it with its licences
    #[arg(long)]
    release: bool,
}

/// Builds the bundle, prints its sizes and, where asked, packs the release.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let manifest = build(workspace)?;
    print!("{}", sizes::table(&manifest)?);
    sizes::within_limit(&manifest)?;
    if options.release {
        release::pack(workspace)?;
    }
    Ok(())
}

/// Makes sure that `dist/bundle` holds what the sources say; silent and quick when it does.
///
/// # Errors
/// Something could not be built, or a first visit weighs too much.
pub(crate) fn ensure(workspace: &Workspace) -> Result<()> {
    sizes::within_limit(&build(workspace)?)
}

fn build(workspace: &Workspace) -> Result<Manifest> {
    let bundle = workspace.dist().join("bundle");
    let record = workspace.dist().join("bundle.inputs");
    let inputs = fingerprint::of_inputs(&workspace.root)?;
    if fs::read_to_string(&record).is_ok_and(|recorded| recorded == inputs)
        && let Some(manifest) = Manifest::read_complete(&bundle)
    {
        return Ok(manifest);
    }

    toolchain::ensure_wasm(workspace)?;
    let tools = NodeTools::ensure(workspace)?;
    let widget = wasm::build(workspace, &tools)?;
    let work = wasm::build_work(workspace, &tools)?;
    let files = assets::collect(&workspace.path("www"), &widget, work, &tools)?;
    let manifest = Manifest::write(&files, &bundle)?;
    fs::write(&record, &inputs).with_context(|| format!("cannot write {}", record.display()))?;
    Ok(manifest)
}

/// Reads a file that must be there.
fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}
