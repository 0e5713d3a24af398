//! The programs that come from npm, at the versions of a `package-lock.json`. Knows nothing of what they are
//! used for.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::dist::digest;
use crate::program;
use crate::workspace::Workspace;

/// The installed programs.
pub(crate) struct NodeTools {
    folder: PathBuf,
}

impl NodeTools {
    /// Makes sure that the locked versions are installed. Uses no network when they are.
    ///
    /// # Errors
    /// npm is missing or failed.
    pub(crate) fn ensure(workspace: &Workspace) -> Result<Self> {
        Ok(Self { folder: install(workspace, "tests/tools")? })
    }

    /// Binaryen's optimiser.
    pub(crate) fn wasm_opt(&self) -> PathBuf {
        self.folder.join(".bin/wasm-opt")
    }

    /// The minifier of scripts and style sheets.
    pub(crate) fn esbuild(&self) -> PathBuf {
        self.folder.join(".bin/esbuild")
    }

    /// The accessibility checker as one script to run inside a page.
    pub(crate) fn axe(&self) -> PathBuf {
        self.folder.join("axe-core/axe.min.js")
    }
}

/// Makes sure that the locked versions of a folder with a `package-lock.json` are installed, and returns its `node_modules`.
///
/// # Errors
/// npm is missing or failed.
pub(crate) fn install(workspace: &Workspace, folder: &str) -> Result<PathBuf> {
    let path = workspace.path(folder);
    let modules = path.join("node_modules");
    let stamp = modules.join(".installed");
    let lock = path.join("package-lock.json");
    let lock = fs::read(&lock).with_context(|| format!("cannot read {}", lock.display()))?;
    let wanted = digest::hex(&lock);
    if fs::read_to_string(&stamp).ok().as_ref() != Some(&wanted) {
        if program::find("npm").is_none() {
            bail!(
                "npm is missing: install Node.js 18 or newer with npm (on Debian: `apt-get install nodejs npm`), then repeat"
            );
        }
        program::run(workspace.command("npm").args(["ci", "--no-progress", "--ignore-scripts"]).current_dir(&path))?;
        fs::write(&stamp, &wanted).context("cannot note what npm installed")?;
    }
    Ok(modules)
}
