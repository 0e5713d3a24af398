//! What an operator may set: `corvee.toml` in the data folder, overruled by the command line. Knows no default folder.

use std::net::SocketAddr;
use std::path::Path;

use ipnet::IpNet;
use serde::Deserialize;

use crate::campaign::budget::BudgetLimits;

/// The file inside the data folder.
pub const CONFIG_FILE: &str = "corvee.toml";

/// The settings of a collector.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// Networks whose `X-Forwarded-For` is believed, such as `["10.0.0.0/8"]`.
    pub trusted_proxies: Vec<IpNet>,
    /// What one address prefix may ask for in an hour.
    pub budget: BudgetConfig,
}

/// What one address prefix may ask for in an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BudgetConfig {
    /// Challenges after which more evidence is asked for.
    pub clean_challenges: u32,
    /// Failed challenges after which more evidence is asked for.
    pub clean_failures: u32,
    /// Challenges after which none is issued.
    pub challenges: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            trusted_proxies: Vec::new(),
            budget: BudgetConfig::default(),
        }
    }
}

impl Default for BudgetConfig {
    fn default() -> Self {
        let BudgetLimits { clean_challenges, clean_failures, challenges } = BudgetLimits::default();
        Self { clean_challenges, clean_failures, challenges }
    }
}

impl From<BudgetConfig> for BudgetLimits {
    fn from(config: BudgetConfig) -> Self {
        let BudgetConfig { clean_challenges, clean_failures, challenges } = config;
        Self { clean_challenges, clean_failures, challenges }
    }
}

/// Why the settings could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path} cannot be read: {source}")]
    Read {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file is wrong; the message shows the line.
    #[error("{path} is not valid:\n{source}")]
    Parse {
        /// The file.
        path: String,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
}

impl Config {
    /// The settings in `data`; the defaults when there is no file.
    pub fn load(data: &Path) -> Result<Self, ConfigError> {
        let path = data.join(CONFIG_FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => {
                return Err(ConfigError::Read { path: path.display().to_string(), source });
            }
        };
        toml::from_str(&text)
            .map_err(|source| ConfigError::Parse { path: path.display().to_string(), source: Box::new(source) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Config, String> {
        let data = tempfile::tempdir().unwrap();
        std::fs::write(data.path().join(CONFIG_FILE), text).unwrap();
        Config::load(data.path()).map_err(|error| error.to_string())
    }

    #[test]
    fn an_absent_file_means_the_defaults() {
        let data = tempfile::tempdir().unwrap();
        assert_eq!(Config::load(data.path()).unwrap(), Config::default());
        assert_eq!(load("").unwrap(), Config::default());
    }

    #[test]
    fn settings_overrule_defaults_one_by_one() {
        let config =
            load("listen = \"0.0.0.0:9000\"\ntrusted_proxies = [\"10.0.0.0/8\"]\n[budget]\nchallenges = 7").unwrap();
        assert_eq!(config.listen.port(), 9000);
        assert_eq!(config.trusted_proxies.len(), 1);
        assert_eq!(config.budget, BudgetConfig { challenges: 7, ..BudgetConfig::default() });
    }

    #[test]
    fn a_mistake_is_shown_with_its_line() {
        let error = load("listen = \"127.0.0.1:8080\"\nlisten_on = 3\n").unwrap_err();
        assert!(error.contains("line 2") && error.contains("listen_on"), "{error}");
        let error = load("trusted_proxies = [\"10.0.0.0/80\"]").unwrap_err();
        assert!(error.contains("line 1"), "{error}");
    }
}
