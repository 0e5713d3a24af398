//! The programs that come from npm, at the versions of `tests/tools/package-lock.json`. Knows nothing of what they are
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
        let folder = workspace.path("tests/tools");
        let modules = folder.join("node_modules");
        let stamp = modules.join(".installed");
        let lock = fs::read(folder.join("package-lock.json")).context("cannot read tests/tools/package-lock.json")?;
        let wanted = digest::hex(&lock);
        if fs::read_to_string(&stamp).ok().as_ref() != Some(&wanted) {
            if program::find("npm").is_none() {
                bail!(
                    "npm is missing: install Node.js 18 or newer with npm (on Debian: `apt-get install nodejs npm`), then repeat"
                );
            }
            program::run(
                workspace.command("npm").args(["ci", "--no-progress", "--ignore-scripts"]).current_dir(&folder),
            )?;
            fs::write(&stamp, &wanted).context("cannot note what npm installed")?;
        }
        Ok(Self { folder: modules })
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
