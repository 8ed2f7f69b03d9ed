//! Ollama's own `/api/chat`: a line of JSON a piece.

use serde_json::{Value, json};

use super::{Counts, Frame, Saying};

fn line(saying: &Saying, message: Value) -> Value {
    json!({"model": saying.model, "created_at": "2026-08-04T08:52:19.4Z", "message": message, "done": false})
}

fn counted(mut line: Value, saying: &Saying, counts: &Counts) -> Value {
    line["done"] = json!(true);
    line["done_reason"] = json!(saying.finish.as_deref().unwrap_or("stop"));
    line["prompt_eval_count"] = json!(counts.input);
    line["eval_count"] = json!(counts.output);
    line["total_duration"] = json!(4_883_583_458_u64);
    line
}

fn call((index, call): (usize, &super::Call)) -> Value {
    let mut value = json!({"function": {"index": index, "name": call.name, "arguments": call.object()}});
    if !call.id.is_empty() {
        value["id"] = json!(call.id);
    }
    value
}

pub fn frames(saying: &Saying) -> Vec<Frame> {
    let mut frames = Vec::new();
    let mut add = |value: Value, tokens| frames.push(Frame { bytes: format!("{value}\n").into_bytes(), tokens });
    for piece in &saying.reasoning {
        add(line(saying, json!({"role": "assistant", "content": "", "thinking": piece})), 0);
    }
    for piece in &saying.text {
        add(line(saying, json!({"role": "assistant", "content": piece})), 1);
    }
    if !saying.calls.is_empty() {
        let calls: Vec<_> = saying.calls.iter().enumerate().map(call).collect();
        add(line(saying, json!({"role": "assistant", "content": "", "tool_calls": calls})), 0);
    }
    add(counted(line(saying, json!({"role": "assistant", "content": ""})), saying, &saying.counts), 0);
    frames
}

pub fn whole(saying: &Saying) -> Value {
    let mut message = json!({"role": "assistant", "content": saying.text.concat()});
    if !saying.reasoning.is_empty() {
        message["thinking"] = json!(saying.reasoning.concat());
    }
    if !saying.calls.is_empty() {
        message["tool_calls"] = saying.calls.iter().enumerate().map(call).collect();
    }
    counted(line(saying, message), saying, &saying.counts)
}

pub fn overloaded() -> (u16, Value) {
    (500, json!({"error": "an error was encountered while running the model"}))
}
