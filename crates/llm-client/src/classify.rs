//! From an error body and a status to a class: one table a dialect, then the status. First hit wins.

use std::borrow::Cow;
use std::time::SystemTime;

use egress::Headers;
use serde_json::Value;

use crate::ErrorClass::{
    self, Auth, ContextLength, InvalidRequest, Moderation, Payment, RateLimited, Timeout, Unavailable, Unknown,
};
use crate::{ProviderError, hint};

/// Longest `detail` in characters.
const DETAIL: usize = 300;

/// When a row of the table applies.
#[derive(Clone, Copy)]
pub(crate) enum When {
    Always,
    Status(u16),
    /// The error came inside a 200 stream, so only its words can tell.
    InBand,
}

/// What a row looks at. Words are compared in lower case, whole; messages by what they contain.
#[derive(Clone, Copy)]
pub(crate) enum Sign {
    /// `error.code` or `error.type`.
    Word(&'static [&'static str]),
    Message(&'static [&'static str]),
    Anything,
}

pub(crate) type Row = (When, Sign, ErrorClass);

/// OpenAI and the servers that speak its dialect. Sources: contracts/llm.
pub(crate) const OPENAI: &[Row] = &[
    (
        When::Always,
        Sign::Word(&[
            "insufficient_quota",
            "credit_balance_exhausted",
            "organization_spend_limit_exceeded",
            "project_spend_limit_exceeded",
            "organization_usage_limit_exceeded",
        ]),
        Payment,
    ),
    // Groq says "rate limit" when one request is larger than the plan's tokens a minute: waiting never helps.
    (When::Status(413), Sign::Anything, ContextLength),
    (
        When::Always,
        Sign::Word(&[
            "context_length_exceeded",
            "string_too_long",
            "token_limit_exceeded",
            "exceed_context_size_error",
        ]),
        ContextLength,
    ),
    (
        When::Status(400),
        Sign::Message(&[
            "exceeds the context length",
            "longer than the context length",
            "maximum context length",
            "exceeds the available context size",
        ]),
        ContextLength,
    ),
    (When::Always, Sign::Word(&["content_policy_violation", "content_filter"]), Moderation),
    // A model's own mistake (Groq): the same request may go well the next time.
    (When::Status(400), Sign::Word(&["tool_use_failed", "json_validate_failed"]), Unknown),
    // OpenAI's lock timeout.
    (When::Status(409), Sign::Anything, Unavailable),
    (
        When::InBand,
        Sign::Word(&["rate_limit_exceeded", "rate_limit_error", "slow_down", "too_many_requests"]),
        RateLimited,
    ),
    (When::InBand, Sign::Word(&["authentication_error", "invalid_api_key", "permission_error"]), Auth),
    (When::InBand, Sign::Word(&["timeout", "timeout_error"]), Timeout),
    (
        When::InBand,
        Sign::Word(&[
            "server_error",
            "internal_server_error",
            "service_unavailable_error",
            "server_is_overloaded",
            "overloaded_error",
            "api_error",
        ]),
        Unavailable,
    ),
    (When::InBand, Sign::Word(&["invalid_request_error", "model_not_found", "unsupported_parameter"]), InvalidRequest),
];

fn by_status(status: u16) -> ErrorClass {
    match status {
        401 | 403 | 407 => Auth,
        402 => Payment,
        400 | 404 | 405 | 409 | 415 | 422 | 424 => InvalidRequest,
        408 | 504 | 524 => Timeout,
        413 => ContextLength,
        429 => RateLimited,
        498 | 500 | 502 | 503 | 529 => Unavailable,
        _ => Unknown,
    }
}

/// A failed answer as it came: `status` is `None` inside a stream; `body` is the whole JSON, or `Null`.
pub(crate) struct Failure<'a> {
    pub status: Option<u16>,
    pub headers: &'a Headers,
    pub body: &'a Value,
    /// Said instead of a message if the body has none ("an answer of text/html, 512 bytes").
    pub otherwise: &'a str,
    /// What must not be in `detail`.
    pub secrets: &'a [&'a str],
    pub now: SystemTime,
}

pub(crate) fn classify(table: &[Row], failure: &Failure<'_>) -> ProviderError {
    // `[{"error":…}]` is seen on gateways; a body without `error` may be the error itself.
    let body = failure.body.get(0).unwrap_or(failure.body);
    let error = body.get("error").filter(|error| truthy(error)).unwrap_or(body);
    let code = word(error.get("code")).or_else(|| word(body.get("code")));
    let kind = word(error.get("type"));
    let message = error.as_str().or_else(|| error.get("message")?.as_str()).unwrap_or_default();

    let words = [code.as_deref(), kind.as_deref()].map(|word| word.unwrap_or_default().to_ascii_lowercase());
    let lower = egress::truncate(message, 2000).to_lowercase();
    let row = table.iter().find(|(when, sign, _)| {
        let applies = match when {
            When::Always => true,
            When::Status(status) => failure.status == Some(*status),
            When::InBand => failure.status.is_none(),
        };
        applies
            && match sign {
                Sign::Word(list) => words.iter().any(|word| list.contains(&word.as_str())),
                Sign::Message(list) => list.iter().any(|part| lower.contains(part)),
                Sign::Anything => true,
            }
    });
    // Inside a stream an integer code is often the status that could not be sent any more.
    let status = failure.status.or_else(|| code.as_deref()?.parse().ok().filter(|code| (400..600).contains(code)));
    let class = row.map_or_else(|| status.map_or(Unknown, by_status), |(_, _, class)| *class);

    let said = if message.is_empty() { failure.otherwise } else { message };
    let label = kind.map(|kind| format!("{kind}: ")).unwrap_or_default();
    ProviderError {
        class,
        status,
        retry_after: hint::retry_after(failure.headers, error, failure.now),
        should_retry: hint::should_retry(failure.headers),
        code: code.map(|code| egress::scrub(&code, failure.secrets, 64)),
        detail: egress::scrub(&format!("{label}{said}"), failure.secrets, DETAIL),
        usage: None,
    }
}

/// True as Python sees it: what a provider's own client treats as an error.
pub(crate) fn truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
    }
}

fn word(value: Option<&Value>) -> Option<Cow<'_, str>> {
    match value? {
        Value::String(text) if !text.is_empty() => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}
