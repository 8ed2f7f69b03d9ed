//! Signing in and out, devices, and the keys by which others check our tokens.

mod answer;
mod cookie;
mod enter;
mod leave;
mod renew;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, get, web};
use app::App;
use utoipa_actix_web::service_config::ServiceConfig;

pub use answer::{AuthAnswer, TokenDelivery};

/// Under `/api/v1`.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(enter::register)
        .service(enter::login)
        .service(renew::refresh)
        .service(leave::logout)
        .service(leave::logout_all)
        .service(leave::sessions)
        .service(leave::revoke);
}

/// Beside `/api/v1`.
pub fn well_known(config: &mut ServiceConfig<'_>) {
    config.service(jwks);
}

/// Public keys of the access tokens
///
/// A JSON Web Key Set (RFC 7517): every key whose tokens are still accepted, the signing one first.
#[utoipa::path(tag = "accounts", operation_id = "jwks", security(()), responses(
    (status = 200, body = serde_json::Value, content_type = "application/jwk-set+json")
))]
#[get("/.well-known/jwks.json")]
async fn jwks(app: web::Data<App>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/jwk-set+json")
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .json(app.accounts.keys.jwks())
}
