//! Figures for Prometheus: what is counted, in which unit, and how it is written out. Knows names; whoever counts knows when.
//!
//! No figure has a label that a visitor could fill: routes, methods, outcomes and campaigns are all few.

use anyhow::Context as _;
use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Requests, by `route`, `method` and `status`.
pub const REQUESTS: &str = "corvee_http_requests_total";
/// Time until the head of a reply, by `route`.
pub const REQUEST_SECONDS: &str = "corvee_http_request_duration_seconds";
/// Open connections.
pub const CONNECTIONS: &str = "corvee_http_connections";
/// Connections refused because their network had as many as it may.
pub const CONNECTIONS_REFUSED: &str = "corvee_http_connections_refused_total";
/// Challenges (label) and puzzles or waits (machine) issued, by `wish`.
pub const CHALLENGES: &str = "corvee_challenges_total";
/// Answered screens, by `outcome`: passed, more or again.
pub const ANSWERS: &str = "corvee_answers_total";
/// Proofs and waits that earned a token.
pub const MACHINE_TURNS: &str = "corvee_machine_turns_total";
/// Tokens that sites asked about, by `outcome`: valid, seen, expired or unknown.
pub const REDEMPTIONS: &str = "corvee_redemptions_total";
/// Receipts whose votes were taken back.
pub const REMOVALS: &str = "corvee_removals_total";

/// Time of one group commit.
pub const COMMIT_SECONDS: &str = "corvee_commit_duration_seconds";
/// Writes in commits that succeeded.
pub const COMMIT_WRITES: &str = "corvee_commit_writes_total";
/// Gold that may be served, by `campaign` and `label`.
pub const GOLD: &str = "corvee_gold_items";

/// Tiles shown, by `variant`: fresh, worn (shown more often than it should be) or missed (rendered while somebody waited).
pub const TILES: &str = "corvee_tiles_total";
/// Bytes of variants kept in memory.
pub const VARIANT_BYTES: &str = "corvee_variant_bytes";

/// Bounds of buckets for durations: from half a millisecond to the longest a request may take.
const SECONDS: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0];

/// Everything that was counted so far.
#[derive(Clone)]
pub struct Figures {
    counted: PrometheusHandle,
    process: metrics_process::Collector,
}

impl Figures {
    /// Counts from now on, in the whole process. What is counted while nobody installed this costs nothing.
    ///
    /// # Errors
    /// It was installed before.
    pub fn install() -> anyhow::Result<Self> {
        let builder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS);
        let counted = builder.context("the bounds are wrong")?.install_recorder();
        let counted = counted.context("figures are counted already")?;
        describe_counter!(REQUESTS, "Requests by route, method and status.");
        describe_histogram!(REQUEST_SECONDS, Unit::Seconds, "Time until the head of the reply, by route.");
        describe_gauge!(CONNECTIONS, "Open connections.");
        describe_counter!(CONNECTIONS_REFUSED, "Connections refused because their network had as many as it may.");
        describe_counter!(CHALLENGES, "Challenges (label) and puzzles or waits (machine) issued.");
        describe_counter!(ANSWERS, "Answered screens: passed, more (one more screen) or again (another challenge).");
        describe_counter!(
            MACHINE_TURNS,
            "Tokens that devices earned by computing, or visitors without script by waiting."
        );
        describe_counter!(REDEMPTIONS, "Tokens that sites asked about: valid, seen, expired or unknown.");
        describe_counter!(REMOVALS, "Receipts whose votes were taken back.");
        describe_histogram!(COMMIT_SECONDS, Unit::Seconds, "Time of one group commit.");
        describe_counter!(COMMIT_WRITES, "Writes in commits that succeeded.");
        describe_gauge!(GOLD, "Gold that may be served, by campaign and label.");
        describe_counter!(
            TILES,
            "Tiles shown: in a fresh variant, a worn one, or one rendered while somebody waited (missed)."
        );
        describe_gauge!(VARIANT_BYTES, Unit::Bytes, "Variants of tiles kept in memory.");
        let process = metrics_process::Collector::default();
        process.describe();
        Ok(Self { counted, process })
    }

    /// All of it in Prometheus' text format.
    pub fn text(&self) -> String {
        self.process.collect();
        self.counted.run_upkeep();
        self.counted.render()
    }
}
