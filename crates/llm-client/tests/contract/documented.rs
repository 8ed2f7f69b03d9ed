//! Every error that the contracts document, as it comes before the stream: what it is, and whether to ask again.

use llm_client::ErrorClass::{
    self, Auth, ContextLength, InvalidRequest, Moderation, Payment, RateLimited, Timeout, Unavailable, Unknown,
};
use serde_json::{Value, json};

use crate::fakes::Dialect;

pub struct Case {
    pub status: u16,
    /// What stands in the generated table.
    pub said: &'static str,
    pub headers: &'static [(&'static str, &'static str)],
    pub body: Value,
    pub class: ErrorClass,
    pub repeat: bool,
    /// Seconds.
    pub hint: Option<f64>,
}

fn case(status: u16, said: &'static str, body: Value, class: ErrorClass) -> Case {
    let repeat = matches!(class, RateLimited | Timeout | Unavailable | Unknown);
    Case { status, said, headers: &[], body, class, repeat, hint: None }
}

impl Case {
    fn never(self) -> Self {
        Self { repeat: false, ..self }
    }

    fn hint(self, seconds: f64) -> Self {
        Self { hint: Some(seconds), ..self }
    }

    fn headers(self, headers: &'static [(&'static str, &'static str)]) -> Self {
        Self { headers, ..self }
    }
}

pub fn cases(dialect: Dialect) -> Vec<Case> {
    match dialect {
        Dialect::OpenAi | Dialect::Compatible => openai(),
        Dialect::OpenRouter => openrouter(),
        Dialect::Groq => groq(),
        Dialect::Vercel => vercel(),
        Dialect::Gemini => gemini(),
        Dialect::Anthropic => anthropic(),
        Dialect::Ollama => ollama(),
    }
}

fn openai() -> Vec<Case> {
    let error = |kind: &str, code: &str| json!({"error": {"message": "m", "type": kind, "param": null, "code": code}});
    vec![
        case(400, "unsupported_parameter", error("invalid_request_error", "unsupported_parameter"), InvalidRequest),
        case(400, "context_length_exceeded", error("invalid_request_error", "context_length_exceeded"), ContextLength),
        case(400, "content_filter", error("invalid_request_error", "content_filter"), Moderation),
        case(401, "invalid key", error("invalid_request_error", "invalid_api_key"), Auth),
        case(403, "region not supported", error("request_forbidden", "unsupported_country"), Auth),
        case(403, "model_not_found: not of this project", error("x", "model_not_found"), InvalidRequest),
        case(404, "model_not_found", error("invalid_request_error", "model_not_found"), InvalidRequest),
        case(
            429,
            "request above the plan's tokens a minute",
            json!({"error": {"message": "Request too large for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Requested 342389. The input or output tokens must be reduced in order to run successfully.",
            "type": "tokens", "param": null, "code": "rate_limit_exceeded"}}),
            ContextLength,
        ),
        case(409, "lock timeout", error("conflict", "x"), Unavailable),
        case(429, "rate_limit_exceeded", error("requests", "rate_limit_exceeded"), RateLimited)
            .headers(&[("retry-after", "2.5")])
            .hint(2.5),
        case(429, "slow_down, exhausted tokens", error("rate_limit_error", "slow_down"), RateLimited)
            .headers(&[
                ("x-ratelimit-remaining-tokens", "0"),
                ("x-ratelimit-reset-tokens", "6m0s"),
                ("x-ratelimit-reset-requests", "12ms"),
            ])
            .hint(360.0),
        case(429, "insufficient_quota", error("insufficient_quota", "credit_balance_exhausted"), Payment),
        case(429, "organization_spend_limit_exceeded", error("x", "organization_spend_limit_exceeded"), Payment),
        case(429, "project_spend_limit_exceeded", error("x", "project_spend_limit_exceeded"), Payment),
        case(429, "organization_usage_limit_exceeded", error("x", "organization_usage_limit_exceeded"), Payment),
        case(500, "server_error", error("server_error", ""), Unavailable)
            .headers(&[("x-ratelimit-reset-tokens", "6m0s")]),
        case(500, "x-should-retry: false", error("server_error", ""), Unavailable)
            .headers(&[("x-should-retry", "false")])
            .never(),
        case(503, "server_is_overloaded", error("service_unavailable_error", "server_is_overloaded"), Unavailable)
            .headers(&[("retry-after-ms", "1500"), ("retry-after", "9")])
            .hint(1.5),
        case(504, "no JSON at all", Value::Null, Timeout),
    ]
}

