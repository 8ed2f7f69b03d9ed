//! A request to Anthropic. Source: anthropic-sdk-typescript `resources/messages` in the contracts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::NAME;
use crate::lenient::arguments;
use crate::openai::request::thousandths;
use crate::{AnswerFormat, ChatMessage, ChatPart, ChatRequest, ChatRole, Effort, ImageSource, ToolCall, ToolChoice};

/// The field is required; sent when the caller names no limit.
const DEFAULT_LIMIT: u32 = 4096;
/// The least that may be thought.
const LEAST_THOUGHT: u32 = 1024;

/// `sampling`: the operator says that these models take temperature and top_p; newer ones answer 400 to them.
pub(super) fn request(ask: &ChatRequest, sampling: bool) -> Value {
    let limit = ask.max_output_tokens.unwrap_or(DEFAULT_LIMIT);
    let mut body = json!({"model": ask.model, "max_tokens": limit, "stream": true, "messages": turns(ask)});
    let system: Vec<_> = ask.messages.iter().filter(|message| message.role == ChatRole::System).map(plain).collect();
    let system: Vec<_> = system.into_iter().filter(|text| !text.is_empty()).collect();
    if !system.is_empty() {
        body["system"] = system.iter().map(|text| json!({"type": "text", "text": text})).collect();
    }
    if sampling {
        for (name, value) in [("temperature", ask.temperature), ("top_p", ask.top_p)] {
            if let Some(value) = value {
                body[name] = thousandths(value);
            }
        }
    }
    if !ask.stop.is_empty() {
        body["stop_sequences"] = json!(ask.stop);
    }
    if !ask.tools.is_empty() {
        let tool = |tool: &crate::ToolSpec| json!({"name": tool.name, "description": tool.description, "input_schema": tool.parameters});
        body["tools"] = ask.tools.iter().map(tool).collect();
        match &ask.tool_choice {
            ToolChoice::Auto => {}
            ToolChoice::Never => body["tool_choice"] = json!({"type": "none"}),
            ToolChoice::Required => body["tool_choice"] = json!({"type": "any"}),
            ToolChoice::Named(name) => body["tool_choice"] = json!({"type": "tool", "name": name}),
        }
        if ask.parallel_tools == Some(false) && ask.tool_choice != ToolChoice::Never {
            if body["tool_choice"].is_null() {
                body["tool_choice"] = json!({"type": "auto"});
            }
            body["tool_choice"]["disable_parallel_tool_use"] = json!(true);
        }
    }
    if let Some(thinking) = ask.reasoning.and_then(|effort| thinking(effort, limit)) {
        body["thinking"] = thinking;
    }
    // JSON without a schema cannot be asked for.
    if let AnswerFormat::Schema { schema, .. } = &ask.format {
        body["output_config"] = json!({"format": {"type": "json_schema", "schema": schema}});
    }
    if let Some(user) = &ask.user {
        body["metadata"] = json!({"user_id": user});
    }
    body
}

/// The budget is at least 1024 and less than the whole answer; an answer too short for that is given without thinking.
fn thinking(effort: Effort, limit: u32) -> Option<Value> {
    let wanted = match effort {
        Effort::Off => return Some(json!({"type": "disabled"})),
        Effort::Low => LEAST_THOUGHT,
        Effort::Medium => 4096,
        Effort::High => 16_384,
    };
    let budget = wanted.min(limit.saturating_sub(1));
    (budget >= LEAST_THOUGHT).then(|| json!({"type": "enabled", "budget_tokens": budget}))
}

fn plain(message: &ChatMessage) -> String {
    message.plain()
}

/// Only users and assistants take turns: tool results are the user's, and come first in one message.
fn turns(ask: &ChatRequest) -> Vec<Value> {
    let mut turns: Vec<(&str, Vec<Value>)> = Vec::new();
    for message in &ask.messages {
        let (role, blocks) = match message.role {
            ChatRole::System => continue,
            ChatRole::User | ChatRole::Tool => ("user", blocks(message)),
            ChatRole::Assistant => match message.kept_of(NAME, &ask.model).and_then(Value::as_array) {
                Some(kept) => ("assistant", kept.clone()),
                None => ("assistant", blocks(message)),
            },
        };
        match turns.last_mut() {
            _ if blocks.is_empty() => {}
            Some((last, content)) if *last == role => content.extend(blocks),
            Some(_) | None => turns.push((role, blocks)),
        }
    }
    let turn = |(role, mut content): (&str, Vec<Value>)| {
        if role == "user" {
            content.sort_by_key(|block| block["type"] != "tool_result");
        }
        json!({"role": role, "content": content})
    };
    turns.into_iter().map(turn).collect()
}

fn blocks(message: &ChatMessage) -> Vec<Value> {
    message.parts.iter().filter_map(block).collect()
}

fn block(part: &ChatPart) -> Option<Value> {
    Some(match part {
        // An empty text is refused.
        ChatPart::Text(text) if text.is_empty() => return None,
        ChatPart::Text(text) => json!({"type": "text", "text": text}),
        ChatPart::Image(ImageSource::Url(url)) => json!({"type": "image", "source": {"type": "url", "url": url}}),
        ChatPart::Image(ImageSource::Inline { media_type, data }) => {
            json!({"type": "image", "source": {"type": "base64", "media_type": media_type, "data": STANDARD.encode(data)}})
        }
        ChatPart::ToolCall(ToolCall { id, name, arguments: text }) => {
            json!({"type": "tool_use", "id": id, "name": name, "input": arguments(text)})
        }
        ChatPart::ToolResult { call_id, text } => {
            json!({"type": "tool_result", "tool_use_id": call_id, "content": text})
        }
    })
}
