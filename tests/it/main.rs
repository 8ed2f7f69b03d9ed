//! The suite: the real server over the database that `OBROL_TEST_DB` names, spoken to over HTTP alone.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a test stops at the first surprise, on the wall clock"
)]

mod accounts;
mod accounts_edges;
mod admin_llm;
mod api_keys;
mod chaos;
mod conversations;
mod crash;
mod database_tls;
mod events;
mod failpoints;
mod fault_database;
mod fault_provider;
mod fault_redis;
mod house;
mod limits;
mod matrix;
mod money;
mod money_after;
mod nodes;
mod problems;
mod providers;
mod runs;
mod spa;
mod usage;
mod v1_chat;
mod v1_content;
mod v1_embeddings;
mod v1_errors;
mod v1_keys;
mod v1_leaving;
mod v1_sdk;
mod v1_stream;
mod wallets;
