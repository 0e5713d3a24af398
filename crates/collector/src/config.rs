//! What an operator may set: `corvee.toml` in the data folder, overruled by the command line. Knows no default folder.

use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::Path;
use std::str::FromStr;

use ipnet::IpNet;
use serde::Deserialize;

use crate::campaign::budget::BudgetLimits;
use crate::campaign::cost::{MachineLimits, SOLUTIONS};
use crate::images::place::Place;
use crate::state::Limits;

/// The file inside the data folder.
pub const CONFIG_FILE: &str = "corvee.toml";

/// The settings of a collector.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// Connections at one time; further ones wait until one ends.
    pub connections: NonZeroUsize,
    /// Seconds to go on serving, not ready for more, after a signal to stop: as long as a balancer takes to notice.
    pub drain_seconds: u32,
    /// Address and port of `GET /metrics`; without it nothing is counted.
    pub metrics: Option<SocketAddr>,
    /// Networks whose `X-Forwarded-For` is believed, such as `["10.0.0.0/8"]`.
    pub trusted_proxies: Vec<IpNet>,
    /// What one address prefix may ask for in an hour.
    pub budget: BudgetConfig,
    /// What the machine's turn costs.
    pub machine: MachineConfig,
    /// Where pictures are kept.
    pub images: Place,
    /// Pictures rendered beforehand.
    pub sprites: SpritesConfig,
    /// The PostgreSQL that holds everything but pictures and keys; a SQLite file in the data folder when absent.
    pub database: Option<DatabaseUrl>,
}

/// Pictures rendered beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SpritesConfig {
    /// Memory for variants of tiles, in MiB; about 12 KB a tile. Tiles that find no room are rendered when they are shown.
    pub memory_mib: u16,
}

impl SpritesConfig {
    /// The same in bytes.
    pub fn memory_bytes(self) -> usize {
        usize::from(self.memory_mib) * 1024 * 1024
    }
}

impl Default for SpritesConfig {
    fn default() -> Self {
        Self { memory_mib: 256 }
    }
}

/// The address of a PostgreSQL database. Shown without its password.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct DatabaseUrl(String);

/// An address that is no PostgreSQL's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a database's address reads like postgres://USER@HOST/DATABASE; leave it out to keep everything in a SQLite file in \
     the data folder"
)]
pub struct NoDatabaseUrl;

impl DatabaseUrl {
    /// The address as it was given, password included.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for DatabaseUrl {
    type Err = NoDatabaseUrl;

    fn from_str(text: &str) -> Result<Self, NoDatabaseUrl> {
        let is_postgres = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
        if is_postgres { Ok(Self(text.to_owned())) } else { Err(NoDatabaseUrl) }
    }
}

impl TryFrom<String> for DatabaseUrl {
    type Error = NoDatabaseUrl;

    fn try_from(text: String) -> Result<Self, NoDatabaseUrl> {
        text.parse()
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, rest) = self.0.split_once("://").unwrap_or_default();
        // What follows `?` may name a password as well.
        let rest = rest.split_once('?').map_or(rest, |(place, _)| place);
        let (who, place) = rest.rsplit_once('@').map_or(("", rest), |(who, place)| (who, place));
        let user = who.split_once(':').map_or(who, |(user, _password)| user);
        let at = if user.is_empty() { "" } else { "@" };
        write!(f, "{scheme}://{user}{at}{place}")
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
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
    /// Failures after which none is issued, beyond one for every ten that passed.
    pub failures: u32,
}

/// What the machine's turn costs; checked as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "MachineTable")]
pub struct MachineConfig(MachineLimits);

/// The same as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct MachineTable {
    /// Memory of one hash, in KiB.
    memory_kib: u32,
    /// Hashes that a puzzle takes on average.
    base_work: u32,
    /// The same at most, whatever the load.
    max_work: u32,
    /// Puzzles of one prefix and hour at the base cost.
    base_puzzles: u32,
    /// Puzzles of one prefix and hour after which none is issued.
    puzzles: u32,
}

/// A cost that makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum MachineConfigError {
    #[error(
        "memory_kib = {0}: it must be 8 to 4096; a proof of {SOLUTIONS} hashes at 4096 takes the collector some 30 ms to check"
    )]
    Memory(u32),
    #[error("base_work = {0}: it must be {least} to 1000000; a puzzle wants {SOLUTIONS} numbers and each takes two hashes at least", least = 2 * SOLUTIONS)]
    BaseWork(u32),
    #[error("max_work = {max_work}: it must be {base_work} (base_work) to 1000000")]
    MaxWork { base_work: u32, max_work: u32 },
}

impl TryFrom<MachineTable> for MachineConfig {
    type Error = MachineConfigError;

