//! Street scenes with their labels, drawn once by each build of the collector for all tests: that takes longer than what most of
//! them do. Knows no campaign.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::UNIX_EPOCH;

/// As many as any test wants.
const DRAWN: usize = 90;
/// The list of the labels: a line of names, a line for each picture.
const LABELS: &str = "labels.csv";
/// What a kept folder is called; the time at which the collector was built follows.
const KEPT: &str = "pictures-";

/// Puts the first `count` pictures into this folder, as `corvee samples --count` would.
pub(crate) fn put(count: usize, folder: &Path) {
    assert!(count <= DRAWN, "there are {DRAWN} pictures");
    let drawn = drawn();
    fs::create_dir_all(folder).unwrap();
    let labels = fs::read_to_string(drawn.join(LABELS)).unwrap();
    let lines: Vec<&str> = labels.lines().take(1 + count).collect();
    for line in lines.iter().skip(1) {
        let (file, _) = line.split_once(',').unwrap();
        fs::copy(drawn.join(file), folder.join(file)).unwrap();
    }
    fs::write(folder.join(LABELS), lines.join("\n") + "\n").unwrap();
}

fn drawn() -> PathBuf {
    let corvee = env!("CARGO_BIN_EXE_corvee");
    let built = fs::metadata(corvee).unwrap().modified().unwrap().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    let kept_in = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let kept = kept_in.join(format!("{KEPT}{built}"));
    if !kept.is_dir() {
        let folder = tempfile::tempdir_in(kept_in).unwrap();
        let mut command = Command::new(corvee);
        let output = command.args(["samples", "--count", &DRAWN.to_string()]).arg(folder.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        // It has the name when it is whole; another test may have been quicker.
        if fs::rename(folder.path(), &kept).is_ok() {
            drop(folder.keep());
        }
    }
    kept
}
