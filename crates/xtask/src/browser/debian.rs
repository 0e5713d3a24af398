//! Debian's packages, installed where that is allowed without asking. Knows no package by name.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::program;

/// What is missing, which packages bring it, and what somebody does who has another system.
pub(crate) struct Missing<'a> {
    /// Such as "Chromium or its driver".
    pub(crate) what: &'a str,
    /// The packages that bring it.
    pub(crate) packages: &'a [&'a str],
    /// What to do where there are no such packages.
    pub(crate) elsewhere: &'a str,
}

impl Missing<'_> {
    /// Installs the packages.
    ///
    /// # Errors
    /// This is no Debian or we may not; the error holds the command to run.
    pub(crate) fn install(&self) -> Result<()> {
        let Some(become_root) = root_prefix() else { bail!(self.advice()) };
        println!("{}: missing. Installing Debian's.", self.what);
        program::run(&mut apt_get(&become_root, &["update"]))?;
        program::run(apt_get(&become_root, &["install", "-y", "--no-install-recommends"]).args(self.packages))
    }

    /// What to tell somebody whose machine we may not change.
    pub(crate) fn advice(&self) -> String {
        format!(
            "{}: missing, and cannot be installed from here. On Debian or Ubuntu run\n\n    \
             sudo apt-get update && sudo apt-get install -y --no-install-recommends {}\n\n\
             elsewhere {}; then repeat",
            self.what,
            self.packages.join(" "),
            self.elsewhere
        )
    }
}

/// Whether we are root.
pub(crate) fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
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
    fn who_may_not_install_is_given_the_command_and_the_way_round() {
        let missing = Missing { what: "A pen", packages: &["pen", "ink"], elsewhere: "set PEN to its path" };
        let advice = missing.advice();
        assert!(advice.contains("apt-get install -y --no-install-recommends pen ink\n"), "{advice}");
        assert!(advice.ends_with("elsewhere set PEN to its path; then repeat"), "{advice}");
    }
}
