//! Who may be called: the operator's own addresses, or public ones only.

use std::net::IpAddr;

use url::{Host, Url};

use crate::address::{is_nobody, is_public};

/// The rule that decides on every address before and after a connection is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    private_allowed: bool,
}

/// Why an address was refused; fit for a log and for an operator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the URL cannot be read")]
    Unreadable,
    #[error("only http and https are spoken")]
    Scheme,
    #[error("a URL must not carry a user name or a password; credentials belong in headers")]
    Userinfo,
    #[error("the URL names no host")]
    NoHost,
    #[error("the address is not a public one")]
    NotPublic,
    #[error("nobody can be reached at this address")]
    Nobody,
}

impl Policy {
    /// For URLs that the operator wrote: loopback and private networks are fine.
    pub const fn operator() -> Self {
        Self { private_allowed: true }
    }

    /// For URLs that came from users or from content: public addresses only.
    pub const fn user() -> Self {
        Self { private_allowed: false }
    }

    /// Decides on an address that is about to be connected to, or already is.
    pub fn admits(self, ip: IpAddr) -> Result<(), Refusal> {
        if is_nobody(ip) {
            return Err(Refusal::Nobody);
        }
        if self.private_allowed || is_public(ip) { Ok(()) } else { Err(Refusal::NotPublic) }
    }

    /// Reads a URL and decides all that can be decided before a name is resolved. An IP literal is decided here,
    /// because the HTTP client never asks its resolver about one; the URL parser has already undone octal, hexadecimal,
    /// short and percent-encoded spellings.
    pub fn parse(self, url: &str) -> Result<Url, Refusal> {
        let url = Url::parse(url).map_err(|_| Refusal::Unreadable)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refusal::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::Userinfo);
        }
        match url.host() {
            None => return Err(Refusal::NoHost),
            Some(Host::Ipv4(ip)) => self.admits(IpAddr::V4(ip))?,
            Some(Host::Ipv6(ip)) => self.admits(IpAddr::V6(ip))?,
            Some(Host::Domain(_)) => {}
        }
        Ok(url)
    }
}
