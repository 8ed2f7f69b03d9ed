//! Writes documents about failures: ours with their code, and the framework's bare statuses under a general one; for `/v1` in
//! OpenAI's shape.

use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};

use crate::facts::Facts;
use crate::openai;
use crate::problem::{MEDIA_TYPE, Problem};

/// What is expected at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// People look at it.
    Page,
    /// Programs expect problem documents.
    Problem,
    /// OpenAI's clients expect theirs.
    OpenAi,
}

impl Form {
    pub(super) fn at(path: &str) -> Self {
        let programs = ["/api/", "/webhooks/", "/.well-known/", "/healthz", "/readyz"];
        match path {
            _ if openai::is_ours(path) => Self::OpenAi,
            _ if path == "/api" || programs.iter().any(|prefix| path.starts_with(prefix)) => Self::Problem,
            _ => Self::Page,
        }
    }
}

/// The same response, with a document as its body when it reports a failure that has none.
pub(super) fn problems(mut response: HttpResponse, form: Form, facts: &Facts) -> HttpResponse {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let attached = response.extensions_mut().remove::<Problem>();
    let general;
    let problem = match attached.as_ref().or_else(|| response.error().and_then(|error| error.as_error::<Problem>())) {
        Some(problem) => problem,
        None if written(&response) || (form == Form::Page && !empty(&response)) => return response,
        None => {
            general = from_status(status);
            &general
        }
    };
    log(problem, &response, facts);
    let mut headers: Vec<_> = problem.headers().collect();
    let (status, media_type, json) = match form {
        Form::Page | Form::Problem => {
            let document = problem.body(facts.locale(), facts.request_id());
            let status = StatusCode::from_u16(document.status).unwrap_or(status);
            (status, MEDIA_TYPE, serde_json::to_vec(&document))
        }
        Form::OpenAi => {
            let (status, document) = openai::error::document(problem, facts.locale(), facts.request_id());
            headers.extend(openai::error::headers(problem));
            (status, "application/json", serde_json::to_vec(&document))
        }
    };
    let mut response = response.set_body(BoxBody::new(json.unwrap_or_default()));
    *response.status_mut() = status;
    let all = response.headers_mut();
    all.remove(CONTENT_ENCODING);
    all.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
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
