//! What the head of an answer says about limits: hints for whoever plans the next calls, never a promise.
//!
//! Read: `x-ratelimit-{limit,remaining,reset}-{requests,tokens}` (OpenAI, Groq, Azure), `X-RateLimit-{Limit,Remaining,
//! Reset}` (OpenRouter, on its own refusals), `anthropic-ratelimit-{requests,tokens,input-tokens,output-tokens}-…`.

use std::time::{Duration, SystemTime};

use egress::Headers;

use crate::hint::duration;

/// One limit. `reset` is the time until it is full again, counted from when the answer began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    pub limit: Option<u64>,
    pub remaining: Option<u64>,
    pub reset: Option<Duration>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RateLimits {
    pub requests: Window,
    pub tokens: Window,
    pub input_tokens: Window,
    pub output_tokens: Window,
}

impl RateLimits {
    pub fn read(headers: &Headers, now: SystemTime) -> Self {
        if !headers.names().any(|name| name.contains("ratelimit")) {
            return Self::default();
        }
        let window = |named: &dyn Fn(&str) -> [String; 2]| {
            let value = |what: &str| named(what).iter().find_map(|name| headers.get(name));
            Window {
                limit: value("limit").and_then(whole),
                remaining: value("remaining").and_then(whole),
                reset: value("reset").and_then(|text| duration(text, now)),
            }
        };
        let anthropic = |kind: &str, what: &str| format!("anthropic-ratelimit-{kind}-{what}");
        let mut requests = window(&|what| [format!("x-ratelimit-{what}-requests"), anthropic("requests", what)]);
        if requests == Window::default() {
            requests = window(&|what| [format!("x-ratelimit-{what}"), String::new()]);
        }
        Self {
            requests,
            tokens: window(&|what| [format!("x-ratelimit-{what}-tokens"), anthropic("tokens", what)]),
            input_tokens: window(&|what| [anthropic("input-tokens", what), String::new()]),
            output_tokens: window(&|what| [anthropic("output-tokens", what), String::new()]),
        }
    }

    pub fn windows(&self) -> [Window; 4] {
        [self.requests, self.tokens, self.input_tokens, self.output_tokens]
    }

    /// When to come back: what is used up says when it is full again; if nothing is, the first that resets.
    pub fn pause(&self) -> Option<Duration> {
        let windows = self.windows();
        let exhausted = windows.iter().filter(|one| one.remaining == Some(0)).filter_map(|one| one.reset).max();
        exhausted.or_else(|| windows.iter().filter_map(|one| one.reset).min())
    }
}

/// Azure says `-1` when it does not know.
fn whole(text: &str) -> Option<u64> {
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> RateLimits {
        // 2026-05-04T12:34:00Z
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_777_898_040);
        RateLimits::read(&pairs.iter().copied().collect(), now)
    }

    #[test]
    fn every_documented_name_is_read() {
        let openai = read(&[
            ("x-ratelimit-limit-requests", "5000"),
            ("x-ratelimit-remaining-requests", "4999"),
            ("x-ratelimit-reset-requests", "12ms"),
            ("x-ratelimit-limit-tokens", "-1"),
            ("x-ratelimit-remaining-tokens", "0"),
            ("x-ratelimit-reset-tokens", "6m0s"),
        ]);
        let requests = Window { limit: Some(5000), remaining: Some(4999), reset: Some(Duration::from_millis(12)) };
        assert_eq!(openai.requests, requests);
        assert_eq!(openai.tokens, Window { limit: None, remaining: Some(0), reset: Some(Duration::from_secs(360)) });
        assert_eq!(openai.pause(), Some(Duration::from_secs(360)));

        let anthropic = read(&[
            ("anthropic-ratelimit-requests-limit", "50"),
            ("anthropic-ratelimit-input-tokens-remaining", "7"),
            ("anthropic-ratelimit-output-tokens-reset", "2026-05-04T12:34:56Z"),
        ]);
        assert_eq!((anthropic.requests.limit, anthropic.input_tokens.remaining), (Some(50), Some(7)));
        assert_eq!(anthropic.pause(), Some(Duration::from_secs(56)));

        let openrouter = read(&[("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "1777898050000")]);
        assert_eq!(openrouter.pause(), Some(Duration::from_secs(10)));
        assert_eq!((read(&[]), read(&[]).pause()), (RateLimits::default(), None));
    }
}
