//! Obrol's cellar: the three databases, the one place where a transaction starts, and finders that name the owner.
//!
//! One module per column; free functions over `&impl ConnectionTrait`, so that the same finder reads from the pool
//! (`db.read()`) and inside a transaction (`&tx`). Entities stay in here; what comes out are the domain's types.

mod absent;
mod batch;
mod db;
mod entity;
mod error;
mod tx;
mod uncut;

pub mod accounts;
pub mod conversations;
pub mod idempotency;
pub mod keys;
pub mod llm;
pub mod messages;
pub mod runs;
pub mod settings;

pub use batch::Batch;
pub use db::facts::DbFacts;
pub use db::migrate::Migrated;
pub use db::options::{DbSettings, Exclusive, TlsMode};
pub use db::time::{database_now, now_ms_sql};
pub use db::writer::WriterStats;
pub use db::{Db, Dialect};
pub use error::{Class, Error, Result, is_retryable};
pub use tx::Tx;
pub use uncut::{Reader, TxConnection};
