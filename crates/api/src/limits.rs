//! Limits by address (actix-governor) and the `RateLimit` headers for signed-in callers.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_governor::governor::NotUntil;
use actix_governor::governor::clock::{Clock as _, DefaultClock, QuantaInstant};
use actix_governor::governor::middleware::NoOpMiddleware;
use actix_governor::{Governor, GovernorConfig, GovernorConfigBuilder, KeyExtractor};
use actix_web::dev::ServiceRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpMessage, HttpResponse, HttpResponseBuilder};

use crate::extract::caller::bears_ours;
use crate::problem::{Problem, whole_seconds};
use crate::settings::{Rate, Settings};
use crate::{client_address, facts::Facts};

/// The state of one limit of the signed-in caller (draft-ietf-httpapi-ratelimit-headers).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// Names the limit, for example `messages`.
    pub policy: &'static str,
    pub limit: u32,
    pub window: Duration,
    pub remaining: u32,
    pub reset_after: Duration,
}

impl RateLimit {
    pub(crate) fn headers(&self) -> [(HeaderName, HeaderValue); 2] {
        let value = |text: String| HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""));
        let policy = format!("\"{}\";q={};w={}", self.policy, self.limit, self.window.as_secs());
        let state = format!("\"{}\";r={};t={}", self.policy, self.remaining, whole_seconds(self.reset_after));
        [
            (HeaderName::from_static("ratelimit-policy"), value(policy)),
            (HeaderName::from_static("ratelimit"), value(state)),
        ]
    }
}

/// The two limiters by address, shared by all workers of the process.
#[derive(Clone)]
pub struct ByAddress {
    anonymous: Arc<GovernorConfig<Key, NoOpMiddleware>>,
    signed: Arc<GovernorConfig<Key, NoOpMiddleware>>,
}

impl ByAddress {
    pub fn new(settings: &Settings) -> Self {
        let of = |rate: Rate, signed: bool| {
            let nanos = 1_000_000_000 / u64::from(rate.per_second.max(1));
            let mut builder = GovernorConfigBuilder::default().key_extractor(Key { signed });
            builder.period(Duration::from_nanos(nanos.max(1))).burst_size(rate.burst.max(1));
            #[allow(clippy::expect_used, reason = "`finish` refuses zeros only, and both values are at least one")]
            Arc::new(builder.finish().expect("a period and a burst above zero"))
        };
        Self { anonymous: of(settings.anonymous_rate, false), signed: of(settings.signed_rate, true) }
    }

    pub fn anonymous(&self) -> Governor<Key, NoOpMiddleware> {
        Governor::new(&self.anonymous)
    }

    pub fn signed(&self) -> Governor<Key, NoOpMiddleware> {
        Governor::new(&self.signed)
    }

    /// Forgets addresses that have been quiet; to be called every minute or so, or the map grows for ever.
    pub fn forget_quiet(&self) {
        for limiter in [self.anonymous.limiter(), self.signed.limiter()] {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

/// Requests by client address; a request with a token of ours counts against the wider limit only.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    signed: bool,
}

impl KeyExtractor for Key {
    /// `None` is exempt.
    type Key = Option<IpAddr>;
    type KeyExtractionError = Problem;

    fn extract(&self, request: &ServiceRequest) -> Result<Self::Key, Problem> {
        // Whoever knocks is nobody yet, whatever comes along; and a header that anybody can write makes nobody somebody.
        let signed = !knocks(request.path()) && bears_ours(request.request());
        let counted = signed == self.signed && limited(request.path());
        let source = || request.extensions().get::<Facts>().and_then(Facts::source);
        Ok(if counted { source().map(client_address::block) } else { None })
    }

    fn exceed_rate_limit_response(&self, negative: &NotUntil<QuantaInstant>, _: HttpResponseBuilder) -> HttpResponse {
        let wait = negative.wait_time_from(DefaultClock::default().now());
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "request.too_many");
        let mut response = HttpResponse::new(StatusCode::TOO_MANY_REQUESTS);
        // Not as the response's error: that is dropped on the way through the limiter.
        response.extensions_mut().insert(problem.arg("seconds", whole_seconds(wait)).retry_after(wait));
        response
    }

    fn whitelisted_keys(&self) -> Vec<Self::Key> {
        vec![None]
    }
}

/// Ways in: a token says nothing about who tries them.
fn knocks(path: &str) -> bool {
    let ways = ["/api/v1/auth/login", "/api/v1/auth/register", "/api/v1/auth/refresh", "/api/v1/setup"];
    ways.iter().any(|way| path.trim_end_matches('/') == *way)
}

/// Pages and health come from memory; what costs something is limited.
fn limited(path: &str) -> bool {
    ["/api/", "/v1/", "/webhooks/"].iter().any(|prefix| path.starts_with(prefix))
}
