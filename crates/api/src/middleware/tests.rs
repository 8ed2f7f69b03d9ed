//! The edge as a caller meets it: problems whatever happens, ids in and out, headers, origins, limits.
#![allow(clippy::unwrap_used, clippy::panic, clippy::unused_async, reason = "a test fails by panicking")]

use actix_web::body::MessageBody;
use actix_web::dev::ServiceResponse;
use actix_web::middleware::{Compress, from_fn};
use actix_web::test::{TestRequest, call_service, init_service, read_body, try_call_service};
use actix_web::{App, HttpResponse, web};
use domain::{Error, Kind};
use serde::Deserialize;

use super::{cors::cors, edge::edge};
use crate::extract::{Json, gate};
use crate::health::Health;
use crate::problem::{ApiResult, ProblemBody};
use crate::{Rate, Settings, Shell, fallback, health};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    name: String,
}

async fn taken(body: Json<Body>) -> HttpResponse {
    HttpResponse::Ok().body(body.value.name)
}

async fn broken() -> ApiResult<HttpResponse> {
    Err(Error::broken("the cause: s3cret").into())
}

async fn busy() -> ApiResult<HttpResponse> {
    Err(Error::new(Kind::Unavailable, "db.unavailable").into())
}

async fn panicking() -> HttpResponse {
    panic!("s3cret")
}

/// The middleware of `shell::app` around routes for these tests.
macro_rules! site {
    ($settings:expr) => {{
        let shell = Shell::new($settings, Health::default());
        init_service(
            App::new()
                .app_data(web::Data::new(shell.clone()))
                .service(health::alive)
                .route("/api/taken", web::post().to(taken))
                .route("/api/broken", web::get().to(broken))
                .route("/api/busy", web::get().to(busy))
                .route("/api/panic", web::get().to(panicking))
                .route("/v1/panic", web::get().to(panicking))
                .default_service(web::to(fallback::fallback))
                .wrap(Compress::default())
                .wrap(shell.limits().anonymous())
                .wrap(shell.limits().signed())
                .wrap(from_fn(cors))
                .wrap(from_fn(edge)),
        )
        .await
    }};
}

async fn problem<B: MessageBody>(response: ServiceResponse<B>) -> ProblemBody {
    let status = response.status().as_u16();
    assert_eq!(response.headers().get("content-type").unwrap(), "application/problem+json");
    let id = response.headers().get("x-request-id").unwrap().to_str().unwrap().to_owned();
    for name in
        ["content-security-policy", "x-content-type-options", "referrer-policy", "x-frame-options", "cache-control"]
    {
        assert!(response.headers().contains_key(name), "{name}");
    }
    let bytes = read_body(response).await;
    assert!(!String::from_utf8_lossy(&bytes).contains("s3cret"));
    let document: ProblemBody = serde_json::from_slice(&bytes).unwrap();
    assert_eq!((document.status, document.request_id.as_str()), (status, id.as_str()));
    document
}

#[actix_web::test]
async fn whatever_goes_wrong_is_a_problem_document() {
    let site = site!(Settings::default());
    let get = |path: &str| TestRequest::get().uri(path);
    for (request, status, code) in [
        (get("/api/nowhere"), 404, "request.not_found"),
        (get("/api/broken"), 500, "internal"),
        (get("/api/busy"), 503, "db.unavailable"),
        (TestRequest::delete().uri("/healthz"), 405, "request.method_not_allowed"),
        (TestRequest::delete().uri("/api/v1/conversations"), 405, "request.method_not_allowed"),
        (TestRequest::default().method("TRACE".parse().unwrap()).uri("/healthz"), 405, "request.method_not_allowed"),
        (TestRequest::post().uri("/api/taken").set_payload("{}"), 415, "request.media_type"),
        (
            TestRequest::post().uri("/api/taken").insert_header(("content-type", "application/json")).set_payload("{"),
            400,
            "request.malformed",
        ),
        (
            TestRequest::post()
                .uri("/api/taken")
                .insert_header(("content-type", "application/json"))
                .set_payload("[".repeat(2_000_000)),
            413,
            "request.too_large",
        ),
        (TestRequest::post().uri("/conversations"), 404, "request.not_found"),
    ] {
        let response = call_service(&site, request.to_request()).await;
        let document = problem(response).await;
        assert_eq!((document.status, document.code.as_str()), (status, code));
        assert!(!document.title.is_empty() && !document.detail.is_empty());
    }
    let response = call_service(&site, get("/api/busy").to_request()).await;
    assert_eq!(response.headers().get("retry-after").unwrap(), "1");
    let response =
        call_service(&site, get("/api/nowhere").insert_header(("accept-language", "ja, en;q=0.5")).to_request()).await;
    assert_eq!(problem(response).await.title, "見つかりません");
}

#[actix_web::test]
async fn a_panic_is_an_answer_and_the_process_lives() {
    let site = site!(Settings::default());
    let Err(error) = try_call_service(&site, TestRequest::get().uri("/api/panic").to_request()).await else {
        panic!("no error")
    };
    let response = error.error_response();
    assert_eq!(response.status(), 500);
    assert_eq!(response.headers().get("content-type").unwrap(), "application/problem+json");
    assert!(response.headers().contains_key("x-request-id"));
    assert!(call_service(&site, TestRequest::get().uri("/healthz").to_request()).await.status().is_success());
}

