//! An answer in the OpenAI dialect, put together from chunks or from one object.
//!
//! Source: openai-openapi and the recordings in the contracts. Every field is optional and lenient: a field of an odd type
//! counts as absent.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::amount::micros;
use crate::lenient::{count, lenient, truthy};
use crate::tool_calls::ToolCalls;
use crate::turn::{Closing, Heard, Refusal, other};
use crate::{ChatEvent, FinishReason, Kept, Usage};

#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    error: Value,
    #[serde(default, deserialize_with = "lenient")]
    choices: Option<Vec<Choice>>,
    #[serde(default, deserialize_with = "lenient")]
    usage: Option<WireUsage>,
    #[serde(default, deserialize_with = "lenient")]
    id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    model: Option<String>,
    /// Groq's own corner: usage once more, and a text if the stream stopped early.
    #[serde(default, deserialize_with = "lenient")]
    x_groq: Option<Groq>,
    /// Vercel's own corner, under two names.
    #[serde(default)]
    provider_metadata: Value,
    #[serde(default, rename = "providerMetadata")]
    provider_metadata_too: Value,
}

#[derive(Deserialize)]
struct Groq {
    #[serde(default)]
    error: Value,
    #[serde(default, deserialize_with = "lenient")]
    usage: Option<WireUsage>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default, deserialize_with = "lenient")]
    delta: Option<Delta>,
    /// The whole message of an answer that did not stream; some servers repeat it beside every delta.
    #[serde(default, deserialize_with = "lenient")]
    message: Option<Delta>,
    #[serde(default, deserialize_with = "lenient")]
    finish_reason: Option<String>,
    #[serde(default)]
    error: Value,
}

#[derive(Deserialize)]
struct Delta {
    #[serde(default, deserialize_with = "lenient")]
    content: Option<Content>,
    #[serde(default, deserialize_with = "lenient")]
    reasoning_content: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    reasoning: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    reasoning_details: Option<Vec<Value>>,
    #[serde(default)]
    provider_metadata: Value,
    #[serde(default, deserialize_with = "lenient")]
    refusal: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    tool_calls: Option<Vec<Piece>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Deserialize)]
struct Part {
    #[serde(default, deserialize_with = "lenient")]
    text: Option<String>,
}

#[derive(Deserialize)]
struct Piece {
    #[serde(default, deserialize_with = "lenient")]
    index: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    function: Option<Function>,
}

#[derive(Deserialize)]
struct Function {
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(default)]
    arguments: Value,
}

#[derive(Deserialize)]
struct WireUsage {
    #[serde(default)]
    prompt_tokens: Value,
    #[serde(default)]
    completion_tokens: Value,
    #[serde(default)]
    prompt_tokens_details: Value,
    #[serde(default)]
    completion_tokens_details: Value,
    #[serde(default)]
    cost: Value,
}

impl WireUsage {
    fn read(&self) -> Usage {
        Usage {
            input_total: count(&self.prompt_tokens),
            input_cached: count(&self.prompt_tokens_details["cached_tokens"]),
            input_cache_write: count(&self.prompt_tokens_details["cache_write_tokens"]),
            output_total: count(&self.completion_tokens),
            reasoning: count(&self.completion_tokens_details["reasoning_tokens"]),
            cost_micros: micros(&self.cost),
        }
    }
}

/// What nearly every chunk is: a piece of text and nothing else that says anything, its fields in [`Chunk`]'s order. Whatever is not exactly that is read by
/// [`Chunk`], which takes anything.
#[derive(Deserialize)]
struct Plain<'a> {
    #[serde(default)]
    error: Option<IgnoredAny>,
    #[serde(borrow)]
    choices: [PlainChoice<'a>; 1],
    #[serde(default)]
    usage: Option<IgnoredAny>,
    #[serde(default, borrow)]
    id: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    model: Option<Cow<'a, str>>,
    #[serde(default)]
    x_groq: Option<IgnoredAny>,
    #[serde(default)]
    provider_metadata: Option<IgnoredAny>,
    #[serde(default, rename = "providerMetadata")]
    provider_metadata_too: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct PlainChoice<'a> {
    #[serde(borrow)]
    delta: PlainDelta<'a>,
    #[serde(default)]
    message: Option<IgnoredAny>,
    #[serde(default)]
    finish_reason: Option<IgnoredAny>,
    #[serde(default)]
    error: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct PlainDelta<'a> {
    #[serde(borrow)]
    content: Cow<'a, str>,
    #[serde(default)]
    reasoning_content: Option<IgnoredAny>,
    #[serde(default)]
    reasoning: Option<IgnoredAny>,
    #[serde(default)]
    reasoning_details: Option<IgnoredAny>,
    #[serde(default)]
    provider_metadata: Option<IgnoredAny>,
    #[serde(default)]
    refusal: Option<IgnoredAny>,
    #[serde(default)]
    tool_calls: Option<IgnoredAny>,
}

