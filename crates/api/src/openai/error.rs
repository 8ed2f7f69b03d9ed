//! Failures in OpenAI's shape. Its clients decide by status and `code`, so ours are told in its words where it has some.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use domain::Locale;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Problem;

/// OpenAI's clients ask again by themselves after some statuses; this header of theirs decides it.
pub(crate) const SHOULD_RETRY: &str = "x-should-retry";

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = OpenAiError)]
pub struct ErrorDocument {
    pub error: ErrorBody,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = OpenAiErrorBody)]
pub struct ErrorBody {
    /// For people, in the caller's language, with the request id at its end.
    pub message: String,
    /// `invalid_request_error`, `authentication_error`, `permission_error`, `not_found_error`, `rate_limit_error`,
    /// `insufficient_quota`, `api_error` or `service_unavailable_error`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Which value is wrong, for example `messages[0].content`.
    pub param: Option<String>,
    /// Stable and machine-readable: OpenAI's word where it has one, else ours.
    pub code: String,
}

/// How OpenAI's clients are told one of our codes.
struct Telling {
    status: StatusCode,
    kind: &'static str,
    /// `None`: our own code.
    code: Option<&'static str>,
    /// `None`: as the client does by itself.
    retry: Option<bool>,
}

/// The document, its status and what is said beside it.
pub(crate) fn document(problem: &Problem, locale: Locale, request_id: &str) -> (StatusCode, ErrorDocument) {
    let told = telling(problem);
    let body = problem.body(locale, request_id);
    let fault = body.errors.first();
    let detail = fault.map_or(body.detail.as_str(), |fault| fault.message.as_str());
    let param = fault.map(|fault| place(&fault.pointer)).filter(|place| !place.is_empty());
    let said = match &param {
        Some(param) => format!("{param}: {detail}"),
        None => detail.to_owned(),
    };
    let code = told.code.map(str::to_owned).or_else(|| problem.told("reason").map(str::to_owned));
    let error = ErrorBody {
        message: format!("{said} (request id: {request_id})"),
        kind: told.kind,
        param,
        code: code.unwrap_or(body.code),
    };
    (told.status, ErrorDocument { error })
}

pub(crate) fn headers(problem: &Problem) -> Option<(HeaderName, HeaderValue)> {
    let retry = telling(problem).retry?;
    let value = HeaderValue::from_static(if retry { "true" } else { "false" });
    Some((HeaderName::from_static(SHOULD_RETRY), value))
}

fn telling(problem: &Problem) -> Telling {
    let of = |status, kind, code| Telling { status, kind, code: Some(code), retry: None };
    let no_retry = |told: Telling| Telling { retry: Some(false), ..told };
    match problem.code() {
        "integration.key_missing" | "keys.invalid" | "keys.expired" | "keys.revoked" | "auth.token_invalid" => {
            of(StatusCode::UNAUTHORIZED, "authentication_error", "invalid_api_key")
        }
        "llm.requests_spent" | "request.too_many" => {
            of(StatusCode::TOO_MANY_REQUESTS, "rate_limit_error", "rate_limit_exceeded")
        }
        "llm.tokens_spent" | "llm.tokens_spent_by_all" | "llm.cost_spent" | "llm.cost_spent_by_all" => {
            no_retry(of(StatusCode::TOO_MANY_REQUESTS, "insufficient_quota", "insufficient_quota"))
        }
        "integration.model_not_found" => of(StatusCode::NOT_FOUND, "not_found_error", "model_not_found"),
        "integration.context_length" => of(StatusCode::BAD_REQUEST, "invalid_request_error", "context_length_exceeded"),
        "integration.moderation" | "integration.content_blocked" => {
            of(StatusCode::BAD_REQUEST, "invalid_request_error", "content_filter")
        }
        "integration.provider_busy" => of(StatusCode::TOO_MANY_REQUESTS, "rate_limit_error", "provider_rate_limited"),
        // The server's own key or credit: nobody who asks again changes that.
        "integration.provider_auth" => no_retry(of(StatusCode::BAD_GATEWAY, "api_error", "provider_auth")),
        "integration.provider_payment" => {
            no_retry(of(StatusCode::SERVICE_UNAVAILABLE, "service_unavailable_error", "provider_quota"))
        }
        "integration.timeout" => of(StatusCode::GATEWAY_TIMEOUT, "api_error", "provider_timeout"),
        "integration.unavailable" => {
            of(StatusCode::SERVICE_UNAVAILABLE, "service_unavailable_error", "provider_unavailable")
        }
        "integration.unknown" => of(StatusCode::BAD_GATEWAY, "api_error", "provider_error"),
        _ => by_status(problem.status()),
    }
}

