//! Language models as operators configure them, what they cost, and who may use how much.

pub mod alerts;
pub(crate) mod answers;
mod changes;
pub mod credentials;
pub mod credits;
pub mod export;
pub mod house;
pub mod ledger;
pub mod limits;
pub mod models;
pub mod prices;
pub mod providers;
pub mod purse;
pub mod routes;
pub mod rules;
pub mod settings;
pub mod usage;
pub mod watchman;

pub use changes::{Changed, TOPIC};
