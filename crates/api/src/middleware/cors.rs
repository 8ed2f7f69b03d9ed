//! Which web pages may call us: our own, and the operator's list. Anyone else's page may change nothing.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue, ORIGIN};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, web};

use crate::problem::Problem;
use crate::settings::Settings;
use crate::shell::Shell;

const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";
const REQUEST_HEADERS: &str =
    "accept, accept-language, authorization, content-type, idempotency-key, if-match, last-event-id, x-request-id";
const ANSWER_HEADERS: &str = "etag, location, ratelimit, ratelimit-policy, retry-after, x-obrol-model, x-request-id";

pub async fn cors<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let shell = request.app_data::<web::Data<Shell>>().map(|shell| shell.as_ref().clone()).unwrap_or_default();
    let Some(origin) = request.headers().get(ORIGIN).cloned() else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let standing = standing(&origin, request.headers(), shell.settings());
    let preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    match standing {
        Standing::Own => Ok(next.call(request).await?.map_into_boxed_body()),
        Standing::Listed if preflight => {
            let answer = HttpResponse::NoContent()
                .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, METHODS))
                .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS))
                .insert_header((header::ACCESS_CONTROL_MAX_AGE, "600"))
                .finish();
            let mut response = request.into_response(answer);
            allow(response.headers_mut(), origin);
            Ok(response)
        }
        Standing::Listed => {
            let mut response = next.call(request).await?.map_into_boxed_body();
            allow(response.headers_mut(), origin);
            Ok(response)
        }
        Standing::Foreign if preflight || !request.method().is_safe() => {
            Ok(request.error_response(Problem::new(StatusCode::FORBIDDEN, "request.origin_refused")))
        }
        // Reading is harmless: without our permission the browser keeps the answer from the page.
        Standing::Foreign => Ok(next.call(request).await?.map_into_boxed_body()),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Own,
    Listed,
    Foreign,
}

/// Also used where a cookie is read: only our own pages may send it.
pub fn is_own_origin(headers: &HeaderMap, settings: &Settings) -> bool {
    headers.get(ORIGIN).is_none_or(|origin| standing(origin, headers, settings) == Standing::Own)
}

fn standing(origin: &HeaderValue, headers: &HeaderMap, settings: &Settings) -> Standing {
    let Ok(origin) = origin.to_str() else { return Standing::Foreign };
    let public = settings.public_url.as_ref().map(|url| url.origin().ascii_serialization());
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    if public.as_deref() == Some(origin)
        || (authority.is_some() && authority == host && host.is_some_and(is_this_machine))
    {
        Standing::Own
    } else if settings.cors_origins.iter().any(|listed| listed == origin) {
        Standing::Listed
    } else {
        Standing::Foreign
    }
}

/// `localhost` or an address: names can be made to point here by whoever owns them (DNS rebinding), so a name is our own
/// only as the public URL.
fn is_this_machine(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<std::net::IpAddr>().is_ok()
}

/// Without credentials: pages elsewhere use bearer tokens, never our cookies.
fn allow(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(ANSWER_HEADERS));
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn origins_are_told_apart() {
        let settings = Settings {
            public_url: Some("https://chat.example/".parse().unwrap()),
            cors_origins: vec!["https://shop.example".to_owned()],
            ..Settings::default()
        };
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("127.0.0.1:8080"));
        let of = |origin: &'static str| standing(&HeaderValue::from_static(origin), &headers, &settings);
        assert_eq!(of("https://chat.example"), Standing::Own);
        assert_eq!(of("http://127.0.0.1:8080"), Standing::Own);
        assert_eq!(of("https://shop.example"), Standing::Listed);
        for foreign in
            ["null", "https://chat.example.evil", "https://shop.example:444", "http://shop.example", "https://", ""]
        {
            assert_eq!(of(foreign), Standing::Foreign, "{foreign}");
        }
        let mut rebound = HeaderMap::new();
        rebound.insert(header::HOST, HeaderValue::from_static("evil.example:8080"));
        let evil = HeaderValue::from_static("http://evil.example:8080");
        assert_eq!(standing(&evil, &rebound, &Settings::default()), Standing::Foreign);
        for own in ["localhost:8080", "[::1]:8080", "192.168.1.7:8080", "127.0.0.1"] {
            assert!(is_this_machine(own), "{own}");
        }
    }
}
