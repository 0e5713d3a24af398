//! Looks a configuration over and says what to do: one finding a thing, the serious ones first. Makes nothing, and knows no
//! command line.

mod campaigns;
mod machine;
mod settings;

use std::path::Path;

use serde::Serialize;

use crate::clock::Clock;
use crate::config::{Config, DatabaseUrl};
use crate::data::{DataFolder, SEALING_KEYS_FILE};
use crate::images::shelf::Shelf;
use crate::requester::key::KEY_FILE;
use crate::store::{DATABASE_FILE, Store, StoreError};

/// How serious it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The collector does not work, or not safely, until it is mended.
    Wrong,
    /// It works; better is possible, or trouble is near.
    Advice,
    /// As it should be.
    Good,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How serious it is.
    pub verdict: Verdict,
    /// What was looked at.
    pub about: &'static str,
    /// What was found.
    pub found: String,
    /// What to do; empty when nothing is.
    pub remedy: String,
}

impl Finding {
    fn good(about: &'static str, found: impl Into<String>) -> Self {
        Self { verdict: Verdict::Good, about, found: found.into(), remedy: String::new() }
    }

    fn advice(about: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { verdict: Verdict::Advice, about, found: found.into(), remedy: remedy.into() }
    }

    fn wrong(about: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { verdict: Verdict::Wrong, about, found: found.into(), remedy: remedy.into() }
    }

    /// What an operation came to: good, or wrong with its error.
    fn of<T>(about: &'static str, outcome: &anyhow::Result<T>, good: impl Into<String>, remedy: &str) -> Self {
        match outcome {
            Ok(_) => Self::good(about, good),
            Err(error) => Self::wrong(about, format!("{error:#}"), remedy),
        }
    }
}

/// Looks at everything; the most serious first, otherwise in the order in which a collector starts. `named` is a database that
/// overrules the one of the settings.
pub async fn examine(
    data: &DataFolder,
    named: Option<&DatabaseUrl>,
    clock: &dyn Clock,
    has_bundle: bool,
) -> Vec<Finding> {
    let mut findings = vec![bundle(has_bundle)];
    let config = Config::load(data.path()).map_err(anyhow::Error::from);
    findings.push(Finding::of(
        "settings",
        &config,
        "corvee.toml is in order, or absent",
        "mend the line that is shown",
    ));
    if let Ok(config) = &config {
        findings.extend(settings::examine(config).await);
        findings.push(machine::files(config));
    }
    findings.extend(machine::folder(data.path()));
    findings.extend(keys(data));
    let config = config.unwrap_or_default();
    match open_database(data, named.or(config.database.as_ref())).await {
        Ok(store) => {
            let shelf = Shelf::existing(data.path(), &config.images);
            findings.extend(campaigns::examine(&store, &shelf, clock).await);
            store.close().await;
        }
        Err(finding) => findings.push(finding),
    }
    findings.sort_by_key(|finding| finding.verdict);
    findings
}

/// The database that a collector would use; a finding where there is none.
async fn open_database(data: &DataFolder, server: Option<&DatabaseUrl>) -> Result<Store, Finding> {
    const ABOUT: &str = "database";
    if let Some(url) = server {
        let remedy = "start the server, or mend the address: --database, corvee.toml or CORVEE_DATABASE_URL";
        let opened = Store::connect(url.expose()).await;
        return opened.map_err(|error| Finding::wrong(ABOUT, format!("{url} cannot be used: {error}"), remedy));
    }
    if !data.path().join(DATABASE_FILE).exists() {
        let remedy = "corvee campaign create, corvee site create, corvee import";
        return Err(Finding::advice(ABOUT, "there is none yet: the first of these makes it", remedy));
    }
    Store::open(data.path()).await.map_err(|error| Finding::wrong(ABOUT, error.to_string(), remedy_of_file(&error)))
}

/// What to do about a file that cannot be opened: only one that is damaged is ever put away.
fn remedy_of_file(error: &StoreError) -> &'static str {
    match error.file_code() {
        // SQLITE_PERM, SQLITE_READONLY, SQLITE_CANTOPEN
        Some(3 | 8 | 14) => {
            "let the user who runs the collector read and write the data folder and all files in it (chown -R, chmod -R u+rwX); \
             a disk that is mounted read-only has to be mounted anew"
        }
        // SQLITE_BUSY, SQLITE_LOCKED
        Some(5 | 6) => "another program holds the file: end that one",
        // SQLITE_IOERR, SQLITE_FULL
        Some(10 | 13) => "make room, and look at the disk: the file itself may be whole",
        _ => "stop the collector, keep the damaged file, and put a backup in its place",
    }
}

fn bundle(has_bundle: bool) -> Finding {
    if has_bundle {
        Finding::good("widget", "the widget's bundle is in this binary")
    } else {
        Finding::wrong(
            "widget",
            "this binary was built without the widget's bundle: visitors see nothing",
            "run `cargo xtask dist`, then build the binary again",
        )
    }
}

fn keys(data: &DataFolder) -> Vec<Finding> {
    let files = [SEALING_KEYS_FILE, KEY_FILE].map(|name| data.path().join(name));
    if files.iter().all(|path| !path.exists()) {
        let remedy = "corvee serve makes them; of several machines, copy them from the first before that";
        return vec![Finding::advice("keys", "there are none yet", remedy)];
    }
    let sealing =
        Finding::of("sealing keys", &data.sealing_keys(), "challenges can be sealed", "restore the file from a backup");
    let requester =
        Finding::of("requester key", &data.requester_key(), "the API can be used", "restore the file from a backup");
    let open = files.iter().filter_map(|path| machine::open_to_others(path)).map(|path| {
        let remedy = format!("chmod 600 {path}; then make new keys if others may have read it");
        Finding::wrong("keys", format!("{path} can be read by other users of this machine"), remedy)
    });
    [sealing, requester].into_iter().chain(open).collect()
}

/// A path as people read it.
fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests;
