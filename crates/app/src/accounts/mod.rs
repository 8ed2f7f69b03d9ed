//! Accounts: getting in, staying in, getting out; who asks; the first administrator.

mod access;
mod admin;
mod authenticate;
mod crypto;
mod door;
mod events;
mod hashing;
mod keys;
mod login;
mod profile;
mod refresh;
mod register;
mod rights;
mod sessions;
mod settings;
mod setup;
mod sign_in;
mod throttling;

pub use admin::{NewAdmin, create_admin};
pub use authenticate::{Authenticated, Proof, authenticate, prove, still_valid};
pub(crate) use events::announce;
pub use events::{AuthEvent, TOPIC};
pub use hashing::HashCost;
pub use keys::{AccountKeys, KeyFault};
pub(crate) use login::confirm;
pub use login::{Login, login};
pub use persistence::accounts::sessions::Session;
pub use persistence::accounts::users::Profile;
pub use profile::{me, update_me};
pub use refresh::refresh;
pub use register::{Register, register};
pub(crate) use rights::may_ask;
pub use rights::{Admin, set_rights};
pub use sessions::{logout, logout_all, logout_by_token, revoke_session, sessions};
pub use settings::{Accounts, AccountsSettings};
pub use setup::{Setup, ensure_setup_token, setup, setup_url};
pub use sign_in::{SignedIn, sweep};

#[cfg(test)]
pub(crate) mod tests;
