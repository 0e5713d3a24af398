//! What an operator may set: `corvee.toml` in the data folder, overruled by the command line. Knows no default folder.

mod addresses;
mod mistake;
mod written;

use std::net::SocketAddr;
use std::path::Path;

use ipnet::IpNet;
use serde::Deserialize;

pub use self::addresses::{DatabaseUrl, listen_address, network};
pub use self::mistake::Mistake;
use self::written::Written;
use crate::campaign::budget::BudgetLimits;
use crate::campaign::cost::MachineLimits;
use crate::images::place::Place;
use crate::state::Limits;

/// The file inside the data folder.
pub const CONFIG_FILE: &str = "corvee.toml";

/// The settings of a collector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// Connections at one time; further ones wait until one ends.
    pub connections: usize,
    /// Connections of one network at one time, an IPv4 /24 or IPv6 /48; further ones are refused. Trusted proxies have no such limit.
    pub connections_per_network: usize,
    /// Seconds to go on serving, not ready for more, after a signal to stop: as long as a balancer takes to notice.
    pub drain_seconds: u32,
    /// Address and port of `GET /metrics`; without it nothing is counted.
    pub metrics: Option<SocketAddr>,
    /// Networks whose `X-Forwarded-For` is believed, such as `["10.0.0.0/8"]`.
    pub trusted_proxies: Vec<IpNet>,
    /// What one address prefix may ask for in an hour.
    pub budget: BudgetLimits,
    /// What the machine's turn costs.
    pub machine: MachineLimits,
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

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            connections: 4096,
            connections_per_network: 256,
            drain_seconds: 1,
            metrics: None,
            trusted_proxies: Vec::new(),
            budget: BudgetLimits::default(),
            machine: MachineLimits::default(),
            images: Place::default(),
            sprites: SpritesConfig::default(),
            database: None,
        }
    }
}

/// Whether whoever listens on one of them takes the other's place. Port 0 is always another one.
pub fn share_a_port(one: SocketAddr, other: SocketAddr) -> bool {
    let same_place = one.ip() == other.ip() || one.ip().is_unspecified() || other.ip().is_unspecified();
    one.port() != 0 && one.port() == other.port() && same_place
}

/// Why the settings could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path} cannot be read: {cause}")]
    Read {
        /// The file.
        path: String,
        /// Why.
        cause: std::io::Error,
    },
    /// The file is wrong; the message shows the line.
    #[error("{path} is not valid, {mistake}")]
    Parse {
        /// The file.
        path: String,
        /// Where and why.
        mistake: Mistake,
    },
}

impl Config {
    /// What visitors may ask for.
    pub fn limits(&self) -> Limits {
        Limits { budget: self.budget, machine: self.machine }
    }

    /// The settings in a text.
    ///
    /// # Errors
    /// Where and why.
    pub fn parse(text: &str) -> Result<Self, Mistake> {
        let written: Written = toml::from_str(text).map_err(|error| Mistake::of(text, &error))?;
        written.checked().map_err(|wrong| Mistake::at(text, wrong.span, wrong.message))
    }

    /// The settings in `data`; the defaults when there is no file.
    pub fn load(data: &Path) -> Result<Self, ConfigError> {
        let path = data.join(CONFIG_FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(cause) => {
                return Err(ConfigError::Read { path: path.display().to_string(), cause });
            }
        };
        Self::parse(&text).map_err(|mistake| ConfigError::Parse { path: path.display().to_string(), mistake })
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
        let config = load(
            "listen = \"0.0.0.0:9000\"\ntrusted_proxies = [\"10.0.0.0/8\", \"192.0.2.1\"]\n[budget]\nchallenges = 7",
        )
        .unwrap();
        assert_eq!(config.listen.port(), 9000);
        assert_eq!(config.trusted_proxies, ["10.0.0.0/8".parse().unwrap(), "192.0.2.1/32".parse().unwrap()]);
        assert_eq!(config.budget, BudgetLimits { challenges: 7, ..BudgetLimits::default() });
        let config = load("connections = 9\ndrain_seconds = 300\nmetrics = \"127.0.0.1:9464\"").unwrap();
        assert_eq!((config.connections, config.drain_seconds, config.metrics.unwrap().port()), (9, 300, 9464));
        assert_eq!(load("connections_per_network = 3").unwrap().connections_per_network, 3);
    }

    /// One line of settings, what is told of it, and the line that is shown.
    fn check(text: &str, told: &str, line: &str) {
        let error = load(&format!("# settings\n{text}\n")).unwrap_err();
        assert!(error.contains(told), "{text:?}: {error}");
        assert!(error.contains(&format!("\n{} | {line}\n", line_of(text, line) + 1)), "{text:?}: {error}");
    }

    fn line_of(text: &str, line: &str) -> usize {
        text.lines().position(|found| found == line).unwrap() + 1
    }

