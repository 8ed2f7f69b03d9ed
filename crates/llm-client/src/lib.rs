//! How one provider is asked once, how its answer streams, and how it fails.
//!
//! Nothing here knows users, quotas, retries or prices: that is the gateway's. A provider is two files, behaviour and
//! wire format, plus its rows in the table of [`classify`]. Dropping a [`ChatStream`] drops the upstream connection.

mod chat;
mod classify;
mod error;
pub mod guide;
pub mod hint;
pub mod openai;
mod provider;
pub mod sse;
mod tool_calls;

pub use chat::{
    ChatEvent, ChatMessage, ChatPart, ChatRequest, ChatRole, ChatStream, FinishReason, ImageSource, ModelInfo,
    ToolCall, ToolSpec, Usage,
};
pub use egress::{ExposeSecret, Secret};
pub use error::{ErrorClass, ProviderError};
pub use provider::{Continuation, Provider};
