//! Language models as rules without a database: what they cost, who may use how much, and what an operator may configure.

pub mod alert;
pub mod budget;
pub mod csv;
pub mod ledger;
pub mod limits;
pub mod period;
pub mod price;
pub mod provider;
pub mod route;
pub mod rule;

#[cfg(test)]
mod simulator;
#[cfg(test)]
mod tests;

pub use budget::{Amount, Budget, Cap, Delta};
pub use ledger::{CallKind, Entry, Input, Outcome, Spent, State};
pub use limits::{Asker, Exceeded, Limit, LimitBook, Limits, Measure, Scope, Subject};
pub use price::{Price, PriceSource, Tokens};
pub use provider::{Capabilities, CredentialState, ProviderKind, ProviderName};
pub use route::{Route, RouteStep};
pub use rule::{Action, Direction, Pattern};
