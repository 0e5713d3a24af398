//! Makes pages of the snippets that browsers do not read as they are: React, Vue, Yew. Knows where they stand, not what they
//! hold.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::browser::debian::Missing;
use crate::node_tools::NodeTools;
use crate::workspace::Workspace;
use crate::{dist, program, toolchain};

const SNIPPETS: &str = "docs/snippets";
const RUBY: Missing<'_> = Missing { what: "Ruby", packages: &["ruby"], elsewhere: "install Ruby 3 or newer" };

/// A folder with `react.js`, `vue.js` and the folder `yew`; `packages` is the folder in which npm has installed React and Vue.
///
/// # Errors
/// A snippet does not compile.
pub(crate) fn make(workspace: &Workspace, packages: &Path) -> Result<PathBuf> {
    let folder = workspace.target.join("snippets");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let tools = NodeTools::ensure(workspace)?;
    let react = format!(
        "import {{ StrictMode }} from 'react';
         import {{ createRoot }} from 'react-dom/client';
         import {{ Comment }} from '{}';
         createRoot(document.getElementById('place')).render(<StrictMode><Comment /></StrictMode>);",
        workspace.path(SNIPPETS).join("react/Comment.jsx").display()
    );
    let vue = workspace.path(SNIPPETS).join("vue/Comment.vue");
    let vue = program::read(workspace.command("node").current_dir(packages).arg("compile_vue.mjs").arg(vue))?;
    for (name, module) in [("react.js", react), ("vue.js", vue)] {
        let mut esbuild = workspace.command(tools.esbuild());
        // The snippets stand outside the folder of the packages.
        esbuild.current_dir(packages).env("NODE_PATH", packages.join("node_modules"));
        esbuild.args(["--bundle", "--format=iife", "--loader=jsx", "--jsx=automatic", "--log-level=warning"]);
        esbuild.args([
            // React checks what mounting twice finds in its development build alone.
            "--define:process.env.NODE_ENV=\"development\"",
            "--define:__VUE_OPTIONS_API__=true",
            "--define:__VUE_PROD_DEVTOOLS__=false",
            "--define:__VUE_PROD_HYDRATION_MISMATCH_DETAILS__=false",
        ]);
        let script = program::filter(&mut esbuild, module.as_bytes())?;
        fs::write(folder.join(name), script).with_context(|| format!("cannot write {name}"))?;
    }
    yew(workspace, folder.join("yew"))?;
    Ok(folder)
}

/// The example of a Yew site with its page.
fn yew(workspace: &Workspace, folder: PathBuf) -> Result<()> {
    toolchain::ensure_wasm(workspace)?;
    let folder = dist::wasm::build_example(workspace, "yew_site", folder)?;
    for name in ["index.html", "start.js"] {
        let from = workspace.path(SNIPPETS).join("yew").join(name);
        fs::copy(&from, folder.join(name)).with_context(|| format!("cannot copy {}", from.display()))?;
    }
    Ok(())
}

/// Ruby; installed where that is allowed, else missed aloud.
pub(crate) fn ruby() -> Option<PathBuf> {
    if program::find("ruby").is_none()
        && let Err(error) = RUBY.install()
    {
        println!("NOT RUN: docs/snippets/ruby/corvee.rb\n{error:#}");
    }
    program::find("ruby")
}
