//! How many connections each network has open, so that none takes the places of all others. Knows networks as budgets do, and
//! no request.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::campaign::address::Network;
use crate::http::client_address::TrustedProxies;

/// Connections by network; none has 0.
type Counts = Arc<Mutex<BTreeMap<Network, usize>>>;

/// Open connections by network.
#[derive(Clone)]
pub(super) struct Networks {
    most: usize,
    /// All visitors come from there: what they may open together is limited as a whole.
    proxies: Arc<TrustedProxies>,
    open: Counts,
}

/// A connection that is open; dropped when it is not any more.
pub(super) struct Entered {
    of: Option<(Network, Counts)>,
}

impl Networks {
    /// Nobody is connected; each network but those of proxies may open `most`.
    pub(super) fn new(most: usize, proxies: Arc<TrustedProxies>) -> Self {
        Self { most, proxies, open: Arc::default() }
    }

    /// Counts a connection from this address; `None` when its network has as many as it may.
    pub(super) fn enter(&self, address: IpAddr) -> Option<Entered> {
        if self.proxies.trusts(address) {
            return Some(Entered { of: None });
        }
        let network = Network::of(address);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(network).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Entered { of: Some((network, Arc::clone(&self.open))) })
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let Some((network, open)) = &self.of else { return };
        let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(network) {
            *count -= 1;
            // Networks that left are not remembered.
            if *count == 0 {
                open.remove(network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(most: usize, proxies: &[&str]) -> Networks {
        let proxies = proxies.iter().map(|network| network.parse().unwrap()).collect();
        Networks::new(most, Arc::new(TrustedProxies(proxies)))
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_network_has_so_many_connections_and_no_more_until_one_ends() {
        let networks = networks(2, &[]);
        let first = networks.enter(address("203.0.113.1")).unwrap();
        let _second = networks.enter(address("203.0.113.2")).unwrap();
        assert!(networks.enter(address("203.0.113.3")).is_none(), "one network, one limit");
        assert!(networks.enter(address("::ffff:203.0.113.4")).is_none(), "however it is written");
        let _other = networks.enter(address("203.0.114.1")).unwrap();
        drop(first);
        assert!(networks.enter(address("203.0.113.3")).is_some());
    }

    #[test]
    fn a_network_that_left_is_forgotten() {
        let networks = networks(1, &[]);
        drop(networks.enter(address("2001:db8:1::1")).unwrap());
        assert!(networks.open.lock().unwrap().is_empty());
    }

    #[test]
    fn a_trusted_proxy_brings_everybody() {
        let networks = networks(1, &["10.0.0.0/8"]);
        let held: Vec<_> = (0..9).map(|_| networks.enter(address("10.0.0.1")).unwrap()).collect();
        assert_eq!(held.len(), 9);
        let _mapped = networks.enter(address("::ffff:10.0.0.1")).unwrap();
    }
}
