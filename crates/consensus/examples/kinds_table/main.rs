//! Prints how the estimates of `kinds` fare on real answers with known truth, beside plain baselines: one line
//! `bar <name> <figure>` each, `peer` for a baseline, `note` for what is good to know. Takes the folder of the data sets; exits
//! with 2 when it is absent.
#![expect(clippy::print_stdout, reason = "printing the table is the purpose")]
#![expect(clippy::print_stderr, reason = "absent data is said aloud")]
#![expect(clippy::indexing_slicing, reason = "a table that indexes wrongly should stop")]

mod boxes;
mod masks;
mod ratings;
mod tables;
mod texts;

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let default = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/truth-inference"));
    let mut arguments = std::env::args_os().skip(1);
    let data = arguments.next().map_or(default, PathBuf::from);
    let only: Vec<String> = arguments.filter_map(|argument| argument.into_string().ok()).collect();
    if !data.is_dir() {
        eprintln!("NO DATA: {} is not a folder, so nothing was measured", data.display());
        return ExitCode::from(2);
    }
    let wanted = |kind: &str| only.is_empty() || only.iter().any(|name| name == kind);
    let print = || -> Result<(), String> {
        if wanted("rating") {
            ratings::print(&data, "emotion", (0.0, 100.0))?;
            ratings::print(&data, "valence", (-100.0, 100.0))?;
        }
        if wanted("boxes") {
            boxes::print(&data, "pedestrian-boxes")?;
        }
        if wanted("points") {
            boxes::print_points(&data, "pedestrian-boxes")?;
        }
        if wanted("masks") {
            masks::print(&data, "cell-masks")?;
        }
        if wanted("text") {
            for set in ["translation-t1", "translation-j1", "speech-dev-clean"] {
                texts::print(&data, set)?;
            }
        }
        Ok(())
    };
    match print() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("NO DATA: {problem}");
            ExitCode::from(2)
        }
    }
}
