//! How a call can fail: a class that decides what happens next, and a private text for operators.

use std::time::Duration;

use crate::{Trace, Usage};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorClass {
    /// The key is bad, missing, without permission, or the region is closed.
    Auth,
    /// Credits or a spend cap.
    Payment,
    /// Input or output was blocked or refused.
    Moderation,
    /// Too many tokens for the model or the plan.
    ContextLength,
    /// A limit that passes with time.
    RateLimited,
    /// No answer in time, ours or the provider's.
    Timeout,
    /// 5xx, no connection, a cut stream.
    Unavailable,
    /// Our fault, an unknown model, an unsupported parameter.
    InvalidRequest,
    Unknown,
}

impl ErrorClass {
    pub const ALL: [ErrorClass; 9] = [
        Self::Auth,
        Self::Payment,
        Self::Moderation,
        Self::ContextLength,
        Self::RateLimited,
        Self::Timeout,
        Self::Unavailable,
        Self::InvalidRequest,
        Self::Unknown,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Payment => "payment",
            Self::Moderation => "moderation",
            Self::ContextLength => "context_length",
            Self::RateLimited => "rate_limited",
            Self::Timeout => "timeout",
            Self::Unavailable => "unavailable",
            Self::InvalidRequest => "invalid_request",
            Self::Unknown => "unknown",
        }
    }
}

/// A failed call. `detail` is for an operator's records only (scrubbed, cut, never shown to users); the public text
/// is made from the class.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{}", class.as_str(), status.map(|status| format!(" ({status})")).unwrap_or_default())]
pub struct ProviderError {
    pub class: ErrorClass,
    pub status: Option<u16>,
    /// The provider's own hint when to come back.
    pub retry_after: Option<Duration>,
    /// The provider's `x-should-retry`: overrides what the class says.
    pub should_retry: Option<bool>,
    /// The provider's machine word (`model_not_found`), or ours (`truncated`, `line_too_long`, …).
    pub code: Option<String>,
    pub detail: String,
    /// What was used before it failed, if the provider said so: it is paid for all the same.
    pub usage: Option<Box<Usage>>,
    /// What the head of the answer said, if there was an answer.
    pub trace: Box<Trace>,
}

impl ProviderError {
    pub fn new(class: ErrorClass, detail: impl Into<String>) -> Self {
        Self {
            class,
            status: None,
            retry_after: None,
            should_retry: None,
            code: None,
            detail: detail.into(),
            usage: None,
            trace: Box::default(),
        }
    }

    /// Whether the same request may be made again as long as nothing of it was shown to anybody: the taxonomy's column,
    /// overruled by what the provider says. How often and when is the caller's.
    pub fn may_repeat(&self) -> bool {
        self.should_retry.unwrap_or(match self.class {
            ErrorClass::RateLimited | ErrorClass::Timeout | ErrorClass::Unavailable | ErrorClass::Unknown => true,
            ErrorClass::Auth
            | ErrorClass::Payment
            | ErrorClass::Moderation
            | ErrorClass::ContextLength
            | ErrorClass::InvalidRequest => false,
        })
    }

    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }
}

/// No connection, a broken one, a refused address. Our own time limits are the caller's and are not seen here.
impl From<egress::Error> for ProviderError {
    fn from(error: egress::Error) -> Self {
        let detail = error.to_string();
        match error.fault {
            egress::Fault::Connect | egress::Fault::ConnectTimeout => Self::new(ErrorClass::Unavailable, detail),
            egress::Fault::Broken => Self::new(ErrorClass::Unavailable, detail).with_code("broken"),
            egress::Fault::Refused(_) => Self::new(ErrorClass::InvalidRequest, detail).with_code("address_refused"),
            egress::Fault::Request => Self::new(ErrorClass::InvalidRequest, detail).with_code("bad_request"),
            egress::Fault::TooLong => Self::new(ErrorClass::Unknown, detail).with_code("too_long"),
        }
    }
}
