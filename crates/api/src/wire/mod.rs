//! Types of the wire format that features share.

pub mod time;

pub use time::Rfc3339;
