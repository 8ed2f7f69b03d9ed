//! The refusals that a provider words in its own way: too long, no money, not allowed.

use serde_json::{Value, json};

use super::Dialect;

/// Status and body of a request with more tokens than the model's window.
pub fn too_long(dialect: Dialect) -> (u16, Value) {
    let openai = json!({"error": {"message": "m", "type": "invalid_request_error", "param": "messages", "code": "context_length_exceeded"}});
    let body = match dialect {
        Dialect::OpenAi | Dialect::Groq | Dialect::Vercel | Dialect::Compatible => openai,
        Dialect::OpenRouter => {
            json!({"error": {"code": 400, "message": "m", "metadata": {"error_type": "context_length_exceeded"}}})
        }
        Dialect::Gemini => {
            json!({"error": {"code": 400, "message": "The input token count (9) exceeds the maximum", "status": "INVALID_ARGUMENT"}})
        }
        Dialect::Anthropic => {
            json!({"type": "error", "error": {"type": "invalid_request_error", "message": "prompt is too long: 9 tokens > 8 maximum"}})
        }
        Dialect::Ollama => json!({"error": "the input length exceeds the context length"}),
    };
    (400, body)
}

/// Status and body when the credit is used up. Groq and Ollama sell none: the plain status stands for it.
pub fn no_money(dialect: Dialect) -> (u16, Value) {
    match dialect {
        Dialect::OpenAi | Dialect::Compatible => (
            429,
            json!({"error": {"message": "m", "type": "insufficient_quota", "param": null, "code": "insufficient_quota"}}),
        ),
        Dialect::OpenRouter => {
            (402, json!({"error": {"code": 402, "message": "m", "metadata": {"limit_source": "openrouter_credits"}}}))
        }
        Dialect::Vercel => (402, json!({"error": {"message": "m", "type": "insufficient_funds"}})),
        Dialect::Gemini => (402, json!({"error": {"code": 402, "message": "m", "status": "RESOURCE_EXHAUSTED"}})),
        Dialect::Anthropic => (402, json!({"type": "error", "error": {"type": "billing_error", "message": "m"}})),
        Dialect::Groq | Dialect::Ollama => (402, json!({"error": {"message": "m"}})),
    }
}

/// Status and body of what moderation stops. Ollama has none.
pub fn blocked(dialect: Dialect) -> (u16, Value) {
    match dialect {
        Dialect::OpenAi | Dialect::Groq | Dialect::Vercel | Dialect::Compatible => {
            (400, json!({"error": {"message": "m", "type": "invalid_request_error", "code": "content_filter"}}))
        }
        Dialect::OpenRouter => (
            403,
            json!({"error": {"code": 403, "message": "m", "metadata": {"reasons": ["violence"], "flagged_input": "…"}}}),
        ),
        Dialect::Gemini => (200, json!({"promptFeedback": {"blockReason": "SAFETY"}})),
        Dialect::Anthropic => {
            (200, json!({"id": "m", "type": "message", "role": "assistant", "content": [], "stop_reason": "refusal"}))
        }
        Dialect::Ollama => (400, json!({"error": "not supported"})),
    }
}
