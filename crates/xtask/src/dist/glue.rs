//! Scripts and style sheets as small as esbuild makes them. Knows nothing of their content.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::node_tools::NodeTools;
use crate::program;

/// The oldest script dialect of the browsers that run the widget's wasm.
const TARGET: &str = "--target=es2020";

/// One module that holds the glue and what starts it: `start`, whose imports `glue` and `wasm` become the real names.
pub(crate) fn start(start: &[u8], glue: &Path, wasm_file: &str, tools: &NodeTools) -> Result<Vec<u8>> {
    let folder = glue.parent().context("the glue stands in no folder")?;
    let name = glue.file_name().context("the glue has no name")?.to_string_lossy();
    let start = std::str::from_utf8(start).context("www/start.js is not UTF-8")?;
    let entry = start.replace("'glue'", &format!("\"./{name}\"")).replace("'wasm'", &format!("\"./{wasm_file}\""));
    // Bundled from an entry that exports nothing, what nobody calls is left out.
    let mut esbuild = Command::new(tools.esbuild());
    esbuild.current_dir(folder).args([
        "--bundle",
        "--minify",
        "--format=esm",
        "--legal-comments=none",
        "--log-level=warning",
        TARGET,
    ]);
    program::filter(&mut esbuild, entry.as_bytes()).context("cannot bundle the glue")
}

/// A script of ours with all that it imports, as one classic script.
pub(crate) fn bundle_script(entry: &Path, tools: &NodeTools) -> Result<Vec<u8>> {
    let mut esbuild = Command::new(tools.esbuild());
    esbuild.arg(entry).args([
        "--bundle",
        "--minify",
        "--format=iife",
        "--legal-comments=none",
        "--log-level=warning",
        TARGET,
    ]);
    program::filter(&mut esbuild, b"").context("cannot bundle the loader")
}

/// A script of ours without comments and long names. Its global names stay.
pub(crate) fn minify_script(text: &[u8], tools: &NodeTools) -> Result<Vec<u8>> {
    minify(text, &["--loader=js", TARGET], tools)
}

/// A style sheet without comments and spaces.
pub(crate) fn minify_style(text: &[u8], tools: &NodeTools) -> Result<Vec<u8>> {
    minify(text, &["--loader=css"], tools)
}

fn minify(text: &[u8], arguments: &[&str], tools: &NodeTools) -> Result<Vec<u8>> {
    let mut esbuild = Command::new(tools.esbuild());
    esbuild.args(["--minify", "--legal-comments=none", "--log-level=warning"]).args(arguments);
    program::filter(&mut esbuild, text)
}