impl<'a> Plain<'a> {
    fn read(data: &'a str) -> Option<Self> {
        let plain: Self = serde_json::from_str(data).ok()?;
        let [choice] = &plain.choices;
        let delta = &choice.delta;
        let said = [
            &plain.error,
            &plain.usage,
            &plain.x_groq,
            &plain.provider_metadata,
            &plain.provider_metadata_too,
            &choice.message,
            &choice.finish_reason,
            &choice.error,
            &delta.reasoning_content,
            &delta.reasoning,
            &delta.reasoning_details,
            &delta.provider_metadata,
            &delta.refusal,
            &delta.tool_calls,
        ];
        let only_text = said.into_iter().all(Option::is_none);
        only_text.then_some(plain)
    }
}

/// One answer in the making.
pub(super) struct Turn {
    dialect: &'static str,
    asked: String,
    keeps_thoughts: bool,
    tools: ToolCalls,
    usage: Option<Usage>,
    cost: Option<i64>,
    finish: Option<String>,
    refused: bool,
    /// Deltas came, so a whole message would only repeat them.
    streams: bool,
    thoughts: Vec<Value>,
    model: Option<String>,
    id: Option<String>,
}

impl Turn {
    /// `keep`: whether `reasoning_details` go back with the next request for this model.
    pub fn new(dialect: &'static str, asked: &str, keep: bool) -> Self {
        Self {
            dialect,
            asked: asked.to_owned(),
            keeps_thoughts: keep,
            tools: ToolCalls::default(),
            usage: None,
            cost: None,
            finish: None,
            refused: false,
            streams: false,
            thoughts: Vec::new(),
            model: None,
            id: None,
        }
    }

    /// As [`crate::turn::Turn::hear`], of what is nothing but text.
    fn plain(&mut self, chunk: Plain<'_>, events: &mut Vec<ChatEvent>) -> Heard {
        fn keep(kept: &mut Option<String>, said: Option<Cow<'_, str>>) {
            let said = said.filter(|said| is_name(said) && kept.as_deref() != Some(said.as_ref()));
            if let Some(said) = said {
                *kept = Some(said.into_owned());
            }
        }
        keep(&mut self.model, chunk.model);
        keep(&mut self.id, chunk.id);
        self.streams = true;
        let [PlainChoice { delta: PlainDelta { content, .. }, .. }] = chunk.choices;
        events.push(if content.is_empty() { ChatEvent::Alive } else { ChatEvent::Text(content.into_owned()) });
        Heard::Piece
    }

    fn piece(&mut self, delta: Delta, events: &mut Vec<ChatEvent>) {
        let full = |text: &String| !text.is_empty();
        // Some servers send the same thought under both names.
        if let Some(thought) = delta.reasoning_content.filter(full).or(delta.reasoning.filter(full)) {
            events.push(ChatEvent::Reasoning(thought));
        }
        if self.keeps_thoughts {
            delta.reasoning_details.into_iter().flatten().for_each(|detail| keep(&mut self.thoughts, detail));
        }
        let text = match delta.content {
            Some(Content::Text(text)) => text,
            Some(Content::Parts(parts)) => parts.into_iter().filter_map(|part| part.text).collect(),
            None => String::new(),
        };
        if !text.is_empty() {
            events.push(ChatEvent::Text(text));
        }
        self.refused |= delta.refusal.is_some_and(|words| full(&words));
        self.cost = cost(&delta.provider_metadata).or(self.cost);
        for piece in delta.tool_calls.into_iter().flatten() {
            let function = piece.function.unwrap_or(Function { name: None, arguments: Value::Null });
            let arguments = match function.arguments {
                Value::Null => String::new(),
                Value::String(text) => text,
                object => object.to_string(), // some servers send the object itself
            };
            self.tools.add(&piece.id.unwrap_or_default(), piece.index, &function.name.unwrap_or_default(), &arguments);
        }
    }
}

