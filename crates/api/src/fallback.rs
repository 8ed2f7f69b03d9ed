//! What no route answers: a wrong method, an unknown address of the API, or a page of the web application.

use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};

use crate::openapi::spec;
use crate::problem::{ApiResult, Problem};
use crate::spa;

pub(crate) async fn fallback(request: HttpRequest) -> ApiResult<HttpResponse> {
    let methods = spec().methods_of(request.path());
    if !methods.is_empty() {
        let names: Vec<_> = methods.iter().map(Method::as_str).collect();
        let allow = HeaderValue::from_str(&names.join(", ")).unwrap_or_else(|_| HeaderValue::from_static(""));
        if request.method() == Method::OPTIONS {
            return Ok(HttpResponse::NoContent().insert_header((ALLOW, allow)).finish());
        }
        return Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, "request.method_not_allowed").header(ALLOW, allow));
    }
    spa::page(&request)
}