fn openrouter() -> Vec<Case> {
    let kind = |code: u16, kind: &str| json!({"error": {"code": code, "message": "m", "metadata": {"error_type": kind}}, "user_id": "user_1"});
    let with = |code: u16, metadata: Value| json!({"error": {"code": code, "message": "m", "metadata": metadata}});
    let available = |code: &str, retryable: bool| json!({"error": {"message": "m", "http_status": 404, "availability": {"code": code, "retryable": retryable}}});
    let raw = json!({"error": {"code": 400, "message": "Provider returned error", "metadata": {"provider_name": "p",
        "raw": "{\"error\":{\"message\":\"maximum context length is 8 tokens\",\"code\":\"context_length_exceeded\"}}"}}});
    vec![
        case(400, "invalid_request", kind(400, "invalid_request"), InvalidRequest),
        case(400, "context_length_exceeded", kind(400, "context_length_exceeded"), ContextLength),
        case(400, "string_too_long", kind(400, "string_too_long"), ContextLength),
        case(400, "token_limit_exceeded", kind(400, "token_limit_exceeded"), ContextLength),
        case(400, "max_tokens_exceeded", kind(400, "max_tokens_exceeded"), InvalidRequest),
        case(400, "content_policy_violation", kind(400, "content_policy_violation"), Moderation),
        case(400, "refusal", kind(400, "refusal"), Moderation),
        case(400, "availability: model_not_found", available("model_not_found", false), InvalidRequest),
        case(400, "the provider's own words in `raw`", raw, ContextLength),
        case(401, "no or disabled key", with(401, json!({})), Auth),
        case(402, "openrouter_credits", with(402, json!({"limit_source": "openrouter_credits"})), Payment),
        case(
            402,
            "more tokens than can be paid",
            json!({"error": {"code": 402, "message": "This request requires more credits, or fewer max_tokens. You requested up to 64000 tokens, but can only afford 2666"}}),
            InvalidRequest,
        ),
        case(402, "openrouter_key_limit", with(402, json!({"limit_source": "openrouter_key_limit"})), Payment),
        case(
            402,
            "openrouter_in_flight_budget",
            with(402, json!({"limit_source": "openrouter_in_flight_budget"})),
            RateLimited,
        )
        .headers(&[("retry-after", "3")])
        .hint(3.0),
        case(
            403,
            "flagged input",
            with(403, json!({"reasons": ["violence"], "flagged_input": "…", "provider_name": "p"})),
            Moderation,
        ),
        case(403, "guardrail patterns", with(403, json!({"patterns": ["x"]})), Moderation),
        case(403, "budget", with(403, json!({"limit_source": "workspace_budget", "resets_at": "x"})), Payment),
        case(403, "permission", with(403, json!({})), Auth),
        case(404, "no endpoints", available("data_policy", false), InvalidRequest),
        case(404, "availability: region_restricted", available("region_restricted", false), InvalidRequest),
        case(404, "availability: temporarily_unavailable", available("temporarily_unavailable", true), Unavailable),
        case(408, "timeout", with(408, json!({})), Timeout),
        case(409, "conflict", with(409, json!({})), InvalidRequest),
        case(412, "precondition", with(412, json!({})), InvalidRequest),
        case(413, "too large", with(413, json!({})), InvalidRequest),
        case(422, "unprocessable", with(422, json!({})), InvalidRequest),
        case(
            429,
            "rate_limit_exceeded",
            with(429, json!({"error_type": "rate_limit_exceeded", "retry_after_seconds": 7})),
            RateLimited,
        )
        .hint(7.0),
        case(
            429,
            "capacity_exhausted",
            json!({"error": {"message": "m", "http_status": 429, "error_type": "rate_limit_exceeded",
            "availability": {"code": "capacity_exhausted", "retryable": true, "retry_after": 40}}}),
            RateLimited,
        )
        .hint(40.0),
        case(
            429,
            "free-models-per-day",
            json!({"error": {"code": 429, "message": "Rate limit exceeded: free-models-per-day",
            "metadata": {"headers": {"X-RateLimit-Remaining": "0"}}}}),
            RateLimited,
        )
        .never(),
        case(500, "server", kind(500, "server"), Unavailable),
        case(502, "provider_unavailable", kind(502, "provider_unavailable"), Unavailable),
        case(503, "no provider fits", kind(503, "x"), Unavailable),
        case(504, "timeout", kind(504, "x"), Timeout),
        case(524, "edge network", Value::Null, Timeout),
        case(529, "provider_overloaded", kind(529, "provider_overloaded"), Unavailable),
    ]
}

