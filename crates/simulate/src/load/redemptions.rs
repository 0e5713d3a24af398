//! What a site's server asks, and nothing else: tokens are earned first, then all are redeemed as fast as they can be.
//! Knows no sprite.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use corvee_protocol::Token;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::figures::{LoadFigures, Samples};
use super::{Load, collect};
use crate::client::Client;
use crate::error::SimulateError;
use crate::forwarded;
use crate::run::check_networks;
use crate::session::Step;
use crate::target::Target;
use crate::tokens::{Page, pass};
use crate::truth::Truth;

/// A collector does some of its work after it has answered: worn variants, the log. Earning's is over before redeeming begins.
const AFTERWARDS: Duration = Duration::from_secs(2);

/// Redeems fresh tokens, as many as are earned in the time of the load; only the redeeming is in the figures. The target
/// must hold the site's secret.
///
/// # Errors
/// The first call that is not answered as the contract says; [`SimulateError::TurnedAway`] when networks get no challenge.
pub async fn redemptions(target: &Target, load: Load) -> Result<LoadFigures, SimulateError> {
    let client = Arc::new(Client::connect(target).await?);
    let campaign = client.campaign().await?;
    let truth = Arc::new(Truth::of(&campaign, &client.items().await?, target.labels.as_ref())?);
    check_networks(&client, load.first_network).await?;
    let tokens = Arc::new(earn(&client, &truth, load).await?);
    tokio::time::sleep(AFTERWARDS).await;

    let start = Instant::now();
    let next = Arc::new(AtomicUsize::new(0));
    let mut workers = JoinSet::new();
    for _ in 0..load.workers() {
        let (client, tokens, next) = (Arc::clone(&client), Arc::clone(&tokens), Arc::clone(&next));
        let secret = target.secret.clone().unwrap_or_default();
        workers.spawn(async move {
            let mut samples = Samples::default();
            while let Some(token) = tokens.get(next.fetch_add(1, Ordering::Relaxed)) {
                let redeemed = client.redeem(token, &secret).await?;
                samples.note_request(Step::Redeem, redeemed.took, redeemed.bytes);
            }
            Ok::<_, SimulateError>(samples)
        });
    }
    collect(workers, start).await
}

/// Tokens in the order in which they were earned: sites ask about them in that order too, a moment later.
async fn earn(client: &Arc<Client>, truth: &Arc<Truth>, load: Load) -> Result<Vec<Token>, SimulateError> {
    let end = Instant::now() + load.over;
    let next_network = Arc::new(AtomicU32::new(load.first_network));
    let mut earning = JoinSet::new();
    for _ in 0..load.workers() {
        let (client, truth, next_network) = (Arc::clone(client), Arc::clone(truth), Arc::clone(&next_network));
        earning.spawn(async move {
            let mut tokens = Vec::new();
            while Instant::now() < end {
                let from = forwarded::address(next_network.fetch_add(1, Ordering::Relaxed));
                let token = pass(&client, &truth, &Page::default(), from).await?;
                tokens.push((Instant::now(), token));
            }
            Ok::<_, SimulateError>(tokens)
        });
    }
    let mut earned = Vec::new();
    while let Some(ended) = earning.join_next().await {
        earned.append(&mut ended??);
    }
    earned.sort_by_key(|(when, _)| *when);
    Ok(earned.into_iter().map(|(_, token)| token).collect())
}
