//! What an operator sees of a running collector. Logs: to standard error, level by `CORVEE_LOG`, as JSON on request. Never an address, a secret or a token.

pub mod figures;

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// Starts logging for this process.
pub fn start(json: bool) {
    let filter = EnvFilter::try_from_env("CORVEE_LOG").unwrap_or_else(|_| EnvFilter::new("corvee=info,warn"));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let started = if json {
        logs.json().try_init()
    } else {
        logs.with_ansi(std::io::stderr().is_terminal()).without_time().try_init()
    };
    if started.is_err() {
        tracing::debug!("logging was started before");
    }
}
