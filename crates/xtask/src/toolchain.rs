//! The Rust toolchain's wasm half: there already, or installed as `rust-toolchain.toml` says. Knows no other tool.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Result, bail};

use crate::program;
use crate::workspace::Workspace;

/// What the widget is compiled for.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// Makes sure that the widget can be compiled. Uses no network when the target is there.
///
/// # Errors
/// The target is missing and rustup could not install it.
pub(crate) fn ensure_wasm(workspace: &Workspace) -> Result<()> {
    if has_wasm(workspace) {
        return Ok(());
    }
    println!("The target {WASM} is missing: rustup installs what rust-toolchain.toml names.");
    if program::find("rustup").is_none() {
        bail!(
            "there is no rustup here: install the standard library for {WASM} by the means that installed Rust, then repeat"
        );
    }
    // Cargo's own choice of toolchain, inherited, would hide the targets listed in the file.
    program::run(workspace.command("rustup").args(["toolchain", "install"]).env_remove("RUSTUP_TOOLCHAIN"))?;
    if !has_wasm(workspace) {
        bail!("rustup did not install {WASM}: run `rustup target add {WASM}` in the repository, then repeat");
    }
    Ok(())
}

fn has_wasm(workspace: &Workspace) -> bool {
    let mut command = workspace.command("rustc");
    command.args(["--print", "target-libdir", "--target", WASM]).stderr(Stdio::null());
    command.output().is_ok_and(|output| {
        output.status.success() && Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir()
    })
}
