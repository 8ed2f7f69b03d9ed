//! What comes back, in words that fit every provider.

use std::pin::Pin;

use futures_util::{Stream, StreamExt};

use crate::limits::RateLimits;
use crate::{Kept, ProviderError, ToolCall};

/// Ends after `Finished` or after the first error. Poll it to the end to give the connection back to the pool.
pub type ChatStream = Pin<Box<dyn Stream<Item = Result<ChatEvent, ProviderError>> + Send>>;

#[derive(Clone, Debug, PartialEq)]
pub enum ChatEvent {
    Text(String),
    Reasoning(String),
    /// Sent whole, at the end of the stream: arguments that parse may still be a prefix.
    ToolCall(ToolCall),
    /// A comment, a ping or a piece of something unfinished: nothing to show, but the other side lives.
    Alive,
    Finished {
        reason: FinishReason,
        usage: Option<Usage>,
        /// To be stored with the turn and sent back with it.
        kept: Option<Box<Kept>>,
        trace: Box<Trace>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FinishReason {
    Stop,
    Length,
    ToolCalls,
    /// A word that we do not know, as the provider said it.
    Other(String),
}

/// Tokens as the provider counted them. `reasoning` is a part of `output_total`, the cached ones of `input_total`; a
/// provider's own numbers may disagree, so subtract with saturation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    pub input_total: u64,
    pub input_cached: u64,
    pub input_cache_write: u64,
    pub output_total: u64,
    pub reasoning: u64,
    /// In millionths of a US dollar, where the provider says it.
    pub cost_micros: Option<i64>,
}

/// By what an answer can be found again, and what its head said about limits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// The model that answered: a gateway may have taken another than the one asked for.
    pub model: Option<String>,
    /// The answer's own id. Not unique everywhere: never a key.
    pub generation: Option<String>,
    /// What the provider's support asks for.
    pub request_id: Option<String>,
    pub limits: RateLimits,
}

/// An answer as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Completion {
    pub text: String,
    pub reasoning: String,
    pub calls: Vec<ToolCall>,
    pub reason: FinishReason,
    pub usage: Option<Usage>,
    pub kept: Option<Box<Kept>>,
    pub trace: Box<Trace>,
}

impl Completion {
    /// Reads a stream to its end, for callers that show nothing before. What came before an error is dropped with it; its
    /// usage is in the error.
    pub async fn of(mut stream: ChatStream) -> Result<Self, ProviderError> {
        let (mut text, mut reasoning, mut calls) = (String::new(), String::new(), Vec::new());
        while let Some(event) = stream.next().await {
            match event? {
                ChatEvent::Text(piece) => text.push_str(&piece),
                ChatEvent::Reasoning(piece) => reasoning.push_str(&piece),
                ChatEvent::ToolCall(call) => calls.push(call),
                ChatEvent::Alive => {}
                ChatEvent::Finished { reason, usage, kept, trace } => {
                    return Ok(Self { text, reasoning, calls, reason, usage, kept, trace });
                }
            }
        }
        Err(ProviderError::new(crate::ErrorClass::Unavailable, "the stream had no end").with_code("truncated"))
    }
}
