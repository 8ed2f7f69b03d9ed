//! What is asked and what comes back, in words that fit every provider.

use std::pin::Pin;

use bytes::Bytes;
use futures_util::Stream;

use crate::ProviderError;

/// One call. Fields that a provider cannot express are left out of its request, never an error.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChatRequest {
    pub model: String,
    pub messages: Vec<ChatMessage>,
    pub max_output_tokens: Option<u32>,
    pub temperature: Option<f32>,
    /// The asker's language (`en`, `id`, `ja`); a hint for providers that write texts of their own.
    pub language: Option<String>,
    pub tools: Vec<ToolSpec>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChatRole {
    System,
    User,
    Assistant,
    Tool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ChatMessage {
    pub role: ChatRole,
    pub parts: Vec<ChatPart>,
}

impl ChatMessage {
    pub fn text(role: ChatRole, text: impl Into<String>) -> Self {
        Self { role, parts: vec![ChatPart::Text(text.into())] }
    }

    /// All text parts, one after the other.
    pub fn plain(&self) -> String {
        let texts = self.parts.iter().filter_map(|part| match part {
            ChatPart::Text(text) => Some(text.as_str()),
            ChatPart::Image(_) | ChatPart::ToolCall(_) | ChatPart::ToolResult { .. } => None,
        });
        texts.collect::<Vec<_>>().join("\n")
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum ChatPart {
    Text(String),
    Image(ImageSource),
    /// A call that the assistant made in an earlier turn.
    ToolCall(ToolCall),
    /// Its result, in a message of the role `Tool`.
    ToolResult {
        call_id: String,
        text: String,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub enum ImageSource {
    Url(String),
    Inline { media_type: String, data: Bytes },
}

/// A function that the model may call; `parameters` is a JSON schema.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolSpec {
    pub name: String,
    pub description: String,
    pub parameters: serde_json::Value,
}

/// A whole call. `arguments` is the JSON text as the model wrote it; no arguments are `{}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolCall {
    pub id: String,
    pub name: String,
    pub arguments: String,
}

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

/// A model as its provider lists it. What the provider does not say is `None` or `false`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelInfo {
    pub id: String,
    pub name: String,
    pub context_window: Option<u32>,
    pub max_output: Option<u32>,
    pub vision: bool,
    pub tools: bool,
}
