//! `gallery`: pictures of every state of the widget into `docs/gallery`. Starts what takes them, and knows none of them.

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{demo, dist, program, test};

/// Takes the pictures and writes the page.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    dist::ensure(workspace)?;
    let corvee = demo::build_release(workspace)?;
    let mut command = workspace.cargo();
    command.args(["run", "--locked", "--release", "--example", "gallery", "--"]).arg(workspace.path("docs/gallery"));
    test::give_environment(workspace, &mut command, &corvee)?;
    program::run(&mut command)
}
