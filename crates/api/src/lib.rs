//! The front door: routes, request and response types, problem documents, streams, the description of all of it.
//!
//! Reading starts at `v1.rs`, the list of what Obrol can do.

pub mod admin;
pub mod auth;
pub mod client_address;
pub mod conversations;
pub mod cursor;
pub mod etag;
pub mod events;
pub mod extract;
pub mod facts;
mod fallback;
pub mod health;
pub mod idempotency;
pub mod keys;
pub mod limits;
pub mod me;
pub mod middleware;
pub mod models;
pub mod openai;
pub mod openapi;
mod pages;
pub mod problem;
pub mod runs;
pub mod settings;
pub mod setup;
pub mod shell;
pub mod spa;
pub mod usage;
pub mod v1;
pub mod wire;

pub use facts::Facts;
pub use problem::{ApiResult, Problem, ProblemBody};
pub use settings::{Rate, Settings};
pub use shell::Shell;
