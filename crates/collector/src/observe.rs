//! What an operator sees of a running collector. Logs: to standard error, level by `CORVEE_LOG`, as JSON on request. Never an address, a secret or a token.

pub mod figures;

use std::io::IsTerminal as _;

use anyhow::Context as _;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// What names the level.
const LEVEL_VARIABLE: &str = "CORVEE_LOG";
/// What is logged without it.
const LEVEL: &str = "corvee=info,warn";

/// Starts logging for this process.
///
/// # Errors
/// `CORVEE_LOG` names no level.
pub fn start(json: bool) -> anyhow::Result<()> {
    let wish = std::env::var_os(LEVEL_VARIABLE).unwrap_or_default();
    let wish = wish.to_str().with_context(|| format!("{LEVEL_VARIABLE} is not UTF-8"))?;
    let logs = tracing_subscriber::fmt().with_env_filter(filter(wish)?).with_writer(std::io::stderr).with_target(false);
    let started = if json {
        logs.json().try_init()
    } else {
        logs.with_ansi(std::io::stderr().is_terminal()).without_time().try_init()
    };
    if started.is_err() {
        tracing::debug!("logging was started before");
    }
    Ok(())
}

/// What is logged by this wish: levels, each alone or for one part of the program.
fn filter(wish: &str) -> anyhow::Result<EnvFilter> {
    if wish.trim().is_empty() {
        return Ok(EnvFilter::new(LEVEL));
    }
    // A word that is no level would be taken for a part of the program, and silence everything else.
    let level = |part: &'_ str| part.rsplit_once('=').map_or(part, |(_, level)| level).trim().to_owned();
    let wrong = wish.split(',').map(level).find(|level| level.is_empty() || level.parse::<LevelFilter>().is_err());
    let remedy = "write error, warn, info, debug, trace or off, alone or for a part, such as corvee=debug,warn";
    if let Some(wrong) = wrong {
        anyhow::bail!("{LEVEL_VARIABLE}={wish}: {wrong:?} is no level: {remedy}");
    }
    EnvFilter::try_new(wish).map_err(|error| anyhow::anyhow!("{LEVEL_VARIABLE}={wish}: {error}: {remedy}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_that_is_none_is_refused() {
        for wish in ["verbose", "corvee", "corvee=loud", "info,", "corvee=", "=", "info,shout"] {
            let told = filter(wish).unwrap_err().to_string();
            assert!(told.starts_with(&format!("CORVEE_LOG={wish}: ")), "{told}");
            assert!(told.contains("is no level: write error, warn, info, debug, trace or off"), "{told}");
        }
    }

    #[test]
    fn levels_are_for_everything_or_for_a_part() {
        for (wish, expected) in
            [("", LEVEL), (" ", LEVEL), ("debug", "debug"), ("corvee=debug,warn", "corvee=debug,warn"), ("OFF", "off")]
        {
            assert_eq!(filter(wish).unwrap().to_string(), EnvFilter::new(expected).to_string(), "{wish}");
        }
    }
}