fn groq() -> Vec<Case> {
    let error =
        |kind: &str, code: &str, message: &str| json!({"error": {"message": message, "type": kind, "code": code}});
    let limit = "Rate limit reached for model `m` in organization `org_x` on tokens per minute (TPM): Limit 6000, Used 5034, Requested 1443. Please try again in 4.77s.";
    let large = "Request too large for model `m` on tokens per minute (TPM): Limit 6000, Requested 12328";
    vec![
        case(400, "bad request", error("invalid_request_error", "x", "m"), InvalidRequest),
        case(400, "tool_use_failed", error("invalid_request_error", "tool_use_failed", "m"), Unknown),
        case(400, "json_validate_failed", error("invalid_request_error", "json_validate_failed", "m"), Unknown),
        case(401, "key", error("invalid_request_error", "invalid_api_key", "m"), Auth),
        case(403, "permission", error("permissions_error", "x", "m"), Auth),
        case(404, "model", error("invalid_request_error", "model_not_found", "m"), InvalidRequest),
        case(
            413,
            "request above the plan's tokens a minute",
            error("tokens", "rate_limit_exceeded", large),
            ContextLength,
        ),
        case(422, "semantic error", error("invalid_request_error", "x", "m"), InvalidRequest),
        case(424, "failed dependency", error("x", "x", "m"), Unavailable),
        case(429, "tokens a minute", error("tokens", "rate_limit_exceeded", limit), RateLimited).hint(4.77),
        case(429, "with retry-after", error("requests", "rate_limit_exceeded", limit), RateLimited)
            .headers(&[("retry-after", "578"), ("x-ratelimit-reset-requests", "6s")])
            .hint(578.0),
        case(498, "capacity_exceeded", error("x", "capacity_exceeded", "m"), Unavailable),
        case(499, "the client left", error("x", "x", "m"), Unknown).never(),
        case(500, "server", error("internal_server_error", "x", "m"), Unavailable),
        case(502, "server", Value::Null, Unavailable),
        case(503, "server", error("service_unavailable", "x", "m"), Unavailable),
    ]
}

fn vercel() -> Vec<Case> {
    let error = |kind: &str| json!({"error": {"message": "m", "type": kind}, "generationId": "gen_1"});
    let wrapped = |status: u16, again: bool, message: &str| {
        json!({"error": {"message": "m", "type": "AI_APICallError",
        "param": {"statusCode": status, "isRetryable": again, "message": message}}})
    };
    vec![
        case(400, "invalid_request_error", error("invalid_request_error"), InvalidRequest),
        case(
            400,
            "AI_APICallError of a 400",
            wrapped(400, false, "{\"error_type\":\"max_tokens_exceeded\"}"),
            InvalidRequest,
        ),
        case(400, "AI_APICallError of a 503", wrapped(503, true, "busy"), Unavailable),
        case(401, "authentication_error", error("authentication_error"), Auth),
        case(402, "insufficient_funds", error("insufficient_funds"), Payment),
        case(403, "access_denied", error("access_denied"), Auth),
        case(403, "forbidden", error("forbidden"), Auth),
        case(403, "customer_verification_required", error("customer_verification_required"), Payment),
        case(403, "free_tier_model_not_available", error("free_tier_model_not_available"), InvalidRequest),
        case(404, "model_not_found", error("model_not_found"), InvalidRequest),
        case(404, "not_found", error("not_found"), InvalidRequest),
        case(424, "failed_dependency", error("failed_dependency"), InvalidRequest),
        case(429, "rate_limit_exceeded", error("rate_limit_exceeded"), RateLimited),
        case(
            429,
            "the upstream's own body",
            json!({"type": "error", "error": {"type": "rate_limit_error", "message": "m"}}),
            RateLimited,
        ),
        case(500, "internal_server_error", error("internal_server_error"), Unavailable),
        case(502, "no JSON at all", Value::Null, Unavailable),
    ]
}

