//! The addresses visitors seem to come from: 198.18.0.0/15, kept for benchmarks (RFC 2544, appendix C.2.2). Knows no header.

use std::net::Ipv4Addr;

/// Networks of 256 addresses in the range.
pub(crate) const NETWORKS: u32 = 512;

/// An address in the network of a visitor: one /24 each, beginning anew after the last.
pub(crate) fn address(number: u32) -> Ipv4Addr {
    let network = number % NETWORKS;
    let host = number / NETWORKS % 254 + 1;
    Ipv4Addr::from_bits(Ipv4Addr::new(198, 18, 0, 0).to_bits() + (network << 8) + host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_visitor_has_an_own_network_until_all_are_used() {
        assert_eq!(address(0), Ipv4Addr::new(198, 18, 0, 1));
        assert_eq!(address(511), Ipv4Addr::new(198, 19, 255, 1));
        assert_eq!(address(512), Ipv4Addr::new(198, 18, 0, 2));
        let range = |number: u32| address(number).octets();
        assert!((0..200_000).map(range).all(|[a, b, _, d]| a == 198 && (b == 18 || b == 19) && d != 0 && d != 255));
    }
}
