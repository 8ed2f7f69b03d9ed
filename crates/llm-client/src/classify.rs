//! From an error body and a status to a class: the rows of a dialect, then the status. First hit wins.

mod tables;

use std::borrow::Cow;
use std::time::SystemTime;

use egress::Headers;
use serde_json::Value;

use crate::ErrorClass::{
    self, Auth, ContextLength, InvalidRequest, Moderation, Payment, RateLimited, Timeout, Unavailable, Unknown,
};
use crate::lenient::truthy;
use crate::{ProviderError, Trace, hint};
pub(crate) use tables::{ANTHROPIC, GEMINI, GROQ, OLLAMA, OPENAI, OPENROUTER, VERCEL};

/// Longest `detail` in characters.
const DETAIL: usize = 300;
/// Longest message that is searched, in characters.
const SEARCHED: usize = 2000;

/// When a row of the table applies.
#[derive(Clone, Copy)]
pub(crate) enum When {
    Always,
    /// The HTTP status, or the one that an error inside a stream names.
    Status(u16),
    /// The error came inside a 200 stream, so only its words can tell.
    InBand,
}

/// What a row looks at. Words are compared in lower case, whole; messages by what they contain.
#[derive(Clone, Copy)]
pub(crate) enum Sign {
    /// `error.code`, `error.type`, and the other places where dialects put a machine word.
    Word(&'static [&'static str]),
    Message(&'static [&'static str]),
    /// Gemini's `quotaId` contains this.
    Quota(&'static str),
    /// One of these fields of the error is there.
    Has(&'static [&'static str]),
    Anything,
}

#[derive(Clone, Copy)]
pub(crate) struct Row {
    when: When,
    sign: Sign,
    class: ErrorClass,
    /// What the contract says of a repetition, where it is not what the class says.
    repeat: Option<bool>,
    /// Our own word for it, in place of the provider's.
    code: Option<&'static str>,
}

pub(crate) const fn row(when: When, sign: Sign, class: ErrorClass) -> Row {
    Row { when, sign, class, repeat: None, code: None }
}

impl Row {
    const fn never(self) -> Self {
        Self { repeat: Some(false), ..self }
    }

    /// What the request asked for is not to be had with this key; other requests go well with it, and other models may do.
    const fn lacks(when: When, sign: Sign, code: &'static str) -> Self {
        Self { code: Some(code), ..row(when, sign, InvalidRequest) }
    }
}

/// The rows of one dialect: its own, then those that it shares.
pub(crate) type Tables = &'static [&'static [Row]];

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

pub(crate) fn classify(tables: Tables, failure: &Failure<'_>) -> ProviderError {
    // `[{"error":…}]` is seen on gateways; a body without `error` may be the error itself.
    let body = failure.body.get(0).unwrap_or(failure.body);
    let error = body.get("error").filter(|error| truthy(error)).unwrap_or(body);
    let inner = inner(error);
    let code = word(error.get("code")).or_else(|| word(body.get("code")));
    let kind = word(error.get("type"));
    let message = error.as_str().or_else(|| error.get("message")?.as_str()).unwrap_or_default();

    let mut words = words(error);
    words.extend(body.get("code").and_then(lower));
    words.extend(inner.iter().flat_map(|inner| self::words(inner.get("error").unwrap_or(inner))));
    let searched = [Some(message), inner.as_ref().and_then(said)]
        .into_iter()
        .flatten()
        .map(|text| egress::truncate(text, SEARCHED).to_lowercase())
        .collect::<Vec<_>>();
    // A gateway may wrap the upstream's status; inside a stream an integer code is the status that came too late.
    let wrapped = number(error, "/param/statusCode").filter(|_| kind.as_deref() == Some("AI_APICallError"));
    let named = || {
        let places = ["/code", "/http_status", "/status_code"];
        places.iter().find_map(|place| number(error, place)).or_else(|| number(body, "/code"))
    };
    let status = wrapped.or(failure.status).or_else(named);

    let row = tables.iter().copied().flatten().find(|row| {
        let applies = match row.when {
            When::Always => true,
            When::Status(wanted) => status == Some(wanted),
            When::InBand => failure.status.is_none(),
        };
        applies
            && match row.sign {
                Sign::Word(list) => words.iter().any(|word| list.contains(&word.as_str())),
                Sign::Message(list) => list.iter().any(|part| searched.iter().any(|text| text.contains(part))),
                Sign::Quota(part) => quotas(error).any(|quota| quota.contains(part)),
                Sign::Has(places) => places.iter().any(|place| error.pointer(place).is_some_and(truthy)),
                Sign::Anything => true,
            }
    });
    let class = row.map_or_else(|| status.map_or(Unknown, by_status), |row| row.class);
    let told = || ["/availability/retryable", "/param/isRetryable"].iter().find_map(|at| error.pointer(at)?.as_bool());

    let text = if message.is_empty() { failure.otherwise } else { message };
    let label = kind.map(|kind| format!("{kind}: ")).unwrap_or_default();
    ProviderError {
        class,
        status: failure.status.or(status),
        retry_after: hint::retry_after(failure.headers, error, class == RateLimited, failure.now),
        should_retry: hint::should_retry(failure.headers).or_else(told).or(row.and_then(|row| row.repeat)),
        code: row
            .and_then(|row| row.code.map(str::to_owned))
            .or_else(|| Some(egress::scrub(&code?, failure.secrets, 64))),
        detail: egress::scrub(&format!("{label}{text}"), failure.secrets, DETAIL),
        usage: None,
        trace: Box::new(Trace::default()),
    }
}

/// An upstream's own body that a gateway passes on as text: Vercel in `param.message` or `message`, OpenRouter in
/// `metadata.raw`.
fn inner(error: &Value) -> Option<Value> {
    ["/metadata/raw", "/param/message", "/message"].iter().find_map(|place| match error.pointer(place)? {
        Value::String(text) if text.trim_start().starts_with('{') => serde_json::from_str(text).ok(),
        object @ Value::Object(_) => Some(object.clone()),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
    })
}

fn said(inner: &Value) -> Option<&str> {
    inner.pointer("/error/message").or_else(|| inner.get("message"))?.as_str()
}

/// Every machine word of an error, in lower case.
fn words(error: &Value) -> Vec<String> {
    const PLACES: [&str; 9] = [
        "/code",
        "/type",
        "/status",
        "/error_type",
        "/metadata/error_type",
        "/metadata/limit_source",
        "/metadata/provider_code",
        "/availability/code",
        "/details/error_code",
    ];
    let reasons = error.get("details").and_then(Value::as_array).into_iter().flatten();
    let reasons = reasons.filter_map(|detail| lower(detail.get("reason")?));
    PLACES.iter().filter_map(|place| lower(error.pointer(place)?)).chain(reasons).collect()
}

fn quotas(error: &Value) -> impl Iterator<Item = &str> {
    let details = error.get("details").and_then(Value::as_array).into_iter().flatten();
    let violations = details.filter_map(|detail| detail.get("violations")?.as_array()).flatten();
    violations.filter_map(|violation| violation.get("quotaId")?.as_str())
}

fn number(value: &Value, place: &str) -> Option<u16> {
    word(value.pointer(place))?.parse().ok().filter(|code| (400..600).contains(code))
}

fn lower(value: &Value) -> Option<String> {
    Some(egress::truncate(&word(Some(value))?, 100).to_ascii_lowercase())
}

fn word(value: Option<&Value>) -> Option<Cow<'_, str>> {
    match value? {
        Value::String(text) if !text.is_empty() => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}
