//! The refresh token's cookie: written and read by the auth routes alone, and read only when our own page asks.

use std::time::Duration;

use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, ORIGIN, SET_COOKIE};
use actix_web::{HttpRequest, web};

use crate::middleware::cors::is_own_origin;
use crate::problem::{ApiResult, Problem};
use crate::shell::Shell;

/// The prefix makes browsers insist on `Secure`, `Path=/` and no `Domain`: no sibling host can plant one.
const PREFIXED: &str = "__Host-obrol_refresh";
/// Over plain HTTP browsers refuse the prefix; that is for trying Obrol out on loopback.
const PLAIN: &str = "obrol_refresh";

/// Whether the browser speaks HTTPS with us, as far as we can know.
fn is_secure(request: &HttpRequest) -> bool {
    let Some(shell) = request.app_data::<web::Data<Shell>>() else { return true };
    let settings = shell.settings();
    let forwarded = || {
        request.headers().get("x-forwarded-proto").is_some_and(|proto| proto.as_bytes().eq_ignore_ascii_case(b"https"))
    };
    settings.secure() || (settings.trusted_proxies > 0 && forwarded())
}

fn named(request: &HttpRequest, value: String) -> Cookie<'static> {
    let secure = is_secure(request);
    let name = if secure { PREFIXED } else { PLAIN };
    Cookie::build(name, value).path("/").http_only(true).secure(secure).same_site(SameSite::Lax).finish()
}

/// The cookie that hands a refresh token over.
pub(super) fn holding(request: &HttpRequest, token: String, lives: Duration) -> Cookie<'static> {
    let mut cookie = named(request, token);
    let seconds = i64::try_from(lives.as_secs()).unwrap_or(i64::MAX);
    cookie.set_max_age(actix_web::cookie::time::Duration::seconds(seconds));
    cookie
}

/// The cookie that takes it away again.
pub(super) fn cleared(request: &HttpRequest) -> Cookie<'static> {
    let mut cookie = named(request, String::new());
    cookie.set_max_age(actix_web::cookie::time::Duration::ZERO);
    cookie
}

/// Takes the cookie away together with a refusal.
pub(super) fn clearing(request: &HttpRequest, problem: Problem) -> Problem {
    match HeaderValue::from_str(&cleared(request).to_string()) {
        Ok(value) => problem.header(SET_COOKIE, value),
        Err(_) => problem,
    }
}

/// The refresh token that the browser holds for us.
///
/// # Errors
/// When there is one, but the request does not say that it comes from a page of ours: browsers always say so on a POST.
pub(super) fn presented(request: &HttpRequest) -> ApiResult<Option<String>> {
    let name = if is_secure(request) { PREFIXED } else { PLAIN };
    let Some(cookie) = request.cookie(name) else { return Ok(None) };
    let own =
        request.app_data::<web::Data<Shell>>().is_some_and(|shell| is_own_origin(request.headers(), shell.settings()));
    if !own || !request.headers().contains_key(ORIGIN) {
        return Err(Problem::new(StatusCode::FORBIDDEN, "request.origin_refused"));
    }
    Ok(Some(cookie.value().to_owned()))
}
