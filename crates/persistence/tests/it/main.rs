//! The promises of the database floor, on every database that the environment names.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test stops at the first surprise"
)]

mod alerts;
mod cancel;
mod databases;
mod disk;
mod finders;
mod group_commit;
mod llm_ledger;
mod migrate;
mod open;
mod retry;
mod text;