    #[test]
    fn the_machines_turn_costs_what_the_operator_says_if_it_makes_sense() {
        let config = load("[machine]\nmemory_kib = 512\nbase_work = 30000").unwrap();
        let expected =
            MachineLimits { memory_kib: 512, base_work: 30_000, max_work: 30_000, ..MachineLimits::default() };
        assert_eq!(config.limits(), Limits { machine: expected, ..Limits::default() });
        for (value, told) in [
            ("memory_kib = 7", "memory_kib = 7: it must be 8 to 4096"),
            ("memory_kib = 4097", "memory_kib = 4097: it must be 8 to 4096"),
            ("base_work = 15", "base_work = 15: it must be 16 to 1000000"),
            ("base_work = -1", "base_work = -1: it must be 16 to 1000000"),
            ("max_work = 8999", "max_work = 8999: it must be 9000 to 1000000; no less than base_work"),
            ("puzzles = 0", "puzzles = 0: it must be 1 or more; with none the way without labelling would be closed"),
            ("work = 9000", "unknown field `work`: there is `memory_kib`"),
            ("memory_kib = \"many\"", "it must be a whole number, and is the text \"many\""),
        ] {
            let base = if value.starts_with("max_work") { "base_work = 9000\n" } else { "" };
            check(&format!("listen = \"127.0.0.1:1\"\n[machine]\n{base}{value}"), told, value);
        }
    }

    #[test]
    fn what_would_stand_in_everybodys_way_is_refused_with_its_line() {
        let none = "with none nobody could ever label; to let no visitor label: corvee site change KEY --turn machine";
        check("[budget]\nchallenges = 0", &format!("challenges = 0: it must be 1 or more; {none}"), "challenges = 0");
        check("[budget]\nfailures = 0", "failures = 0: it must be 1 or more", "failures = 0");
        check("connections = 0", "connections = 0: it must be 1 to 1000000; leave it out for 4096", "connections = 0");
        let line = "connections_per_network = 0";
        check(line, "connections_per_network = 0: it must be 1 to 1000000; leave it out for 256", line);
        check("drain_seconds = 301", "drain_seconds = 301: it must be 0 to 300; write as many", "drain_seconds = 301");
        let unlimited = "clean_challenges = 4294967296";
        check(&format!("[budget]\n{unlimited}"), "it must be 0 to 4294967295", unlimited);
    }

    #[test]
    fn figures_have_a_port_of_their_own() {
        for (listen, metrics) in
            [("127.0.0.1:9000", "127.0.0.1:9000"), ("0.0.0.0:9000", "127.0.0.1:9000"), ("127.0.0.1:9000", "[::]:9000")]
        {
            let line = format!("metrics = \"{metrics}\"");
            let told = format!("{line}: the collector listens on {listen}: give the figures a port of their own");
            check(&format!("listen = \"{listen}\"\n{line}"), &told, &line);
        }
        check(
            "metrics = \"127.0.0.1:8080\"",
            "the collector listens on 127.0.0.1:8080",
            "metrics = \"127.0.0.1:8080\"",
        );
        assert!(load("listen = \"127.0.0.1:0\"\nmetrics = \"127.0.0.1:0\"").is_ok());
        assert!(load("listen = \"127.0.0.1:9000\"\nmetrics = \"127.0.0.2:9000\"").is_ok());
    }

    #[test]
    fn names_where_addresses_are_wanted_are_told() {
        let line = "listen = \"localhost:8080\"";
        check(line, "\"localhost:8080\" must be an IP address and a port, such as 127.0.0.1:8080", line);
        let line = "trusted_proxies = [\"10.0.0.1\", \"balancer\"]";
        check(line, "\"balancer\" must be an address or a network, such as 10.0.0.1, 10.0.0.0/8", line);
        let line = "trusted_proxies = [\"10.0.0.0/80\"]";
        check(line, "\"10.0.0.0/80\" must be an address or a network", line);
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
    fn a_mistake_is_told_once_with_its_line() {
        let error = load("listen = \"127.0.0.1:8080\"\nlisten_on = 3\n").unwrap_err();
        assert!(error.contains("at line 2, column 1:") && error.contains("unknown field `listen_on`"), "{error}");
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(CONFIG_FILE), "listen = 3").unwrap();
        let chain = format!("{:#}", anyhow::Error::from(Config::load(folder.path()).unwrap_err()));
        assert_eq!(chain.matches("it must be a text, and is the number 3").count(), 1, "{chain}");
    }

    /// The file that the documentation shows.
    #[test]
    fn the_file_in_the_documentation_says_what_holds_without_it() {
        let docs = include_str!("../../../docs/api.md");
        let (_, shown) = docs.split_once("`corvee.toml` in the data folder:\n\n```toml\n").unwrap();
        let (shown, _) = shown.split_once("```").unwrap();
        let expected = Config { trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()], ..Config::default() };
        assert_eq!(Config::parse(shown).map_err(|mistake| mistake.to_string()), Ok(expected));
        let table = include_str!("../../../docs/operating.md");
        for setting in [
            "listen",
            "trusted_proxies",
            "connections",
            "connections_per_network",
            "drain_seconds",
            "metrics",
            "database",
            "memory_mib",
            "base_work",
        ] {
            assert!(table.contains(setting), "docs/operating.md does not name {setting}");
        }
    }
}