    fn try_from(table: MachineTable) -> Result<Self, MachineConfigError> {
        const MEMORY_KIB_MAX: u32 = 4096;
        const WORK_MAX: u32 = 1_000_000;
        let MachineTable { memory_kib, base_work, max_work, base_puzzles, puzzles } = table;
        if !(8..=MEMORY_KIB_MAX).contains(&memory_kib) {
            return Err(MachineConfigError::Memory(memory_kib));
        }
        if !(2 * u32::from(SOLUTIONS)..=WORK_MAX).contains(&base_work) {
            return Err(MachineConfigError::BaseWork(base_work));
        }
        if !(base_work..=WORK_MAX).contains(&max_work) {
            return Err(MachineConfigError::MaxWork { base_work, max_work });
        }
        Ok(Self(MachineLimits { memory_kib, base_work, max_work, base_puzzles, puzzles }))
    }
}

impl Default for MachineTable {
    fn default() -> Self {
        let MachineLimits { memory_kib, base_work, max_work, base_puzzles, puzzles } = MachineLimits::default();
        Self { memory_kib, base_work, max_work, base_puzzles, puzzles }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            connections: NonZeroUsize::MIN.saturating_add(4095),
            drain_seconds: 1,
            metrics: None,
            trusted_proxies: Vec::new(),
            budget: BudgetConfig::default(),
            machine: MachineConfig::default(),
            images: Place::default(),
            sprites: SpritesConfig::default(),
            database: None,
        }
    }
}

impl Default for BudgetConfig {
    fn default() -> Self {
        let BudgetLimits { clean_challenges, clean_failures, challenges, failures } = BudgetLimits::default();
        Self { clean_challenges, clean_failures, challenges, failures }
    }
}

impl From<BudgetConfig> for BudgetLimits {
    fn from(config: BudgetConfig) -> Self {
        let BudgetConfig { clean_challenges, clean_failures, challenges, failures } = config;
        Self { clean_challenges, clean_failures, challenges, failures }
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
    /// What visitors may ask for.
    pub fn limits(&self) -> Limits {
        Limits { budget: self.budget.into(), machine: self.machine.0 }
    }

    /// The settings in a text.
    ///
    /// # Errors
    /// Where and why.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

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
        Self::parse(&text)
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
    fn the_machines_turn_costs_what_the_operator_says_if_it_makes_sense() {
        let config = load("[machine]\nmemory_kib = 512\nbase_work = 2000").unwrap();
        let expected = MachineLimits { memory_kib: 512, base_work: 2000, ..MachineLimits::default() };
        assert_eq!(config.limits(), Limits { machine: expected, ..Limits::default() });
        for (text, part) in [
            ("memory_kib = 7", "memory_kib = 7: it must be 8 to 4096"),
            ("memory_kib = 4097", "memory_kib = 4097: it must be 8 to 4096"),
            ("base_work = 15", "base_work = 15: it must be 16 to 1000000"),
            ("base_work = 9000\nmax_work = 8999", "max_work = 8999: it must be 9000 (base_work) to 1000000"),
            ("work = 9000", "unknown field `work`"),
            ("base_work = -1", "line 3"),
        ] {
            let error = load(&format!("listen = \"127.0.0.1:1\"\n[machine]\n{text}")).unwrap_err();
            assert!(error.contains(part) && error.contains("at line "), "{error}");
        }
    }

    #[test]
    fn a_database_is_named_by_its_address_and_shown_without_its_password() {
        let shown = |text: &str| {
            let config = load(&format!("database = \"{text}\""))?;
            Ok::<_, String>(config.database.unwrap().to_string())
        };
        for (text, expected) in [
            ("postgres://corvee@db.example/corvee", "postgres://corvee@db.example/corvee"),
            ("postgresql://corvee:s3:c@ret@db.example:5433/x", "postgresql://corvee@db.example:5433/x"),
            ("postgres:///corvee?host=/run/postgresql&password=s3cret", "postgres:///corvee"),
        ] {
            assert_eq!(shown(text).unwrap(), expected);
            let debug = format!("{:?}", text.parse::<DatabaseUrl>().unwrap());
            assert!(!debug.contains("s3") && !debug.contains("ret@"), "{debug}");
        }
        let error = shown("mysql://x/y").unwrap_err();
        assert!(error.contains("line 1") && error.contains("postgres://USER@HOST/DATABASE"), "{error}");
    }

    #[test]
    fn a_mistake_is_shown_with_its_line() {
        let error = load("listen = \"127.0.0.1:8080\"\nlisten_on = 3\n").unwrap_err();
        assert!(error.contains("line 2") && error.contains("listen_on"), "{error}");
        let error = load("trusted_proxies = [\"10.0.0.0/80\"]").unwrap_err();
        assert!(error.contains("line 1"), "{error}");
    }
}
