//! A question, its answer, and the record of every try.

use std::time::{Duration, SystemTime};

use llm_client::{ChatMessage, ChatRequest, ChatStream, Continuation, ErrorClass, ProviderError, ToolSpec, Usage};
use tokio::time::Instant;

use crate::price::Price;
use crate::purse::SharedPurse;

#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// `provider/model` or `route/name`, in any case.
    pub model: String,
    pub messages: Vec<ChatMessage>,
    pub max_output_tokens: Option<u32>,
    /// The asker's language: `en`, `id`, `ja`.
    pub language: Option<String>,
    /// When the whole answer must be there; absent: `whole_run` from now.
    pub deadline: Option<Instant>,
    /// Whose turn this takes while others wait for the same provider.
    pub asker: String,
    pub tools: Vec<ToolSpec>,
    /// What else a request may say (temperature, …); the fields above count where both say something.
    pub params: ChatRequest,
    /// Only models that can, or are not known not to, are asked.
    pub wants: Needs,
    /// The text of an answer that was cut: only models that can take it up, and may, are asked. Without one the error's code
    /// is [`CANNOT_CONTINUE`], and the caller announces a rewind.
    pub continue_from: Option<String>,
    /// Who said that text, as `provider/model`; that model needs no permission to go on.
    pub begun_by: Option<String>,
    /// Models that failed already in this run, as `provider/model`: asked after the others.
    pub avoid: Vec<String>,
    /// Who pays for the calls; without one nobody counts.
    pub purse: Option<SharedPurse>,
}

/// The code of the error when no model may take an answer up.
pub const CANNOT_CONTINUE: &str = "cannot_continue";

/// What a model must be able to do for this question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    pub tools: bool,
    pub vision: bool,
    pub json: bool,
}

/// Why this model speaks.
#[derive(Clone, Debug, Default)]
pub enum Spoke {
    #[default]
    First,
    /// The same model, after failed calls.
    Retried,
    /// Another model than the first of the chain. `after` is empty when that one was not called at all: its breaker was open,
    /// its keys rested or its queue was full.
    Fallback { after: Vec<Try> },
    /// It takes up an answer that was cut.
    Continued,
}

/// Where an answer comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cached {
    #[default]
    No,
    /// It was given before.
    Stored,
    /// Somebody else asked the same at this time; the call is theirs.
    Shared,
}

/// An answer that has begun: the stream's first content is there.
pub struct Answer {
    pub provider: String,
    /// The model's id at the provider.
    pub model: String,
    /// `provider/model` in lower case.
    pub id: String,
    /// The route's name, if one was asked for.
    pub route: Option<String>,
    /// Which of the provider's keys, as a label (`key-1`), never the key.
    pub credential: Option<String>,
    pub credential_id: Option<String>,
    pub continuation: Continuation,
    pub why: Spoke,
    /// What its tokens cost when it was asked; `None`: not known.
    pub price: Option<Price>,
    pub cached: Cached,
    /// All tries, the last of which succeeded (its class is `None`). Empty if no call was made for this asker.
    pub tries: Vec<Try>,
    /// Ends after `Finished` or the first error; never holds `Alive`. Silence and the deadline end it with `timeout`. Dropping
    /// it ends the call and frees its place at the provider.
    pub stream: ChatStream,
}

/// An answer without its stream.
#[derive(Clone, Debug)]
pub(crate) struct Speaker {
    pub provider: String,
    pub model: String,
    pub id: String,
    pub route: Option<String>,
    pub credential: Option<String>,
    pub credential_id: Option<String>,
    pub continuation: Continuation,
    pub why: Spoke,
    pub price: Option<Price>,
}

impl Answer {
    pub(crate) fn new(speaker: Speaker, stream: ChatStream) -> Self {
        let Speaker { provider, model, id, route, credential, credential_id, continuation, why, price } = speaker;
        let (cached, tries) = (Cached::No, Vec::new());
        Self { provider, model, id, route, credential, credential_id, continuation, why, price, cached, tries, stream }
    }

    pub(crate) fn speaker(&self) -> Speaker {
        Speaker {
            provider: self.provider.clone(),
            model: self.model.clone(),
            id: self.id.clone(),
            route: self.route.clone(),
            credential: self.credential.clone(),
            credential_id: self.credential_id.clone(),
            continuation: self.continuation,
            why: self.why.clone(),
            price: self.price,
        }
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer")
            .field("provider", &self.provider)
            .field("model", &self.model)
            .field("why", &self.why)
            .field("cached", &self.cached)
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
    pub credential_id: Option<String>,
    pub started: SystemTime,
    /// Until the first content, or until it failed.
    pub took: Duration,
    /// `None`: it began to answer.
    pub class: Option<ErrorClass>,
    pub status: Option<u16>,
    pub retry_after: Option<Duration>,
    pub detail: String,
    /// What a failed call used, if the provider said so. Of the last try it is in the stream.
    pub usage: Option<Usage>,
    pub price: Option<Price>,
}
