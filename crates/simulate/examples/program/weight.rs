//! What a process weighs: processor time and memory, from Linux's `/proc`. Knows no server.

use anyhow::Context as _;

/// Ticks a second in `/proc/{pid}/stat`; Linux tells user space 100 on every architecture.
const TICKS_A_SECOND: f64 = 100.0;

/// Seconds of processor time a process has used so far; `self` is this one.
pub(crate) fn processor_s(pid: &str) -> anyhow::Result<f64> {
    let stat = read(pid, "stat")?;
    // The program's name may hold spaces and ends with the last parenthesis; fields 14 and 15 are user and system ticks.
    let (_, fields) = stat.rsplit_once(')').context("/proc has an unknown form")?;
    let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<u32>).sum::<Result<u32, _>>()?;
    Ok(f64::from(ticks) / TICKS_A_SECOND)
}

/// Seconds of processor time that all programs of this machine have used so far.
pub(crate) fn machine_s() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/stat").context("this figure needs Linux's /proc")?;
    let all = stat.lines().next().and_then(|line| line.strip_prefix("cpu ")).context("/proc has an unknown form")?;
    let ticks = all.split_whitespace().map(str::parse::<u64>).collect::<Result<Vec<u64>, _>>()?;
    // user, nice, system, idle, iowait, irq, softirq, steal; what follows is counted in user already.
    let busy = ticks.iter().take(8).enumerate().filter(|(at, _)| !(3..=4).contains(at)).map(|(_, ticks)| ticks);
    Ok(busy.sum::<u64>() as f64 / TICKS_A_SECOND)
}

/// The largest memory a process has had, in KiB.
pub(crate) fn peak_memory_kib(pid: &str) -> anyhow::Result<u32> {
    let status = read(pid, "status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok());
    peak.context("the kernel tells no peak memory")
}

fn read(pid: &str, file: &str) -> anyhow::Result<String> {
    std::fs::read_to_string(format!("/proc/{pid}/{file}")).context("this figure needs Linux's /proc")
}
