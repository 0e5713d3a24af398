//! A program that runs beside a test and says on its standard output when it is ready. Knows no program in particular.

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, bail};

/// How long a program may take until it is ready; a debug build on a busy machine draws pictures slowly.
const PATIENCE: Duration = Duration::from_mins(3);
/// Lines kept between the reader and the test until the program is ready.
const LINES_AHEAD: usize = 4096;

/// A running program; ended by its id when dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    said: Arc<Mutex<Vec<String>>>,
}

impl Process {
    /// Starts `command` and waits for the first line in which `ready` finds something.
    ///
    /// # Errors
    /// It does not start, ends early, or is silent for three minutes; the error holds what it said.
    pub(crate) fn start<T>(mut command: Command, ready: impl Fn(&str) -> Option<T>) -> anyhow::Result<(Self, T)> {
        let name = format!("{command:?}");
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("{name} does not start"))?;
        let said = Arc::new(Mutex::new(Vec::new()));
        let (lines, heard) = sync_channel(LINES_AHEAD);
        if let Some(stderr) = child.stderr.take() {
            listen(stderr, Arc::clone(&said), None);
        }
        if let Some(stdout) = child.stdout.take() {
            listen(stdout, Arc::clone(&said), Some(lines));
        }
        let process = Self { child, said };
        loop {
            match heard.recv_timeout(PATIENCE) {
                Ok(line) => {
                    if let Some(found) = ready(&line) {
                        return Ok((process, found));
                    }
                }
                Err(RecvTimeoutError::Timeout) => bail!("{name} is not ready; it said:\n{}", process.said()),
                Err(RecvTimeoutError::Disconnected) => bail!("{name} ended early; it said:\n{}", process.said()),
            }
        }
    }

    /// Everything it has said so far.
    pub(crate) fn said(&self) -> String {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself; waiting is what matters, so that its files and its port are free afterwards.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Reads to the end, whoever still listens, so that the program never waits for its reader.
fn listen(output: impl Read + Send + 'static, said: Arc<Mutex<Vec<String>>>, lines: Option<SyncSender<String>>) {
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if let Some(lines) = &lines {
                // Nobody listens any more once the program is ready.
                drop(lines.try_send(line.clone()));
            }
            said.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    });
}
