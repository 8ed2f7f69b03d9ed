//! People and their signed-in devices in the database.

pub mod refresh_tokens;
pub mod sessions;
pub mod throttles;
pub mod users;
