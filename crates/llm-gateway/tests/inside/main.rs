//! The gateway over providers in this process that misbehave, in time that stands still until a test moves it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod chaos;
mod fake;
mod purse;
mod reload;
mod routes;
mod shared;
mod survival;
