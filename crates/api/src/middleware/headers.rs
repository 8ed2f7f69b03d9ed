//! Headers that every answer carries: the request id, limits, and what browsers must not do with it.

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
    REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

use crate::facts::{Facts, REQUEST_ID};
use crate::shell::Shell;

/// Documents are not pages: nothing in them may run, load or be framed.
const FOR_DOCUMENTS: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Pages load only what this server sends, nothing inline: neither scripts nor styles. Images from elsewhere would let a
/// model's answer carry a conversation away.
const FOR_PAGES: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'none'; \
form-action 'self'; frame-ancestors 'none'";

pub(super) fn apply(headers: &mut HeaderMap, facts: &Facts, shell: &Shell) {
    // A worker takes its policy from its own script: with that of documents the service worker could fetch nothing and the
    // highlighter import no grammar.
    let kind = headers.get(CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    let page = kind.starts_with(b"text/html") || kind.starts_with(b"text/javascript");
    let policy = if page { FOR_PAGES } else { FOR_DOCUMENTS };
    let fixed = [
        (CONTENT_SECURITY_POLICY, policy),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ];
    for (name, value) in fixed {
        // A handler may be stricter (a page that loads nothing), or know better (a file for another origin).
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if shell.settings().secure() {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000; includeSubDomains"));
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    // `identity` is how a stream tells our compression to keep away; it means nothing on the wire.
    if headers.get(CONTENT_ENCODING).is_some_and(|value| value == "identity") {
        headers.remove(CONTENT_ENCODING);
    }
    if let Ok(id) = HeaderValue::from_str(facts.request_id()) {
        headers.insert(HeaderName::from_static(REQUEST_ID), id);
    }
    if let Some(rate) = facts.rate() {
        for (name, value) in rate.headers() {
            headers.insert(name, value);
        }
    }
}
