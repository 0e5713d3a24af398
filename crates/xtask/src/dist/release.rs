//! The release: one binary with the bundle inside, and an archive of it with what the law and people want beside it. Knows
//! no part of the bundle.

use std::env::consts;
use std::fs;

use anyhow::{Context as _, Result};

use crate::workspace::Workspace;
use crate::{demo, program};

/// What goes into the archive beside the binary.
const DOCUMENTS: &[&str] = &["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"];

/// Leaves `dist/corvee` and `dist/corvee-VERSION-ARCH-OS.tar.gz`.
pub(crate) fn pack(workspace: &Workspace) -> Result<()> {
    let dist = workspace.dist();
    let name = format!("corvee-{}-{}-{}", env!("CARGO_PKG_VERSION"), consts::ARCH, consts::OS);
    let staging = dist.join(&name);
    if staging.exists() {
        fs::remove_dir_all(&staging).with_context(|| format!("cannot empty {}", staging.display()))?;
    }
    fs::create_dir_all(&staging).with_context(|| format!("cannot make {}", staging.display()))?;

    for document in DOCUMENTS {
        fs::copy(workspace.path(document), staging.join(document))
            .with_context(|| format!("the release needs {document} in the repository's root"))?;
    }
    let built = demo::build_release(workspace)?;
    let file = format!("corvee{}", consts::EXE_SUFFIX);
    for place in [dist.join(&file), staging.join(&file)] {
        fs::copy(&built, &place).with_context(|| format!("cannot copy the binary to {}", place.display()))?;
    }
    let archive = format!("{name}.tar.gz");
    program::run(workspace.command("tar").current_dir(&dist).args(["--create", "--gzip", "--file", &archive, &name]))?;
    fs::remove_dir_all(&staging).with_context(|| format!("cannot remove {}", staging.display()))?;
    println!("dist/{file} and dist/{archive} are ready");
    Ok(())
}
