//! One structured line and two metrics for each request; never a query string, a header or a body.

use std::time::Instant;

use actix_web::HttpResponse;
use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::ServiceRequest;

use crate::facts::Facts;

pub(super) struct Line {
    began: Instant,
    method: String,
    path: String,
    facts: Facts,
}

impl Line {
    #[allow(clippy::disallowed_methods, reason = "a duration for the log, not a time that decides anything")]
    pub(super) fn begin(request: &ServiceRequest, facts: Facts) -> Self {
        Self { began: Instant::now(), method: request.method().to_string(), path: request.path().to_owned(), facts }
    }

    /// Written when the head of the answer is ready; a stream goes on after it.
    pub(super) fn end(self, response: &HttpResponse, route: Option<&str>) {
        let status = response.status().as_u16();
        let took = self.began.elapsed();
        let route = route.unwrap_or("none").to_owned();
        let method = label(&self.method);
        let labels = [("method", method.to_owned()), ("route", route.clone()), ("status", status.to_string())];
        metrics::counter!("obrol_http_requests_total", &labels).increment(1);
        metrics::histogram!("obrol_http_request_seconds", &labels[..2]).record(took.as_secs_f64());
        // Health checks come every few seconds and say nothing.
        if matches!(self.path.as_str(), "/healthz" | "/readyz") && status < 400 {
            return;
        }
        let bytes = match response.body().size() {
            BodySize::Sized(bytes) => bytes,
            BodySize::None | BodySize::Stream => 0,
        };
        tracing::info!(
            target: "obrol::http",
            request_id = self.facts.request_id(),
            method = self.method,
            path = self.path.escape_default().to_string(),
            route,
            status,
            milliseconds = took.as_secs_f64() * 1000.0,
            bytes,
            source = self.facts.source().map(tracing::field::display),
            user = self.facts.user().map(tracing::field::display),
            "request"
        );
    }
}

/// The methods that `edge` lets in; a caller's inventions share one label, because every label lives for ever.
fn label(method: &str) -> &str {
    match method {
        "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS" => method,
        _ => "other",
    }
}
