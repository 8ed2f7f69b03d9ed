//! Language models as operators configure them, what they cost, and who may use how much.

pub mod alerts;
pub(crate) mod answers;
pub mod catalogue;
mod changes;
pub mod credentials;
pub mod credits;
pub mod export;
pub mod headers;
pub mod house;
pub mod ledger;
pub mod limits;
pub mod models;
mod names;
pub mod overview;
pub mod prices;
pub mod probe;
pub mod providers;
pub mod purse;
pub mod routes;
pub mod rules;
pub mod settings;
pub mod usage;
pub mod watchman;

pub use changes::{Changed, TOPIC};
pub use names::names;
