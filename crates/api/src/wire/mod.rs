//! Types of the wire format that features share.

mod present;
pub mod time;

pub use present::present;
pub use time::Rfc3339;
