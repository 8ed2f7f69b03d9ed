//! API keys: made by people for their programs, shown once, kept as a keyed hash.

mod authenticate;
mod hashes;
mod own;

pub(crate) use authenticate::Uses;
pub use authenticate::{authenticate, authenticate_any, opened_lately, still_valid};
pub use own::{Created, NewKey, create, list, revoke};
