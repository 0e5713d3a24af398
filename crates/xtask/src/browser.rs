//! The browsers for the tests: found, or installed where that is allowed. Knows no test.

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::program;

pub(crate) mod debian;
mod firefox;
pub(crate) mod fonts;

pub(crate) use firefox::Firefox;

use debian::Missing;

const MISSING: Missing<'_> = Missing {
    what: "Chromium or its driver",
    packages: &["chromium", "chromium-driver", "fonts-dejavu-core"],
    elsewhere: "install both and set CHROMIUM and CHROMEDRIVER to their paths",
};

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
        MISSING.install()?;
        Self::find()?.with_context(|| {
            format!(
                "the packages {} brought no browser: set CHROMIUM and CHROMEDRIVER, then repeat",
                MISSING.packages.join(", ")
            )
        })
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
        if debian::is_root() {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_starts_the_browser_that_was_found() {
        let browser = Browser { chromium: "/opt/chromium".into(), chromedriver: "/opt/chromedriver".into() };
        let capabilities = browser.capabilities();
        assert_eq!(capabilities.pointer("/goog:chromeOptions/binary"), Some(&json!("/opt/chromium")));
    }
}
