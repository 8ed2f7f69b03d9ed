//! A request to Gemini. Source: js-genai `types.ts` and the AI SDK's Google provider in the contracts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::NAME;
use crate::lenient::{arguments, text};
use crate::openai::request::thousandths;
use crate::{
    AnswerFormat, ChatMessage, ChatPart, ChatRequest, ChatRole, Effort, EmbedPurpose, EmbedRequest, ImageSource,
    ToolChoice,
};

/// Stands for the signature of a call that another model made.
const UNSIGNED: &str = "skip_thought_signature_validator";

pub(super) fn request(ask: &ChatRequest) -> Value {
    let mut body = json!({ "contents": contents(ask) });
    let system = ask.messages.iter().filter(|message| message.role == ChatRole::System).map(ChatMessage::plain);
    let system: Vec<_> = system.filter(|text| !text.is_empty()).map(|text| json!({ "text": text })).collect();
    if !system.is_empty() {
        body["systemInstruction"] = json!({ "parts": system });
    }
    if !ask.tools.is_empty() {
        let tool = |tool: &crate::ToolSpec| json!({"name": tool.name, "description": tool.description, "parameters": tool.parameters});
        body["tools"] = json!([{"functionDeclarations": ask.tools.iter().map(tool).collect::<Vec<_>>()}]);
        let choice = match &ask.tool_choice {
            ToolChoice::Auto => None,
            ToolChoice::Never => Some(json!({"mode": "NONE"})),
            ToolChoice::Required => Some(json!({"mode": "ANY"})),
            ToolChoice::Named(name) => Some(json!({"mode": "ANY", "allowedFunctionNames": [name]})),
        };
        if let Some(choice) = choice {
            body["toolConfig"] = json!({ "functionCallingConfig": choice });
        }
    }
    let settings = settings(ask);
    if settings.as_object().is_some_and(|settings| !settings.is_empty()) {
        body["generationConfig"] = settings;
    }
    body
}

fn settings(ask: &ChatRequest) -> Value {
    let mut settings = json!({});
    if let Some(tokens) = ask.max_output_tokens {
        settings["maxOutputTokens"] = json!(tokens);
    }
    for (name, value) in [("temperature", ask.temperature), ("topP", ask.top_p)] {
        if let Some(value) = value {
            settings[name] = thousandths(value);
        }
    }
    if let Some(seed) = ask.seed {
        settings["seed"] = json!(seed);
    }
    if !ask.stop.is_empty() {
        settings["stopSequences"] = json!(ask.stop);
    }
    match &ask.format {
        AnswerFormat::Text => {}
        AnswerFormat::Json => settings["responseMimeType"] = json!("application/json"),
        AnswerFormat::Schema { schema, .. } => {
            settings["responseMimeType"] = json!("application/json");
            settings["responseSchema"] = schema.clone();
        }
    }
    if let Some(effort) = ask.reasoning {
        settings["thinkingConfig"] = thinking(effort, old(&ask.model));
    }
    settings
}

/// Generations before the third: they think by a budget and need no signatures.
fn old(model: &str) -> bool {
    let model = model.to_ascii_lowercase();
    model.contains("gemini-1") || model.contains("gemini-2")
}

fn thinking(effort: Effort, by_budget: bool) -> Value {
    let level = match effort {
        Effort::Off if by_budget => return json!({"includeThoughts": false, "thinkingBudget": 0}),
        Effort::Off => return json!({"includeThoughts": false, "thinkingLevel": "MINIMAL"}),
        Effort::Low => ("LOW", 1024),
        Effort::Medium => ("MEDIUM", 4096),
        Effort::High => ("HIGH", 16_384),
    };
    if by_budget {
        json!({"includeThoughts": true, "thinkingBudget": level.1})
    } else {
        json!({"includeThoughts": true, "thinkingLevel": level.0})
    }
}

/// A call of an earlier turn, for its results: they are matched by name and order, and by id where Gemini gave one.
struct Called<'a> {
    id: &'a str,
    name: &'a str,
    told: bool,
}

/// Where a part of a turn stands: results by their calls, everything else after them as it came.
type Placed = (usize, Value);
const AFTER: usize = usize::MAX;

