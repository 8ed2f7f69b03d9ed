//! Errors as the caller sees them: RFC 9457 problem documents. The only place that turns kinds of failure into HTTP.

use std::borrow::Cow;
use std::error::Error as _;
use std::fmt;
use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use domain::{Error, FieldFault, Kind, Locale};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub type ApiResult<T> = Result<T, Problem>;

pub const MEDIA_TYPE: &str = "application/problem+json";

/// A failure on its way to the caller. It is rendered by the outermost middleware, which knows the language and the request id.
#[derive(Debug)]
pub struct Problem(Box<Inner>);

/// Boxed so that a `Result` stays small on the happy path.
#[derive(Debug)]
struct Inner {
    status: StatusCode,
    code: Cow<'static, str>,
    args: Vec<(&'static str, String)>,
    faults: Vec<FieldFault>,
    retry_after: Option<Duration>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<Error>,
}

/// The document itself (`application/problem+json`); also stands inside messages, runs and events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Names the kind of problem; the same for every occurrence.
    #[serde(rename = "type")]
    #[schema(example = "urn:obrol:problem:request.not_found")]
    pub kind: String,
    /// A few words in the caller's language.
    #[schema(example = "Not found")]
    pub title: String,
    #[schema(example = 404)]
    pub status: u16,
    /// A sentence in the caller's language that says what to do next.
    pub detail: String,
    /// Names this occurrence; the server's log has the cause under it.
    pub instance: String,
    /// Stable and machine-readable.
    #[schema(example = "request.not_found")]
    pub code: String,
    pub request_id: String,
    /// One entry for each value that is not allowed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemFault>,
    /// How a provider failed that was tried out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream: Option<UpstreamFault>,
}

/// How a provider failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UpstreamFault {
    /// `auth`, `payment`, `moderation`, `context_length`, `rate_limited`, `timeout`, `unavailable`, `invalid_request`, `unknown`.
    #[schema(example = "auth")]
    pub class: String,
    /// The HTTP status, if it answered.
    #[schema(example = 401)]
    pub status: Option<u16>,
    /// The label of the credential that was tried.
    pub credential: Option<String>,
}

/// What is wrong with one value of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProblemFault {
    /// JSON pointer (RFC 6901) into the body, or `/name` of a query parameter.
    #[schema(example = "/content/0/text")]
    pub pointer: String,
    #[schema(example = "too_long")]
    pub code: String,
    pub message: String,
}

impl Problem {
    /// A problem that only the edge knows (content types, methods, headers); everything else comes from `domain::Error`.
    pub fn new(status: StatusCode, code: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            status,
            code: code.into(),
            args: Vec::new(),
            faults: Vec::new(),
            retry_after: None,
            headers: Vec::new(),
            cause: None,
        }))
    }

    pub fn arg(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.0.args.push((name, value.to_string()));
        self
    }

    pub fn fault(mut self, fault: FieldFault) -> Self {
        self.0.faults.push(fault);
        self
    }

    /// Sent with the answer, for example `Allow`.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    pub fn retry_after(mut self, after: Duration) -> Self {
        self.0.retry_after = Some(after);
        self
    }

    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// One of the public arguments, if it has that.
    pub(crate) fn told(&self, name: &str) -> Option<&str> {
        self.0.args.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// The private cause, for the log.
    pub fn cause(&self) -> Option<String> {
        let mut source = self.0.cause.as_ref()?.source();
        let mut chain = Vec::new();
        while let Some(error) = source {
            chain.push(error.to_string());
            source = error.source();
        }
        (!chain.is_empty()).then(|| chain.join(": "))
    }

    /// The document in a language.
    pub fn body(&self, locale: Locale, request_id: &str) -> ProblemBody {
        let language = locale.as_str();
        let title = i18n::problem_title(language, &self.0.code)
            .unwrap_or_else(|| i18n::status_title(language, self.0.status.as_u16()));
        ProblemBody {
            kind: format!("urn:obrol:problem:{}", self.0.code),
            detail: i18n::problem_detail(language, &self.0.code, &self.0.args).unwrap_or_else(|| title.clone()),
            title,
            status: self.0.status.as_u16(),
            instance: format!("urn:obrol:request:{request_id}"),
            code: self.0.code.clone().into_owned(),
            request_id: request_id.to_owned(),
            errors: self.0.faults.iter().map(|fault| described(language, fault)).collect(),
            upstream: self.upstream(),
        }
    }

    fn upstream(&self) -> Option<UpstreamFault> {
        let said = |name| self.0.args.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
        let class = said("class")?;
        let credential = said("credential").filter(|label| !label.is_empty());
        Some(UpstreamFault { class, status: said("status").and_then(|status| status.parse().ok()), credential })
    }

    /// Headers that belong to the answer.
    pub fn headers(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
        use actix_web::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
        let retry = self.0.retry_after.map(|after| (RETRY_AFTER, HeaderValue::from(whole_seconds(after))));
        let challenge = (self.0.status == StatusCode::UNAUTHORIZED)
            .then(|| (WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"obrol\"")));
        retry.into_iter().chain(challenge).chain(self.0.headers.iter().cloned())
    }
}

/// Rounded up, at least one: `Retry-After: 0` invites a storm.
pub(crate) fn whole_seconds(after: Duration) -> u64 {
    (after.as_secs() + u64::from(after.subsec_nanos() > 0)).max(1)
}

fn described(language: &str, fault: &FieldFault) -> ProblemFault {
    ProblemFault {
        pointer: fault.pointer.clone(),
        code: fault.code.to_owned(),
        message: i18n::fault_message(language, fault.code, &fault.args),
    }
}

/// The one table from kinds to statuses.
pub fn status_of(error: &Error) -> StatusCode {
    match error.kind() {
        // What could not even be read is 400; what was read and breaks a rule is 422.
        Kind::Invalid if error.fields().is_empty() && error.code().starts_with("request.malformed") => {
            StatusCode::BAD_REQUEST
        }
        Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Stale => StatusCode::PRECONDITION_FAILED,
        Kind::Unconditional => StatusCode::PRECONDITION_REQUIRED,
        Kind::Gone => StatusCode::GONE,
        Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Kind::Upstream => StatusCode::BAD_GATEWAY,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Broken => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let retry_after = error.retry_after_hint().or(match error.kind() {
            Kind::TooMany | Kind::Unavailable => Some(Duration::from_secs(1)),
            _ => None,
        });
        Self(Box::new(Inner {
            status: status_of(&error),
            code: Cow::Borrowed(error.code()),
            args: error.args().to_vec(),
            faults: error.fields().to_vec(),
            retry_after,
            headers: Vec::new(),
            cause: Some(error),
        }))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.status.as_u16(), self.0.code)
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.status
    }

    /// Without a body: the outermost middleware writes it, see `middleware::edge`.
    fn error_response(&self) -> HttpResponse<BoxBody> {
        HttpResponse::new(self.0.status)
    }
}
