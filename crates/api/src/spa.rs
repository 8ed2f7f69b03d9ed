//! The web application, embedded: hashed assets for ever, everything else asked for again, navigations get `index.html`.

use std::borrow::Cow;

use actix_web::http::header::{
    self, ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH, VARY,
};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use i18n::{Text, text};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::facts::Facts;
use crate::problem::{ApiResult, Problem};

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Site;

const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// Content coding, ending of the file; the smallest first.
const TWINS: [(&str, &str); 2] = [("br", "br"), ("gzip", "gz")];

/// Addresses that belong to programs: a mistyped one must not get a page.
const NOT_PAGES: [&str; 7] = ["/api", "/v1", "/webhooks", "/.well-known", "/docs", "/metrics", "/assets"];

pub(crate) fn page(request: &HttpRequest) -> ApiResult<HttpResponse> {
    let path = request.path();
    let not_found = || Problem::new(StatusCode::NOT_FOUND, "request.not_found");
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(not_found());
    }
    let name = path.trim_start_matches('/');
    if !name.is_empty() && !is_twin(name) && Site::get(name).is_some() {
        return Ok(file(request, name));
    }
    let program = NOT_PAGES
        .iter()
        .any(|prefix| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    if program || !navigation(request.headers(), name) {
        return Err(not_found());
    }
    if Site::get("index.html").is_some() { Ok(file(request, "index.html")) } else { Ok(not_built(request)) }
}

/// A compressed form that the build left beside a file: it is chosen by `Accept-Encoding`, and no address of its own.
fn is_twin(name: &str) -> bool {
    TWINS.iter().any(|(_, ending)| {
        name.strip_suffix(ending).and_then(|rest| rest.strip_suffix('.')).is_some_and(|file| Site::get(file).is_some())
    })
}

/// A person going somewhere, not a program fetching something.
fn navigation(headers: &HeaderMap, name: &str) -> bool {
    let html = headers
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("text/html") || value.contains("*/*"));
    let last = name.rsplit('/').next().unwrap_or_default();
    // Nobody goes to a hidden file; whoever asks for one hears that there is none.
    let hidden = name.split('/').any(|part| part.starts_with('.'));
    html && !hidden && !last.contains('.')
}

fn file(request: &HttpRequest, name: &str) -> HttpResponse {
    let (encoding, found) = best(request.headers(), name);
    let Some(EmbeddedFile { data, metadata }) = found else { return HttpResponse::NotFound().finish() };
    // Weak, because a proxy or our own compression may change the bytes on the way.
    let tag: String = metadata.sha256_hash()[..12].iter().map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("W/\"{tag}\"");
    let cache = if name.starts_with("assets/") { IMMUTABLE } else { "no-cache" };
    let fresh = request.headers().get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = if fresh { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((ETAG, tag)).insert_header((CACHE_CONTROL, cache)).insert_header((VARY, "Accept-Encoding"));
    // Also on a 304: a browser takes that answer's headers over for what it has, and the policy follows the kind.
    let kind = media_type(name);
    response.insert_header((header::CONTENT_TYPE, kind.as_ref()));
    if fresh {
        return response.finish();
    }
    match encoding {
        Some(encoding) => response.insert_header((CONTENT_ENCODING, encoding)),
        // Images and fonts are compressed already.
        None if !compressible(&kind) => response.insert_header((CONTENT_ENCODING, "identity")),
        None => &mut response,
    };
    match data {
        Cow::Borrowed(bytes) => response.body(bytes),
        Cow::Owned(bytes) => response.body(bytes),
    }
}

/// The smallest form that the build left beside the file and the client takes.
fn best(headers: &HeaderMap, name: &str) -> (Option<&'static str>, Option<EmbeddedFile>) {
    let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    for (coding, ending) in TWINS {
        if accepts(accepted, coding)
            && let Some(found) = Site::get(&format!("{name}.{ending}"))
        {
            return (Some(coding), Some(found));
        }
    }
    (None, Site::get(name))
}

fn accepts(accepted: &str, coding: &str) -> bool {
    accepted.split(',').any(|entry| {
        let mut parts = entry.split(';').map(str::trim);
        parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding))
            && !parts.any(|part| part.strip_prefix("q=").is_some_and(|q| q.parse::<f32>().is_ok_and(|q| q == 0.0)))
    })
}

fn media_type(name: &str) -> Cow<'static, str> {
    match name.rsplit('.').next() {
        Some("html") => Cow::Borrowed("text/html; charset=utf-8"),
        Some("js" | "mjs") => Cow::Borrowed("text/javascript; charset=utf-8"),
        Some("css") => Cow::Borrowed("text/css; charset=utf-8"),
        Some("json" | "map") => Cow::Borrowed("application/json"),
        Some("webmanifest") => Cow::Borrowed("application/manifest+json"),
        Some("svg") => Cow::Borrowed("image/svg+xml"),
        Some("png") => Cow::Borrowed("image/png"),
        Some("ico") => Cow::Borrowed("image/x-icon"),
        Some("woff2") => Cow::Borrowed("font/woff2"),
        Some("wasm") => Cow::Borrowed("application/wasm"),
        Some("txt") => Cow::Borrowed("text/plain; charset=utf-8"),
        _ => Cow::Borrowed("application/octet-stream"),
    }
}

fn compressible(kind: &str) -> bool {
    kind.starts_with("text/") || kind.contains("json") || kind.contains("svg") || kind.contains("wasm")
}

/// A server that was built before the pages says what to do instead of failing.
fn not_built(request: &HttpRequest) -> HttpResponse {
    let language = Facts::of(request).locale().as_str();
    let title = text(language, Text::PagesMissingTitle, &[]);
    let body = text(language, Text::PagesMissingBody, &[("command", "make web".to_owned())]);
    let page = format!(
        "<!doctype html><html lang=\"{language}\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title><h1>{title}</h1><p>{body}</p><p><a href=\"/api/docs\">/api/docs</a></p>"
    );
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .content_type("text/html; charset=utf-8")
        .body(page)
}
