//! The manual that is compiled into the binary: what the guide quotes, for whoever wants to read it whole.

pub use llm_client::guide::{LANGUAGES, Page, Section, page, pages};
