//! Anthropic's Messages.

use serde_json::{Value, json};

use super::{Counts, Frame, Saying};

fn event(value: &Value, tokens: u32) -> Frame {
    let name = value["type"].as_str().unwrap_or_default();
    Frame { bytes: format!("event: {name}\ndata: {value}\n\n").into_bytes(), tokens }
}

fn usage(counts: &Counts) -> Value {
    json!({
        "input_tokens": counts.input - counts.cached - counts.written,
        "cache_read_input_tokens": counts.cached, "cache_creation_input_tokens": counts.written,
        "output_tokens": counts.output, "output_tokens_details": {"thinking_tokens": counts.reasoning},
    })
}

fn finish(saying: &Saying) -> &str {
    let usual = if saying.calls.is_empty() { "end_turn" } else { "tool_use" };
    saying.finish.as_deref().unwrap_or(usual)
}

pub fn frames(saying: &Saying) -> Vec<Frame> {
    let mut frames = Vec::new();
    let mut add = |value: Value, tokens| frames.push(event(&value, tokens));
    // What is counted at the beginning is overridden at the end.
    add(
        json!({"type": "message_start", "message": {"id": saying.id, "type": "message", "role": "assistant", "model": saying.model,
        "content": [], "stop_reason": null, "usage": {"input_tokens": 1, "output_tokens": 1}}}),
        0,
    );
    let mut index = 0;
    let mut block = |start: Value, deltas: Vec<(Value, u32)>| {
        add(json!({"type": "content_block_start", "index": index, "content_block": start}), 0);
        for (delta, tokens) in deltas {
            add(json!({"type": "content_block_delta", "index": index, "delta": delta}), tokens);
        }
        add(json!({"type": "content_block_stop", "index": index}), 0);
        index += 1;
    };
    if !saying.reasoning.is_empty() {
        let mut deltas: Vec<_> =
            saying.reasoning.iter().map(|it| (json!({"type": "thinking_delta", "thinking": it}), 0)).collect();
        deltas.extend(saying.signature.iter().map(|it| (json!({"type": "signature_delta", "signature": it}), 0)));
        block(json!({"type": "thinking", "thinking": "", "signature": ""}), deltas);
    }
    if !saying.text.is_empty() {
        let deltas = saying.text.iter().map(|it| (json!({"type": "text_delta", "text": it}), 1)).collect();
        block(json!({"type": "text", "text": ""}), deltas);
    }
    for call in &saying.calls {
        let pieces = std::iter::once("").chain(call.arguments.iter().map(String::as_str));
        let deltas = pieces.map(|it| (json!({"type": "input_json_delta", "partial_json": it}), 0)).collect();
        block(json!({"type": "tool_use", "id": call.id, "name": call.name, "input": {}}), deltas);
    }
    add(
        json!({"type": "message_delta", "delta": {"stop_reason": finish(saying), "stop_sequence": null}, "usage": usage(&saying.counts)}),
        0,
    );
    add(json!({"type": "message_stop"}), 0);
    frames
}

pub fn whole(saying: &Saying) -> Value {
    let mut content = Vec::new();
    if !saying.reasoning.is_empty() {
        let signature = saying.signature.as_deref().unwrap_or_default();
        content.push(json!({"type": "thinking", "thinking": saying.reasoning.concat(), "signature": signature}));
    }
    if !saying.text.is_empty() {
        content.push(json!({"type": "text", "text": saying.text.concat()}));
    }
    for call in &saying.calls {
        content.push(json!({"type": "tool_use", "id": call.id, "name": call.name, "input": call.object()}));
    }
    json!({"id": saying.id, "type": "message", "role": "assistant", "model": saying.model, "content": content,
        "stop_reason": finish(saying), "stop_sequence": null, "usage": usage(&saying.counts)})
}

pub fn overloaded() -> (u16, Value) {
    (529, json!({"type": "error", "error": {"details": null, "type": "overloaded_error", "message": "Overloaded"}}))
}
