//! How much a collector can do: full sessions for a time, and the same sequence of requests against a bare server.
//!
//! A session is challenge, sprite, answer (a second screen where one is asked for), siteverify. Visitors answer the truth,
//! so that they pass. The bare server is the yardstick of the machine, the client and HTTP itself; what it does is its own
//! affair. Knows no process and no table.

mod echo;
mod figures;
mod flood;
mod redemptions;

use core::time::Duration;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::client::Client;
use crate::error::SimulateError;
use crate::forwarded;
use crate::run::check_networks;
use crate::session::Visit;
use crate::target::Target;
use crate::truth::Truth;
use crate::visitor::{PersonModel, Visitor};

pub use crate::session::Step;
pub use echo::{EchoPaths, echo, echo_redemptions};
pub use figures::{Latency, LoadFigures, Sizes, StepFigures};
pub use flood::{Flood, flood};
pub use redemptions::redemptions;

use figures::Samples;

/// Requests under way at once, at most.
const WORKERS_MAX: usize = 256;
/// Somebody who looks and never errs.
const TRUTHFUL: Visitor = Visitor::Person(PersonModel { true_positive: 1.0, false_positive: 0.0 });

/// How hard and how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// Sessions under way at once, 1 to 256; other values are moved into that range.
    pub workers: usize,
    /// After this time no session begins; those under way end and count.
    pub over: Duration,
    /// Visitors begin in this network, so that rounds do not share theirs.
    pub first_network: u32,
}

impl Load {
    fn workers(&self) -> usize {
        self.workers.clamp(1, WORKERS_MAX)
    }
}

/// Full sessions at a collector, each from the next network. The target must hold the site's secret.
///
/// # Errors
/// The first call that is not answered as the contract says. A session that does not pass is no error: it is counted.
pub async fn sessions(target: &Target, load: Load) -> Result<LoadFigures, SimulateError> {
    run(target, load, None).await
}

/// The same, but so many sessions begin a second, whether those before have ended or not, as long as not all workers are
/// busy; a session's time counts from when it was due.
///
/// # Errors
/// Those of [`sessions`].
pub async fn paced_sessions(target: &Target, load: Load, per_second: f64) -> Result<LoadFigures, SimulateError> {
    run(target, load, Some(per_second)).await
}

async fn run(target: &Target, load: Load, per_second: Option<f64>) -> Result<LoadFigures, SimulateError> {
    let client = Arc::new(Client::connect(target).await?);
    let campaign = client.campaign().await?;
    let truth = Arc::new(Truth::of(&campaign, &client.items().await?, target.labels.as_ref())?);
    check_networks(&client, load.first_network).await?;
    let next_network = Arc::new(AtomicU32::new(load.first_network));

    let start = Instant::now();
    let end = start + load.over;
    let mut workers = JoinSet::new();
    for _ in 0..load.workers() {
        let (client, truth, next_network) = (Arc::clone(&client), Arc::clone(&truth), Arc::clone(&next_network));
        workers.spawn(async move {
            let mut samples = Samples::default();
            loop {
                let number = next_network.fetch_add(1, Ordering::Relaxed);
                let due = per_second.map(|per_second| start + since_first(number - load.first_network, per_second));
                if due.unwrap_or_else(Instant::now) >= end {
                    return Ok::<_, SimulateError>(samples);
                }
                if let Some(due) = due {
                    tokio::time::sleep_until(due).await;
                }
                let mut chance = ChaCha8Rng::seed_from_u64(0);
                chance.set_stream(u64::from(number));
                let from = forwarded::address(number);
                let visit = Visit { client: &client, truth: &truth, visitor: TRUTHFUL, from, chance, retries: 0 };
                let begun = due.unwrap_or_else(Instant::now);
                let session = visit.run().await?;
                samples.note(&session, begun.elapsed());
            }
        });
    }
    collect(workers, start).await
}

fn since_first(number: u32, per_second: f64) -> Duration {
    Duration::from_secs_f64(f64::from(number) / per_second.max(f64::MIN_POSITIVE))
}

/// All workers' samples as figures.
async fn collect(
    mut workers: JoinSet<Result<Samples, SimulateError>>,
    start: Instant,
) -> Result<LoadFigures, SimulateError> {
    let mut samples = Samples::default();
    while let Some(ended) = workers.join_next().await {
        samples.merge(ended??);
    }
    Ok(samples.figures(start.elapsed()))
}
