//! The outermost middleware: gives the request its id, turns whatever goes wrong into a problem document, a panic
//! included, adds the security headers, and writes one line to the log.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse, web};
use futures_util::FutureExt;

use super::log::Line;
use super::render::Form;
use super::{headers, render};
use crate::facts::Facts;
use crate::problem::Problem;
use crate::shell::Shell;

pub async fn edge<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let shell = request.app_data::<web::Data<Shell>>().map(|shell| shell.as_ref().clone()).unwrap_or_default();
    let peer = request.peer_addr().map(|address| address.ip());
    let facts = Facts::gather(request.headers(), peer, &shell);
    request.extensions_mut().insert(facts.clone());
    let line = Line::begin(&request, facts.clone());
    let form = Form::at(request.path());

    if !known(request.method()) {
        let refused = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "request.method_not_allowed");
        return Ok(finish(request.error_response(refused), &facts, &shell, line));
    }
    match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(Ok(response)) => Ok(finish(response.map_into_boxed_body(), &facts, &shell, line)),
        // No request is left to answer to, so the finished answer travels inside the error.
        Ok(Err(error)) => Err(last_words(HttpResponse::from_error(error), form, &facts, &shell, line)),
        Err(panic) => {
            let cause = domain::Error::broken(format!("panic: {}", message(panic.as_ref())));
            Err(last_words(HttpResponse::from_error(Problem::from(cause)), form, &facts, &shell, line))
        }
    }
}

/// TRACE, CONNECT and inventions are refused before anything looks at them.
fn known(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS]
        .contains(method)
}

fn finish(response: ServiceResponse<BoxBody>, facts: &Facts, shell: &Shell, line: Line) -> ServiceResponse<BoxBody> {
    let route = response.request().match_pattern();
    let form = Form::at(response.request().path());
    let (request, response) = response.into_parts();
    let mut response = render::problems(response, form, facts);
    headers::apply(response.headers_mut(), facts, shell);
    line.end(&response, route.as_deref());
    ServiceResponse::new(request, response)
}

fn last_words(response: HttpResponse, form: Form, facts: &Facts, shell: &Shell, line: Line) -> Error {
    // Whoever asked for a page and got nothing at all gets a document.
    let form = if form == Form::Page { Form::Problem } else { form };
    let mut response = render::problems(response, form, facts);
    headers::apply(response.headers_mut(), facts, shell);
    line.end(&response, None);
    InternalError::from_response("answered at the edge", response).into()
}

fn message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}
