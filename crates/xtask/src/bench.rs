//! `bench`: prints the figures that the documents quote. Measures nothing itself: each figure has its own program.

use anyhow::{Result, bail};
use clap::Args;

mod consensus;
mod speed;

use crate::workspace::Workspace;
use crate::{demo, dist, program};

/// Options of `bench`.
#[derive(Args)]
pub(crate) struct Options {
    /// One figure; all of them without a name
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(FIGURES.iter().map(|figure| figure.name)))]
    name: Option<String>,
    /// Leave out what takes minutes; its bars are then not judged
    #[arg(long)]
    quick: bool,
    /// How long a figure of speed is measured: seconds of one of its rounds, or of the whole flood
    #[arg(long)]
    seconds: Option<u32>,
}

struct Figure {
    name: &'static str,
    what: &'static str,
    print: fn(&Workspace, &Options) -> Result<()>,
}

const FIGURES: &[Figure] = &[
    Figure { name: "size", what: "bytes of a first visit, by part", print: size },
    Figure {
        name: "session",
        what: "full sessions a second beside a bare server, with latencies",
        print: speed::session,
    },
    Figure { name: "siteverify", what: "tokens redeemed a second beside a bare server", print: speed::siteverify },
    Figure {
        name: "commits",
        what: "answers committed a second beside the same rows without the writer",
        print: speed::commits,
    },
    Figure { name: "sprites", what: "screens joined a second beside screens encoded anew", print: speed::sprites },
    Figure { name: "scale", what: "challenges with a million items beside ten thousand", print: speed::scale },
    Figure { name: "flood", what: "memory and latencies under ten minutes of flood", print: speed::flood },
    Figure {
        name: "first-click",
        what: "requests, and from the click to grid or token, in Chromium and Firefox",
        print: first_click,
    },
    Figure { name: "leaks", what: "what a page keeps of ten widgets created and removed 1,000 times", print: leaks },
    Figure { name: "consensus", what: "estimates from many answers, beside crowd-kit", print: consensus },
    Figure { name: "machine", what: "the machine's turn: hash, check, scatter of work", print: machine },
    Figure { name: "photos", what: "labels of real photographs against their truth", print: photos },
];

/// The folder of real photographs, beside the repository.
const PHOTOS: &str = "../shared/data/photos/clothing";

/// Prints the named figure, or all of them.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let chosen = FIGURES.iter().filter(|figure| options.name.as_deref().is_none_or(|name| name == figure.name));
    for figure in chosen {
        println!("== {}: {}", figure.name, figure.what);
        (figure.print)(workspace, options)?;
    }
    Ok(())
}

fn size(workspace: &Workspace, _: &Options) -> Result<()> {
    dist::run(workspace, &dist::Options::default())
}

fn first_click(workspace: &Workspace, _: &Options) -> Result<()> {
    in_browsers(workspace, "first_click", &[])
}

fn leaks(workspace: &Workspace, _: &Options) -> Result<()> {
    in_browsers(workspace, "leaks", &["--", "--enforce"])
}

/// Runs an example of the widget's that visits a collector in real browsers.
fn in_browsers(workspace: &Workspace, example: &str, arguments: &[&str]) -> Result<()> {
    dist::ensure(workspace)?;
    let corvee = demo::build_release(workspace)?;
    let mut command = workspace.cargo();
    command.args(["run", "--locked", "--release", "--example", example]).args(arguments);
    crate::test::give_environment(workspace, &mut command, &corvee)?;
    program::run(&mut command)
}

fn consensus(workspace: &Workspace, options: &Options) -> Result<()> {
    let extent = if options.quick { consensus::Extent::Quick } else { consensus::Extent::Whole };
    consensus::run(workspace, extent)
}

fn machine(workspace: &Workspace, _: &Options) -> Result<()> {
    program::run(workspace.cargo().args(["run", "--locked", "--release", "-p", "corvee-work", "--example", "machine"]))
}

fn photos(workspace: &Workspace, _: &Options) -> Result<()> {
    let folder = workspace.path(PHOTOS);
    if !folder.is_dir() {
        bail!(
            "THE PHOTOGRAPHS ARE ABSENT: this figure needs the folder {PHOTOS}, relative to the repository; put it there, then repeat"
        );
    }
    dist::ensure(workspace)?;
    let corvee = demo::build_release(workspace)?;
    program::run(speed::simulate(workspace, "photos").arg("--corvee").arg(corvee).arg("--photos").arg(PHOTOS))
}
