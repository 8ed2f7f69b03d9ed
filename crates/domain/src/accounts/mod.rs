//! Accounts: who people are, what they may do, how long they stay signed in, and what a password must be.

mod blocklist;
mod email;
mod name;
mod password;
mod session;
mod throttle;
mod user;

pub use email::Email;
pub use name::DisplayName;
pub use password::Password;
pub use session::{Lifetimes, RefreshToken, RevokeReason, Verdict};
pub use throttle::{Failures, Throttle};
pub use user::{Registration, Role, Status, User};

#[cfg(test)]
mod tests;
