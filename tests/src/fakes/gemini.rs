//! Gemini's generateContent: every chunk is a whole response.

use serde_json::{Value, json};

use super::{Counts, Frame, Saying};

fn usage(counts: &Counts) -> Value {
    json!({"promptTokenCount": counts.input, "candidatesTokenCount": counts.output - counts.reasoning,
        "thoughtsTokenCount": counts.reasoning, "cachedContentTokenCount": counts.cached,
        "totalTokenCount": counts.input + counts.output})
}

fn response(saying: &Saying, parts: Vec<Value>, finish: Option<&str>, counts: &Counts) -> Value {
    let mut candidate = json!({"content": {"parts": parts, "role": "model"}, "index": 0});
    if let Some(reason) = finish {
        candidate["finishReason"] = json!(reason);
    }
    json!({"candidates": [candidate], "usageMetadata": usage(counts), "modelVersion": saying.model, "responseId": saying.id})
}

fn call(call: &super::Call) -> Value {
    let mut function = json!({ "name": call.name });
    if !call.id.is_empty() {
        function["id"] = json!(call.id);
    }
    // No arguments are no field.
    if !call.arguments.is_empty() {
        function["args"] = call.object();
    }
    json!({ "functionCall": function })
}

/// Only the first call of a turn is signed.
fn calls(saying: &Saying) -> Vec<Value> {
    let mut calls: Vec<_> = saying.calls.iter().map(call).collect();
    if let (Some(first), Some(signature)) = (calls.first_mut(), &saying.signature) {
        first["thoughtSignature"] = json!(signature);
    }
    calls
}

pub fn frames(saying: &Saying) -> Vec<Frame> {
    let mut frames = Vec::new();
    let mut so_far = Counts { output: saying.counts.reasoning, ..saying.counts };
    for piece in &saying.reasoning {
        let value = response(saying, vec![json!({"text": piece, "thought": true})], None, &so_far);
        frames.push(Frame::data(&value, 0));
    }
    for piece in &saying.text {
        so_far.output += 1;
        frames.push(Frame::data(&response(saying, vec![json!({ "text": piece })], None, &so_far), 1));
    }
    if !saying.calls.is_empty() {
        frames.push(Frame::data(&response(saying, calls(saying), None, &so_far), 0));
    }
    // STOP, also for calls.
    let reason = saying.finish.as_deref().unwrap_or("STOP");
    frames.push(Frame::data(&response(saying, vec![json!({"text": ""})], Some(reason), &saying.counts), 0));
    // Google ends lines with both.
    for frame in &mut frames {
        frame.bytes = String::from_utf8_lossy(&frame.bytes).replace("\n\n", "\r\n\r\n").into_bytes();
    }
    frames
}

pub fn whole(saying: &Saying) -> Value {
    let mut parts: Vec<_> = saying.reasoning.iter().map(|it| json!({"text": it, "thought": true})).collect();
    parts.extend(saying.text.iter().map(|it| json!({ "text": it })));
    parts.extend(calls(saying));
    response(saying, parts, Some(saying.finish.as_deref().unwrap_or("STOP")), &saying.counts)
}

pub fn overloaded() -> (u16, Value) {
    (503, json!({"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}))
}

/// The model is in the path.
pub fn asked_model(path: &str) -> Option<String> {
    let (_, rest) = path.split_once("/models/")?;
    let (model, method) = rest.split_once(':')?;
    method.contains("enerateContent").then(|| model.to_owned())
}
