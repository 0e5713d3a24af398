//! Looks a configuration over and says what to do: one finding a thing, the serious ones first. Changes nothing, and knows no
//! command line.

mod campaigns;
mod machine;
mod settings;

use std::path::Path;

use serde::Serialize;

use crate::clock::Clock;
use crate::config::Config;
use crate::data::DataFolder;
use crate::images::shelf::Shelf;
use crate::store::Store;

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

/// Looks at everything; the most serious first, otherwise in the order in which a collector starts.
pub async fn examine(data: &DataFolder, clock: &dyn Clock, has_bundle: bool) -> Vec<Finding> {
    let mut findings = vec![bundle(has_bundle)];
    let config = Config::load(data.path()).map_err(anyhow::Error::from);
    findings.push(Finding::of(
        "settings",
        &config,
        "corvee.toml is in order, or absent",
        "mend the line that is shown",
    ));
    let place = config.as_ref().map(|config| config.images.clone()).unwrap_or_default();
    if let Ok(config) = &config {
        findings.extend(settings::examine(config).await);
        findings.push(machine::files(config));
    }
    findings.extend(machine::folder(data.path()));
    findings.extend(keys(data));
    match Store::open(data.path()).await {
        Ok(store) => {
            findings.extend(campaigns::examine(&store, &Shelf::open(data.path(), &place), clock).await);
            store.close().await;
        }
        Err(error) => findings.push(Finding::wrong(
            "database",
            error.to_string(),
            "stop the collector, keep the damaged file, and put a backup in its place",
        )),
    }
    findings.sort_by_key(|finding| finding.verdict);
    findings
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
    let sealing =
        Finding::of("sealing keys", &data.sealing_keys(), "challenges can be sealed", "restore the file from a backup");
    let requester =
        Finding::of("requester key", &data.requester_key(), "the API can be used", "restore the file from a backup");
    let open = [crate::data::SEALING_KEYS_FILE, crate::requester::key::KEY_FILE]
        .into_iter()
        .filter_map(|name| machine::open_to_others(&data.path().join(name)))
        .map(|path| {
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
