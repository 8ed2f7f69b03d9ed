//! A new pair of tokens for a refresh token.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, post, web};
use app::App;
use app::accounts;
use domain::{Error, FieldFault, Kind};
use serde::Deserialize;
use utoipa::ToSchema;

use super::answer::{AuthAnswer, TokenDelivery, answer};
use super::cookie;
use crate::extract::{JsonOrDefault, Visitor};
use crate::problem::{ApiResult, Problem, ProblemBody};

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RefreshRequest)]
struct RefreshBody {
    /// Otherwise the browser's cookie.
    #[schema(max_length = 200)]
    refresh_token: Option<String>,
    /// Otherwise the way on which the token came. A token from a cookie never leaves it.
    #[schema(inline)]
    token_delivery: Option<TokenDelivery>,
}

/// Renew the tokens
///
/// A refresh token is good for one use. It is accepted again only while its successor is unused and for at most 30 seconds
/// (two tabs, a lost answer); later use ends the session, because somebody else may hold a copy.
#[utoipa::path(tag = "accounts", operation_id = "refresh", security(()), request_body = Option<RefreshBody>, responses(
    (status = 200, body = AuthAnswer),
    (status = 401, body = ProblemBody, content_type = "application/problem+json", description = "`auth.required`, `auth.refresh_invalid`, `auth.session_expired`, `auth.session_ended`, `auth.refresh_reused`: sign in again"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json", description = "`request.origin_refused`: the cookie is for our own pages")
))]
#[post("/auth/refresh")]
pub(super) async fn refresh(
    request: HttpRequest,
    visitor: Visitor,
    app: web::Data<App>,
    body: JsonOrDefault<RefreshBody>,
) -> ApiResult<HttpResponse> {
    let (Visitor(ctx), body) = (visitor, body.into_inner());
    let (token, own) = match body.refresh_token {
        Some(token) => (token, TokenDelivery::Body),
        None => (cookie::presented(&request)?.ok_or_else(required)?, TokenDelivery::Cookie),
    };
    if own == TokenDelivery::Cookie && body.token_delivery == Some(TokenDelivery::Body) {
        // A script in the page could read it then, which is what the cookie is there to prevent.
        return Err(Error::invalid(vec![FieldFault::new("/token_delivery", "wrong_value")]).into());
    }
    match accounts::refresh(&app, &ctx, &token).await {
        Ok(signed_in) => {
            let delivery = body.token_delivery.unwrap_or(own);
            Ok(answer(&request, HttpResponse::Ok(), signed_in, delivery, ctx.now()))
        }
        Err(error) => {
            let problem = Problem::from(error);
            let useless = own == TokenDelivery::Cookie && problem.status() == StatusCode::UNAUTHORIZED;
            Err(if useless { cookie::clearing(&request, problem) } else { problem })
        }
    }
}

fn required() -> Problem {
    Error::new(Kind::Unauthenticated, "auth.required").into()
}
