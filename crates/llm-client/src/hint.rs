//! When to come back: every way in which providers say it.
//!
//! Order (contracts): `retry-after-ms`, `retry-after`, a hint in the body, reset headers of an exhausted limit.
//! No hint is longer than a day: whoever says so is asked again tomorrow.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use egress::Headers;
use serde_json::Value;

use crate::limits::RateLimits;

/// Longest hint that is believed.
const LONGEST: Duration = Duration::from_secs(86_400);

/// Reads the hint of a failed answer. The server's own `Date` stands for now where it is sent, so a skewed clock on
/// either side does no harm. Reset headers stand on every answer of some providers: they count only for a `limited` one.
pub fn retry_after(headers: &Headers, error: &Value, limited: bool, now: SystemTime) -> Option<Duration> {
    let now = server_time(headers, now);
    let milliseconds = || number(headers.get("retry-after-ms")?).and_then(|value| seconds(value / 1000.0));
    milliseconds()
        .or_else(|| duration(headers.get("retry-after")?, now))
        .or_else(|| in_body(error, now))
        .or_else(|| RateLimits::read(headers, now).pause().filter(|_| limited))
        .map(|hint| hint.min(LONGEST))
}

pub(crate) fn server_time(headers: &Headers, now: SystemTime) -> SystemTime {
    headers.get("date").and_then(|date| httpdate::parse_http_date(date).ok()).unwrap_or(now)
}

/// `x-should-retry: true|false`.
pub fn should_retry(headers: &Headers) -> Option<bool> {
    match headers.get("x-should-retry")?.trim() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// `6m0s`, `2m59.56s`, `7.66s`, `940ms`, `1h2m3s`, bare seconds, RFC 3339, HTTP date, epoch seconds or milliseconds.
/// An instant in the past is zero; nonsense is `None`.
pub fn duration(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    if let Some(value) = number(text) {
        // No provider asks for 30 years of patience: numbers this large are instants.
        return match value {
            value if value >= 1e11 => until(value / 1000.0, now),
            value if value >= 1e9 => until(value, now),
            value => seconds(value),
        };
    }
    units(text)
        .or_else(|| httpdate::parse_http_date(text).ok().map(|then| then.duration_since(now).unwrap_or_default()))
        .or_else(|| {
            let then = chrono::DateTime::parse_from_rfc3339(text).ok()?;
            until(then.timestamp_millis() as f64 / 1000.0, now)
        })
}

fn in_body(error: &Value, now: SystemTime) -> Option<Duration> {
    const PLACES: [&str; 4] = [
        "/availability/retry_after",
        "/metadata/retry_after_seconds",
        "/retry_after",
        "/metadata/headers/X-RateLimit-Reset",
    ];
    let read = |value: &Value| match value {
        Value::Number(value) => seconds(value.as_f64()?),
        Value::String(text) => duration(text, now),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    let details = || error.get("details")?.as_array()?.iter().find_map(|detail| read(detail.get("retryDelay")?));
    PLACES
        .iter()
        .find_map(|place| read(error.pointer(place)?))
        .or_else(details)
        .or_else(|| in_words(error.get("message")?.as_str()?, now))
}

/// "Please try again in 9m38.016s." (Groq), "Please retry in 20.04466179s" (Gemini).
fn in_words(message: &str, now: SystemTime) -> Option<Duration> {
    let message = egress::truncate(message, 2000);
    let after = ["try again in ", "retry in "].iter().find_map(|words| Some(message.split_once(words)?.1))?;
    let word = after.split_whitespace().next()?.trim_end_matches(['.', ',', ';']);
    // A bare number in a sentence may be of anything.
    word.ends_with('s').then(|| duration(word, now)).flatten()
}

fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+'));
    text.parse().ok().filter(|value: &f64| digits && value.is_finite())
}

fn seconds(value: f64) -> Option<Duration> {
    if value < 0.0 { None } else { Duration::try_from_secs_f64(value).ok() }
}

fn until(epoch_seconds: f64, now: SystemTime) -> Option<Duration> {
    let now = now.duration_since(UNIX_EPOCH).ok()?.as_secs_f64();
    Duration::try_from_secs_f64((epoch_seconds - now).max(0.0)).ok()
}

/// A Go duration: numbers with units, the largest first.
fn units(mut text: &str) -> Option<Duration> {
    if text.is_empty() {
        return None;
    }
    let mut sum = 0.0;
    while !text.is_empty() {
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (value, rest) = text.split_at_checked(end)?;
        let unit_end = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let (unit, rest) = rest.split_at_checked(unit_end)?;
        let factor = match unit {
            "d" => 86_400.0,
            "h" => 3_600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" | "μs" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        sum += value.parse::<f64>().ok()? * factor;
        text = rest;
    }
    seconds(sum)
}

#[cfg(test)]
#[path = "hint_tests.rs"]
mod tests;
