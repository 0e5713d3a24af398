//! Somebody who asks and never answers: challenges, with their sprites or without, from ever new networks. Knows no seal
//! and no truth.

use std::net::Ipv6Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use corvee_protocol::challenge::{Challenge, ChallengeRequest};
use corvee_protocol::{Dialect, Wish};
use reqwest::Url;
use tokio::task::JoinSet;

use super::figures::{LoadFigures, Samples};
use super::{Load, collect};
use crate::client::{english, http, json};
use crate::error::SimulateError;
use crate::session::Step;
use crate::target::{Loopback, Target};

/// Networks of the range for documentation, `2001:db8::/32` (RFC 3849): a /48 each.
const NETWORKS: u32 = 65_536;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flood {
    /// Challenges alone.
    Challenges,
    /// Challenges and the sprite of each.
    Sprites,
}

/// Asks for challenges without ever answering one, each from the next of 65,536 networks.
///
/// # Errors
/// The target is not this machine, or a request is refused.
pub async fn flood(target: &Target, flood: Flood, load: Load) -> Result<LoadFigures, SimulateError> {
    let loopback = Loopback::resolve(&target.url).await?;
    let http = http(&loopback)?;
    let at = |path: &str| {
        let mut url: Url = loopback.url.clone();
        url.set_path(path);
        url
    };
    let challenges = at("/v1/challenges");
    let base = at("/");
    let request = Arc::new(ChallengeRequest {
        sitekey: target.sitekey.clone(),
        hostname: target.hostname.clone(),
        language: english(),
        wish: Wish::Label,
        dialect: Dialect::default(),
        action: None,
        cdata: None,
    });
    let next_network = Arc::new(AtomicU32::new(load.first_network));
    let start = tokio::time::Instant::now();
    let end = start + load.over;
    let mut workers = JoinSet::new();
    for _ in 0..load.workers() {
        let (http, challenges, mut base) = (http.clone(), challenges.clone(), base.clone());
        let (request, next_network) = (Arc::clone(&request), Arc::clone(&next_network));
        workers.spawn(async move {
            let mut samples = Samples::default();
            while tokio::time::Instant::now() < end {
                let from = network(next_network.fetch_add(1, Ordering::Relaxed)).to_string();
                let asked = http.post(challenges.clone()).header("x-forwarded-for", &from).json(&*request);
                let issued = json::<Challenge>("POST /v1/challenges", asked).await?;
                samples.note_request(Step::Challenge, issued.took, issued.bytes);
                if flood == Flood::Sprites {
                    const CALL: &str = "GET the sprite";
                    base.set_path(&issued.reply.screen.sprite);
                    let begun = Instant::now();
                    let reply = http.get(base.clone()).header("x-forwarded-for", &from).send().await;
                    let reply = reply.and_then(reqwest::Response::error_for_status);
                    let failed = |source| SimulateError::Call { call: CALL, source };
                    let body = reply.map_err(failed)?.bytes().await.map_err(failed)?;
                    samples.note_request(Step::Sprite, begun.elapsed(), body.len());
                }
            }
            Ok::<_, SimulateError>(samples)
        });
    }
    collect(workers, start).await
}

fn network(number: u32) -> Ipv6Addr {
    let first = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
    Ipv6Addr::from_bits(first.to_bits() + (u128::from(number % NETWORKS) << 80))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_stay_in_the_range_for_documentation() {
        assert_eq!(network(0), Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1));
        assert_eq!(network(65_535), Ipv6Addr::new(0x2001, 0xdb8, 0xffff, 0, 0, 0, 0, 1));
        assert_eq!(network(65_536), network(0));
    }
}
