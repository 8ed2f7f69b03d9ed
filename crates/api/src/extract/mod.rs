//! What handlers take: the caller, the path, the query, the JSON body, each with problem documents for its faults.
//!
//! Authentication is decided first: `Caller` closes the request's gate before it looks anything up, and all other
//! extractors wait for it to open, so that nothing of a body is read, and no fault reported, for nobody.

pub mod caller;
mod faults;
pub mod gate;
mod json;
mod path;
mod query;
mod room;

pub use caller::{Caller, Operator, Visitor};
pub use json::{Big, BigJson, Json, JsonOrDefault};
pub use path::Path;
pub use query::Query;
pub use room::Seat;
