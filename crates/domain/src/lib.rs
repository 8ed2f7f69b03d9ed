//! The words and rules of Obrol: ids, time, errors, permissions, state machines. Pure and synchronous.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::disallowed_methods,
        reason = "a test may fail loudly"
    )
)]

pub mod accounts;
pub mod clock;
pub mod conversations;
pub mod ctx;
pub mod error;
pub mod ids;
pub mod keys;
pub mod line;
pub mod llm;
pub mod locale;
pub mod runs;
pub mod time;

pub use clock::{Chance, Clock};
pub use ctx::{Actor, Ctx, Principal};
pub use error::{Error, FieldFault, Kind, Result};
pub use locale::Locale;
pub use time::Timestamp;
