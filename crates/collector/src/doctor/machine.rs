//! The machine: room on the disk, who may read the folder, how many files may be open.

use std::os::unix::fs::PermissionsExt as _;
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

/// The data folder: its room and its readers.
pub(super) fn folder(path: &Path) -> Vec<Finding> {
    let mut findings = vec![room(path)];
    if let Some(path) = open_to_others(path) {
        let found = format!("other users of this machine can look into {path}");
        findings.push(Finding::advice("data folder", found, format!("chmod 700 {path}")));
    }
    findings
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
    let wanted = u64::try_from(config.connections.get()).unwrap_or(u64::MAX).saturating_add(OTHER_FILES);
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
