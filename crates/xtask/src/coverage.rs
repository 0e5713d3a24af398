//! The compiler as `fuzz` has cargo call it: with counters at every branch and comparison, which the stable compiler can add.
//! Knows no fuzz target.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result};

/// Set for the cargo that builds fuzz targets, and so for whatever it starts.
pub(crate) const ASKED: &str = "CORVEE_COVERAGE";

/// What the compiler adds, so that the fuzzer sees which bytes lead where.
pub(crate) const COUNTERS: [&str; 6] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "--cfg=fuzzing",
];
/// What else ours are compiled with: fast enough to be tried a million times in minutes, quick to compile, with the checks that
/// tests have.
const FAST: &str = "-Copt-level=1";

/// Whether this process is to be the compiler: cargo starts a wrapper with the compiler's path first.
pub(crate) fn is_asked() -> bool {
    std::env::var_os(ASKED).is_some()
}

/// Compiles one crate of ours.
///
/// # Errors
/// The compiler cannot be started.
pub(crate) fn compile(arguments: impl IntoIterator<Item = OsString>) -> Result<ExitCode> {
    let mut arguments = arguments.into_iter();
    let compiler = arguments.next().context("cargo names the compiler first")?;
    let arguments: Vec<OsString> = arguments.collect();
    let mut command = Command::new(&compiler);
    command.args(&arguments);
    if is_counted(&arguments) {
        command.args(COUNTERS).arg(FAST);
    }
    let status = command.status().with_context(|| format!("cannot start {}", compiler.display()))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Whether a crate's branches are counted: not of what runs while others are compiled, which no fuzzer starts.
fn is_counted(arguments: &[OsString]) -> bool {
    let mut names = arguments.iter().skip_while(|argument| *argument != "--crate-name").skip(1);
    names.next().is_some_and(|name| name != "build_script_build" && name != "___")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_are_counted_and_questions_and_build_scripts_are_not() {
        let counted = |line: &str| is_counted(&line.split(' ').map(OsString::from).collect::<Vec<_>>());
        assert!(counted("--crate-name corvee_seal --edition=2024 src/lib.rs"));
        assert!(!counted("--crate-name build_script_build build.rs"));
        assert!(!counted("- --crate-name ___ --print=file-names"));
        assert!(!counted("-vV"));
    }
}
