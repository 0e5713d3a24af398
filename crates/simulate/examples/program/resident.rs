//! Memory that a process has now, from Linux's `/proc`. Knows no server.

use anyhow::Context as _;

/// Resident memory of a process, in KiB.
pub(crate) fn resident_kib(pid: &str) -> anyhow::Result<u32> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).context("this figure needs Linux's /proc")?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok());
    resident.context("the kernel tells no memory")
}
