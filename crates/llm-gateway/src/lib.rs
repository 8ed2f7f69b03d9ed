//! Whom to ask, with which credential, again or not, and within which time.
//!
//! A [`Gateway`] knows the configured providers, an Ollama on this machine if one answers, and the built-in guide. Retries
//! and rotation happen only before the first content of an answer; afterwards the stream is the caller's, with the limits
//! on silence and on the whole still applied. It knows nothing of users but a key to count their messages by.

mod ask;
mod attempt;
mod catalogue;
mod credentials;
pub mod estimate;
mod gateway;
mod retry;
mod settings;
mod source;
mod watch;

pub use ask::{Answer, Ask, AskError, Try};
pub use catalogue::ModelEntry;
pub use coordination::Hit;
pub use gateway::{Chance, Gateway};
pub use llm_client::{
    ChatEvent, ChatMessage, ChatPart, ChatRole, ChatStream, Continuation, ErrorClass, FinishReason, ProviderError,
    Secret, ToolCall, Usage,
};
pub use settings::{GatewaySettings, Limits, ProviderKind, ProviderSettings, RetrySettings, Timeouts, UnknownKind};
