//! `corvee.toml` as it is written, and whether its numbers and addresses make sense together. Knows spans of the text, not its
//! lines.

use std::net::SocketAddr;
use std::ops::{Range, RangeInclusive};

use serde::Deserialize;
use toml::Spanned;

use super::addresses::{DatabaseUrl, ListenAddress, Network};
use super::{Config, SpritesConfig, share_a_port};
use crate::campaign::budget::BudgetLimits;
use crate::campaign::cost::{MachineLimits, SOLUTIONS};
use crate::images::place::Place;

/// Connections that a setting may name: more than a machine has ports.
const CONNECTIONS_MAX: u32 = 1_000_000;
/// Seconds of draining: longer than any balancer takes to notice.
const DRAIN_SECONDS_MAX: u32 = 300;
const MEMORY_KIB_MAX: u32 = 4096;
const WORK_MAX: u32 = 1_000_000;

/// The file.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Written {
    listen: Option<ListenAddress>,
    connections: Number,
    connections_per_network: Number,
    drain_seconds: Number,
    metrics: Option<Spanned<ListenAddress>>,
    trusted_proxies: Vec<Network>,
    budget: BudgetTable,
    machine: MachineTable,
    images: Place,
    sprites: SpritesConfig,
    database: Option<DatabaseUrl>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct BudgetTable {
    clean_challenges: Number,
    clean_failures: Number,
    challenges: Number,
    failures: Number,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct MachineTable {
    memory_kib: Number,
    base_work: Number,
    max_work: Number,
    base_puzzles: Number,
    puzzles: Number,
}

/// A number that may be absent; its place tells where it is wrong.
type Number = Option<Spanned<i64>>;

/// A value that makes no sense.
pub(super) struct Wrong {
    /// Bytes of the text.
    pub(super) span: Range<usize>,
    /// What is wrong, and what to write instead.
    pub(super) message: String,
}

impl Written {
    /// The settings, with the defaults where nothing is written.
    ///
    /// # Errors
    /// The first value that makes no sense.
    pub(super) fn checked(self) -> Result<Config, Wrong> {
        let otherwise = Config::default();
        let connections = |name: &'static str, written: Number, otherwise: usize, why: &'static str| {
            let otherwise = u32::try_from(otherwise).unwrap_or(CONNECTIONS_MAX);
            let n = Range32 { name, otherwise, range: 1..=CONNECTIONS_MAX, why }.of(written)?;
            Ok(usize::try_from(n).unwrap_or(usize::MAX))
        };
        let listen = self.listen.map_or(otherwise.listen, |listen| listen.0);
        Ok(Config {
            listen,
            connections: connections(
                "connections",
                self.connections,
                otherwise.connections,
                "leave it out for 4096, or write what LimitNOFILE permits",
            )?,
            connections_per_network: connections(
                "connections_per_network",
                self.connections_per_network,
                otherwise.connections_per_network,
                "leave it out for 256, or write as many as connections for no such limit",
            )?,
            drain_seconds: Range32 {
                name: "drain_seconds",
                otherwise: otherwise.drain_seconds,
                range: 0..=DRAIN_SECONDS_MAX,
                why: "write as many seconds as the balancer takes to notice that the collector is not ready",
            }
            .of(self.drain_seconds)?,
            metrics: metrics(self.metrics, listen)?,
            trusted_proxies: self.trusted_proxies.into_iter().map(|network| network.0).collect(),
            budget: self.budget.checked(otherwise.budget)?,
            machine: self.machine.checked(otherwise.machine)?,
            images: self.images,
            sprites: self.sprites,
            database: self.database,
        })
    }
}

fn metrics(written: Option<Spanned<ListenAddress>>, listen: SocketAddr) -> Result<Option<SocketAddr>, Wrong> {
    let Some(written) = written else { return Ok(None) };
    let (span, metrics) = (written.span(), written.into_inner().0);
    if share_a_port(metrics, listen) {
        let message = format!(
            "metrics = \"{metrics}\": the collector listens on {listen}: give the figures a port of their own, such as \
             127.0.0.1:9464"
        );
        return Err(Wrong { span, message });
    }
    Ok(Some(metrics))
}

impl BudgetTable {
    fn checked(self, otherwise: BudgetLimits) -> Result<BudgetLimits, Wrong> {
        const NOBODY: &str =
            "with none nobody could ever label; to let no visitor label: corvee site change KEY --turn machine";
        let any = |name, written, otherwise| Range32 { name, otherwise, range: 0..=u32::MAX, why: "" }.of(written);
        let some = |name, written, otherwise| Range32 { name, otherwise, range: 1..=u32::MAX, why: NOBODY }.of(written);
        Ok(BudgetLimits {
            clean_challenges: any("clean_challenges", self.clean_challenges, otherwise.clean_challenges)?,
            clean_failures: any("clean_failures", self.clean_failures, otherwise.clean_failures)?,
            challenges: some("challenges", self.challenges, otherwise.challenges)?,
            failures: some("failures", self.failures, otherwise.failures)?,
        })
    }
}

impl MachineTable {
    fn checked(self, otherwise: MachineLimits) -> Result<MachineLimits, Wrong> {
        let Self { memory_kib, base_work, max_work, base_puzzles, puzzles } = self;
        let number = |name, written, otherwise, range, why| Range32 { name, otherwise, range, why }.of(written);
        let memory_kib = number(
            "memory_kib",
            memory_kib,
            otherwise.memory_kib,
            8..=MEMORY_KIB_MAX,
            "a proof at 4096 takes the collector some 30 ms to check",
        )?;
        let base_work = number(
            "base_work",
            base_work,
            otherwise.base_work,
            2 * u32::from(SOLUTIONS)..=WORK_MAX,
            "a puzzle wants several numbers and each takes two hashes at least",
        )?;
        let max_work = number(
            "max_work",
            max_work,
            otherwise.max_work.max(base_work),
            base_work..=WORK_MAX,
            "no less than base_work",
        )?;
        let base_puzzles = number("base_puzzles", base_puzzles, otherwise.base_puzzles, 0..=u32::MAX, "")?;
        let puzzles = number(
            "puzzles",
            puzzles,
            otherwise.puzzles,
            1..=u32::MAX,
            "with none the way without labelling would be closed to everybody",
        )?;
        Ok(MachineLimits { memory_kib, base_work, max_work, base_puzzles, puzzles })
    }
}

/// What a number may be.
struct Range32 {
    name: &'static str,
    otherwise: u32,
    range: RangeInclusive<u32>,
    /// Said when it is not; may be empty.
    why: &'static str,
}

impl Range32 {
    fn of(self, written: Number) -> Result<u32, Wrong> {
        let Self { name, otherwise, range, why } = self;
        let Some(written) = written else { return Ok(otherwise) };
        let (span, number) = (written.span(), written.into_inner());
        if let Ok(number) = u32::try_from(number)
            && range.contains(&number)
        {
            return Ok(number);
        }
        let least = range.start();
        let wanted = if *range.end() == u32::MAX && number < i64::from(*least) {
            format!("{least} or more")
        } else {
            format!("{least} to {}", range.end())
        };
        let because = if why.is_empty() { String::new() } else { format!("; {why}") };
        Err(Wrong { span, message: format!("{name} = {number}: it must be {wanted}{because}") })
    }
}
