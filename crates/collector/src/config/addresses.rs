//! Addresses as an operator writes them: of the collector, of proxies, of a database. Knows no file and no line.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use ipnet::IpNet;
use serde::Deserialize;

/// An address to listen on that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} must be an IP address and a port, such as {example}; a name is none")]
pub struct NoListenAddress {
    text: String,
    example: SocketAddr,
}

/// An address and port to listen on.
///
/// # Errors
/// [`NoListenAddress`] with what to write instead.
pub fn listen_address(text: &str) -> Result<SocketAddr, NoListenAddress> {
    text.parse().map_err(|_cause| {
        let port = text.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).unwrap_or(8080);
        NoListenAddress { text: text.to_owned(), example: SocketAddr::from(([127, 0, 0, 1], port)) }
    })
}

/// A network that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoNetwork {
    /// It is no address.
    #[error("{0:?} must be an address or a network, such as 10.0.0.1, 10.0.0.0/8 or fd00::/8; a name is none")]
    NoAddress(String),
    /// It is an address inside a network: which of the two is meant, nobody knows.
    #[error("{0:?} is an address inside a network: write {1} for the network, or {2} for the address")]
    Inside(String, IpNet, IpAddr),
}

/// A network; an address is a network of its own.
///
/// # Errors
/// [`NoNetwork`].
pub fn network(text: &str) -> Result<IpNet, NoNetwork> {
    let address = || text.parse::<IpAddr>().map(IpNet::from);
    let network: IpNet =
        text.parse().or_else(|_no_network| address()).map_err(|_cause| NoNetwork::NoAddress(text.to_owned()))?;
    if network.addr() == network.network() {
        Ok(network)
    } else {
        Err(NoNetwork::Inside(text.to_owned(), network.trunc(), network.addr()))
    }
}

/// An address to listen on, as a setting.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct ListenAddress(pub(super) SocketAddr);

impl TryFrom<String> for ListenAddress {
    type Error = NoListenAddress;

    fn try_from(text: String) -> Result<Self, NoListenAddress> {
        listen_address(&text).map(Self)
    }
}

/// A network, as a setting.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Network(pub(super) IpNet);

impl TryFrom<String> for Network {
    type Error = NoNetwork;

    fn try_from(text: String) -> Result<Self, NoNetwork> {
        network(&text).map(Self)
    }
}

/// The address of a PostgreSQL database. Shown without its password.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct DatabaseUrl(String);

/// An address that is no PostgreSQL's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a database's address reads like postgres://USER@HOST/DATABASE; leave it out to keep everything in a SQLite file in \
     the data folder"
)]
pub struct NoDatabaseUrl;

impl DatabaseUrl {
    /// The address as it was given, password included.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for DatabaseUrl {
    type Err = NoDatabaseUrl;

    fn from_str(text: &str) -> Result<Self, NoDatabaseUrl> {
        let is_postgres = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
        if is_postgres { Ok(Self(text.to_owned())) } else { Err(NoDatabaseUrl) }
    }
}

impl TryFrom<String> for DatabaseUrl {
    type Error = NoDatabaseUrl;

    fn try_from(text: String) -> Result<Self, NoDatabaseUrl> {
        text.parse()
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, rest) = self.0.split_once("://").unwrap_or_default();
        // What follows `?` may name a password as well.
        let rest = rest.split_once('?').map_or(rest, |(place, _)| place);
        let (who, place) = rest.rsplit_once('@').map_or(("", rest), |(who, place)| (who, place));
        let user = who.split_once(':').map_or(who, |(user, _password)| user);
        let at = if user.is_empty() { "" } else { "@" };
        write!(f, "{scheme}://{user}{at}{place}")
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_address_is_told_with_one_that_is() {
        let check = |text: &str, part: &str| {
            let told = listen_address(text).unwrap_err().to_string();
            assert!(told.starts_with(&format!("{text:?} must be an IP address and a port")), "{told}");
            assert!(told.contains(part), "{told}");
        };
        check("localhost:8080", "such as 127.0.0.1:8080");
        check("corvee.example:9000", "such as 127.0.0.1:9000");
        check("127.0.0.1", "such as 127.0.0.1:8080");
        check(":80", "such as 127.0.0.1:80");
        assert_eq!(listen_address("[::1]:9000").unwrap().port(), 9000);
    }

    #[test]
    fn an_address_is_a_network_of_its_own() {
        for (text, expected) in [("10.0.0.1", "10.0.0.1/32"), ("::1", "::1/128"), ("10.0.0.0/8", "10.0.0.0/8")] {
            assert_eq!(network(text).unwrap().to_string(), expected);
        }
        let inside = network("10.0.0.5/8").unwrap_err().to_string();
        assert_eq!(
            inside,
            "\"10.0.0.5/8\" is an address inside a network: write 10.0.0.0/8 for the network, or 10.0.0.5 for the address"
        );
        for text in ["proxy", "10.0.0.0/33", "10.0.0", ""] {
            let told = network(text).unwrap_err().to_string();
            assert!(told.starts_with(&format!("{text:?} must be an address or a network, such as 10.0.0.1")), "{told}");
        }
    }
}
