//! A request in the OpenAI dialect. Source: openai-openapi `CreateChatCompletionRequest` and each server's own additions
//! in the contracts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::flavour::{Asker, Flavour, Thinking, TokenLimit};
use crate::{
    AnswerFormat, ChatMessage, ChatPart, ChatRequest, ChatRole, Effort, EmbedRequest, ImageSource, ToolChoice, ToolSpec,
};

pub(super) fn request(ask: &ChatRequest, flavour: &Flavour) -> Value {
    let messages = ask.messages.iter().flat_map(|message| messages(message, ask, flavour)).collect::<Vec<_>>();
    let mut body = json!({ "model": ask.model, "messages": messages, "stream": !ask.whole });
    // A whole answer has its usage in any case, and some refuse the field without a stream.
    if flavour.ask_usage && !ask.whole {
        body["stream_options"] = json!({ "include_usage": true });
    }
    if let Some(tokens) = ask.max_output_tokens.or(flavour.default_limit) {
        let name = match flavour.limit {
            TokenLimit::MaxTokens => "max_tokens",
            TokenLimit::MaxCompletionTokens => "max_completion_tokens",
        };
        body[name] = json!(tokens);
    }
    for (name, value) in [("temperature", ask.temperature), ("top_p", ask.top_p)] {
        if let Some(value) = value {
            body[name] = thousandths(value);
        }
    }
    if let Some(seed) = ask.seed {
        body["seed"] = json!(seed);
    }
    if !ask.stop.is_empty() {
        body["stop"] = json!(ask.stop);
    }
    match &ask.format {
        AnswerFormat::Text => {}
        AnswerFormat::Json => body["response_format"] = json!({"type": "json_object"}),
        AnswerFormat::Schema { name, schema, strict } => {
            let schema = json!({"name": name, "strict": strict, "schema": schema});
            body["response_format"] = json!({"type": "json_schema", "json_schema": schema});
        }
    }
    if !ask.tools.is_empty() {
        body["tools"] = ask.tools.iter().map(tool).collect();
        if let Some(parallel) = ask.parallel_tools {
            body["parallel_tool_calls"] = json!(parallel);
        }
        match &ask.tool_choice {
            ToolChoice::Auto => {}
            ToolChoice::Never => body["tool_choice"] = json!("none"),
            ToolChoice::Required => body["tool_choice"] = json!("required"),
            ToolChoice::Named(name) => {
                body["tool_choice"] = json!({"type": "function", "function": {"name": name}});
            }
        }
    }
    think(&mut body, ask, flavour.thinking);
    asker(&mut body, ask.user.as_deref(), flavour.asker);
    if flavour.no_compression {
        body["plugins"] = json!([{"id": "context-compression", "enabled": false}]);
    }
    body
}

fn tool(tool: &ToolSpec) -> Value {
    let ToolSpec { name, description, parameters, strict } = tool;
    let mut function = json!({"name": name, "description": description, "parameters": parameters});
    if *strict {
        function["strict"] = json!(true);
    }
    json!({"type": "function", "function": function})
}

/// Floats are sent with three decimals: 0.7 is 0.7, not 0.699999988079071.
pub(crate) fn thousandths(value: f32) -> Value {
    json!((f64::from(value) * 1000.0).round() / 1000.0)
}

fn think(body: &mut Value, ask: &ChatRequest, thinking: Thinking) {
    let qwen = ask.model.to_ascii_lowercase().contains("qwen3");
    if thinking == Thinking::Groq && qwen {
        // By default the thoughts of these stand inside the text; other models refuse the field.
        body["reasoning_format"] = json!("parsed");
    }
    let Some(effort) = ask.reasoning else { return };
    match thinking {
        Thinking::Effort => body["reasoning_effort"] = json!(effort.as_str()),
        Thinking::Groq if qwen => {
            body["reasoning_effort"] = json!(if effort == Effort::Off { "none" } else { "default" });
        }
        // gpt-oss cannot be switched off.
        Thinking::Groq if effort == Effort::Off => body["reasoning_effort"] = json!("low"),
        Thinking::Groq => body["reasoning_effort"] = json!(effort.as_str()),
        Thinking::Object => body["reasoning"] = json!({"effort": effort.as_str()}),
        Thinking::Switched if effort == Effort::Off => body["reasoning"] = json!({"enabled": false}),
        Thinking::Switched => body["reasoning"] = json!({"enabled": true, "effort": effort.as_str()}),
    }
}

fn asker(body: &mut Value, user: Option<&str>, asker: Asker) {
    let Some(user) = user else { return };
    match asker {
        Asker::SafetyIdentifier => body["safety_identifier"] = json!(user),
        Asker::User => body["user"] = json!(user),
        Asker::Gateway => body["providerOptions"] = json!({"gateway": {"user": user}}),
        Asker::Nowhere => {}
    }
}

/// The operator's own fields; those that we read from or build on stay ours.
pub(crate) fn with_extra(mut body: Value, extra: &Map<String, Value>) -> Value {
    for (name, value) in extra {
        if !matches!(name.as_str(), "model" | "messages" | "contents" | "stream" | "stream_options") {
            merge(&mut body[name.as_str()], value);
        }
    }
    body
}

fn merge(ours: &mut Value, theirs: &Value) {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => {
            for (name, value) in theirs {
                merge(ours.entry(name.as_str()).or_insert(Value::Null), value);
            }
        }
        (ours, theirs) => theirs.clone_into(ours),
    }
}

/// One message of ours can be several of theirs: each tool result is a message of its own.
fn messages(message: &ChatMessage, ask: &ChatRequest, flavour: &Flavour) -> Vec<Value> {
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
                whole.push(json!({"role": "tool", "tool_call_id": call_id, "content": text}));
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
        if let Some(details) = message.kept_of(flavour.name, &ask.model) {
            said["reasoning_details"] = details.clone();
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

pub(super) fn embed(ask: &EmbedRequest, flavour: &Flavour) -> Value {
    let mut body = json!({"model": ask.model, "input": ask.texts, "encoding_format": "float"});
    if let Some(dimensions) = ask.dimensions {
        body["dimensions"] = json!(dimensions);
    }
    // Only OpenAI's own description of the route has the field.
    if let (Asker::SafetyIdentifier, Some(user)) = (flavour.asker, &ask.user) {
        body["user"] = json!(user);
    }
    body
}
