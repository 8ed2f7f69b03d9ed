//! The OpenAI dialect on the wire: the request as JSON, and an answer put together from chunks or from one object.
//!
//! Source: openai-openapi `CreateChatCompletionRequest` and the recordings in the contracts. Every field is optional and
//! lenient: a field of an odd type counts as absent.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::classify::truthy;
use crate::tool_calls::ToolCalls;
use crate::{ChatEvent, ChatMessage, ChatPart, ChatRequest, ChatRole, FinishReason, ImageSource, ModelInfo, Usage};

/// What the limit on the answer is called: OpenAI's newer models refuse `max_tokens`, older servers know nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenLimit {
    MaxTokens,
    MaxCompletionTokens,
}

pub(super) fn request(ask: &ChatRequest, limit: TokenLimit) -> Value {
    let mut body = json!({
        "model": ask.model,
        "messages": ask.messages.iter().flat_map(messages).collect::<Vec<_>>(),
        "stream": true,
        "stream_options": { "include_usage": true },
    });
    if let Some(tokens) = ask.max_output_tokens {
        let name = match limit {
            TokenLimit::MaxTokens => "max_tokens",
            TokenLimit::MaxCompletionTokens => "max_completion_tokens",
        };
        body[name] = json!(tokens);
    }
    if let Some(temperature) = ask.temperature {
        body["temperature"] = json!((f64::from(temperature) * 1000.0).round() / 1000.0);
    }
    if !ask.tools.is_empty() {
        let tool = |tool: &crate::ToolSpec| json!({"type": "function", "function": {"name": tool.name, "description": tool.description, "parameters": tool.parameters}});
        body["tools"] = ask.tools.iter().map(tool).collect();
    }
    body
}

/// One message of ours can be several of theirs: each tool result is a message of its own.
fn messages(message: &ChatMessage) -> Vec<Value> {
    let role = match message.role {
        ChatRole::System => "system",
        ChatRole::User => "user",
        ChatRole::Assistant => "assistant",
        ChatRole::Tool => "tool",
    };
    let mut whole = Vec::new();
    let mut calls = Vec::new();
    let mut images = Vec::new();
    for part in &message.parts {
        match part {
            ChatPart::Text(_) => {}
            ChatPart::Image(source) => images.push(image(source)),
            ChatPart::ToolCall(call) => {
                calls.push(json!({"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}));
            }
            ChatPart::ToolResult { call_id, text } => {
                whole.push(json!({"role": "tool", "tool_call_id": call_id, "content": text}))
            }
        }
    }
    let text = message.plain();
    if whole.is_empty() || !text.is_empty() {
        // A plain string where it does: the oldest servers know no list of parts.
        let content = match (images.is_empty(), text.is_empty()) {
            (true, true) if !calls.is_empty() => Value::Null,
            (true, _) => json!(text),
            (false, true) => json!(images),
            (false, false) => {
                images.insert(0, json!({"type": "text", "text": text}));
                json!(images)
            }
        };
        let mut said = json!({"role": role, "content": content});
        if !calls.is_empty() {
            said["tool_calls"] = json!(calls);
        }
        whole.push(said);
    }
    whole
}

fn image(source: &ImageSource) -> Value {
    let url = match source {
        ImageSource::Url(url) => url.clone(),
        ImageSource::Inline { media_type, data } => format!("data:{media_type};base64,{}", STANDARD.encode(data)),
    };
    json!({"type": "image_url", "image_url": {"url": url}})
}

/// A field that is absent, null or of another type than expected is `None`.
fn lenient<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Maybe<T> {
        Yes(T),
        No(serde::de::IgnoredAny),
    }
    Ok(match Option::<Maybe<T>>::deserialize(from)? {
        Some(Maybe::Yes(value)) => Some(value),
        Some(Maybe::No(_)) | None => None,
    })
}

#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    error: Value,
    #[serde(default, deserialize_with = "lenient")]
    choices: Option<Vec<Choice>>,
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
            cost_micros: amount(&self.cost).map(|dollars| (dollars * 1e6).round() as i64),
        }
    }
}

/// Never negative; a number may come as a string or as a float.
fn count(value: &Value) -> u64 {
    value.as_u64().or_else(|| amount(value).map(|number| number.max(0.0) as u64)).unwrap_or(0)
}

fn amount(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|number: &f64| number.is_finite())
}

/// What one chunk was.
pub(super) enum Heard {
    Chunk,
    /// Not JSON: skipped and counted by the caller.
    NotJson,
    /// The answer has failed; the whole body is for classification.
    Error(Value),
}

/// How an answer ended.
pub(super) enum Ending {
    Events(Vec<ChatEvent>),
    /// The provider or the model refused; whatever text came before stands.
    Refused {
        what: &'static str,
        usage: Option<Usage>,
    },
}

