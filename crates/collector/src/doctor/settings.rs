//! The settings: who can reach the collector, whose word on addresses is believed, whether anybody listens.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use ipnet::IpNet;

use super::Finding;
use crate::config::Config;

/// How long a running collector may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// A network this wide is hardly one proxy's: IPv4 prefixes shorter than this.
const WIDE_V4: u8 = 8;
/// The same for IPv6.
const WIDE_V6: u8 = 16;

pub(super) async fn examine(config: &Config) -> Vec<Finding> {
    let mut findings = vec![reach(config), running(config.listen).await];
    findings.extend(config.trusted_proxies.iter().filter_map(too_wide));
    findings.extend(config.metrics.and_then(figures));
    findings
}

/// Who can connect, and whether they come through something that speaks TLS.
fn reach(config: &Config) -> Finding {
    let listen = config.listen;
    match (listen.ip().is_loopback(), config.trusted_proxies.is_empty()) {
        (true, true) => Finding::advice(
            "proxy",
            format!(
                "{listen} is reached from this machine only, and no proxy's word on visitors' addresses is believed"
            ),
            "name the proxy in front: trusted_proxies = [\"127.0.0.0/8\"]; without it all visitors share one budget",
        ),
        (false, true) => Finding::advice(
            "proxy",
            format!("{listen} is reached from other machines without TLS"),
            "put a proxy that speaks TLS in front, listen on 127.0.0.1, and name it in trusted_proxies",
        ),
        (_, false) => Finding::good("proxy", format!("{listen}, behind proxies whose word on addresses is believed")),
    }
}

/// Whoever may speak for any address escapes every budget.
fn too_wide(network: &IpNet) -> Option<Finding> {
    let wide = match network {
        IpNet::V4(network) => network.prefix_len() < WIDE_V4,
        IpNet::V6(network) => network.prefix_len() < WIDE_V6,
    };
    wide.then(|| {
        let found = format!("trusted_proxies holds {network}: whoever connects from there can claim any address");
        Finding::wrong("proxy", found, "name the proxy's own address or its network")
    })
}

fn figures(metrics: SocketAddr) -> Option<Finding> {
    let private = match metrics.ip() {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local(),
    };
    (!private).then(|| {
        let found = format!("figures are read at {metrics} by whoever can reach it");
        Finding::advice("metrics", found, "listen on 127.0.0.1 or in a private network")
    })
}

/// Whether a collector answers where one should.
async fn running(listen: SocketAddr) -> Finding {
    const ABOUT: &str = "running";
    let ip = match listen.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => IpAddr::from([127, 0, 0, 1]),
        IpAddr::V6(_) => IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]),
    };
    let url = format!("http://{}/ready", SocketAddr::new(ip, listen.port()));
    let reply = match reqwest::Client::builder().timeout(PATIENCE).no_proxy().build() {
        Ok(client) => client.get(&url).send().await,
        Err(error) => Err(error),
    };
    match reply {
        Ok(reply) if reply.status().is_success() => Finding::good(ABOUT, format!("{url} says that it is ready")),
        Ok(reply) => Finding::wrong(ABOUT, format!("{url} says {}", reply.status()), "read the collector's log"),
        Err(error) if error.is_connect() => {
            Finding::advice(ABOUT, format!("nobody listens on {listen}"), "start one: corvee serve")
        }
        Err(error) => Finding::wrong(ABOUT, format!("{url} does not answer: {error}"), "read the collector's log"),
    }
}
