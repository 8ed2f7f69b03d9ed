//! An answer of Anthropic's, from the events of a stream or from one message. Source: anthropic-sdk-typescript and the
//! recordings in the contracts. Unknown events, deltas and blocks are ignored, or kept where they have to go back.

use serde_json::{Value, json};

use super::NAME;
use crate::lenient::{count, size, text, truthy};
use crate::turn::{Closing, Heard, Refusal, other};
use crate::{ChatEvent, ErrorClass, FinishReason, Kept, ModelInfo, ToolCall, Usage};

/// Blocks of one answer; an index beyond is nonsense.
const BLOCKS: usize = 10_000;

/// One block: as it began, with the pieces put into it. `input` collects a call's arguments.
struct Block {
    value: Value,
    input: String,
}

pub(super) struct Turn {
    asked: String,
    blocks: Vec<(u64, Block)>,
    usage: Option<Counts>,
    stop: Option<String>,
    begun: bool,
    model: Option<String>,
    id: Option<String>,
}

#[derive(Clone, Copy, Default)]
struct Counts {
    input: u64,
    read: u64,
    written: u64,
    output: u64,
    thinking: u64,
}

impl Turn {
    pub fn new(asked: &str) -> Self {
        Self {
            asked: asked.to_owned(),
            blocks: Vec::new(),
            usage: None,
            stop: None,
            begun: false,
            model: None,
            id: None,
        }
    }

    /// Later counts replace earlier ones, but only where they are said.
    fn count(&mut self, usage: &Value) {
        if !usage.is_object() {
            return;
        }
        let counts = self.usage.get_or_insert_default();
        let take = |value: &Value, into: &mut u64| {
            if !value.is_null() {
                *into = count(value);
            }
        };
        take(&usage["input_tokens"], &mut counts.input);
        take(&usage["cache_read_input_tokens"], &mut counts.read);
        take(&usage["cache_creation_input_tokens"], &mut counts.written);
        take(&usage["output_tokens"], &mut counts.output);
        take(&usage["output_tokens_details"]["thinking_tokens"], &mut counts.thinking);
    }

    fn message(&mut self, message: &Value) {
        let named = |field: &str| Some(text(message, field)).filter(|text| !text.is_empty()).map(str::to_owned);
        self.model = named("model").or(self.model.take());
        self.id = named("id").or(self.id.take());
        self.count(&message["usage"]);
        self.stop = named("stop_reason").or(self.stop.take());
    }

    /// A block may begin with something in it: always so in an answer that did not stream.
    fn begin(&mut self, index: u64, block: &Value, events: &mut Vec<ChatEvent>) {
        if self.blocks.len() >= BLOCKS || self.blocks.iter().any(|(known, _)| *known == index) {
            return;
        }
        match text(block, "type") {
            "text" => say(ChatEvent::Text, text(block, "text"), events),
            "thinking" => say(ChatEvent::Reasoning, text(block, "thinking"), events),
            _ => {}
        }
        self.blocks.push((index, Block { value: block.clone(), input: String::new() }));
    }

    fn piece(&mut self, index: u64, delta: &Value, events: &mut Vec<ChatEvent>) {
        let Some((_, block)) = self.blocks.iter_mut().rev().find(|(known, _)| *known == index) else { return };
        let mut append = |field: &str| {
            let more = text(delta, field);
            if let Some(Value::String(whole)) = block.value.get_mut(field) {
                whole.push_str(more);
            } else if block.value.is_object() {
                block.value[field] = json!(more);
            }
        };
        match text(delta, "type") {
            "text_delta" => {
                append("text");
                say(ChatEvent::Text, text(delta, "text"), events);
            }
            "thinking_delta" => {
                append("thinking");
                say(ChatEvent::Reasoning, text(delta, "thinking"), events);
            }
            "signature_delta" => append("signature"),
            "input_json_delta" => block.input.push_str(text(delta, "partial_json")),
            _ => {}
        }
    }
}

fn say(event: impl Fn(String) -> ChatEvent, text: &str, events: &mut Vec<ChatEvent>) {
    if !text.is_empty() {
        events.push(event(text.to_owned()));
    }
}

impl Block {
    fn is(&self, kind: &str) -> bool {
        text(&self.value, "type") == kind
    }

    /// As it has to go back: a call with its whole input.
    fn finished(self) -> Value {
        let mut value = self.value;
        if !self.input.trim().is_empty() && value.is_object() {
            value["input"] = crate::lenient::arguments(&self.input);
        }
        value
    }

    fn call(&self) -> Option<ToolCall> {
        let name = text(&self.value, "name");
        if !self.is("tool_use") || name.is_empty() {
            return None;
        }
        let arguments = match &self.value["input"] {
            _ if !self.input.trim().is_empty() => self.input.clone(),
            Value::Object(input) if !input.is_empty() => self.value["input"].to_string(),
            _ => "{}".to_owned(),
        };
        Some(ToolCall { id: text(&self.value, "id").to_owned(), name: name.to_owned(), arguments })
    }
}