/// What has no word of its own: OpenAI says 400 for whatever is wrong with a request that could be read.
fn by_status(status: StatusCode) -> Telling {
    let (status, kind) = match status {
        StatusCode::UNPROCESSABLE_ENTITY => (StatusCode::BAD_REQUEST, "invalid_request_error"),
        StatusCode::UNAUTHORIZED => (status, "authentication_error"),
        StatusCode::FORBIDDEN => (status, "permission_error"),
        StatusCode::NOT_FOUND => (status, "not_found_error"),
        StatusCode::TOO_MANY_REQUESTS => (status, "rate_limit_error"),
        StatusCode::SERVICE_UNAVAILABLE => (status, "service_unavailable_error"),
        status if status.is_server_error() => (status, "api_error"),
        status => (status, "invalid_request_error"),
    };
    Telling { status, kind, code: None, retry: None }
}

/// `/messages/0/content` as OpenAI writes it: `messages[0].content`.
fn place(pointer: &str) -> String {
    let mut place = String::new();
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) {
            place.push_str(&format!("[{part}]"));
        } else {
            if !place.is_empty() {
                place.push('.');
            }
            place.push_str(&part);
        }
    }
    place
}

#[cfg(test)]
mod tests {
    use domain::{Error, FieldFault, Kind};

    use super::*;

    fn told(error: Error) -> (u16, ErrorBody) {
        let (status, document) = document(&Problem::from(error), Locale::En, "req-12345678");
        (status.as_u16(), document.error)
    }

    #[test]
    fn clients_hear_their_own_words() {
        for (code, kind, status, kind_told, code_told) in [
            ("keys.revoked", Kind::Unauthenticated, 401, "authentication_error", "invalid_api_key"),
            ("keys.scope_missing", Kind::Forbidden, 403, "permission_error", "keys.scope_missing"),
            ("llm.requests_spent", Kind::TooMany, 429, "rate_limit_error", "rate_limit_exceeded"),
            ("llm.cost_spent", Kind::TooMany, 429, "insufficient_quota", "insufficient_quota"),
            ("integration.model_not_found", Kind::NotFound, 404, "not_found_error", "model_not_found"),
            ("integration.context_length", Kind::Invalid, 400, "invalid_request_error", "context_length_exceeded"),
            ("integration.timeout", Kind::Upstream, 504, "api_error", "provider_timeout"),
            ("request.malformed", Kind::Invalid, 400, "invalid_request_error", "request.malformed"),
            ("request.too_large", Kind::TooLarge, 413, "invalid_request_error", "request.too_large"),
            ("internal", Kind::Broken, 500, "api_error", "internal"),
        ] {
            let (found, body) = told(Error::new(kind, code).arg("scope", "chat").arg("limit", 1));
            assert_eq!((found, body.kind, body.code.as_str()), (status, kind_told, code_told), "{code}");
            assert!(body.message.ends_with("(request id: req-12345678)"), "{}", body.message);
        }
    }

    #[test]
    fn a_wrong_value_is_named_as_openai_names_it() {
        let (status, body) = told(Error::invalid(vec![FieldFault::new("/messages/0/content/2/text", "missing")]));
        assert_eq!((status, body.param.as_deref()), (400, Some("messages[0].content[2].text")));
        assert!(body.message.starts_with("messages[0].content[2].text: This field is missing."), "{}", body.message);
        let refused = Error::new(Kind::Invalid, "integration.refused").arg("reason", "unsupported_parameter");
        assert_eq!(told(refused).1.code, "unsupported_parameter");
    }

    #[test]
    fn nobody_asks_again_where_it_cannot_help() {
        let of = |code| headers(&Problem::from(Error::new(Kind::TooMany, code))).map(|(_, value)| value);
        assert_eq!(of("llm.cost_spent"), Some(HeaderValue::from_static("false")));
        assert_eq!(of("llm.requests_spent"), None);
    }
}