fn gemini() -> Vec<Case> {
    let error = |code: u16, status: &str, message: &str, details: Value| json!({"error": {"code": code, "message": message, "status": status, "details": details}});
    let quota = |id: &str| {
        json!([{"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": id}]},
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.4s"}])
    };
    let minute = error(429, "RESOURCE_EXHAUSTED", "m", quota("GenerateRequestsPerMinutePerProjectPerModel-FreeTier"));
    vec![
        case(
            400,
            "API_KEY_INVALID",
            error(400, "INVALID_ARGUMENT", "API key not valid", json!([{"reason": "API_KEY_INVALID"}])),
            Auth,
        ),
        case(400, "INVALID_ARGUMENT", error(400, "INVALID_ARGUMENT", "m", Value::Null), InvalidRequest),
        case(
            400,
            "input token count",
            error(400, "INVALID_ARGUMENT", "The input token count (9) exceeds the maximum", Value::Null),
            ContextLength,
        ),
        case(400, "FAILED_PRECONDITION", error(400, "FAILED_PRECONDITION", "m", Value::Null), Auth),
        case(402, "RESOURCE_EXHAUSTED", error(402, "RESOURCE_EXHAUSTED", "m", Value::Null), Payment),
        case(403, "PERMISSION_DENIED", error(403, "PERMISSION_DENIED", "m", Value::Null), Auth),
        case(404, "NOT_FOUND", error(404, "NOT_FOUND", "m", Value::Null), InvalidRequest),
        case(429, "a minute's quota", minute.clone(), RateLimited).hint(34.4),
        case(429, "the same in an array", json!([minute]), RateLimited).hint(34.4),
        case(
            429,
            "words only",
            error(429, "RESOURCE_EXHAUSTED", "Please retry in 20.04466179s", Value::Null),
            RateLimited,
        )
        .hint(20.044_661_79),
        case(
            429,
            "a day's quota",
            error(429, "RESOURCE_EXHAUSTED", "m", quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier")),
            RateLimited,
        )
        .hint(34.4)
        .never(),
        case(
            429,
            "limit: 0",
            error(429, "RESOURCE_EXHAUSTED", "Quota exceeded, limit: 0, model: m", Value::Null),
            InvalidRequest,
        ),
        case(500, "INTERNAL", error(500, "INTERNAL", "m", Value::Null), Unavailable),
        case(503, "UNAVAILABLE", error(503, "UNAVAILABLE", "m", Value::Null), Unavailable),
        case(504, "DEADLINE_EXCEEDED", error(504, "DEADLINE_EXCEEDED", "m", Value::Null), Timeout),
    ]
}

fn anthropic() -> Vec<Case> {
    let error = |kind: &str, message: &str| json!({"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_011"});
    let spent = json!({"type": "error", "error": {"type": "rate_limit_error", "message": "m", "details": {"error_code": "enforced_spend_limit_reached"}}});
    vec![
        case(400, "invalid_request_error", error("invalid_request_error", "m"), InvalidRequest),
        case(
            400,
            "prompt is too long",
            error("invalid_request_error", "prompt is too long: 103078 tokens > 102398 maximum"),
            ContextLength,
        ),
        case(
            400,
            "credit balance is too low",
            error("invalid_request_error", "Your credit balance is too low to access the API"),
            Payment,
        ),
        case(
            400,
            "API usage limits",
            error("invalid_request_error", "You have reached your specified API usage limits"),
            Payment,
        ),
        case(
            400,
            "workspace API usage limits",
            error("invalid_request_error", "You have reached your specified workspace API usage limits"),
            Payment,
        ),
        case(401, "authentication_error", error("authentication_error", "m"), Auth),
        case(402, "billing_error", error("billing_error", "m"), Payment),
        case(403, "permission_error", error("permission_error", "m"), Auth),
        case(404, "not_found_error", error("not_found_error", "m"), InvalidRequest),
        case(409, "conflict_error", error("conflict_error", "m"), Unavailable),
        case(413, "request_too_large", error("request_too_large", "m"), ContextLength),
        case(413, "from the edge, no JSON", Value::Null, ContextLength),
        case(429, "rate_limit_error", error("rate_limit_error", "m"), RateLimited)
            .headers(&[("retry-after", "12")])
            .hint(12.0),
        case(429, "enforced_spend_limit_reached", spent, Payment),
        case(500, "api_error", error("api_error", "m"), Unavailable),
        case(504, "timeout_error", error("timeout_error", "m"), Timeout),
        case(529, "overloaded_error", error("overloaded_error", "Overloaded"), Unavailable),
    ]
}

fn ollama() -> Vec<Case> {
    let error = |message: &str| json!({ "error": message });
    vec![
        case(400, "model is required", error("model is required"), InvalidRequest),
        case(
            400,
            "does not support tools",
            error("registry.ollama.ai/library/m does not support tools"),
            InvalidRequest,
        ),
        case(
            400,
            "prompt longer than the context length",
            error("the prompt is longer than the context length currently available"),
            ContextLength,
        ),
        case(
            400,
            "input exceeds the context length",
            error("the input length exceeds the context length"),
            ContextLength,
        ),
        case(401, "unauthorized", json!({"error": "unauthorized", "signin_url": "https://x.example"}), Auth),
        case(403, "cloud disabled", error("cloud disabled"), Auth),
        case(404, "model not found", error("model 'x' not found"), InvalidRequest),
        case(429, "the cloud's limit", error("too many requests"), RateLimited),
        case(499, "request canceled", error("request canceled"), Unknown).never(),
        case(500, "crash, out of memory", error("llama runner process has terminated"), Unavailable),
        case(502, "the cloud is away", error("bad gateway"), Unavailable),
        case(
            503,
            "server busy",
            error("server busy, please try again.  maximum pending requests exceeded"),
            Unavailable,
        ),
    ]
}
