//! Address prefixes: what of a visitor's address is used, and for how long. An address itself is never kept.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{PoisonError, RwLock};

/// Milliseconds one hashing key serves: a day. After it the same prefix has another hash.
const KEY_LIFE_MS: u64 = 24 * 60 * 60 * 1000;

/// A network, as far as visitors are counted by it.
///
/// A public IPv4 address counts by its /24, a public IPv6 address by its /48: one network, one voice. Loopback and
/// private addresses count in full, so that a class behind one collector is thirty visitors and not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Network {
    /// An IPv4 prefix, or a private address.
    V4([u8; 4]),
    /// An IPv6 prefix.
    V6([u16; 3]),
    /// A private IPv6 address.
    LocalV6([u8; 16]),
}

impl Network {
    /// The one an address belongs to.
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => {
                let [a, b, c, d] = v4.octets();
                let local = v4.is_loopback() || v4.is_private() || v4.is_link_local();
                Self::V4([a, b, c, if local { d } else { 0 }])
            }
            IpAddr::V6(v6) => {
                let local = v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local();
                let [a, b, c, ..] = v6.segments();
                if local { Self::LocalV6(v6.octets()) } else { Self::V6([a, b, c]) }
            }
        }
    }
}

/// Keyed hash of an address prefix; means nothing after the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PrefixHash(pub [u8; 8]);

/// Hashes prefixes under a secret that changes daily.
pub struct PrefixHasher {
    secret: [u8; 32],
    /// Secrets of days that this collector shares with others.
    shared: RwLock<BTreeMap<u64, [u8; 32]>>,
}

impl PrefixHasher {
    /// A hasher under this secret. The secret lives as long as the process: nothing on disk can undo the hashes.
    pub fn new(secret: [u8; 32]) -> Self {
        Self { secret, shared: RwLock::default() }
    }

    /// Hashes under this secret on that day, as other collectors do; forgets the secrets of days before yesterday.
    pub fn share(&self, day: u64, secret: [u8; 32]) {
        let mut shared = self.shared.write().unwrap_or_else(PoisonError::into_inner);
        shared.insert(day, secret);
        shared.retain(|known, _| known + 1 >= day);
    }

    /// Whether this day's secret is shared already.
    pub fn knows(&self, day: u64) -> bool {
        self.shared.read().unwrap_or_else(PoisonError::into_inner).contains_key(&day)
    }

    /// The hash of the address's [`Network`] on the day of `now_ms`.
    pub fn hash(&self, address: IpAddr, now_ms: u64) -> PrefixHash {
        let day = now_ms / KEY_LIFE_MS;
        let shared = self.shared.read().unwrap_or_else(PoisonError::into_inner).get(&day).copied();
        let mut hasher = blake3::Hasher::new_keyed(&shared.unwrap_or(self.secret));
        hasher.update(&day.to_be_bytes());
        match Network::of(address) {
            Network::V4(octets) => hasher.update(&[4]).update(&octets),
            Network::V6(segments) => {
                segments.iter().fold(hasher.update(&[6]), |hasher, segment| hasher.update(&segment.to_be_bytes()))
            }
            Network::LocalV6(octets) => hasher.update(&[6]).update(&octets),
        };
        let mut hash = [0; 8];
        hasher.finalize_xof().fill(&mut hash);
        PrefixHash(hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(address: &str, now_ms: u64) -> PrefixHash {
        PrefixHasher::new([7; 32]).hash(address.parse().unwrap(), now_ms)
    }

    #[test]
    fn neighbours_in_a_network_share_a_hash() {
        assert_eq!(hash("203.0.113.1", 0), hash("203.0.113.250", 0));
        assert_eq!(hash("::ffff:203.0.113.1", 0), hash("203.0.113.250", 0));
        assert_ne!(hash("203.0.113.1", 0), hash("203.0.114.1", 0));
        assert_eq!(hash("2001:db8:1:2::1", 0), hash("2001:db8:1:ff::2", 0));
        assert_ne!(hash("2001:db8:1::1", 0), hash("2001:db8:2::1", 0));
    }

    #[test]
    fn machines_in_a_private_network_are_told_apart() {
        assert_ne!(hash("192.168.1.10", 0), hash("192.168.1.11", 0));
        assert_ne!(hash("10.0.0.1", 0), hash("10.0.0.2", 0));
        assert_ne!(hash("fd00::1", 0), hash("fd00::2", 0));
    }

    #[test]
    fn collectors_that_share_a_days_secret_share_its_hashes() {
        let (one, other) = (PrefixHasher::new([1; 32]), PrefixHasher::new([2; 32]));
        let address = "203.0.113.1".parse().unwrap();
        assert_ne!(one.hash(address, 0), other.hash(address, 0));
        for hasher in [&one, &other] {
            hasher.share(0, [3; 32]);
        }
        assert_eq!(one.hash(address, 0), other.hash(address, 0));
        assert_ne!(one.hash(address, KEY_LIFE_MS), other.hash(address, KEY_LIFE_MS));
        one.share(2, [4; 32]);
        assert!(one.knows(2) && !one.knows(0), "a secret lives as long as its day");
    }

    #[test]
    fn the_same_prefix_has_another_hash_tomorrow() {
        assert_eq!(hash("203.0.113.1", 0), hash("203.0.113.1", KEY_LIFE_MS - 1));
        assert_ne!(hash("203.0.113.1", 0), hash("203.0.113.1", KEY_LIFE_MS));
    }
}
