//! Ollama's own wire format: requests, lines of JSON, lists. Source: ollama `api/types.go`, `server/routes.go` and
//! `docs/api.md` in the contracts.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::lenient::{arguments, count, lists, size, text, truthy};
use crate::openai::lists::numbers;
use crate::openai::request::thousandths;
use crate::turn::{Closing, Heard, Refusal, other};
use crate::{
    AnswerFormat, ChatEvent, ChatMessage, ChatPart, ChatRequest, ChatRole, Effort, EmbedRequest, FinishReason,
    ImageSource, ModelInfo, ToolCall, ToolChoice, Usage,
};

pub(super) fn request(ask: &ChatRequest) -> Value {
    // Its own shortening is silent: an overflow shall be an error, so that we decide what is left out.
    let mut body = json!({"model": ask.model, "stream": true, "truncate": false, "messages": messages(&ask.messages)});
    // A tool cannot be demanded; it can only be withheld.
    if !ask.tools.is_empty() && ask.tool_choice != ToolChoice::Never {
        let tool = |tool: &crate::ToolSpec| json!({"type": "function", "function": {"name": tool.name, "description": tool.description, "parameters": tool.parameters}});
        body["tools"] = ask.tools.iter().map(tool).collect();
    }
    match &ask.format {
        AnswerFormat::Text => {}
        AnswerFormat::Json => body["format"] = json!("json"),
        AnswerFormat::Schema { schema, .. } => body["format"] = schema.clone(),
    }
    match ask.reasoning {
        None => {}
        Some(Effort::Off) => body["think"] = json!(false),
        Some(effort @ (Effort::Low | Effort::Medium | Effort::High)) => body["think"] = json!(effort.as_str()),
    }
    let mut options = json!({});
    for (name, value) in [("temperature", ask.temperature), ("top_p", ask.top_p)] {
        if let Some(value) = value {
            options[name] = thousandths(value);
        }
    }
    for (name, value) in [("num_ctx", ask.context_window), ("num_predict", ask.max_output_tokens)] {
        if let Some(value) = value {
            options[name] = json!(value);
        }
    }
    if let Some(seed) = ask.seed {
        options["seed"] = json!(seed);
    }
    if !ask.stop.is_empty() {
        options["stop"] = json!(ask.stop);
    }
    if options.as_object().is_some_and(|options| !options.is_empty()) {
        body["options"] = options;
    }
    body
}

/// Results are matched by the tool's name: the call with this id says it.
fn messages(all: &[ChatMessage]) -> Vec<Value> {
    let mut names: HashMap<&str, &str> = HashMap::new();
    let mut found = Vec::new();
    for message in all {
        let role = match message.role {
            ChatRole::System => "system",
            ChatRole::User => "user",
            ChatRole::Assistant => "assistant",
            ChatRole::Tool => "tool",
        };
        let (mut calls, mut images, mut results) = (Vec::new(), Vec::new(), Vec::new());
        let mut said = message.plain();
        for part in &message.parts {
            match part {
                ChatPart::Text(_) => {}
                ChatPart::Image(ImageSource::Inline { data, .. }) => images.push(STANDARD.encode(data)),
                // Only the bytes themselves are taken.
                ChatPart::Image(ImageSource::Url(url)) => said = format!("{said}\n[image: {url}]").trim().to_owned(),
                ChatPart::ToolCall(call) => {
                    names.insert(&call.id, &call.name);
                    calls.push(json!({"id": call.id, "function": {"name": call.name, "arguments": arguments(&call.arguments)}}));
                }
                ChatPart::ToolResult { call_id, text } => {
                    let name = names.get(call_id.as_str()).copied().unwrap_or_default();
                    results.push(json!({"role": "tool", "tool_name": name, "tool_call_id": call_id, "content": text}));
                }
            }
        }
        let silent = !results.is_empty() && said.is_empty();
        found.append(&mut results);
        if silent {
            continue;
        }
        let mut one = json!({"role": role, "content": said});
        if !images.is_empty() {
            one["images"] = json!(images);
        }
        if !calls.is_empty() {
            one["tool_calls"] = json!(calls);
        }
        found.push(one);
    }
    found
}

pub(super) fn embed(ask: &EmbedRequest) -> Value {
    // Cut texts make vectors that lie; an error is better.
    let mut body = json!({"model": ask.model, "input": ask.texts, "truncate": false});
    if let Some(dimensions) = ask.dimensions {
        body["dimensions"] = json!(dimensions);
    }
    body
}

