//! Types of the wire format that features share.

mod present;
pub mod time;

pub use present::{not_null, present};
pub use time::Rfc3339;

/// JSON as an answer; bodies of requests come through `extract::Json`.
#[allow(clippy::disallowed_types, reason = "banned as an extractor, harmless as an answer")]
pub type Answer<T> = actix_web::web::Json<T>;
