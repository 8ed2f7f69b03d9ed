//! The rows of every dialect. Sources: the error tables of contracts/llm. Within one dialect the order counts.

use super::Sign::{Anything, Has, Message, Quota, Word};
use super::When::{Always, InBand, Status};
use super::{
    Auth, ContextLength, InvalidRequest, Moderation, Payment, RateLimited, Row, Timeout, Unavailable, Unknown, row,
};

/// Our word for a model that is not to be had: others may be asked.
const NO_MODEL: &str = "model_not_found";

/// OpenAI and the servers that speak its dialect; also the last rows of the gateways and of Groq.
pub(crate) const OPENAI: &[Row] = &[
    row(
        Always,
        Word(&[
            "insufficient_quota",
            "credit_balance_exhausted",
            "organization_spend_limit_exceeded",
            "project_spend_limit_exceeded",
            "organization_usage_limit_exceeded",
        ]),
        Payment,
    ),
    // One request above the plan's tokens a minute: no key of the account may send it, and every other request may go.
    row(Status(429), Message(&["request too large", "must be reduced"]), ContextLength),
    // The project of the key has no right to this one model.
    Row::lacks(Status(403), Word(&["model_not_found"]), NO_MODEL),
    // Groq says "rate limit" when one request is larger than the plan's tokens a minute: waiting never helps.
    row(Status(413), Anything, ContextLength),
    row(
        Always,
        Word(&["context_length_exceeded", "string_too_long", "token_limit_exceeded", "exceed_context_size_error"]),
        ContextLength,
    ),
    row(
        Status(400),
        Message(&[
            "exceeds the context length",
            "longer than the context length",
            "maximum context length",
            "exceeds the available context size",
        ]),
        ContextLength,
    ),
    row(Always, Word(&["content_policy_violation", "content_filter"]), Moderation),
    // A model's own mistake (Groq): the same request may go well the next time.
    row(Always, Word(&["tool_use_failed", "json_validate_failed"]), Unknown),
    // OpenAI's lock timeout.
    row(Status(409), Anything, Unavailable),
    row(InBand, Word(&["rate_limit_exceeded", "rate_limit_error", "slow_down", "too_many_requests"]), RateLimited),
    row(InBand, Word(&["authentication_error", "invalid_api_key", "permission_error"]), Auth),
    row(InBand, Word(&["timeout", "timeout_error"]), Timeout),
    row(
        InBand,
        Word(&[
            "server_error",
            "internal_server_error",
            "service_unavailable_error",
            "server_is_overloaded",
            "overloaded_error",
            "api_error",
        ]),
        Unavailable,
    ),
    row(InBand, Word(&["invalid_request_error", "model_not_found", "unsupported_parameter"]), InvalidRequest),
];

pub(crate) const GROQ: &[Row] = &[
    row(Always, Word(&["capacity_exceeded"]), Unavailable),
    row(Status(424), Anything, Unavailable),
    // The client left: there is nobody to repeat it for.
    row(Status(499), Anything, Unknown).never(),
];

pub(crate) const OPENROUTER: &[Row] = &[
    // A budget of calls under way: it is free again when one of them ends.
    row(Always, Word(&["openrouter_in_flight_budget"]), RateLimited),
    // The answer that was asked for is dearer than what is left: a shorter one goes well.
    Row::lacks(Status(402), Message(&["can only afford", "fewer max_tokens"]), "unsupported_max_tokens"),
    row(Status(402), Anything, Payment),
    row(Status(403), Has(&["/metadata/flagged_input", "/metadata/reasons", "/metadata/patterns"]), Moderation),
    row(Status(403), Has(&["/metadata/limit_source"]), Payment),
    row(Always, Word(&["content_policy_violation", "refusal"]), Moderation),
    row(Always, Word(&["openrouter_free_tier_daily"]), RateLimited).never(),
    row(Status(429), Message(&["free-models-per-day"]), RateLimited).never(),
    row(Always, Word(&["context_length_exceeded", "string_too_long", "token_limit_exceeded"]), ContextLength),
    // "Too large" is a body here, not a context.
    row(Status(413), Anything, InvalidRequest),
    row(Status(409), Anything, InvalidRequest),
    row(Status(412), Anything, InvalidRequest),
    row(Always, Word(&["capacity_exhausted"]), RateLimited),
    row(Always, Word(&["temporarily_unavailable"]), Unavailable),
    // Of the model, not of the key.
    Row::lacks(Always, Word(&["region_restricted"]), NO_MODEL),
    row(Always, Has(&["/availability/code"]), InvalidRequest),
    row(InBand, Word(&["provider_unavailable", "provider_overloaded", "server", "unmapped"]), Unavailable),
];

pub(crate) const VERCEL: &[Row] = &[
    row(Always, Word(&["customer_verification_required", "insufficient_funds"]), Payment),
    Row::lacks(Always, Word(&["free_tier_model_not_available"]), NO_MODEL),
    row(Always, Word(&["authentication_error", "access_denied", "forbidden"]), Auth),
    row(Always, Word(&["rate_limit_exceeded"]), RateLimited),
    row(Always, Word(&["model_not_found", "not_found"]), InvalidRequest),
    row(Always, Word(&["failed_dependency"]), InvalidRequest).never(),
    row(Always, Word(&["internal_server_error"]), Unavailable),
];

pub(crate) const GEMINI: &[Row] = &[
    row(Always, Word(&["api_key_invalid"]), Auth),
    row(Status(400), Word(&["failed_precondition"]), Auth),
    row(Status(400), Message(&["input token count"]), ContextLength),
    row(Status(402), Anything, Payment),
    // The model is not in the plan at all.
    Row::lacks(Status(429), Message(&["limit: 0"]), NO_MODEL),
    row(Status(429), Quota("PerDay"), RateLimited).never(),
    row(InBand, Word(&["resource_exhausted"]), RateLimited),
    row(InBand, Word(&["permission_denied"]), Auth),
    row(InBand, Word(&["internal", "unavailable"]), Unavailable),
    row(InBand, Word(&["deadline_exceeded"]), Timeout),
    row(InBand, Word(&["invalid_argument", "not_found"]), InvalidRequest),
];

pub(crate) const ANTHROPIC: &[Row] = &[
    row(Always, Word(&["enforced_spend_limit_reached", "billing_error"]), Payment),
    row(
        Always,
        Message(&[
            "credit balance is too low",
            "reached your specified api usage limits",
            "reached your specified workspace api usage limits",
        ]),
        Payment,
    ),
    row(Always, Message(&["prompt is too long"]), ContextLength),
    row(Always, Word(&["request_too_large"]), ContextLength),
    row(Always, Word(&["overloaded_error", "api_error"]), Unavailable),
    row(Always, Word(&["timeout_error"]), Timeout),
    row(Always, Word(&["rate_limit_error"]), RateLimited),
    row(Always, Word(&["authentication_error", "permission_error"]), Auth),
    row(Status(409), Anything, Unavailable),
    row(InBand, Word(&["not_found_error", "invalid_request_error"]), InvalidRequest),
];

pub(crate) const OLLAMA: &[Row] = &[
    row(Always, Message(&["exceeds the context length", "longer than the context length"]), ContextLength),
    row(Status(404), Anything, InvalidRequest),
    row(Status(499), Anything, Unknown).never(),
    row(InBand, Message(&["server busy"]), Unavailable),
    // After content there are only words; the contract names a crash of the runner.
    row(InBand, Message(&["error was encountered while running the model"]), Unavailable),
];
