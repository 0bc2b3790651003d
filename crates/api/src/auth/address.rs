//! Which address a request really comes from.

use std::net::IpAddr;

use http::HeaderMap;

use crate::control::IpNetwork;

/// Most entries of `X-Forwarded-For` that are looked at.
const MAX_HOPS: usize = 16;

/// The client's address: the peer, or, behind trusted proxies, the last hop that is not one of them.
///
/// Only `X-Forwarded-For` is read, from the right: each proxy appends the address it saw, so everything left of the
/// first untrusted hop is the client's own claim.
pub fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNetwork]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let peer = peer.to_canonical();
    if !is_trusted(peer) {
        return peer;
    }
    let values: Vec<&str> =
        headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok()).collect();
    let mut address = peer;
    for hop in values.iter().rev().flat_map(|value| value.rsplit(',')).take(MAX_HOPS) {
        let Ok(hop) = hop.trim().trim_matches(['[', ']']).parse::<IpAddr>() else { break };
        address = hop.to_canonical();
        if !is_trusted(address) {
            break;
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().expect("header"));
        }
        let trusted: Vec<_> = trusted.iter().map(|text| IpNetwork::parse(text).expect("network")).collect();
        client_address(peer.parse().expect("address"), &headers, &trusted).to_string()
    }

    #[test]
    fn untrusted_peers_speak_for_themselves() {
        assert_eq!(address("1.2.3.4", &["9.9.9.9"], &[]), "1.2.3.4");
        assert_eq!(address("::ffff:1.2.3.4", &["9.9.9.9"], &["10.0.0.0/8"]), "1.2.3.4");
    }

    #[test]
    fn the_last_untrusted_hop_counts() {
        let trusted = ["10.0.0.0/8"];
        assert_eq!(address("10.0.0.1", &["spoofed, 7.7.7.7, 10.0.0.2"], &trusted), "7.7.7.7");
        assert_eq!(address("10.0.0.1", &["6.6.6.6", "7.7.7.7"], &trusted), "7.7.7.7");
        assert_eq!(address("10.0.0.1", &["6.6.6.6, not an address"], &trusted), "10.0.0.1");
        assert_eq!(address("10.0.0.1", &[], &trusted), "10.0.0.1");
    }
}
