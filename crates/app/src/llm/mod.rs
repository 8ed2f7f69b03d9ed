//! Language models as operators configure them, what they cost, and who may use how much.

mod changes;
pub mod credentials;
pub mod export;
pub mod ledger;
pub mod limits;
pub mod models;
pub mod prices;
pub mod providers;
pub mod routes;
pub mod rules;
pub mod usage;

pub use changes::{Changed, TOPIC};
