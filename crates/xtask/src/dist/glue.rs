//! Scripts and style sheets as small as esbuild makes them. Knows nothing of their content.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::node_tools::NodeTools;
use crate::program;

/// The oldest script dialect of the browsers that run the widget's wasm.
const TARGET: &str = "--target=es2020";

/// One module that holds the glue and starts the widget as soon as it is loaded, with `wasm_file` beside it.
pub(crate) fn start(glue: &Path, wasm_file: &str, tools: &NodeTools) -> Result<Vec<u8>> {
    let folder = glue.parent().context("the glue stands in no folder")?;
    let name = glue.file_name().context("the glue has no name")?.to_string_lossy();
    let entry = format!(
        "import init from \"./{name}\";\ninit({{ module_or_path: new URL(\"./{wasm_file}\", import.meta.url) }});\n"
    );
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
