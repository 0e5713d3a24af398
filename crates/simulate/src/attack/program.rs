//! Collectors as processes: a data folder with drawn pictures, made once and copied, and the program that serves it on
//! loopback. Knows no attack.

use core::time::Duration;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use corvee_protocol::{Hostname, SiteKey};
use corvee_seal::KeyRing;
use serde::Deserialize;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, oneshot};
use tokio::time::timeout;

use super::AttackError;
use super::pictures::{self, DRAWN};
use crate::target::Target;

/// The one campaign of every collector.
pub(super) const CAMPAIGN: &str = "bicycles";
/// What a server prints when it accepts connections.
const LISTENING: &str = "listening on ";
/// A server that is not ready by then will not be.
const READY_WITHIN: Duration = Duration::from_mins(1);
/// A server that has not stopped by then is killed.
const STOPS_WITHIN: Duration = Duration::from_secs(20);
/// The host name of the site's pages.
const HOSTNAME: &str = "127.0.0.1";
/// 512 networks stand for all visitors of a crowd: each may ask as often as it likes.
const UNLIMITED: &str = "[budget]\nclean_challenges = 100000000\nclean_failures = 100000000\nchallenges = 100000000\n\
                         failures = 100000000\n";

/// What a collector holds when it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stock {
    /// Drawn pictures.
    pub(super) pictures: u32,
    /// How many of a hundred are gold.
    pub(super) gold_percent: u32,
}

/// What one network may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Budget {
    /// As the collector is shipped.
    Shipped,
    /// As much as it likes.
    Unlimited,
}

/// The program, and a folder that goes when this is dropped.
pub struct Bench {
    corvee: PathBuf,
    pub(super) work_wasm: Option<PathBuf>,
    folder: TempDir,
    templates: Mutex<BTreeMap<Stock, Template>>,
    started: std::sync::atomic::AtomicU32,
}

#[derive(Clone)]
struct Template {
    data: PathBuf,
    site: Site,
    other: Site,
}

#[derive(Clone, Deserialize)]
struct Site {
    sitekey: SiteKey,
    secret: String,
}

/// A collector at work. Dropped without [`Running::stop`], it is killed.
pub(super) struct Running {
    /// Its campaign and its first site.
    pub(super) target: Target,
    /// The secret of a second site of the same operator.
    pub(super) other_secret: String,
    /// Its process id.
    pub(super) pid: u32,
    /// Its data folder.
    pub(super) data: PathBuf,
    child: Child,
    log: PathBuf,
}

impl Bench {
    /// A bench for the collector's release binary. `work_wasm` is the hash as browsers run it; without it A18 is not measured.
    ///
    /// # Errors
    /// There is no such program, or no temporary folder.
    pub fn new(corvee: &Path, work_wasm: Option<PathBuf>) -> Result<Self, AttackError> {
        let corvee = corvee.canonicalize().map_err(|source| AttackError::file(corvee, source))?;
        let folder =
            tempfile::tempdir().map_err(|source| AttackError::file(Path::new("a temporary folder"), source))?;
        Ok(Self {
            corvee,
            work_wasm,
            folder,
            templates: Mutex::default(),
            started: std::sync::atomic::AtomicU32::new(0),
        })
    }

    /// A fresh collector with this stock, served.
    pub(super) async fn collector(&self, stock: Stock, budget: Budget) -> Result<Running, AttackError> {
        let template = self.template(stock).await?;
        let number = self.started.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let data = self.folder.path().join(format!("data-{number}"));
        copy_folder(&template.data, &data)?;
        if budget == Budget::Unlimited {
            write(&data.join("corvee.toml"), UNLIMITED)?;
        }
        self.serve(&template, data).await
    }

    async fn serve(&self, template: &Template, data: PathBuf) -> Result<Running, AttackError> {
        let log = data.join("serve.log");
        let mut command = self.command(&data);
        command.args(["serve", "--listen", "127.0.0.1:0", "--trusted-proxy", "127.0.0.0/8"]);
        let stderr = File::create(&log).map_err(|source| AttackError::file(&log, source))?;
        let mut child = command
            .process_group(0)
            .kill_on_drop(true)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .map_err(|source| AttackError::file(&self.corvee, source))?;
        let told = |what: &str| AttackError::Program { what: format!("{what}\n{}", tail(&log)) };
        let stdout = child.stdout.take().and_then(|stdout| stdout.into_owned_fd().ok());
        let stdout = stdout.ok_or_else(|| told("the collector has no standard output"))?;
        let (ready, listens) = oneshot::channel();
        std::thread::spawn(move || read_output(File::from(stdout), ready));
        let url = match timeout(READY_WITHIN, listens).await {
            Ok(Ok(url)) => url,
            Ok(Err(_)) => return Err(told("the collector ended before it listened")),
            Err(_) => return Err(told("the collector did not listen in time")),
        };
        let pid = child.id().ok_or_else(|| told("the collector has ended"))?;
        let read = |name: &str| {
            let path = data.join(name);
            fs::read_to_string(&path).map_err(|source| AttackError::file(&path, source))
        };
        let keys = KeyRing::from_text(&read("sealing.keys")?).map_err(|error| told(&error.to_string()))?;
        let target = Target {
            url,
            sitekey: template.site.sitekey.clone(),
            hostname: HOSTNAME.parse::<Hostname>().map_err(|error| told(&error.to_string()))?,
            secret: Some(template.site.secret.clone()),
            campaign: CAMPAIGN.parse().map_err(|_cause| told("the campaign has no name"))?,
            keys,
            requester_key: read("requester.key")?.trim().to_owned(),
            labels: None,
        };
        Ok(Running { target, other_secret: template.other.secret.clone(), pid, data, child, log })
    }

