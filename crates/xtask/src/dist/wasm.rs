//! The widget and the worker as WebAssembly: compiled, bound to the browser by wasm-bindgen, shrunk by Binaryen. Knows no
//! page.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use wasm_bindgen_cli_support::Bindgen;

use super::{compress, read};
use crate::node_tools::NodeTools;
use crate::workspace::Workspace;
use crate::{program, toolchain};

/// What rustc's wasm32-unknown-unknown assumes of a browser; Binaryen may use no more.
const FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Binaryen's levels worth trying: fewer bytes often travel as more, because brotli finds less to repeat.
const LEVELS: [&str; 2] = ["-O1", "-Oz"];

/// The compiled widget.
pub(crate) struct Widget {
    /// The module as it is served.
    pub(crate) wasm: Vec<u8>,
    /// The script that wasm-bindgen wrote for it; it may import others beside it.
    pub(crate) glue: PathBuf,
}

/// Compiles the widget, binds it to the browser and makes it small.
pub(crate) fn build(workspace: &Workspace, tools: &NodeTools) -> Result<Widget> {
    let folder = emptied(workspace.target.join("bundle"))?;
    let compiled = compile(workspace, "corvee", "wasm")?;
    bind(&compiled, "frame", &folder)?;
    let wasm = smallest(&folder.join("frame_bg.wasm"), tools)?;
    Ok(Widget { wasm, glue: folder.join("frame.js") })
}

/// Compiles what the machine's turn runs in its worker. Its exports take and give numbers, so that it needs no glue; it is
/// optimised for speed: what it computes takes far longer than its download.
pub(crate) fn build_work(workspace: &Workspace, tools: &NodeTools) -> Result<Vec<u8>> {
    let folder = emptied(workspace.target.join("bundle-work"))?;
    let compiled = compile(workspace, "corvee-work", "wasm-fast")?;
    bind(&compiled, "work", &folder)?;
    let wasm = folder.join("work_bg.wasm");
    let optimised = optimise(&wasm, "-O3", tools)?;
    println!(
        "work as compiled: {} bytes of brotli, after -O3: {}",
        compress::brotli(&read(&wasm)?)?.len(),
        compress::brotli(&optimised)?.len()
    );
    Ok(optimised)
}

/// Compiles an example of the widget and binds it to the browser as NAME.js and `NAME_bg.wasm` in a folder that holds nothing
/// else.
///
/// # Errors
/// It does not compile.
pub(crate) fn build_example(workspace: &Workspace, name: &str, folder: PathBuf) -> Result<PathBuf> {
    let folder = emptied(folder)?;
    let cargo = ["build", "--locked", "--target", toolchain::WASM, "-p", "corvee", "--example", name];
    program::run(workspace.cargo().args(cargo))?;
    let compiled = workspace.target.join(toolchain::WASM).join("debug/examples").join(format!("{name}.wasm"));
    bind(&compiled, name, &folder)?;
    Ok(folder)
}

fn emptied(folder: PathBuf) -> Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    Ok(folder)
}

fn compile(workspace: &Workspace, package: &str, profile: &str) -> Result<PathBuf> {
    // A module for browsers is made here alone. Were the library one and the other by its manifest, the linker could not optimise
    // it as a whole, a sixth of its weight, and its file could bear no hash: what is compiled with other flags, such as fuzz
    // targets, would overwrite it.
    let cargo = ["rustc", "--locked", "--profile", profile, "--target", toolchain::WASM, "--lib", "-p", package];
    // Panic messages name source files; a browser need not learn where they lay on this machine.
    program::run(workspace.cargo().args(["fetch", "--locked"]))?;
    let cargo = cargo.into_iter().chain(["--crate-type", "cdylib"]);
    program::run(workspace.cargo().args(cargo).env("CARGO_ENCODED_RUSTFLAGS", remapped_paths(workspace)?))?;
    let file = format!("{}.wasm", package.replace('-', "_"));
    Ok(workspace.target.join(toolchain::WASM).join(profile).join(file))
}

fn bind(compiled: &Path, name: &str, folder: &Path) -> Result<()> {
    Bindgen::new()
        .input_bytes(name, read(compiled)?)
        .web(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(folder)
        .context("wasm-bindgen cannot read what was compiled: its version in Cargo.toml must equal wasm-bindgen-cli-support's")
}

/// Compiler flags that shorten the paths of sources, in cargo's encoding.
fn remapped_paths(workspace: &Workspace) -> Result<String> {
    let cargo_home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo_home = cargo_home.or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")));
    let sources = cargo_home.context("neither CARGO_HOME nor HOME is set")?.join("registry/src");
    let mut folders = vec![(workspace.root.clone(), ".")];
    for registry in fs::read_dir(&sources).with_context(|| format!("cannot read {}", sources.display()))? {
        folders.push((registry?.path(), "crates"));
    }
    let flag = |(folder, name): (PathBuf, &str)| format!("--remap-path-prefix={}={name}", folder.display());
    Ok(folders.into_iter().map(flag).collect::<Vec<_>>().join("\u{1f}"))
}

/// The module that is smallest in brotli: as compiled, or as one of Binaryen's levels leaves it.
fn smallest(compiled: &Path, tools: &NodeTools) -> Result<Vec<u8>> {
    let mut best = read(compiled)?;
    let mut best_bytes = compress::brotli(&best)?.len();
    println!("wasm as compiled: {best_bytes} bytes of brotli");
    for level in LEVELS {
        let optimised = optimise(compiled, level, tools)?;
        let bytes = compress::brotli(&optimised)?.len();
        println!("wasm after {level}: {bytes} bytes of brotli");
        if bytes < best_bytes {
            (best, best_bytes) = (optimised, bytes);
        }
    }
    Ok(best)
}

fn optimise(compiled: &Path, level: &str, tools: &NodeTools) -> Result<Vec<u8>> {
    let optimised = compiled.with_extension("optimised");
    let mut command = Command::new(tools.wasm_opt());
    command.args([level, "--strip-debug", "--strip-producers", "--strip-target-features"]).args(FEATURES);
    program::run(command.arg(compiled).arg("-o").arg(&optimised))?;
    read(&optimised)
}
