//! A question, its answer, and the record of every try.

use std::time::{Duration, SystemTime};

use llm_client::{ChatMessage, ChatStream, Continuation, ErrorClass, ProviderError};
use tokio::time::Instant;

#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// `provider/model`, in any case.
    pub model: String,
    pub messages: Vec<ChatMessage>,
    pub max_output_tokens: Option<u32>,
    /// The asker's language: `en`, `id`, `ja`.
    pub language: Option<String>,
    /// When the whole answer must be there; absent: `whole_run` from now.
    pub deadline: Option<Instant>,
}

/// An answer that has begun: the stream's first content is there.
pub struct Answer {
    pub provider: String,
    /// The model's id at the provider.
    pub model: String,
    /// Which of the provider's keys, as a label (`key-1`), never the key.
    pub credential: Option<String>,
    pub continuation: Continuation,
    /// All tries, the last of which succeeded (its class is `None`).
    pub tries: Vec<Try>,
    /// Ends after `Finished` or the first error; never holds `Alive`. Silence and the deadline end it with `timeout`.
    pub stream: ChatStream,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer")
            .field("provider", &self.provider)
            .field("model", &self.model)
            .field("tries", &self.tries)
            .finish_non_exhaustive()
    }
}

/// No answer: the last error, and what was tried.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{error}")]
pub struct AskError {
    pub error: ProviderError,
    pub tries: Vec<Try>,
}

/// One call of a provider. `detail` is for operators only.
#[derive(Clone, Debug)]
pub struct Try {
    pub provider: String,
    pub model: String,
    pub credential: Option<String>,
    pub started: SystemTime,
    /// Until the first content, or until it failed.
    pub took: Duration,
    /// `None`: it began to answer.
    pub class: Option<ErrorClass>,
    pub status: Option<u16>,
    pub retry_after: Option<Duration>,
    pub detail: String,
}