/// One answer in the making.
#[derive(Default)]
pub(super) struct Turn {
    calls: Vec<ToolCall>,
    usage: Option<Usage>,
    finish: Option<String>,
    model: Option<String>,
}

impl crate::turn::Turn for Turn {
    fn hear(&mut self, data: &str, events: &mut Vec<ChatEvent>) -> Heard {
        let Ok(line) = serde_json::from_str::<Value>(data) else { return Heard::NotJson };
        if truthy(&line["error"]) {
            return Heard::Error(line);
        }
        let before = events.len();
        let named = Some(text(&line, "model")).filter(|model| !model.is_empty());
        self.model = named.map(str::to_owned).or(self.model.take());
        let message = &line["message"];
        for (field, event) in
            [("thinking", ChatEvent::Reasoning as fn(String) -> ChatEvent), ("content", ChatEvent::Text)]
        {
            let said = text(message, field);
            if !said.is_empty() {
                events.push(event(said.to_owned()));
            }
        }
        for call in message["tool_calls"].as_array().into_iter().flatten() {
            let function = &call["function"];
            let name = text(function, "name");
            if name.is_empty() {
                continue;
            }
            let id = Some(text(call, "id")).filter(|id| !id.is_empty());
            let id = id.map_or_else(|| format!("call_{}", self.calls.len()), str::to_owned);
            let arguments = match &function["arguments"] {
                Value::String(text) if !text.trim().is_empty() => text.clone(),
                object @ Value::Object(_) => object.to_string(),
                _ => "{}".to_owned(),
            };
            self.calls.push(ToolCall { id, name: name.to_owned(), arguments });
        }
        if events.len() == before {
            events.push(ChatEvent::Alive);
        }
        if line["done"] == true {
            self.usage = Some(usage(&line));
            self.finish = Some(text(&line, "done_reason").to_owned());
            return Heard::Last;
        }
        Heard::Piece
    }

    fn has_finish(&self) -> bool {
        self.finish.is_some()
    }

    fn usage(&self) -> Option<Usage> {
        self.usage
    }

    fn end(self: Box<Self>) -> Result<Closing, Refusal> {
        let reason = match self.finish.as_deref() {
            Some("length") => FinishReason::Length,
            _ if !self.calls.is_empty() => FinishReason::ToolCalls,
            None | Some("stop" | "") => FinishReason::Stop,
            Some(word) => other(word),
        };
        let calls = if reason == FinishReason::ToolCalls { self.calls } else { Vec::new() };
        Ok(Closing { calls, reason, usage: self.usage, kept: None, model: self.model, generation: None })
    }
}

/// The counts of an answer or of vectors; one's own machine costs nothing a token.
pub(super) fn usage(line: &Value) -> Usage {
    Usage {
        input_total: count(&line["prompt_eval_count"]),
        output_total: count(&line["eval_count"]),
        cost_micros: Some(0),
        ..Usage::default()
    }
}

/// `GET /api/tags`. Older servers do not tell what a model can: all but those named for embedding are then offered.
pub(super) fn models(body: &Value, ability: &str) -> Option<Vec<ModelInfo>> {
    let list = body.get("models")?.as_array()?;
    let able = |entry: &&Value| {
        if entry.get("capabilities").is_some_and(Value::is_array) {
            return lists(entry, "/capabilities", ability);
        }
        (ability == "embedding") == text(entry, "name").to_ascii_lowercase().contains("embed")
    };
    let model = |entry: &Value| {
        let id = Some(text(entry, "name")).filter(|id| !id.is_empty()).unwrap_or(text(entry, "model"));
        (!id.is_empty()).then(|| ModelInfo {
            id: id.to_owned(),
            name: id.to_owned(),
            context_window: size(entry.pointer("/details/context_length")),
            vision: lists(entry, "/capabilities", "vision"),
            tools: lists(entry, "/capabilities", "tools"),
            reasoning: lists(entry, "/capabilities", "thinking"),
            ..ModelInfo::default()
        })
    };
    Some(list.iter().filter(able).filter_map(model).collect())
}

pub(super) fn vectors(body: &Value) -> Option<Vec<Vec<f32>>> {
    body.get("embeddings")?.as_array()?.iter().map(numbers).collect()
}