/// Only `user` and `model` take turns; turns of one role that follow each other are one.
fn contents(ask: &ChatRequest) -> Vec<Value> {
    let mut turns: Vec<(&str, Vec<Placed>)> = Vec::new();
    let mut called: Vec<Called<'_>> = Vec::new();
    for message in &ask.messages {
        let (role, parts) = match message.role {
            ChatRole::System => continue,
            ChatRole::User | ChatRole::Tool => ("user", results(message, &called)),
            ChatRole::Assistant => {
                let kept = message.kept_of(NAME, &ask.model).and_then(Value::as_array);
                if turns.last().is_some_and(|(role, _)| *role == "user") {
                    called.clear();
                }
                called.extend(calls(message, kept));
                let parts = kept.cloned().unwrap_or_else(|| said(message, old(&ask.model)));
                ("model", parts.into_iter().map(|part| (AFTER, part)).collect())
            }
        };
        match turns.last_mut() {
            _ if parts.is_empty() => {}
            Some((last, content)) if *last == role => content.extend(parts),
            Some(_) | None => turns.push((role, parts)),
        }
    }
    let turn = |(role, mut parts): (&str, Vec<Placed>)| {
        parts.sort_by_key(|(place, _)| *place);
        json!({"role": role, "parts": parts.into_iter().map(|(_, part)| part).collect::<Vec<_>>()})
    };
    turns.into_iter().map(turn).collect()
}

fn calls<'a>(message: &'a ChatMessage, kept: Option<&Vec<Value>>) -> Vec<Called<'a>> {
    let told =
        |id: &str| kept.into_iter().flatten().any(|part| text(&part["functionCall"], "id") == id && !id.is_empty());
    let call = |part: &'a ChatPart| match part {
        ChatPart::ToolCall(call) => Some(Called { id: &call.id, name: &call.name, told: told(&call.id) }),
        ChatPart::Text(_) | ChatPart::Image(_) | ChatPart::ToolResult { .. } => None,
    };
    message.parts.iter().filter_map(call).collect()
}

/// A turn without its own form, from another model or a person's edit. Only the first call of a turn is signed.
fn said(message: &ChatMessage, unsigned_is_fine: bool) -> Vec<Value> {
    let mut signed = unsigned_is_fine;
    let mut parts = Vec::new();
    for part in &message.parts {
        match part {
            ChatPart::ToolCall(call) => {
                let mut part = json!({"functionCall": {"name": call.name, "args": arguments(&call.arguments)}});
                if !std::mem::replace(&mut signed, true) {
                    part["thoughtSignature"] = json!(UNSIGNED);
                }
                parts.push(part);
            }
            ChatPart::Text(_) | ChatPart::Image(_) | ChatPart::ToolResult { .. } => parts.extend(plain(part)),
        }
    }
    parts
}

/// The parts of a user's turn, each result with its call's place.
fn results(message: &ChatMessage, called: &[Called<'_>]) -> Vec<Placed> {
    let part = |part: &ChatPart| match part {
        ChatPart::ToolResult { call_id, text } => {
            let place = called.iter().position(|call| call.id == call_id);
            let call = place.and_then(|at| called.get(at));
            let mut response = json!({"name": call.map_or("tool", |call| call.name), "response": object(text)});
            if call.is_some_and(|call| call.told) {
                response["id"] = json!(call_id);
            }
            Some((place.unwrap_or(AFTER), json!({ "functionResponse": response })))
        }
        ChatPart::Text(_) | ChatPart::Image(_) | ChatPart::ToolCall(_) => plain(part).map(|part| (AFTER, part)),
    };
    message.parts.iter().filter_map(part).collect()
}

fn plain(part: &ChatPart) -> Option<Value> {
    Some(match part {
        ChatPart::Text(text) if text.is_empty() => return None,
        ChatPart::Text(text) => json!({ "text": text }),
        ChatPart::Image(ImageSource::Inline { media_type, data }) => {
            json!({"inlineData": {"mimeType": media_type, "data": STANDARD.encode(data)}})
        }
        // Addresses of the web are not taken as pictures.
        ChatPart::Image(ImageSource::Url(url)) => json!({ "text": format!("[image: {url}]") }),
        ChatPart::ToolCall(_) | ChatPart::ToolResult { .. } => return None,
    })
}

/// A result must be an object: what is none is put into one.
fn object(result: &str) -> Value {
    match serde_json::from_str(result) {
        Ok(object @ Value::Object(_)) => object,
        Ok(_) | Err(_) => json!({ "result": result }),
    }
}

/// One part of a path or a query, without what would end it.
pub(super) fn segment(text: &str) -> String {
    let text = text.strip_prefix("models/").unwrap_or(text);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

pub(super) fn embed(ask: &EmbedRequest, texts: &[String]) -> Value {
    let model = ask.model.strip_prefix("models/").unwrap_or(&ask.model);
    let task = match ask.purpose {
        EmbedPurpose::Document => "RETRIEVAL_DOCUMENT",
        EmbedPurpose::Query => "RETRIEVAL_QUERY",
    };
    let request = |text: &String| {
        let content = json!({"role": "user", "parts": [{"text": text}]});
        let mut one = json!({"model": format!("models/{model}"), "content": content, "taskType": task});
        if let Some(dimensions) = ask.dimensions {
            one["outputDimensionality"] = json!(dimensions);
        }
        one
    };
    json!({"requests": texts.iter().map(request).collect::<Vec<_>>()})
}
