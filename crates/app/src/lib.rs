//! Use cases: what Obrol can do, one function each. Transactions, rights and the order of events live here; HTTP does not.

pub mod accounts;
mod app;
pub mod conversations;
pub mod events;
pub mod idempotency;
pub mod integration;
pub mod jobs;
pub mod keys;
pub mod llm;
pub mod manual;
pub mod models;
pub mod runs;
pub mod secrets;

pub use app::{App, Inner, Parts, Settings};