impl crate::turn::Turn for Turn {
    fn hear(&mut self, data: &str, events: &mut Vec<ChatEvent>) -> Heard {
        let Ok(event) = serde_json::from_str::<Value>(data) else { return Heard::NotJson };
        if truthy(&event["error"]) {
            return Heard::Error(event);
        }
        let before = events.len();
        let index = event["index"].as_u64();
        match text(&event, "type") {
            "message_start" => {
                let id = text(&event["message"], "id");
                let another = self.begun && self.id.as_deref().is_some_and(|first| first != id);
                // A duplicate is ignored; another answer takes the place of one that has said nothing, but is never
                // joined to one that has.
                if another && !self.blocks.is_empty() {
                    return Heard::Error(json!({"error": {"type": "api_error", "message": "another answer began"}}));
                }
                if another {
                    *self = Self::new(&self.asked);
                }
                if !self.begun {
                    self.begun = true;
                    self.message(&event["message"]);
                }
            }
            "content_block_start" => index.into_iter().for_each(|at| self.begin(at, &event["content_block"], events)),
            "content_block_delta" => index.into_iter().for_each(|at| self.piece(at, &event["delta"], events)),
            "message_delta" => {
                self.stop = Some(text(&event["delta"], "stop_reason"))
                    .filter(|reason| !reason.is_empty())
                    .map(str::to_owned)
                    .or(self.stop.take());
                self.count(&event["usage"]);
            }
            "message_stop" => return Heard::Last,
            "message" => {
                self.message(&event);
                for (index, block) in (0..).zip(event["content"].as_array().into_iter().flatten()) {
                    self.begin(index, block, events);
                }
            }
            _ => {}
        }
        if events.len() == before {
            events.push(ChatEvent::Alive);
        }
        Heard::Piece
    }

    fn has_finish(&self) -> bool {
        self.stop.is_some()
    }

    fn usage(&self) -> Option<Usage> {
        let counts = self.usage?;
        Some(Usage {
            input_total: counts.input.saturating_add(counts.read).saturating_add(counts.written),
            input_cached: counts.read,
            input_cache_write: counts.written,
            output_total: counts.output,
            reasoning: counts.thinking,
            cost_micros: None,
        })
    }

    fn end(self: Box<Self>) -> Result<Closing, Refusal> {
        let usage = self.usage();
        let calls: Vec<_> = self.blocks.iter().filter_map(|(_, block)| block.call()).collect();
        let reason = match self.stop.as_deref() {
            Some("refusal") => return Err(Refusal::moderation("the model refused")),
            Some("model_context_window_exceeded") => {
                let what = "the answer grew beyond the model's window".to_owned();
                return Err(Refusal { class: ErrorClass::ContextLength, code: "model_context_window_exceeded", what });
            }
            Some("max_tokens") => FinishReason::Length,
            _ if !calls.is_empty() => FinishReason::ToolCalls,
            None | Some("end_turn" | "stop_sequence") => FinishReason::Stop,
            Some(word) => other(word), // pause_turn among them: sent back, the model goes on
        };
        let whole = reason != FinishReason::Length;
        // Plain text needs no second form; thoughts, calls and what only the provider reads do.
        let keep = whole && self.blocks.iter().any(|(_, block)| !block.is("text") && !block.is("tool_use"));
        let Self { asked, blocks, model, id, .. } = *self;
        let blocks = blocks.into_iter().map(|(_, block)| block.finished()).filter(|block| !hollow(block));
        let kept = keep.then(|| Kept { dialect: NAME.to_owned(), model: asked, data: Value::Array(blocks.collect()) });
        let calls = if whole { calls } else { Vec::new() };
        Ok(Closing { calls, reason, usage, kept, model, generation: id })
    }
}

/// An empty text is refused when it comes back.
fn hollow(block: &Value) -> bool {
    text(block, "type") == "text" && text(block, "text").is_empty()
}

/// One page of `GET /models`, and the id after which the next one begins.
pub(super) fn models(body: &Value) -> Option<(Vec<ModelInfo>, Option<String>)> {
    let list = body.get("data")?.as_array()?;
    let model = |entry: &Value| {
        let id = entry.get("id")?.as_str()?.to_owned();
        let name = Some(text(entry, "display_name")).filter(|name| !name.is_empty()).unwrap_or(&id).to_owned();
        let (context_window, max_output) = (size(entry.get("max_input_tokens")), size(entry.get("max_tokens")));
        // Every model takes pictures and tools in the documented request; the list itself does not say.
        Some(ModelInfo { id, name, context_window, max_output, vision: true, tools: true, ..ModelInfo::default() })
    };
    let plain = |id: &str| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    let last = Some(text(body, "last_id")).filter(|id| !id.is_empty() && plain(id) && body["has_more"] == true);
    Some((list.iter().filter_map(model).collect(), last.map(str::to_owned)))
}
