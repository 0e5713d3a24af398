//! What the system says about this process: memory and processor time. Knows no estimator. Where there is no `/proc`,
//! there is nothing to say.

use std::fs;

const MIB: f64 = 1024.0;
/// Length of a tick of `/proc/self/stat`; every Linux machine of today has it.
const TICKS_PER_SECOND: f64 = 100.0;

/// Sets the high-water mark of the resident set back to what is resident now.
pub(crate) fn forget_peak() {
    // Only a measurement is lost where this is refused, and it then reads too high.
    drop(fs::write("/proc/self/clear_refs", "5"));
}

/// Resident now, in MiB.
pub(crate) fn resident_mib() -> Option<f64> {
    field("VmRSS:")
}

/// Most that was resident since [`forget_peak`], in MiB.
pub(crate) fn peak_mib() -> Option<f64> {
    field("VmHWM:")
}

fn field(name: &str) -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes / MIB)
}

/// Processor time of all threads so far, in seconds, to a hundredth.
pub(crate) fn processor_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / TICKS_PER_SECOND)
}
