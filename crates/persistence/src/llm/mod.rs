//! Language models in the database: what operators configure, what calls cost, what they used.

pub mod alerts;
pub mod credentials;
pub mod ledger;
pub mod limits;
pub mod models;
pub mod prices;
pub mod providers;
pub mod routes;
pub mod rules;
pub mod usage;
