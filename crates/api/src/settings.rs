//! What the operator decides about the HTTP surface; filled in by `server` from the configuration.

use domain::{Chance, Clock};
use url::Url;

#[derive(Clone, Debug)]
pub struct Settings {
    /// What the world calls this server; decides HSTS and which `Origin` is our own.
    pub public_url: Option<Url>,
    /// Other origins whose pages may call the API (`https://shop.example`), without trailing slash.
    pub cors_origins: Vec<String>,
    /// Proxies in front of us that append to `X-Forwarded-For`.
    pub trusted_proxies: usize,
    /// Requests by address without a token.
    pub anonymous_rate: Rate,
    /// Requests by address with a token; the office behind one address needs room.
    pub signed_rate: Rate,
    pub version: &'static str,
    pub clock: Clock,
    pub chance: Chance,
}

/// So many at once, then so many each second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub burst: u32,
    pub per_second: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: None,
            cors_origins: Vec::new(),
            trusted_proxies: 0,
            anonymous_rate: Rate { burst: 200, per_second: 20 },
            signed_rate: Rate { burst: 2000, per_second: 200 },
            version: env!("CARGO_PKG_VERSION"),
            clock: Clock::System,
            chance: Chance::System,
        }
    }
}

impl Settings {
    /// Behind HTTPS as far as the operator tells.
    pub fn secure(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }
}
