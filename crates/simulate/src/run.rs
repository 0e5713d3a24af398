//! Sends a crowd to a collector and reports what came of it. Knows no figure's meaning and no page.

use std::sync::Arc;

use indicatif::ProgressBar;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::client::Client;
use crate::crowd::{Arrival, Crowd};
use crate::error::SimulateError;
use crate::forwarded;
use crate::report::{Report, Tally};
use crate::session::{Session, Visit};
use crate::target::Target;
use crate::truth::Truth;
use crate::visitor::Visitor;

/// Lets everybody in the crowd through one session and reports what came of it. `progress` moves by one a session.
///
/// Nothing is answered before it is certain that the target is this machine, that the truth of every item is known, that
/// the keys open this collector's seals, and that visitors count as different networks.
///
/// # Errors
/// The first call that is not answered as the contract says ends the run; answers given until then stay.
pub async fn run(target: &Target, crowd: &Crowd, progress: &ProgressBar) -> Result<Report, SimulateError> {
    let client = Arc::new(Client::connect(target).await?);
    let campaign = client.campaign().await?;
    let truth = Arc::new(Truth::of(&campaign, &client.items().await?, target.labels.as_ref())?);
    let first_network = first_network(crowd.seed);
    check_networks(&client, first_network).await?;

    progress.set_length(u64::from(crowd.visitors));
    let start = Instant::now();
    let places = Arc::new(Semaphore::new(crowd.bounded_concurrency()));
    let mut under_way: JoinSet<Result<(Visitor, Session), SimulateError>> = JoinSet::new();
    let mut tally = Tally::default();
    for arrival in crowd.arrivals() {
        let (place, moment) = (Arc::clone(&places), start + arrival.after);
        sleep_until(moment).await;
        // The semaphore is never closed: there is always a place in the end.
        let Ok(place) = place.acquire_owned().await else { break };
        while let Some(ended) = under_way.try_join_next() {
            tally.note(ended??);
            progress.inc(1);
        }
        let (client, truth) = (Arc::clone(&client), Arc::clone(&truth));
        let retries = crowd.retries;
        under_way.spawn(async move {
            let outcome = attend(&client, &truth, arrival, first_network, retries).await;
            drop(place);
            outcome
        });
    }
    while let Some(ended) = under_way.join_next().await {
        tally.note(ended??);
        progress.inc(1);
    }
    let elapsed = start.elapsed();
    tally.report(&truth, &client.items().await?, elapsed)
}

async fn attend(
    client: &Client,
    truth: &Truth,
    arrival: Arrival,
    first_network: u32,
    retries: u32,
) -> Result<(Visitor, Session), SimulateError> {
    let Arrival { number, visitor, chance, .. } = arrival;
    let from = forwarded::address(first_network.wrapping_add(number));
    let session = Visit { client, truth, visitor, from, chance, retries }.run().await?;
    Ok((visitor, session))
}

/// Another seed begins in another network, so that a second crowd is not at once taken for the first.
fn first_network(seed: u64) -> u32 {
    // Fibonacci hashing spreads neighbouring seeds over all networks.
    let spread = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    u32::try_from(spread % u64::from(forwarded::NETWORKS)).unwrap_or(0)
}

/// Two networks must leave different hashes in the seals: otherwise all votes come from one, and nothing becomes final.
pub(crate) async fn check_networks(client: &Client, first: u32) -> Result<(), SimulateError> {
    let mut hashes = Vec::new();
    for number in [first, first + 1] {
        if let Some(challenge) = client.challenge(forwarded::address(number)).await? {
            hashes.push(client.open(&challenge.reply.challenge)?.prefix);
        }
    }
    match hashes.as_slice() {
        [one, other] if one == other => Err(SimulateError::OneNetwork),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn another_seed_begins_in_another_network() {
        let firsts: BTreeSet<u32> = (0..20).map(first_network).collect();
        assert_eq!(firsts.len(), 20);
        assert!(firsts.iter().all(|first| *first < forwarded::NETWORKS));
    }
}
