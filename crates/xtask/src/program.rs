//! Starting other programs: shows what runs, tells what to do when it cannot. Knows none of them.

use std::env;
use std::ffi::OsStr;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context as _, Result, bail};

/// Runs the program to its end in this terminal.
///
/// # Errors
/// It could not be started, or left with a failure; the error shows the command so that it can be repeated alone.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let shown = show(command);
    println!("$ {shown}");
    let status = command.status().with_context(|| cannot_start(command))?;
    if !status.success() {
        bail!("`{shown}` ended with {status}; its output above says why");
    }
    Ok(())
}

/// What the program printed on standard output; its other output stays in this terminal.
///
/// # Errors
/// It could not be started, left with a failure, or printed something that is not UTF-8.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let output = command.stderr(Stdio::inherit()).output().with_context(|| cannot_start(command))?;
    if !output.status.success() {
        bail!("`{}` ended with {}", show(command), output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{}` printed something else than text", show(command)))
}

/// What the program made of these bytes.
///
/// # Errors
/// It could not be started, left with a failure, or its pipes broke.
pub(crate) fn filter(command: &mut Command, input: &[u8]) -> Result<Vec<u8>> {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().with_context(|| cannot_start(command))?;
    let mut stdin = child.stdin.take().context("the program has no standard input")?;
    // Written from a thread: a program that answers before it has read everything would block both sides.
    let output = thread::scope(|scope| {
        let writer = scope.spawn(move || stdin.write_all(input));
        let output = child.wait_with_output();
        drop(writer.join());
        output
    })?;
    if !output.status.success() {
        bail!("`{}` ended with {}; its output above says why", show(command), output.status);
    }
    Ok(output.stdout)
}

/// The program of this name on `PATH`.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|candidate| candidate.is_file())
}

/// The command as one would type it.
pub(crate) fn show(command: &Command) -> String {
    let program = PathBuf::from(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program()).to_string_lossy().into_owned();
    std::iter::once(name).chain(command.get_args().map(quote)).collect::<Vec<_>>().join(" ")
}

fn quote(argument: &OsStr) -> String {
    let text = argument.to_string_lossy();
    if text.is_empty() || text.contains([' ', '"', '$', '*']) { format!("'{text}'") } else { text.into_owned() }
}

fn cannot_start(command: &Command) -> String {
    format!("cannot start {}: install it or put it on PATH", command.get_program().to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_one_would_type_it() {
        let mut command = Command::new("/usr/bin/cargo");
        command.args(["test", "--", "a name with spaces"]);
        assert_eq!(show(&command), "cargo test -- 'a name with spaces'");
    }

    #[test]
    fn a_failing_program_is_an_error_that_names_the_command() {
        let error = run(Command::new("sh").args(["-c", "exit 3"])).unwrap_err().to_string();
        assert!(error.contains("sh -c 'exit 3'"), "{error}");
    }

    #[test]
    fn more_bytes_than_a_pipe_holds_pass_through_a_filter() {
        let bytes = vec![b'x'; 1 << 20];
        assert_eq!(filter(&mut Command::new("cat"), &bytes).unwrap(), bytes);
    }
}
