//! Making an account and signing in.

use actix_web::http::header::USER_AGENT;
use actix_web::{HttpRequest, HttpResponse, post, web};
use app::App;
use app::accounts::{self, Login, Register};
use serde::Deserialize;
use utoipa::ToSchema;

use super::answer::{AuthAnswer, TokenDelivery, answer};
use crate::extract::{Json, Visitor};
use crate::problem::{ApiResult, ProblemBody};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RegisterRequest)]
struct RegisterBody {
    #[schema(example = "sri@example.com", max_length = 254)]
    email: String,
    /// At least 15 characters of any kind, at most 1,024 bytes, and not a common one.
    #[schema(example = "hujan di bulan juni sore", min_length = 15, max_length = 1024)]
    password: String,
    /// What others see; otherwise what stands before the `@`.
    #[schema(max_length = 100)]
    display_name: Option<String>,
    /// Printed by the server at its first start; makes the first administrator.
    #[schema(max_length = 200)]
    setup_token: Option<String>,
    #[serde(default)]
    #[schema(inline)]
    token_delivery: TokenDelivery,
}

/// Make an account and sign in
///
/// With `setup_token`, once, the account of the first administrator.
#[utoipa::path(tag = "accounts", operation_id = "register", security(()), request_body = RegisterBody, responses(
    (status = 201, body = AuthAnswer, description = "The account is there and this device is signed in"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json", description = "`auth.registration_closed`, `auth.invite_required`, `auth.setup_token_invalid`"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "`auth.registration_refused`: this address cannot be registered")
))]
#[post("/auth/register")]
pub(super) async fn register(
    request: HttpRequest,
    visitor: Visitor,
    app: web::Data<App>,
    body: Json<RegisterBody>,
) -> ApiResult<HttpResponse> {
    let (Visitor(ctx), body) = (visitor, body.into_inner());
    let command = Register {
        email: body.email,
        password: body.password,
        display_name: body.display_name,
        setup_token: body.setup_token,
        user_agent: user_agent(&request),
    };
    let signed_in = accounts::register(&app, &ctx, command).await?;
    Ok(answer(&request, HttpResponse::Created(), signed_in, body.token_delivery, ctx.now()))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LoginRequest)]
struct LoginBody {
    #[schema(example = "sri@example.com", max_length = 254)]
    email: String,
    #[schema(example = "hujan di bulan juni sore")]
    password: String,
    #[serde(default)]
    #[schema(inline)]
    token_delivery: TokenDelivery,
}

/// Sign in
///
/// A wrong password and an address without an account get the same answer in the same time.
#[utoipa::path(tag = "accounts", operation_id = "login", security(()), request_body = LoginBody, responses(
    (status = 200, body = AuthAnswer),
    (status = 401, body = ProblemBody, content_type = "application/problem+json", description = "`auth.invalid_credentials`"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json", description = "`auth.suspended`")
))]
#[post("/auth/login")]
pub(super) async fn login(
    request: HttpRequest,
    visitor: Visitor,
    app: web::Data<App>,
    body: Json<LoginBody>,
) -> ApiResult<HttpResponse> {
    let (Visitor(ctx), body) = (visitor, body.into_inner());
    let command = Login { email: body.email, password: body.password, user_agent: user_agent(&request) };
    let signed_in = accounts::login(&app, &ctx, command).await?;
    Ok(answer(&request, HttpResponse::Ok(), signed_in, body.token_delivery, ctx.now()))
}

/// What the device calls itself, for the list of devices.
fn user_agent(request: &HttpRequest) -> String {
    request
        .headers()
        .get(USER_AGENT)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .unwrap_or_default()
}
