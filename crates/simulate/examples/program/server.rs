//! A server as a process of its own: started, awaited, stopped by its process id. Knows no route.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;
use tokio::time::timeout;

/// What a server prints when it accepts connections.
const LISTENING: &str = "listening on ";
/// A server that is not ready by then will not be.
const READY_WITHIN: Duration = Duration::from_mins(1);
/// A server that has not stopped by then is killed.
const STOPS_WITHIN: Duration = Duration::from_secs(20);

/// A running server. Dropped without [`Server::stop`], it is killed.
pub(crate) struct Server {
    /// Its address, such as `http://127.0.0.1:40123`.
    pub(crate) url: String,
    child: Child,
    log: PathBuf,
}

impl Server {
    /// Starts `command` in a process group of its own and waits until it listens. Its log goes to `log`.
    pub(crate) async fn start(mut command: Command, log: &Path) -> anyhow::Result<Self> {
        let shown = format!("{:?}", command.as_std());
        let mut child = command
            .process_group(0)
            .kill_on_drop(true)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(log).context("the log cannot be created")?)
            .spawn()
            .with_context(|| format!("cannot start {shown}"))?;
        let stdout = child.stdout.take().context("the server has no standard output")?.into_owned_fd()?;
        let (ready, listens) = oneshot::channel();
        std::thread::spawn(move || read_output(File::from(stdout), ready));
        match timeout(READY_WITHIN, listens).await {
            Ok(Ok(url)) => Ok(Self { url, child, log: log.to_owned() }),
            Ok(Err(_)) => bail!("{shown} ended before it listened\n{}", tail(log)),
            Err(_) => bail!("{shown} did not listen within {READY_WITHIN:?}\n{}", tail(log)),
        }
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> anyhow::Result<String> {
        Ok(self.child.id().context("the server has ended")?.to_string())
    }

    /// Asks it to stop, waits, and tells how many errors its log holds.
    pub(crate) async fn stop(mut self) -> anyhow::Result<usize> {
        let pid = self.pid()?;
        Command::new("kill").args(["-TERM", &pid]).status().await.context("cannot signal the server")?;
        if timeout(STOPS_WITHIN, self.child.wait()).await.is_err() {
            self.child.kill().await.context("cannot kill the server")?;
            bail!("the server did not stop within {STOPS_WITHIN:?}\n{}", tail(&self.log));
        }
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        Ok(log.lines().filter(|line| line.contains("ERROR") || line.contains("panicked")).count())
    }
}

/// Tells the address, and reads on so that the server never waits for a reader.
fn read_output(output: File, ready: oneshot::Sender<String>) {
    let mut ready = Some(ready);
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        if let Some(url) = line.strip_prefix(LISTENING)
            && let Some(ready) = ready.take()
        {
            // Whoever asked may have given up.
            drop(ready.send(url.trim().to_owned()));
        }
    }
}

fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines.get(lines.len().saturating_sub(20)..).unwrap_or_default().join("\n")
}
