//! Whom to ask, with which credential, again or elsewhere, at what price, and within which time.
//!
//! A [`Gateway`] knows the configured providers, an Ollama on this machine if one answers, and the built-in guide. Retries,
//! rotation and other models happen only before the first content of an answer; afterwards the stream is the caller's, with
//! the limits on silence and on the whole still applied. It knows nothing of users but keys to count and to queue them by.
//!
//! Reading order: [`settings`] → `registry` → `chain` (whom) → `walk` (the way) → `retry` (what an error does) → `attempt`.

mod ask;
mod attempt;
mod breaker;
mod cache;
mod catalogue;
mod chain;
mod concurrency;
mod credentials;
mod credits;
mod embed;
pub mod estimate;
mod gateway;
mod health;
mod images;
mod notice;
pub mod price;
mod probe;
pub mod purse;
mod registry;
mod retry;
pub mod rules;
mod settings;
mod source;
mod state;
pub mod tokenizer;
mod walk;
mod watch;

pub use ask::{Answer, Ask, AskError, CANNOT_CONTINUE, Cached, Needs, Spoke, Try};
pub use breaker::{BreakerSettings, BreakerState};
pub use cache::{CacheKey, CacheSettings};
pub use catalogue::{Abilities, EntryKind, ModelEntry};
pub use concurrency::LimitSettings;
pub use coordination::Hit;
pub use credentials::CredentialState;
pub use credits::ProviderCredits;
pub use embed::{EmbedAsk, Embedded};
pub use gateway::{Chance, Gateway};
pub use health::{CredentialHealth, Health, ModelHealth, ProviderHealth};
pub use images::may_be_fetched;
pub use llm_client::{
    AnswerFormat, ChatEvent, ChatMessage, ChatPart, ChatRequest, ChatRole, ChatStream, Continuation, Effort,
    ErrorClass, FinishReason, ImageSource, Kept, ProviderError, ProviderKind, Secret, ToolCall, ToolChoice, ToolSpec,
    Trace, UnknownKind, Usage,
};
pub use notice::Notice;
pub use price::Price;
pub use probe::{ProbeError, Probed, Standing, probe, standing};
pub use settings::{
    ConcurrencySettings, CredentialSettings, GatewaySettings, Limits, ModelSettings, Network, ProviderSettings,
    RetrySettings, RouteSettings, RouteStep, Timeouts,
};
pub use source::MakeProvider;
