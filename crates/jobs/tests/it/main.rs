//! The promises of the queue, over the real databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test stops at the first surprise"
)]

#[allow(dead_code, reason = "shared with the tests of persistence, which use more of it")]
#[path = "../../../persistence/tests/it/databases.rs"]
mod databases;
mod heartbeat;
mod over;
mod queue;
mod schedule;
mod worker;
