//! Use cases over the real databases: what operators configure, what calls cost, who may use how much, keys and secrets.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test stops at the first surprise"
)]

mod credits;
#[allow(dead_code, reason = "shared with the tests of persistence, which use more of it")]
#[path = "../../../persistence/tests/it/databases.rs"]
mod databases;
mod house;
mod keys;
mod limits;
mod prices;
mod providers;
mod routes_and_rules;
mod secrets;
mod till;
mod usage;
