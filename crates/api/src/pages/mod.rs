//! Pages that the server writes itself: the manual and the reference of the API. No scripts, one stylesheet, nothing from elsewhere.

mod manual;
mod reference;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use actix_web::{HttpResponse, web};

/// Stricter than for the application: these pages only show.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/api/openapi.json", web::get().to(reference::document))
        .route("/api/docs", web::get().to(reference::page))
        .route("/docs/style.css", web::get().to(style))
        .route("/docs", web::get().to(manual::nearest))
        .route("/docs/manual", web::get().to(manual::nearest))
        .route("/docs/manual/{language}", web::get().to(manual::contents))
        .route("/docs/manual/{language}/{page}", web::get().to(manual::page));
}

async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((CACHE_CONTROL, "public, max-age=3600"))
        .body(include_str!("style.css"))
}

/// A whole page; `side` and `body` are finished HTML.
fn html(language: &str, title: &str, side: &str, body: &str) -> HttpResponse {
    let title = escape(title);
    let page = format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title} · Obrol</title>\n<link rel=\"stylesheet\" href=\"/docs/style.css\">\n</head>\n\
         <body>\n<nav>\n{side}</nav>\n<main>\n{body}</main>\n</body>\n</html>\n"
    );
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(page)
}

/// Text as HTML, in content and in attributes.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
