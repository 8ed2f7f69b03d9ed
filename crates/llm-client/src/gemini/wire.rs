//! An answer of Gemini's: every chunk is a whole response whose parts are deltas and whose counts are cumulative. Source:
//! js-genai, the AI SDK's Google provider and the recordings in the contracts.

use serde_json::Value;

use super::NAME;
use crate::lenient::{count, lists, size, text, truthy};
use crate::openai::lists::numbers;
use crate::turn::{Closing, Heard, Refusal, other};
use crate::{ChatEvent, ErrorClass, FinishReason, Kept, ModelInfo, ToolCall, Usage};

pub(super) struct Turn {
    asked: String,
    calls: Vec<ToolCall>,
    /// The parts as they came, pieces of one text joined.
    parts: Vec<Value>,
    usage: Option<Usage>,
    finish: Option<String>,
    blocked: Option<String>,
    model: Option<String>,
    id: Option<String>,
}

impl Turn {
    pub fn new(asked: &str) -> Self {
        Self {
            asked: asked.to_owned(),
            calls: Vec::new(),
            parts: Vec::new(),
            usage: None,
            finish: None,
            blocked: None,
            model: None,
            id: None,
        }
    }

    fn part(&mut self, part: &Value, events: &mut Vec<ChatEvent>) {
        let (said, thought) = (text(part, "text"), part["thought"] == true);
        if !said.is_empty() {
            let event = if thought { ChatEvent::Reasoning } else { ChatEvent::Text };
            events.push(event(said.to_owned()));
        }
        let call = &part["functionCall"];
        let name = text(call, "name");
        if !name.is_empty() {
            let id = Some(text(call, "id")).filter(|id| !id.is_empty());
            let arguments =
                Some(&call["args"]).filter(|args| args.is_object()).map_or("{}".to_owned(), Value::to_string);
            let id = id.map_or_else(|| format!("call_{}", self.calls.len()), str::to_owned);
            self.calls.push(ToolCall { id, name: name.to_owned(), arguments });
        }
        if part.is_object() {
            self.keep(part, said, thought);
        }
    }

    /// A piece without a signature goes on with the text before it; a signature ends a part.
    fn keep(&mut self, part: &Value, said: &str, thought: bool) {
        let is_text = part.get("text").is_some();
        if is_text && said.is_empty() && part.get("thoughtSignature").is_none() {
            return;
        }
        let open = self.parts.last_mut().filter(|last| {
            let same = (last["thought"] == true) == thought;
            is_text && same && last.get("text").is_some() && last.get("thoughtSignature").is_none()
        });
        match open {
            Some(Value::Object(last)) if !said.is_empty() => {
                if let Some(Value::String(whole)) = last.get_mut("text") {
                    whole.push_str(said);
                }
                if let Some(signature) = part.get("thoughtSignature") {
                    last.insert("thoughtSignature".to_owned(), signature.clone());
                }
            }
            Some(_) | None => self.parts.push(part.clone()),
        }
    }
}

fn usage(counts: &Value) -> Usage {
    let thoughts = count(&counts["thoughtsTokenCount"]);
    Usage {
        input_total: count(&counts["promptTokenCount"]),
        input_cached: count(&counts["cachedContentTokenCount"]),
        input_cache_write: 0,
        output_total: count(&counts["candidatesTokenCount"]).saturating_add(thoughts),
        reasoning: thoughts,
        cost_micros: None,
    }
}

