//! What a crowd is sent to, and the proof that it is this machine. Knows no visitor.

use std::net::SocketAddr;

use corvee_protocol::{CampaignName, Hostname, SiteKey};
use corvee_seal::KeyRing;
use reqwest::Url;

use crate::error::SimulateError;
use crate::truth::Labels;

/// A collector on this machine, one of its sites and a campaign, with the operator's keys.
#[derive(Clone)]
pub struct Target {
    /// Where it listens, such as `http://127.0.0.1:8080`; must be a loopback address.
    pub url: String,
    /// Site key of the page.
    pub sitekey: SiteKey,
    /// Host name of the page.
    pub hostname: Hostname,
    /// The site's secret. With it every token is redeemed, and the reply checked.
    pub secret: Option<String>,
    /// The campaign that the site asks for, and no other.
    pub campaign: CampaignName,
    /// The operator's sealing keys.
    pub keys: KeyRing,
    /// The bearer key of the requester API.
    pub requester_key: String,
    /// Truth of items for which the collector holds none.
    pub labels: Option<Labels>,
}

/// An address that has been proven to be this machine's.
#[derive(Clone, Debug)]
pub(crate) struct Loopback {
    pub(crate) url: Url,
    pub(crate) host: String,
    pub(crate) addresses: Vec<SocketAddr>,
}

impl Loopback {
    /// Resolves the host of `url`.
    ///
    /// # Errors
    /// Not an `http` address, or any of the host's addresses is not a loopback address.
    pub(crate) async fn resolve(url: &str) -> Result<Self, SimulateError> {
        let malformed = || SimulateError::Address { url: url.to_owned() };
        let parsed = Url::parse(url).ok().filter(|parsed| parsed.scheme() == "http").ok_or_else(malformed)?;
        let host = parsed.host_str().ok_or_else(malformed)?.to_owned();
        let port = parsed.port_or_known_default().ok_or_else(malformed)?;
        let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let found = tokio::net::lookup_host((bare, port)).await;
        let found = found.map_err(|source| SimulateError::Host { host: host.clone(), source })?;
        let addresses: Vec<SocketAddr> = found.collect();
        let local = |address: &SocketAddr| address.ip().to_canonical().is_loopback();
        if addresses.is_empty() || !addresses.iter().all(local) {
            return Err(SimulateError::NotLoopback { host });
        }
        Ok(Self { url: parsed, host, addresses })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_this_machine_is_a_target() {
        for url in ["http://127.0.0.1:8080", "http://127.9.9.9", "http://[::1]:8080/", "http://[::ffff:127.0.0.1]"] {
            assert!(Loopback::resolve(url).await.is_ok(), "{url}");
        }
        for url in ["http://192.0.2.1:8080", "http://0.0.0.0", "http://[2001:db8::1]", "http://10.0.0.1"] {
            let outcome = Loopback::resolve(url).await;
            assert!(matches!(outcome, Err(SimulateError::NotLoopback { .. })), "{url}: {outcome:?}");
        }
        for url in ["https://127.0.0.1", "127.0.0.1:8080", "", "file:///tmp"] {
            let outcome = Loopback::resolve(url).await;
            assert!(matches!(outcome, Err(SimulateError::Address { .. })), "{url}: {outcome:?}");
        }
    }
}
