//! Letters for every language in which pictures are taken. Knows languages by their codes, and no font by name.

use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use super::debian::Missing;
use crate::program;

/// Languages whose letters a bare machine lacks; the others are in the packages that come with them.
const LANGUAGES: [&str; 4] = ["ar", "he", "ja", "zh-cn"];

const MISSING: Missing<'_> = Missing {
    what: "Fonts for Arabic, Hebrew, Chinese and Japanese",
    packages: &["fontconfig", "fonts-dejavu-core", "fonts-noto-core", "fonts-noto-cjk"],
    elsewhere: "install fontconfig (for fc-list) and the Noto fonts",
};

/// Makes sure that no letter is shown as an empty box.
///
/// # Errors
/// Fonts are missing and may not be installed; the error says what to do.
pub(crate) fn ensure() -> Result<()> {
    if missing().is_empty() {
        return Ok(());
    }
    MISSING.install()?;
    let missing = missing();
    if !missing.is_empty() {
        bail!("the fonts were installed, and there is still none for: {}", missing.join(", "));
    }
    Ok(())
}

/// The languages that no font covers; all of them where fontconfig's list cannot be asked.
fn missing() -> Vec<&'static str> {
    let covered = |language: &&str| {
        let list = program::find("fc-list").and_then(|fc_list| {
            Command::new(fc_list).args([&format!(":lang={language}"), "family"]).stderr(Stdio::null()).output().ok()
        });
        list.is_some_and(|list| !list.stdout.trim_ascii().is_empty())
    };
    LANGUAGES.into_iter().filter(|language| !covered(language)).collect()
}
