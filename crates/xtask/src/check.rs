//! `check`: formatting, lints for both targets, the rules of the house. Runs nothing of the product.

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{program, tidy, toolchain};

/// Runs every check, the quickest first, and stops at the first that fails.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    println!("== formatting (mend with `cargo fmt --all`)");
    program::run(workspace.cargo().args(["fmt", "--all", "--check"]))?;

    println!("== rules of the house");
    tidy::run(workspace)?;

    println!("== lints, native");
    let warnings_are_errors = ["--", "-D", "warnings"];
    let everything = ["clippy", "--locked", "--workspace", "--all-targets"];
    program::run(workspace.cargo().args(everything).args(warnings_are_errors))?;

    // No part of all targets: they run only when they are asked for by name.
    let clients = ["clippy", "--locked", "--workspace", "--test", "clients", "--test", "snippets"];
    program::run(workspace.cargo().args(clients).args(warnings_are_errors))?;

    println!("== lints, the widget in the browser");
    toolchain::ensure_wasm(workspace)?;
    let widget = ["clippy", "--locked", "-p", "corvee", "--target", toolchain::WASM, "--lib", "--tests"];
    program::run(workspace.cargo().args(widget).args(warnings_are_errors))?;
    println!("== everything is in order");
    Ok(())
}
