//! How one provider is asked once, how its answer streams, and how it fails.
//!
//! Nothing here knows users, quotas, retries or prices: that is the gateway's. A provider is two files, behaviour and
//! wire format (three where requests and answers are long), plus its rows in the table of [`classify`]; what all of them
//! share is [`call`] (the request), [`reading`] (the answer, without a network) and [`turn`] (the seam between the two).
//! Dropping a [`ChatStream`] drops the upstream connection.

mod amount;
pub mod anthropic;
mod call;
mod chat;
mod classify;
mod error;
mod event;
pub mod gemini;
pub mod guide;
pub mod hint;
mod kind;
mod lenient;
mod limits;
mod lines;
mod model;
pub mod offline;
pub mod ollama;
pub mod openai;
mod provider;
mod reading;
pub mod sse;
mod tool_calls;
mod turn;

pub use chat::{
    AnswerFormat, ChatMessage, ChatPart, ChatRequest, ChatRole, Effort, ImageSource, Kept, ToolCall, ToolChoice,
    ToolSpec,
};
pub use egress::{ExposeSecret, Secret};
pub use error::{ErrorClass, ProviderError};
pub use event::{ChatEvent, ChatStream, Completion, FinishReason, Trace, Usage};
pub use kind::{ProviderKind, ProviderOptions, UnknownKind};
pub use limits::{RateLimits, Window};
pub use model::{Credits, CreditsOf, EmbedPurpose, EmbedRequest, Embeddings, ModelInfo, Prices};
pub use provider::{Continuation, Provider};
pub use reading::Reading;
