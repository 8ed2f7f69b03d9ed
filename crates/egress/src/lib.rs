//! The only place where an outbound HTTP client is made.
//!
//! Whoever wants to speak to the street takes a [`Client`] with a [`Policy`]: which addresses may be reached is decided
//! on the address that is really connected to, never on what a name or a URL looks like. There are no redirects, no
//! proxies from the environment, no cookies and no transparent decompression; every body has a cap, and an [`Error`]
//! never carries a URL's query, a header or a secret.

mod address;
mod client;
mod error;
mod policy;
mod resolver;
mod response;
mod scrub;

pub use client::{Client, Header, Limits};
pub use error::{Error, Fault};
pub use policy::{Policy, Refusal};
pub use response::{Body, Headers, Response};
pub use scrub::{scrub, truncate};

/// A value that never shows itself in `Debug` and is wiped from memory when dropped.
pub type Secret = secrecy::SecretString;
pub use secrecy::ExposeSecret;
