//! API keys: what they look like, what they may do, how long they live.

mod key;
mod scope;
mod text;

#[cfg(test)]
mod tests;

pub use key::{ApiKey, KeyGrant, KeyName, MOST_KEYS, Refused, check_expiry};
pub use scope::{KeyScope, Scopes};
pub use text::KeyText;
