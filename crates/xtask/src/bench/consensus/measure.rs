//! Runs the programs of the table, one after another so that none slows another down. Knows their names and arguments, not
//! their figures.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::Extent;
use super::figures::{Figures, Side};
use crate::program;
use crate::workspace::Workspace;

/// What the peers need; crowd-kit 1.4.2 breaks on scikit-learn 1.6.
const PACKAGES: [&str; 2] = ["crowd-kit==1.4.2", "scikit-learn==1.5.2"];
const PEERS: &str = include_str!("peers.py");
/// The peer stops once an iteration adds less than this to its bound, in nats an answer.
const TOLERANCE: &str = "1e-7";

/// Everything that `extent` asks for.
pub(super) fn all(workspace: &Workspace, data: &Path, extent: Extent) -> Result<Figures> {
    let peers = Peers::ensure(workspace)?;
    let mut figures = Figures::default();
    // The slow part comes last: a program that does not build is known at once.
    for example in ["batch_table", "kinds_table", "streaming_table"] {
        ours(workspace, &mut figures, example, &[])?;
    }
    let mut sets = vec!["sets".as_ref(), data.as_os_str()];
    if extent == Extent::Quick {
        sets.push("quick".as_ref());
    }
    peers.read(&mut figures, &sets)?;
    scale(workspace, &peers, &mut figures, extent)?;
    Ok(figures)
}

fn scale(workspace: &Workspace, peers: &Peers, figures: &mut Figures, extent: Extent) -> Result<()> {
    let posterior = peers.folder.join("posterior");
    let rows = peers.folder.join("rows");
    let (rows_text, posterior_text) = (text(&rows)?, text(&posterior)?);
    ours(workspace, figures, "scaling", &["--posterior", posterior_text, "1e5"])?;
    ours(workspace, figures, "scaling", &["--rows", rows_text, "1e5"])?;
    peers.read(figures, &["fixed-point", "1e5", rows_text, posterior_text])?;

    ours(workspace, figures, "scaling", &["1e6"])?;
    ours(workspace, figures, "scaling", &["--rows", rows_text, "1e6"])?;
    peers.read(figures, &["majority", "1e6", rows_text])?;
    peers.read(figures, &["dawid-skene", "1e6", rows_text, TOLERANCE])?;

    if extent == Extent::Whole {
        ours(workspace, figures, "scaling", &["1e7"])?;
        ours(workspace, figures, "scaling", &["--rows", rows_text, "1e7"])?;
        peers.read(figures, &["majority", "1e7", rows_text])?;
        // The peer takes the same path as we do when no item is left out, so it needs as many iterations.
        let iterations = figures.find(Side::Ours, "dawid-skene-1e7-every-item-iterations").unwrap_or(100.0);
        peers.read(figures, &["probe", "1e7", rows_text, &format!("{iterations:.0}")])?;
        ours(workspace, figures, "scaling", &["1e8"])?;
    }
    for file in [rows, posterior] {
        fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
    }
    Ok(())
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().with_context(|| format!("{} is not text", path.display()))
}

/// Runs an example of ours. One that fails leaves its bars without figures and the others to be measured.
fn ours(workspace: &Workspace, figures: &mut Figures, example: &str, arguments: &[&str]) -> Result<()> {
    let mut command = workspace.cargo();
    command.args(["run", "--locked", "--release", "--quiet", "-p", "corvee-consensus", "--example", example, "--"]);
    command.args(arguments);
    println!("$ {}", program::show(&command));
    let output = command.output().context("cannot start cargo")?;
    let printed = String::from_utf8_lossy(&output.stdout);
    print!("{printed}");
    if !output.status.success() {
        println!("NOT MEASURED: {example} ended with {}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    figures.read(&printed);
    Ok(())
}

/// The peers' programs, in a virtual environment below the build directory.
struct Peers {
    folder: PathBuf,
    python: PathBuf,
    script: PathBuf,
}

impl Peers {
    /// Makes sure that the packages are installed. Uses no network when they are.
    fn ensure(workspace: &Workspace) -> Result<Self> {
        let folder = workspace.target.join("bench-peers");
        let python = folder.join("bin/python");
        let script = folder.join("peers.py");
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let stamp = folder.join("installed");
        let wanted = PACKAGES.join("\n");
        if fs::read_to_string(&stamp).ok().as_ref() != Some(&wanted) {
            if program::find("python3").is_none() {
                bail!(
                    "python3 is missing: install Python 3.9 or newer with venv and pip (on Debian: `apt-get install python3-venv`), then repeat"
                );
            }
            program::run(workspace.command("python3").args(["-m", "venv"]).arg(&folder)).context(
                "cannot make a virtual environment: install Python's venv and pip (on Debian: `apt-get install python3-venv`)",
            )?;
            program::run(
                workspace
                    .command(&python)
                    .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
                    .args(PACKAGES),
            )
            .context("pip cannot install the peers: see whether its index is configured and within reach")?;
            fs::write(&stamp, &wanted).context("cannot note what pip installed")?;
        }
        fs::write(&script, PEERS).with_context(|| format!("cannot write {}", script.display()))?;
        Ok(Self { folder, python, script })
    }

    fn read<Argument: AsRef<std::ffi::OsStr>>(&self, figures: &mut Figures, arguments: &[Argument]) -> Result<()> {
        let mut command = Command::new(&self.python);
        command.arg(&self.script).args(arguments);
        println!("$ {}", program::show(&command));
        let printed = program::read(&mut command)?;
        print!("{printed}");
        figures.read(&printed);
        Ok(())
    }
}
