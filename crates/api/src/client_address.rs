//! The client's address: the peer, or what the configured number of trusted proxies wrote into `X-Forwarded-For`.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use actix_web::http::header::{HeaderMap, X_FORWARDED_FOR};

/// `hops` proxies stand in front of us and each appends one entry; whatever is left of theirs is the caller's own invention.
pub fn of(headers: &HeaderMap, peer: Option<IpAddr>, hops: usize) -> Option<IpAddr> {
    let peer = peer.map(canonical);
    if hops == 0 {
        return peer;
    }
    let entries: Vec<&str> = headers
        .get_all(X_FORWARDED_FOR)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    // Fewer entries than proxies: somebody came past them, so only the peer is certain.
    entries.len().checked_sub(hops).and_then(|at| parse(entries[at])).or(peer)
}

fn parse(entry: &str) -> Option<IpAddr> {
    let bare = entry.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<IpAddr>().or_else(|_| entry.parse::<SocketAddr>().map(|address| address.ip())).ok().map(canonical)
}

fn canonical(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

/// One customer of a provider usually has a whole IPv6 /64, so limits count that.
pub fn block(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn address(forwarded: &[&'static str], hops: usize) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_static(value));
        }
        of(&headers, Some("10.0.0.9".parse().unwrap()), hops).unwrap().to_string()
    }

    #[test]
    fn only_the_trusted_hops_are_believed() {
        assert_eq!(address(&["1.2.3.4"], 0), "10.0.0.9", "nothing is trusted by default");
        assert_eq!(address(&["6.6.6.6, 1.2.3.4"], 1), "1.2.3.4", "the forged first entry changes nothing");
        assert_eq!(address(&["6.6.6.6", "1.2.3.4, 10.0.0.8"], 2), "1.2.3.4", "lines are joined in order");
        assert_eq!(address(&["1.2.3.4"], 2), "10.0.0.9", "somebody came past a proxy");
        assert_eq!(address(&["nonsense"], 1), "10.0.0.9");
        assert_eq!(address(&["[2001:db8::1]:443"], 1), "2001:db8::1");
        assert_eq!(address(&["::ffff:1.2.3.4"], 1), "1.2.3.4");
        assert_eq!(block("2001:db8:1:2:3:4:5:6".parse().unwrap()).to_string(), "2001:db8:1:2::");
    }
}