#[actix_web::test]
async fn under_v1_a_panic_speaks_like_openai() {
    let site = site!(Settings::default());
    let Err(error) = try_call_service(&site, TestRequest::get().uri("/v1/panic").to_request()).await else {
        panic!("no error")
    };
    let response = error.error_response();
    assert_eq!(response.status(), 500);
    assert_eq!(response.headers().get("content-type").unwrap(), "application/json");
    let id = response.headers().get("x-request-id").unwrap().to_str().unwrap().to_owned();
    let bytes = actix_web::body::to_bytes(response.into_body()).await.ok().unwrap();
    let document: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!((&document["error"]["type"], &document["error"]["code"]), (&"api_error".into(), &"internal".into()));
    let message = document["error"]["message"].as_str().unwrap();
    assert!(message.contains(&id) && !message.contains("s3cret"), "{message}");
}

#[actix_web::test]
async fn ids_come_back_when_they_are_plain() {
    let site = site!(Settings::default());
    let id = async |given: &str| {
        let request = TestRequest::get().uri("/healthz").insert_header(("x-request-id", given));
        let response = call_service(&site, request.to_request()).await;
        response.headers().get("x-request-id").unwrap().to_str().unwrap().to_owned()
    };
    assert_eq!(id("trace-0123.abc").await, "trace-0123.abc");
    for odd in ["short", "with space in it", "<script>alert</script>", &"x".repeat(65)] {
        assert_ne!(id(odd).await, odd);
    }
}

#[actix_web::test]
async fn https_is_remembered_only_where_it_is_spoken() {
    let hsts = async |url: Option<&str>| {
        let site = site!(Settings { public_url: url.map(|url| url.parse().unwrap()), ..Settings::default() });
        let response = call_service(&site, TestRequest::get().uri("/healthz").to_request()).await;
        response.headers().contains_key("strict-transport-security")
    };
    assert!(!hsts(None).await);
    assert!(!hsts(Some("http://chat.example/")).await);
    assert!(hsts(Some("https://chat.example/")).await);
}

#[actix_web::test]
async fn strangers_pages_may_change_nothing() {
    let site = site!(Settings {
        public_url: Some("https://chat.example/".parse().unwrap()),
        cors_origins: vec!["https://shop.example".to_owned()],
        ..Settings::default()
    });
    let post = |origin: &str| {
        let request = TestRequest::post().uri("/api/taken").insert_header(("content-type", "application/json"));
        request
            .insert_header(("host", "chat.example"))
            .insert_header(("origin", origin))
            .set_payload(r#"{"name":"x"}"#)
            .to_request()
    };
    let own = call_service(&site, post("https://chat.example")).await;
    assert!(own.status().is_success() && !own.headers().contains_key("access-control-allow-origin"));
    let listed = call_service(&site, post("https://shop.example")).await;
    assert!(listed.status().is_success());
    assert_eq!(listed.headers().get("access-control-allow-origin").unwrap(), "https://shop.example");
    assert!(!listed.headers().contains_key("access-control-allow-credentials"));
    for foreign in ["https://evil.example", "null"] {
        let refused = call_service(&site, post(foreign)).await;
        assert!(!refused.headers().contains_key("access-control-allow-origin"));
        assert_eq!(problem(refused).await.code, "request.origin_refused");
    }
    let preflight = TestRequest::default().method(actix_web::http::Method::OPTIONS).uri("/api/taken");
    let preflight = preflight
        .insert_header(("origin", "https://shop.example"))
        .insert_header(("access-control-request-method", "POST"));
    assert_eq!(call_service(&site, preflight.to_request()).await.status(), 204);
}

#[actix_web::test]
async fn an_address_without_a_token_is_limited_and_others_are_not() {
    let settings =
        Settings { anonymous_rate: Rate { burst: 3, per_second: 1 }, trusted_proxies: 1, ..Settings::default() };
    let site = site!(settings);
    let ask = |path: &str, source: &str, token: bool| {
        let request = TestRequest::get()
            .uri(path)
            .peer_addr("10.0.0.1:1".parse().unwrap())
            .insert_header(("x-forwarded-for", source));
        let request = if token { request.insert_header(("authorization", "Bearer x")) } else { request };
        request.to_request()
    };
    for _ in 0..3 {
        assert_eq!(call_service(&site, ask("/api/nowhere", "2001:db8::1", false)).await.status(), 404);
    }
    let limited = call_service(&site, ask("/api/nowhere", "2001:db8::2", false)).await;
    assert_eq!(limited.headers().get("retry-after").unwrap(), "1", "the same /64");
    assert_eq!(problem(limited).await.code, "request.too_many");
    let pretender = call_service(&site, ask("/api/nowhere", "2001:db8::1", true)).await;
    assert_eq!(problem(pretender).await.code, "request.too_many", "a header that anybody can write changes nothing");
    assert_eq!(call_service(&site, ask("/api/nowhere", "2001:db8:0:1::1", false)).await.status(), 404);
    assert_eq!(call_service(&site, ask("/healthz", "2001:db8::1", false)).await.status(), 200);
}

#[actix_web::test]
async fn nothing_of_a_body_is_looked_at_for_nobody() {
    use actix_web::FromRequest;
    let (request, mut payload) = TestRequest::post().set_payload("not json").to_http_parts();
    let opener = gate::close(&request);
    let body = Json::<Body>::from_request(&request, &mut payload);
    tokio::pin!(body);
    let waiting = tokio::time::timeout(std::time::Duration::from_millis(20), &mut body).await;
    assert!(waiting.is_err(), "it waits until the caller is known");
    opener.open();
    assert!(body.await.is_err());
}