impl crate::turn::Turn for Turn {
    fn hear(&mut self, data: &str, events: &mut Vec<ChatEvent>) -> Heard {
        let Ok(chunk) = serde_json::from_str::<Value>(data) else { return Heard::NotJson };
        if truthy(&chunk.get(0).unwrap_or(&chunk)["error"]) {
            return Heard::Error(chunk);
        }
        let before = events.len();
        let named = |field: &str| Some(text(&chunk, field)).filter(|text| !text.is_empty()).map(str::to_owned);
        self.model = named("modelVersion").or(self.model.take());
        self.id = named("responseId").or(self.id.take());
        // Some hold nothing but the kind of traffic.
        if chunk.pointer("/usageMetadata/promptTokenCount").is_some() {
            self.usage = Some(usage(&chunk["usageMetadata"]));
        }
        let blocked = text(&chunk["promptFeedback"], "blockReason");
        if !blocked.is_empty() {
            self.blocked = Some(egress::truncate(blocked, 64).to_owned());
        }
        if let Some(candidate) = chunk.pointer("/candidates/0") {
            let reason = text(candidate, "finishReason");
            if !reason.is_empty() {
                self.finish = Some(reason.to_owned());
            }
            for part in candidate.pointer("/content/parts").and_then(Value::as_array).into_iter().flatten() {
                self.part(part, events);
            }
        }
        if events.len() == before {
            events.push(ChatEvent::Alive);
        }
        Heard::Piece
    }

    fn has_finish(&self) -> bool {
        self.finish.is_some() || self.blocked.is_some()
    }

    fn usage(&self) -> Option<Usage> {
        self.usage
    }

    fn end(self: Box<Self>) -> Result<Closing, Refusal> {
        if let Some(reason) = &self.blocked {
            return Err(Refusal::moderation(format!("the prompt was blocked: {reason}")));
        }
        let finish = self.finish.clone().unwrap_or_default();
        let reason = match finish.as_str() {
            "SAFETY"
            | "RECITATION"
            | "BLOCKLIST"
            | "PROHIBITED_CONTENT"
            | "SPII"
            | "IMAGE_SAFETY"
            | "IMAGE_PROHIBITED_CONTENT"
            | "IMAGE_RECITATION" => {
                return Err(Refusal::moderation(format!("the answer was blocked: {finish}")));
            }
            // The model's own mistake: the same request may go well the next time.
            "MALFORMED_FUNCTION_CALL" | "UNEXPECTED_TOOL_CALL" | "TOO_MANY_TOOL_CALLS" => {
                let what = format!("the model made a call that cannot be made: {finish}");
                return Err(Refusal { class: ErrorClass::Unknown, code: "tool_use_failed", what });
            }
            "MAX_TOKENS" => FinishReason::Length,
            _ if !self.calls.is_empty() => FinishReason::ToolCalls,
            "STOP" | "" => FinishReason::Stop,
            word => other(word),
        };
        let whole = reason != FinishReason::Length;
        let Self { asked, calls, parts, usage, model, id, .. } = *self;
        let signed = parts.iter().any(|part| part.get("thoughtSignature").is_some());
        let keep = whole && (signed || !calls.is_empty());
        let kept = keep.then(|| Kept { dialect: NAME.to_owned(), model: asked, data: Value::Array(parts) });
        let calls = if whole { calls } else { Vec::new() };
        Ok(Closing { calls, reason, usage, kept, model, generation: id })
    }
}

/// One page of `GET /models` with the models that know this method, and the token of the next page.
pub(super) fn models(body: &Value, method: &str) -> Option<(Vec<ModelInfo>, Option<String>)> {
    let list = body.get("models")?.as_array()?;
    let model = |entry: &Value| {
        let id = entry.get("name")?.as_str()?;
        let id = id.strip_prefix("models/").unwrap_or(id).to_owned();
        let chats = method == "generateContent";
        Some(ModelInfo {
            name: Some(text(entry, "displayName")).filter(|name| !name.is_empty()).unwrap_or(&id).to_owned(),
            context_window: size(entry.get("inputTokenLimit")),
            max_output: size(entry.get("outputTokenLimit")),
            reasoning: entry["thinking"] == true,
            // The list does not say; the documented request takes pictures and tools.
            vision: chats,
            tools: chats,
            id,
            ..ModelInfo::default()
        })
    };
    let able = list.iter().filter(|entry| lists(entry, "/supportedGenerationMethods", method));
    let next = Some(text(body, "nextPageToken")).filter(|token| !token.is_empty()).map(str::to_owned);
    Some((able.filter_map(model).collect(), next))
}

pub(super) fn vectors(body: &Value) -> Option<Vec<Vec<f32>>> {
    body.get("embeddings")?.as_array()?.iter().map(|one| numbers(one.get("values")?)).collect()
}