/// One answer in the making.
#[derive(Default)]
pub(super) struct Turn {
    tools: ToolCalls,
    usage: Option<Usage>,
    finish: Option<String>,
    refused: bool,
    /// Deltas came, so a whole message would only repeat them.
    streams: bool,
}

impl Turn {
    /// Takes one `data:` payload; what it brings is appended to `events` (at least one, since every chunk is life).
    pub fn hear(&mut self, data: &str, events: &mut Vec<ChatEvent>) -> Heard {
        let Ok(chunk) = serde_json::from_str::<Chunk>(data) else {
            return match serde_json::from_str::<Value>(data) {
                Ok(other @ Value::Array(_)) if other.pointer("/0/error").is_some_and(truthy) => Heard::Error(other),
                Ok(_) | Err(_) => Heard::NotJson,
            };
        };
        if truthy(&chunk.error) {
            return Heard::Error(serde_json::from_str(data).unwrap_or_default());
        }
        if let Some(usage) = chunk.usage {
            self.usage = Some(usage.read()); // the last one counts, they are never summed
        }
        let before = events.len();
        // We ask for one choice; the list may still be empty in the first and in the last chunk.
        if let Some(choice) = chunk.choices.and_then(|choices| choices.into_iter().next()) {
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
        Heard::Chunk
    }

    fn piece(&mut self, delta: Delta, events: &mut Vec<ChatEvent>) {
        let full = |text: &String| !text.is_empty();
        // Some servers send the same thought under both names.
        if let Some(thought) = delta.reasoning_content.filter(full).or(delta.reasoning.filter(full)) {
            events.push(ChatEvent::Reasoning(thought));
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

    /// True once the provider said how the turn ended: from here on a lost connection loses nothing.
    pub fn has_finish(&self) -> bool {
        self.finish.is_some()
    }

    pub fn end(self) -> Ending {
        if self.refused || self.finish.as_deref() == Some("content_filter") {
            let what =
                if self.refused { "the model refused" } else { "the provider's content filter ended the answer" };
            return Ending::Refused { what, usage: self.usage };
        }
        // Collected calls make it a tool turn whatever the provider calls it; only a cut by length is not one.
        let reason = match self.finish.as_deref() {
            Some("length") => FinishReason::Length,
            _ if !self.tools.is_empty() => FinishReason::ToolCalls,
            None | Some("stop") => FinishReason::Stop,
            Some(other) => FinishReason::Other(egress::truncate(other, 64).to_owned()),
        };
        let mut events = Vec::new();
        if reason == FinishReason::ToolCalls {
            events.extend(self.tools.finish().into_iter().map(ChatEvent::ToolCall));
        }
        events.push(ChatEvent::Finished { reason, usage: self.usage });
        Ending::Events(events)
    }
}

/// `GET /models`. Extra fields of OpenRouter, Groq, vLLM and others are read where they are.
pub(super) fn models(body: &Value) -> Option<Vec<ModelInfo>> {
    let list = body.get("data").or_else(|| body.get("models")).unwrap_or(body).as_array()?;
    Some(list.iter().filter_map(model).filter(|model| chats(&model.id)).collect())
}

fn model(entry: &Value) -> Option<ModelInfo> {
    let id = entry.get("id").or_else(|| entry.get("name"))?.as_str()?.to_owned();
    let number = |places: &[&str]| {
        let found =
            places.iter().map(|place| count(entry.pointer(place).unwrap_or(&Value::Null))).find(|&count| count > 0);
        found.and_then(|count| u32::try_from(count).ok())
    };
    let lists = |place: &str, word: &str| {
        entry.pointer(place).and_then(Value::as_array).is_some_and(|list| list.iter().any(|one| one == word))
    };
    Some(ModelInfo {
        name: entry.get("name").and_then(Value::as_str).filter(|name| !name.is_empty()).unwrap_or(&id).to_owned(),
        context_window: number(&["/context_window", "/context_length", "/max_model_len", "/meta/n_ctx_train"]),
        max_output: number(&["/max_completion_tokens", "/top_provider/max_completion_tokens", "/max_tokens"]),
        vision: lists("/architecture/input_modalities", "image"),
        tools: lists("/supported_parameters", "tools"),
        id,
    })
}

/// The list names everything that the service has; what only embeds, speaks, hears or draws is left out.
fn chats(id: &str) -> bool {
    const OTHERS: &[&str] = &[
        "embed",
        "whisper",
        "tts",
        "dall-e",
        "moderation",
        "transcribe",
        "realtime",
        "gpt-image",
        "sora-",
        "rerank",
        "davinci-002",
        "babbage-002",
    ];
    let id = id.to_ascii_lowercase();
    !OTHERS.iter().any(|other| id.contains(other))
}
