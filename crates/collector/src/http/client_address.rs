//! Where a request comes from: the peer, or what a configured proxy says. Everybody else's headers are ignored.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use ipnet::IpNet;

use super::AppState;
use super::problems::Refusal;

/// The networks whose `X-Forwarded-For` is believed.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(pub Vec<IpNet>);

impl TrustedProxies {
    /// The rightmost address that no trusted proxy has; the peer's own when nothing better is said.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        let hops = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
        let hops: Vec<&str> = hops.flat_map(|value| value.split(',')).map(str::trim).collect();
        let mut client = peer;
        for hop in hops.into_iter().rev() {
            if !self.trusts(client) {
                break;
            }
            let Some(address) = address(hop) else { break };
            client = address;
        }
        client
    }

    /// Whether this is a proxy's address.
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

fn address(hop: &str) -> Option<IpAddr> {
    let plain = hop.parse::<IpAddr>().ok();
    let with_port = || hop.parse::<SocketAddr>().ok().map(|address| address.ip());
    let bracketed = || hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    plain.or_else(with_port).or_else(bracketed).map(|address: IpAddr| address.to_canonical())
}

/// The visitor's address, for the length of the request.
pub struct ClientAddress(pub IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for ClientAddress
where
    AppState: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        // Requests without a connection come from tests that call the router; they count as loopback.
        let peer =
            parts.extensions.get::<ConnectInfo<SocketAddr>>().map_or(IpAddr::from([127, 0, 0, 1]), |info| info.0.ip());
        Ok(Self(AppState::from_ref(state).trusted_proxies.client(peer, &parts.headers)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(trusted: &str, peer: &str, forwarded: &[&str]) -> String {
        let trusted = TrustedProxies(trusted.split_whitespace().map(|net| net.parse().unwrap()).collect());
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        trusted.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn a_header_from_a_stranger_is_ignored() {
        assert_eq!(client("", "203.0.113.9", &["1.1.1.1"]), "203.0.113.9");
        assert_eq!(client("10.0.0.0/8", "203.0.113.9", &["1.1.1.1"]), "203.0.113.9");
    }

    #[test]
    fn the_rightmost_address_no_proxy_has_is_the_visitor() {
        assert_eq!(client("10.0.0.0/8", "10.0.0.1", &["6.6.6.6, 203.0.113.9, 10.0.0.2"]), "203.0.113.9");
        assert_eq!(client("10.0.0.0/8", "10.0.0.1", &["6.6.6.6", "203.0.113.9:4711"]), "203.0.113.9");
        assert_eq!(client("::1/128", "::1", &["[2001:db8::1]"]), "2001:db8::1");
        assert_eq!(client("10.0.0.0/8", "::ffff:10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
    }

    #[test]
    fn nonsense_in_the_header_leaves_the_last_known_address() {
        assert_eq!(client("10.0.0.0/8", "10.0.0.1", &["unknown"]), "10.0.0.1");
        assert_eq!(client("10.0.0.0/8", "10.0.0.1", &[""]), "10.0.0.1");
        assert_eq!(client("10.0.0.0/8", "10.0.0.1", &[]), "10.0.0.1");
    }
}
