//! Tables as SeaORM sees them; nothing of it leaves this crate.

pub(crate) mod conversations;
pub(crate) mod idempotency_keys;
pub(crate) mod messages;
pub(crate) mod refresh_tokens;
pub(crate) mod run_attempts;
pub(crate) mod run_chunks;
pub(crate) mod runs;
pub(crate) mod sessions;
pub(crate) mod settings;
pub(crate) mod throttles;
pub(crate) mod users;
