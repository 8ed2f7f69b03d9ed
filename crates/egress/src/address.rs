//! Which IP addresses are public, whatever disguise they wear.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The IPv4 address that an IPv6 address carries inside (mapped, compatible, NAT64, 6to4, ISATAP), if any.
///
/// A packet to such an address can end at the IPv4 one, so both forms get the same answer.
pub fn carried_v4(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = ip.segments();
    let v4 = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        Ipv4Addr::new(a, b, c, d)
    };
    match s {
        // ::ffff:a.b.c.d (mapped) and ::ffff:0:a.b.c.d (SIIT)
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0, 0, 0, 0, 0xffff, 0, high, low] => Some(v4(high, low)),
        // ::1 and :: are addresses of their own, not IPv4-compatible ones
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        // ::a.b.c.d (compatible, deprecated, still routed by some stacks)
        [0, 0, 0, 0, 0, 0, high, low] => Some(v4(high, low)),
        // 64:ff9b::/96 (NAT64) and 64:ff9b:1::/48 (local NAT64, the last 32 bits by convention)
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x64, 0xff9b, 1, _, _, _, high, low] => Some(v4(high, low)),
        // 2002::/16 (6to4)
        [0x2002, high, low, ..] => Some(v4(high, low)),
        // ISATAP: interface identifier [02]00:5efe:a.b.c.d
        [_, _, _, _, 0 | 0x200, 0x5efe, high, low] => Some(v4(high, low)),
        _ => None,
    }
}

/// True only for addresses of the public internet (IANA special-purpose registries, 2026).
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => match carried_v4(ip) {
            Some(inner) => is_public_v4(inner),
            None => is_public_v6(ip),
        },
    }
}

/// True for addresses that are never the other end of an HTTP connection: unspecified, multicast, broadcast.
pub fn is_nobody(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => nobody_v4(ip),
        IpAddr::V6(ip) => match carried_v4(ip) {
            Some(inner) => nobody_v4(inner),
            None => ip.is_unspecified() || ip.is_multicast(),
        },
    }
}

fn nobody_v4(ip: Ipv4Addr) -> bool {
    ip.octets()[0] == 0 || ip.is_multicast() || ip.is_broadcast()
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = a == 0                                    // this network
        || a == 10                                          // private
        || (a == 100 && (64..=127).contains(&b))            // carrier NAT
        || a == 127                                         // loopback
        || (a == 169 && b == 254)                           // link-local, cloud metadata
        || (a == 172 && (16..=31).contains(&b))             // private
        || (a == 192 && b == 0 && (c == 0 || c == 2))       // protocol assignments, documentation
        || (a == 192 && b == 31 && c == 196)                // AS112
        || (a == 192 && b == 52 && c == 193)                // AMT
        || (a == 192 && b == 88 && c == 99)                 // 6to4 relay
        || (a == 192 && b == 168)                           // private
        || (a == 192 && b == 175 && c == 48)                // AS112
        || (a == 198 && (b == 18 || b == 19))               // benchmarking
        || (a == 198 && b == 51 && c == 100)                // documentation
        || (a == 203 && b == 0 && c == 113)                 // documentation
        || a >= 224; // multicast, reserved, broadcast
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    // Global unicast is 2000::/3; everything special outside of it (loopback, ULA, link-local, multicast, discard)
    // falls with this one line.
    if s[0] & 0xe000 != 0x2000 {
        return false;
    }
    let special = (s[0] == 0x2001 && (s[1] < 0x200 || s[1] == 0xdb8)) // protocol assignments (Teredo, ORCHID, …), documentation
        || (s[0] == 0x3fff && s[1] < 0x1000)                // documentation
        || (s[0] == 0x2620 && s[1] == 0x4f && s[2] == 0x8000); // AS112
    !special
}
