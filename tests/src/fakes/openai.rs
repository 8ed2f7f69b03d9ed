//! The OpenAI dialect as OpenAI, OpenRouter, Groq, Vercel and the common servers speak it.

use serde_json::{Value, json};

use super::{Counts, Dialect, Frame, Saying};

fn chunk(saying: &Saying, delta: Value, finish: Value) -> Value {
    json!({"id": saying.id, "object": "chat.completion.chunk", "created": 1, "model": saying.model,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})
}

/// A dollar amount as a JSON number with exactly the digits of the millionths.
fn dollars(micros: i64) -> f64 {
    micros as f64 / 1e6
}

fn usage(dialect: Dialect, counts: &Counts) -> Value {
    let mut usage = json!({
        "prompt_tokens": counts.input, "completion_tokens": counts.output, "total_tokens": counts.input + counts.output,
        "prompt_tokens_details": {"cached_tokens": counts.cached, "cache_write_tokens": counts.written},
        "completion_tokens_details": {"reasoning_tokens": counts.reasoning},
    });
    if dialect == Dialect::OpenRouter {
        usage["cost"] = json!(dollars(counts.cost_micros));
        usage["is_byok"] = json!(false);
    }
    usage
}

fn finish(saying: &Saying) -> Value {
    let usual = if saying.calls.is_empty() { "stop" } else { "tool_calls" };
    json!(saying.finish.as_deref().unwrap_or(usual))
}

/// Vercel's money; where it stands inside a stream is not documented.
fn metadata(counts: &Counts) -> Value {
    json!({"gateway": {"cost": format!("{:.6}", dollars(counts.cost_micros)), "routing": {"finalProvider": "p"}}})
}

fn thought(dialect: Dialect, saying: &Saying, piece: &str) -> Value {
    let mut delta = json!({ "reasoning": piece });
    match dialect {
        Dialect::Compatible => delta = json!({ "reasoning_content": piece }),
        Dialect::OpenRouter | Dialect::Vercel => {
            let detail = json!({"type": "reasoning.text", "text": piece, "format": "f-v1", "index": 0});
            delta["reasoning_details"] = json!([detail]);
        }
        Dialect::OpenAi | Dialect::Groq | Dialect::Gemini | Dialect::Anthropic | Dialect::Ollama => {}
    }
    if dialect == Dialect::OpenRouter {
        delta["role"] = json!("assistant");
        delta["content"] = json!("");
        if let Some(signature) =
            saying.signature.as_ref().filter(|_| saying.reasoning.last().is_some_and(|it| it == piece))
        {
            delta["reasoning_details"][0]["signature"] = json!(signature);
        }
    }
    delta
}

pub fn frames(dialect: Dialect, saying: &Saying) -> Vec<Frame> {
    let mut frames = Vec::new();
    let mut add = |value: Value, tokens| frames.push(Frame::data(&value, tokens));
    if dialect == Dialect::OpenAi {
        // Azure's first chunk, and OpenAI's own with its padding.
        add(
            json!({"choices": [], "created": 0, "id": "", "model": "", "object": "", "prompt_filter_results": [{}]}),
            0,
        );
        let mut first = chunk(saying, json!({"role": "assistant", "content": "", "refusal": null}), Value::Null);
        first["obfuscation"] = json!("Qu");
        first["usage"] = Value::Null;
        add(first, 0);
    } else {
        add(chunk(saying, json!({"role": "assistant", "content": null}), Value::Null), 0);
    }
    for piece in &saying.reasoning {
        add(chunk(saying, thought(dialect, saying, piece), Value::Null), 0);
    }
    for piece in &saying.text {
        add(chunk(saying, json!({ "content": piece }), Value::Null), 1);
    }
    for (index, call) in saying.calls.iter().enumerate() {
        let function = |arguments: &str| json!({"name": call.name, "arguments": arguments});
        if dialect == Dialect::Groq {
            let whole =
                json!([{"index": index, "id": call.id, "type": "function", "function": function(&call.text())}]);
            add(chunk(saying, json!({ "tool_calls": whole }), Value::Null), 0);
            continue;
        }
        let first = json!([{"index": index, "id": call.id, "type": "function", "function": function("")}]);
        add(chunk(saying, json!({ "tool_calls": first }), Value::Null), 0);
        for piece in &call.arguments {
            let next = json!([{"index": index, "function": {"arguments": piece}}]);
            add(chunk(saying, json!({ "tool_calls": next }), Value::Null), 0);
        }
    }
    let mut last = chunk(saying, json!({}), finish(saying));
    let usage = usage(dialect, &saying.counts);
    match dialect {
        Dialect::Groq => {
            last["usage"] = usage.clone();
            last["x_groq"] = json!({"id": "req_1", "usage": usage});
            add(last, 0);
        }
        Dialect::Vercel => {
            last["usage"] = usage;
            last["provider_metadata"] = metadata(&saying.counts);
            add(last, 0);
        }
        Dialect::OpenRouter => {
            // The reason comes twice, the second time with the usage.
            add(last.clone(), 0);
            last["usage"] = usage;
            add(last, 0);
        }
        Dialect::OpenAi | Dialect::Compatible | Dialect::Gemini | Dialect::Anthropic | Dialect::Ollama => {
            add(last, 0);
            add(
                json!({"id": saying.id, "object": "chat.completion.chunk", "created": 1, "model": saying.model, "choices": [], "usage": usage}),
                0,
            );
        }
    }
    frames.push(Frame { bytes: b"data: [DONE]\n\n".to_vec(), tokens: 0 });
    frames
}

pub fn whole(dialect: Dialect, saying: &Saying) -> Value {
    let mut message = json!({"role": "assistant", "content": saying.text.concat()});
    if !saying.reasoning.is_empty() {
        message["reasoning"] = json!(saying.reasoning.concat());
    }
    if !saying.calls.is_empty() {
        let call = |call: &super::Call| json!({"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.text()}});
        message["tool_calls"] = saying.calls.iter().map(call).collect();
    }
    let mut whole = json!({"id": saying.id, "object": "chat.completion", "created": 1, "model": saying.model,
        "choices": [{"index": 0, "message": message, "finish_reason": finish(saying)}],
        "usage": usage(dialect, &saying.counts)});
    if dialect == Dialect::Vercel {
        whole["provider_metadata"] = metadata(&saying.counts);
    }
    whole
}

pub fn overloaded(dialect: Dialect) -> (u16, Value) {
    match dialect {
        Dialect::OpenRouter => (
            502,
            json!({"error": {"code": 502, "message": "Provider disconnected", "metadata": {"error_type": "provider_unavailable"}}, "choices": []}),
        ),
        Dialect::Vercel => (500, json!({"error": {"message": "oops", "type": "internal_server_error"}})),
        Dialect::OpenAi
        | Dialect::Groq
        | Dialect::Compatible
        | Dialect::Gemini
        | Dialect::Anthropic
        | Dialect::Ollama => (
            500,
            json!({"error": {"message": "The server had an error", "type": "server_error", "param": null, "code": null}}),
        ),
    }
}
