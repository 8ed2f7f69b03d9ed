//! Writes problem documents: ours with their code, and the framework's bare statuses under a general one.

use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};

use crate::facts::Facts;
use crate::problem::{MEDIA_TYPE, Problem};

/// Addresses where programs expect documents; elsewhere are pages.
pub(super) fn is_api(path: &str) -> bool {
    ["/api/", "/v1/", "/webhooks/", "/.well-known/", "/healthz", "/readyz"]
        .iter()
        .any(|prefix| path.starts_with(prefix))
        || path == "/api"
}

/// The same response, with a document as its body when it reports a failure that has none.
pub(super) fn problems(mut response: HttpResponse, api: bool, facts: &Facts) -> HttpResponse {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let attached = response.extensions_mut().remove::<Problem>();
    let general;
    let problem = match attached.as_ref().or_else(|| response.error().and_then(|error| error.as_error::<Problem>())) {
        Some(problem) => problem,
        None if written(&response) || !(api || empty(&response)) => return response,
        None => {
            general = from_status(status);
            &general
        }
    };
    log(problem, &response, facts);
    let document = problem.body(facts.locale(), facts.request_id());
    let headers: Vec<_> = problem.headers().collect();
    let json = serde_json::to_vec(&document).unwrap_or_default();
    let mut response = response.set_body(BoxBody::new(json));
    *response.status_mut() = StatusCode::from_u16(document.status).unwrap_or(status);
    let all = response.headers_mut();
    all.remove(CONTENT_ENCODING);
    all.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    all.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for (name, value) in headers {
        all.insert(name, value);
    }
    response
}

/// A handler wrote the document itself (a stored answer that is repeated, say).
fn written(response: &HttpResponse) -> bool {
    response.headers().get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(MEDIA_TYPE.as_bytes()))
}

fn empty(response: &HttpResponse) -> bool {
    matches!(response.body().size(), BodySize::None | BodySize::Sized(0))
}

fn from_status(status: StatusCode) -> Problem {
    let code = match status {
        StatusCode::NOT_FOUND => "request.not_found",
        StatusCode::METHOD_NOT_ALLOWED => "request.method_not_allowed",
        StatusCode::NOT_ACCEPTABLE => "request.not_acceptable",
        StatusCode::REQUEST_TIMEOUT => "request.timeout",
        StatusCode::PAYLOAD_TOO_LARGE => "request.too_large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "request.media_type",
        StatusCode::EXPECTATION_FAILED => "request.expectation_failed",
        StatusCode::SERVICE_UNAVAILABLE => "server.not_ready",
        other if other.is_server_error() => "internal",
        _ => "request.malformed",
    };
    Problem::new(status, code)
}

/// The cause goes to the log once, here, under the id that the caller holds.
fn log(problem: &Problem, response: &HttpResponse, facts: &Facts) {
    let request_id = facts.request_id();
    let cause = problem.cause().or_else(|| {
        let error = response.error()?;
        error.as_error::<Problem>().is_none().then(|| error.to_string())
    });
    if problem.status().is_server_error() {
        let cause = cause.as_deref().unwrap_or("not told");
        tracing::error!(request_id, code = problem.code(), cause, "request failed");
    } else if let Some(cause) = cause {
        tracing::debug!(request_id, code = problem.code(), cause, "request refused");
    }
}
