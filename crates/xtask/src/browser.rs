//! The browser for the tests: found, or installed where that is allowed. Knows no test.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, bail};
use serde_json::{Value, json};

use crate::program;

const PACKAGES: [&str; 3] = ["chromium", "chromium-driver", "fonts-dejavu-core"];

/// A Chromium and the driver that belongs to it.
pub(crate) struct Browser {
    /// The browser's program.
    pub(crate) chromium: PathBuf,
    /// Its WebDriver server.
    pub(crate) chromedriver: PathBuf,
}

impl Browser {
    /// The browser of this machine; installs Debian's when there is none and we may.
    ///
    /// # Errors
    /// There is none and we may not install it; the error holds the command to run.
    pub(crate) fn ensure() -> Result<Self> {
        if let Some(browser) = Self::find()? {
            return Ok(browser);
        }
        let Some(become_root) = root_prefix() else {
            bail!(
                "Chromium or its driver is missing and cannot be installed from here. On Debian or Ubuntu run\n\n    \
                 sudo apt-get update && sudo apt-get install -y --no-install-recommends {}\n\n\
                 elsewhere install both and set CHROMIUM and CHROMEDRIVER to their paths; then repeat",
                PACKAGES.join(" ")
            );
        };
        println!("Chromium or its driver is missing: installing Debian's.");
        program::run(&mut apt_get(&become_root, &["update"]))?;
        program::run(apt_get(&become_root, &["install", "-y", "--no-install-recommends"]).args(PACKAGES))?;
        match Self::find()? {
            Some(browser) => Ok(browser),
            None => bail!(
                "the packages {} brought no browser: set CHROMIUM and CHROMEDRIVER, then repeat",
                PACKAGES.join(", ")
            ),
        }
    }

    /// What a WebDriver session asks for: no window, no background traffic, and flags for a machine without a GPU.
    pub(crate) fn capabilities(&self) -> Value {
        let mut arguments = vec![
            "--headless",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ];
        if is_root() {
            // Chromium refuses to start its sandbox as root.
            arguments.push("--no-sandbox");
        }
        json!({ "goog:chromeOptions": { "binary": self.chromium, "args": arguments } })
    }

    fn find() -> Result<Option<Self>> {
        let chromium = named("CHROMIUM", &["chromium", "chromium-browser", "google-chrome"])?;
        let chromedriver = named("CHROMEDRIVER", &["chromedriver"])?;
        Ok(chromium.zip(chromedriver).map(|(chromium, chromedriver)| Self { chromium, chromedriver }))
    }
}

/// The program that the variable names, else the first of `names` on `PATH`.
fn named(variable: &str, names: &[&str]) -> Result<Option<PathBuf>> {
    let Some(path) = env::var_os(variable).map(PathBuf::from) else {
        return Ok(names.iter().find_map(|name| program::find(name)));
    };
    if !path.is_file() {
        bail!("{variable} is set to {}, which is no file: correct it, or unset it to search PATH", path.display());
    }
    Ok(Some(path))
}

/// The words before a command that needs root, when there is a Debian and a way to be root without asking.
fn root_prefix() -> Option<Vec<&'static str>> {
    if !Path::new("/etc/debian_version").is_file() || program::find("apt-get").is_none() {
        return None;
    }
    if is_root() {
        return Some(Vec::new());
    }
    let without_password = Command::new("sudo").args(["-n", "true"]).stderr(Stdio::null()).status();
    without_password.is_ok_and(|status| status.success()).then(|| vec!["sudo", "-n"])
}

fn apt_get(become_root: &[&str], arguments: &[&str]) -> Command {
    let mut words =
        become_root.iter().chain(&["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]).chain(arguments);
    let mut command = Command::new(words.next().unwrap_or(&"env"));
    command.args(words);
    command
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn installing_never_asks_a_question() {
        assert_eq!(
            program::show(&apt_get(&["sudo", "-n"], &["update"])),
            "sudo -n env DEBIAN_FRONTEND=noninteractive apt-get -q update"
        );
        assert_eq!(program::show(&apt_get(&[], &["update"])), "env DEBIAN_FRONTEND=noninteractive apt-get -q update");
    }

    #[test]
    fn a_session_starts_the_browser_that_was_found() {
        let browser = Browser { chromium: "/opt/chromium".into(), chromedriver: "/opt/chromedriver".into() };
        let capabilities = browser.capabilities();
        assert_eq!(capabilities.pointer("/goog:chromeOptions/binary"), Some(&json!("/opt/chromium")));
    }
}
