//! The machine: room on the disk, who may read the folder, how many files may be open.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use rustix::process::{Resource, getrlimit};

use super::{Finding, shown};
use crate::config::Config;

/// Room below which an import or a busy week may fill the disk.
const LITTLE_ROOM_BYTES: u64 = 2 << 30;
/// Room below which a commit may fail at any moment.
const NO_ROOM_BYTES: u64 = 64 << 20;
/// Files that are open besides connections: database, log, pictures.
const OTHER_FILES: u64 = 128;

/// The data folder: its room, its owner and its readers.
pub(super) fn folder(path: &Path) -> Vec<Finding> {
    let mut findings = vec![room(path)];
    let owner = std::fs::metadata(path).ok().map(|folder| folder.uid());
    findings.extend(owner.and_then(|owner| foreign(path, owner, rustix::process::geteuid().as_raw())));
    if let Some(path) = open_to_others(path) {
        let found = format!("other users of this machine can look into {path}");
        findings.push(Finding::advice("data folder", found, format!("chmod 700 {path}")));
    }
    findings
}

/// Whoever makes files in another user's folder makes them for itself alone: the collector could not read them.
fn foreign(path: &Path, owner: u32, own: u32) -> Option<Finding> {
    (owner != own).then(|| {
        let found = format!("{} belongs to user {owner}, and this runs as user {own}", shown(path));
        let remedy = format!(
            "run every command on it as its owner: runuser -u \"$(stat -c %U {0})\" -- corvee --data {0} …; after a \
             restore, chown -R its files first",
            shown(path)
        );
        Finding::advice("data folder", found, remedy)
    })
}

fn room(path: &Path) -> Finding {
    const ABOUT: &str = "disk";
    let free = match rustix::fs::statvfs(path) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => {
            return Finding::wrong(ABOUT, format!("{}: {error}", shown(path)), "make the folder readable and writable");
        }
    };
    let found = format!("{} MiB are free in {}", free >> 20, shown(path));
    match free {
        ..NO_ROOM_BYTES => {
            Finding::wrong(ABOUT, found, "make room at once: answers will be refused, none will be lost")
        }
        NO_ROOM_BYTES..LITTLE_ROOM_BYTES => Finding::advice(ABOUT, found, "make room; docs/operating.md says how much"),
        LITTLE_ROOM_BYTES.. => Finding::good(ABOUT, found),
    }
}

/// The path, when users other than its owner may read what is there.
pub(super) fn open_to_others(path: &Path) -> Option<String> {
    let mode = std::fs::metadata(path).ok()?.permissions().mode();
    (mode & 0o077 != 0).then(|| shown(path))
}

/// Whether as many connections as the settings permit may be open.
pub(super) fn files(config: &Config) -> Finding {
    const ABOUT: &str = "open files";
    let wanted = u64::try_from(config.connections).unwrap_or(u64::MAX).saturating_add(OTHER_FILES);
    match getrlimit(Resource::Nofile).current {
        Some(limit) if limit < wanted => Finding::advice(
            ABOUT,
            format!(
                "{limit} files may be open in this shell, {wanted} are wanted for {} connections",
                config.connections
            ),
            "raise LimitNOFILE in the unit (the one in packaging/systemd does), or lower `connections`",
        ),
        _ => Finding::good(ABOUT, format!("{} connections may be open", config.connections)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_looks_at_anothers_folder_is_told_to_become_its_owner() {
        let path = Path::new("/var/lib/corvee");
        assert_eq!(foreign(path, 999, 999), None);
        let finding = foreign(path, 999, 0).unwrap();
        assert_eq!(finding.found, "/var/lib/corvee belongs to user 999, and this runs as user 0");
        assert!(
            finding.remedy.contains("runuser -u \"$(stat -c %U /var/lib/corvee)\" -- corvee"),
            "{}",
            finding.remedy
        );
    }
}