impl Turn {
    /// Whatever servers send under the name of a chunk.
    fn any(&mut self, data: &str, events: &mut Vec<ChatEvent>) -> Heard {
        let Ok(mut chunk) = serde_json::from_str::<Chunk>(data) else {
            return match serde_json::from_str::<Value>(data) {
                Ok(list @ Value::Array(_)) if list.pointer("/0/error").is_some_and(truthy) => Heard::Error(list),
                Ok(_) | Err(_) => Heard::NotJson,
            };
        };
        let choices = chunk.choices.take().unwrap_or_default();
        let groq = chunk.x_groq.take().unwrap_or(Groq { error: Value::Null, usage: None });
        // The last one counts, they are never summed.
        if let Some(usage) = chunk.usage.or(groq.usage) {
            self.usage = Some(usage.read());
        }
        self.cost = cost(&chunk.provider_metadata).or_else(|| cost(&chunk.provider_metadata_too)).or(self.cost);
        let before = events.len();
        // We ask for one choice; the list may still be empty in the first and in the last chunk.
        let choice = choices.into_iter().next();
        let ended = choice.as_ref().and_then(|choice| choice.finish_reason.as_deref()) == Some("error");
        if truthy(&chunk.error) {
            return Heard::Error(serde_json::from_str(data).unwrap_or_default());
        }
        let faults = [&groq.error, choice.as_ref().map_or(&Value::Null, |choice| &choice.error)];
        if let Some(fault) = faults.into_iter().find(|fault| truthy(fault)) {
            return Heard::Error(serde_json::json!({ "error": fault }));
        }
        if ended {
            return Heard::Error(
                serde_json::json!({"error": {"code": 502, "message": "the upstream ended it with an error"}}),
            );
        }
        let named = |text: Option<String>| text.filter(|text| is_name(text));
        self.model = named(chunk.model).or(self.model.take());
        self.id = named(chunk.id).or(self.id.take());
        if let Some(choice) = choice {
            self.finish = choice.finish_reason.filter(|reason| !reason.is_empty()).or(self.finish.take());
            let whole = if self.streams { None } else { choice.message };
            self.streams |= choice.delta.is_some();
            if let Some(delta) = choice.delta.or(whole) {
                self.piece(delta, events);
            }
        }
        if events.len() == before {
            events.push(ChatEvent::Alive);
        }
        Heard::Piece
    }
}

impl crate::turn::Turn for Turn {
    fn hear(&mut self, data: &str, events: &mut Vec<ChatEvent>) -> Heard {
        if data.trim_start().starts_with("[DONE]") {
            return Heard::Last;
        }
        match Plain::read(data) {
            Some(plain) => self.plain(plain, events),
            None => self.any(data, events),
        }
    }

    fn has_finish(&self) -> bool {
        self.finish.is_some()
    }

    fn usage(&self) -> Option<Usage> {
        let usage = self.usage?;
        Some(Usage { cost_micros: usage.cost_micros.or(self.cost), ..usage })
    }

    fn end(self: Box<Self>) -> Result<Closing, Refusal> {
        if self.refused {
            return Err(Refusal::moderation("the model refused"));
        }
        if self.finish.as_deref() == Some("content_filter") {
            return Err(Refusal::moderation("the provider's content filter ended the answer"));
        }
        let usage = self.usage();
        // Collected calls make it a tool turn whatever the provider calls it; only a cut by length is not one.
        let reason = match self.finish.as_deref() {
            Some("length") => FinishReason::Length,
            _ if !self.tools.is_empty() => FinishReason::ToolCalls,
            None | Some("stop") => FinishReason::Stop,
            Some(word) => other(word),
        };
        let Self { dialect, asked, tools, thoughts, model, id, .. } = *self;
        let calls = if reason == FinishReason::ToolCalls { tools.finish() } else { Vec::new() };
        let kept = (!thoughts.is_empty()).then(|| Kept {
            dialect: dialect.to_owned(),
            model: asked,
            data: Value::Array(thoughts),
        });
        Ok(Closing { calls, reason, usage, kept, model, generation: id })
    }
}

/// Of a model or a generation.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= 256
}

/// Vercel: `gateway.cost`, a decimal string.
fn cost(metadata: &Value) -> Option<i64> {
    micros(metadata.get("gateway")?.get("cost")?)
}

/// A streamed detail goes on with the one before it if both are of one type and index: its texts are joined, its other
/// fields replaced. What comes whole stays as it is.
fn keep(thoughts: &mut Vec<Value>, detail: Value) {
    let same =
        |one: &Value, field: &str| one.get(field).unwrap_or(&Value::Null) == detail.get(field).unwrap_or(&Value::Null);
    let goes_on = |last: &Value| detail.get("index").is_some() && same(last, "index") && same(last, "type");
    match (thoughts.last_mut().filter(|last| goes_on(last)), detail) {
        (Some(Value::Object(last)), Value::Object(fields)) => {
            for (name, value) in fields {
                match (last.get_mut(&name), value) {
                    (_, Value::Null) => {}
                    (Some(Value::String(text)), Value::String(more)) if matches!(name.as_str(), "text" | "summary") => {
                        text.push_str(&more);
                    }
                    (_, value) => {
                        last.insert(name, value);
                    }
                }
            }
        }
        (_, detail) => thoughts.push(detail),
    }
}

#[cfg(test)]
#[path = "wire_tests.rs"]
mod tests;
