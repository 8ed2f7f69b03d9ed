//! One answer in the making, as its dialect writes it: the seam between the shared reading and the wire formats.

use serde_json::Value;

use crate::{ChatEvent, ErrorClass, FinishReason, Kept, ToolCall, Usage};

/// A dialect's way to put an answer together from its payloads.
pub(crate) trait Turn: Send {
    /// Takes one payload (an event's data, a line, or a whole answer); what it brings is appended to `events`, at least
    /// one of them, since every payload is life.
    fn hear(&mut self, payload: &str, events: &mut Vec<ChatEvent>) -> Heard;

    /// True once the provider said how the turn ended: from here on a lost connection loses nothing.
    fn has_finish(&self) -> bool;

    /// What was used so far, if it was said.
    fn usage(&self) -> Option<Usage>;

    fn end(self: Box<Self>) -> Result<Closing, Refusal>;
}

/// What one payload was.
pub(crate) enum Heard {
    Piece,
    /// The end marker: nothing after it belongs to the answer.
    Last,
    /// Not JSON: skipped and counted.
    NotJson,
    /// The answer has failed; the whole body is for classification.
    Error(Value),
}

/// How an answer ended.
#[derive(Debug)]
pub(crate) struct Closing {
    pub calls: Vec<ToolCall>,
    pub reason: FinishReason,
    pub usage: Option<Usage>,
    pub kept: Option<Kept>,
    pub model: Option<String>,
    pub generation: Option<String>,
}

/// The provider or the model ended it in a way that is a failure; whatever text came before stands.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub class: ErrorClass,
    pub code: &'static str,
    pub what: String,
}

impl Refusal {
    pub fn moderation(what: impl Into<String>) -> Self {
        Self { class: ErrorClass::Moderation, code: "content_filter", what: what.into() }
    }
}

/// A word of the provider's, short enough to be shown and stored.
pub(crate) fn other(word: &str) -> FinishReason {
    FinishReason::Other(egress::truncate(word, 64).to_owned())
}
