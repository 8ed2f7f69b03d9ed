//! The harness of the suite: the real binary over a real database, a fake upstream that misbehaves on demand and keeps a
//! ledger, a proxy that breaks connections, and a client that applies events exactly as a page does.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::missing_panics_doc,
    clippy::missing_errors_doc,
    reason = "a test stops at the first surprise, on the wall clock and with its own HTTP client"
)]

pub mod admin;
pub mod api;
pub mod bench;
pub mod database;
pub mod fake_llm;
pub mod fakes;
pub mod fakes_by_name;
pub mod follow;
pub mod operator;
pub mod ports;
pub mod process;
pub mod program;
pub mod proxy;
pub mod raw;
pub mod redis;
pub mod secure_database;
pub mod seed;
pub mod server;
pub mod sse;
pub mod wait;
pub mod watch;
pub mod world;

/// Where the repository is. Not env!: the binary may have been built in another clone that shares its target folder.
///
/// # Panics
/// Outside of a test that cargo or nextest runs.
pub fn repository() -> std::path::PathBuf {
    std::env::current_dir().expect("a test runs in its package").join("..")
}