    async fn template(&self, stock: Stock) -> Result<Template, AttackError> {
        let mut templates = self.templates.lock().await;
        if let Some(template) = templates.get(&stock) {
            return Ok(template.clone());
        }
        let data = self.folder.path().join(format!("stock-{}-{}", stock.pictures, stock.gold_percent));
        fs::create_dir(&data).map_err(|source| AttackError::file(&data, source))?;
        let drawn = self.folder.path().join("drawn");
        if !drawn.is_dir() {
            let folder = drawn.to_str().unwrap_or_default();
            self.call(&data, &["samples", "--count", &DRAWN.to_string(), folder]).await?;
        }
        let pictures = self.folder.path().join(format!("pictures-{}", stock.pictures));
        pictures::turn(&drawn, &pictures, stock.pictures)?;
        let pictures = pictures.to_str().unwrap_or_default().to_owned();
        let create =
            ["campaign", "create", CAMPAIGN, "--question", "en=Which pictures show a bicycle?", "--target", "bicycle"];
        let terms = ["--requester", "Attack bench", "--data-set", "drawn street scenes", "--licence", "CC0-1.0"];
        self.call(&data, &[&create[..], &terms[..]].concat()).await?;
        let site = self.create_site(&data, "first").await?;
        let other = self.create_site(&data, "second").await?;
        let gold = format!("0.{:02}", stock.gold_percent.min(99));
        self.call(&data, &["import", CAMPAIGN, &pictures, "--gold", &gold, "--seed", "5"]).await?;
        drop(fs::remove_dir_all(&pictures));
        let template = Template { data, site, other };
        templates.insert(stock, template.clone());
        Ok(template)
    }

    async fn create_site(&self, data: &Path, name: &str) -> Result<Site, AttackError> {
        let arguments = ["site", "create", "--name", name, "--hostname", HOSTNAME, "--campaign", CAMPAIGN];
        let printed = self.call(data, &arguments).await?;
        serde_json::from_str(&printed).map_err(|error| AttackError::Program { what: format!("a site reads {error}") })
    }

    /// Runs `corvee --data … --json` with these arguments and returns what it printed.
    pub(super) async fn call(&self, data: &Path, arguments: &[&str]) -> Result<String, AttackError> {
        let mut command = self.command(data);
        command.arg("--json").args(arguments);
        let output = command.output().await.map_err(|source| AttackError::file(&self.corvee, source))?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            let what = format!(
                "corvee {} ended with {}: {said}{}",
                arguments.join(" "),
                output.status,
                String::from_utf8_lossy(&output.stderr)
            );
            return Err(AttackError::Program { what });
        }
        Ok(said)
    }

    fn command(&self, data: &Path) -> Command {
        let mut command = Command::new(&self.corvee);
        command.arg("--data").arg(data);
        command
    }
}

impl Running {
    /// Asks it to stop, waits, and fails when its log holds an error.
    pub(super) async fn stop(mut self) -> Result<(), AttackError> {
        let pid = self.pid.to_string();
        let signalled = Command::new("kill").args(["-TERM", &pid]).status().await;
        signalled.map_err(|source| AttackError::file(Path::new("kill"), source))?;
        if timeout(STOPS_WITHIN, self.child.wait()).await.is_err() {
            drop(self.child.kill().await);
            return Err(AttackError::Program { what: format!("the collector did not stop\n{}", tail(&self.log)) });
        }
        let errors = self.log_lines(|line| line.contains("ERROR") || line.contains("panicked"));
        match errors.first() {
            None => Ok(()),
            Some(error) => Err(AttackError::Program { what: format!("the collector's log says: {error}") }),
        }
    }

    /// The lines of its log that are meant.
    pub(super) fn log_lines(&self, meant: impl Fn(&str) -> bool) -> Vec<String> {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        log.lines().filter(|line| meant(line)).map(str::to_owned).collect()
    }

    /// Memory it holds now, in KiB (Linux's `/proc`); `None` elsewhere.
    pub(super) fn memory_kib(&self) -> Option<u32> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid)).ok()?;
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok())
    }
}

/// Tells the address, and reads on so that the server never waits for a reader.
fn read_output(output: File, ready: oneshot::Sender<String>) {
    let mut ready = Some(ready);
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        if let Some(url) = line.strip_prefix(LISTENING)
            && let Some(ready) = ready.take()
        {
            drop(ready.send(url.trim().to_owned()));
        }
    }
}

fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines.get(lines.len().saturating_sub(20)..).unwrap_or_default().join("\n")
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), AttackError> {
    let failed = |source| AttackError::file(from, source);
    fs::create_dir(to).map_err(|source| AttackError::file(to, source))?;
    for entry in fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (path, copy) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_folder(&path, &copy)?;
        } else {
            fs::copy(&path, &copy).map_err(|source| AttackError::file(&path, source))?;
        }
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), AttackError> {
    fs::write(path, text).map_err(|source| AttackError::file(path, source))
}
