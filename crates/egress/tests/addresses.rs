//! Every spelling of an address that is not public is refused for users; operators may reach their own networks.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use egress::{Policy, Refusal};

const NOT_PUBLIC: &[&str] = &[
    // loopback in every spelling that a URL allows
    "http://127.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://127.255.255.254:8080/",
    "http://127.0.0.1./",
    "http://0x7f.0x0.0x0.0x1/",
    "http://%31%32%37.0.0.1/",
    "http://１２７.０.０.１/",
    "http://127。0。0。1/",
    "http:127.0.0.1",
    "http:\\\\127.0.0.1\\",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[0000::1]:9/",
    // IPv4 inside IPv6
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[0:0:0:0:0:ffff:127.0.0.1]/",
    "http://[::127.0.0.1]/",
    "http://[::ffff:0:127.0.0.1]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b:1::127.0.0.1]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:a00:1::1]/",
    "http://[2001:db8::200:5efe:127.0.0.1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[::ffff:10.0.0.1]/",
    "http://[::192.168.0.1]/",
    // private, link-local and other special ranges
    "http://10.0.0.1/",
    "http://10.255.255.255/",
    "http://012.0.0.1/",
    "http://167772161/",
    "http://172.16.0.1/",
    "http://172.31.255.1/",
    "http://192.168.1.1/",
    "http://0300.0250.1.1/",
    "http://3232235777/",
    "http://169.254.169.254/latest/meta-data/",
    "http://0xa9fea9fe/",
    "http://2852039166/",
    "http://100.64.0.1/",
    "http://100.127.255.255/",
    "http://192.0.0.8/",
    "http://192.0.2.1/",
    "http://198.18.0.1/",
    "http://198.19.255.1/",
    "http://198.51.100.7/",
    "http://203.0.113.9/",
    "http://192.88.99.1/",
    "http://240.0.0.1/",
    "http://250.1.2.3/",
    "http://[fc00::1]/",
    "http://[fd12:3456::1]/",
    "http://[fe80::1]/",
    "http://[fec0::1]/",
    "http://[100::1]/",
    "http://[2001::1]/",
    "http://[2001:db8::1]/",
    "http://[3fff::1]/",
    "http://[2001:2::1]/",
];

const NOBODY: &[&str] = &[
    "http://0.0.0.0/",
    "http://0/",
    "http://0x0/",
    "http://0.1.2.3/",
    "http://[::]/",
    "http://[::ffff:0.0.0.0]/",
    "http://255.255.255.255/",
    "http://224.0.0.1/",
    "http://239.255.255.250/",
    "http://[ff02::1]/",
    "http://[64:ff9b::224.0.0.1]/",
];

const PUBLIC: &[&str] = &[
    "https://1.1.1.1/",
    "https://8.8.8.8/v1",
    "https://172.15.0.1/",
    "https://172.32.0.1/",
    "https://100.63.0.1/",
    "https://100.128.0.1/",
    "https://[2606:4700:4700::1111]/",
    "https://[64:ff9b::8.8.8.8]/",
    "https://[::ffff:8.8.8.8]/",
    "https://192.167.0.1/",
    "https://198.20.0.1/",
];

#[test]
fn users_reach_public_addresses_only() {
    for url in NOT_PUBLIC {
        assert_eq!(Policy::user().parse(url), Err(Refusal::NotPublic), "{url}");
    }
    for url in PUBLIC {
        assert!(Policy::user().parse(url).is_ok(), "{url}");
    }
}

#[test]
fn operators_reach_their_own_networks() {
    for url in NOT_PUBLIC.iter().chain(PUBLIC) {
        assert!(Policy::operator().parse(url).is_ok(), "{url}");
    }
}

#[test]
fn nobody_reaches_addresses_that_are_nobodys() {
    for url in NOBODY {
        assert_eq!(Policy::operator().parse(url), Err(Refusal::Nobody), "{url}");
        assert_eq!(Policy::user().parse(url), Err(Refusal::Nobody), "{url}");
    }
}

#[test]
fn odd_urls_are_refused_before_anything_is_sent() {
    let cases = [
        ("file:///etc/passwd", Refusal::Scheme),
        ("gopher://example.org/", Refusal::Scheme),
        ("ftp://example.org/", Refusal::Scheme),
        ("javascript:alert(1)", Refusal::Scheme),
        ("http://user:word@example.org/", Refusal::Userinfo),
        ("http://key@127.0.0.1/", Refusal::Userinfo),
        ("http://", Refusal::Unreadable),
        ("", Refusal::Unreadable),
        ("//example.org", Refusal::Unreadable),
        ("http://256.256.256.256/", Refusal::Unreadable),
        ("http://[::1/", Refusal::Unreadable),
    ];
    for (url, refusal) in cases {
        assert_eq!(Policy::operator().parse(url), Err(refusal), "{url}");
    }
}
