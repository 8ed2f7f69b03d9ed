//! Signing out, here or elsewhere.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use app::App;
use app::accounts::{self, Session};
use domain::ids::SessionId;
use domain::{Actor, Error, Kind, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::cookie;
use crate::cursor;
use crate::extract::{Caller, JsonOrDefault, Path, Query, Visitor};
use crate::problem::{ApiResult, ProblemBody};
use crate::wire::Rfc3339;

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LogoutRequest)]
struct LogoutBody {
    /// For programs whose access token has expired.
    #[schema(max_length = 200)]
    refresh_token: Option<String>,
}

/// Sign this device out
///
/// By the access token, or by the refresh token (in the body or the cookie) when that has expired.
#[utoipa::path(tag = "accounts", operation_id = "logout", security(("bearer" = []), ()), request_body = Option<LogoutBody>, responses(
    (status = 204, description = "Signed out"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json", description = "`request.origin_refused`: the cookie is for our own pages")
))]
#[post("/auth/logout")]
pub(super) async fn logout(
    request: HttpRequest,
    visitor: Visitor,
    app: web::Data<App>,
    body: JsonOrDefault<LogoutBody>,
) -> ApiResult<HttpResponse> {
    let Visitor(ctx) = visitor;
    match (&ctx.actor, body.into_inner().refresh_token) {
        (_, Some(token)) => accounts::logout_by_token(&app, &ctx, &token).await?,
        (Actor::User(_), None) => accounts::logout(&app, &ctx).await?,
        (Actor::Anonymous | Actor::System, None) => {
            let token =
                cookie::presented(&request)?.ok_or_else(|| Error::new(Kind::Unauthenticated, "auth.required"))?;
            accounts::logout_by_token(&app, &ctx, &token).await?;
        }
    }
    Ok(HttpResponse::NoContent().cookie(cookie::cleared(&request)).finish())
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LogoutAllRequest)]
struct LogoutAllBody {
    /// Whether the person's API keys end as well; otherwise programs go on.
    #[serde(default)]
    #[schema(default = false)]
    api_keys: bool,
}

/// Sign every device out
///
/// With `api_keys` the person's API keys are revoked in the same step.
#[utoipa::path(tag = "accounts", operation_id = "logout_all", request_body = Option<LogoutAllBody>, responses((status = 204, description = "Every session has ended, this one too; with `api_keys`, every key")))]
#[post("/auth/logout-all")]
pub(super) async fn logout_all(
    request: HttpRequest,
    caller: Caller,
    app: web::Data<App>,
    body: JsonOrDefault<LogoutAllBody>,
) -> ApiResult<HttpResponse> {
    let Caller(ctx) = caller;
    accounts::logout_all(&app, &ctx, body.into_inner().api_keys).await?;
    Ok(HttpResponse::NoContent().cookie(cookie::cleared(&request)).finish())
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SessionsQuery {
    /// 1 to 200, otherwise 50.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
struct SessionBody {
    id: Uuid,
    created_at: Rfc3339,
    last_seen_at: Rfc3339,
    expires_at: Rfc3339,
    /// What the device called itself when it signed in.
    user_agent: String,
    source_ip: String,
    /// Whether it is the one that asks.
    current: bool,
}

#[derive(Serialize, ToSchema)]
struct SessionPage {
    items: Vec<SessionBody>,
    next_cursor: Option<String>,
}

/// The devices that are signed in
///
/// Newest first; those of the caller only.
#[utoipa::path(tag = "accounts", operation_id = "list_sessions", params(SessionsQuery), responses((status = 200, body = SessionPage)))]
#[get("/auth/sessions")]
pub(super) async fn sessions(
    caller: Caller,
    app: web::Data<App>,
    query: Query<SessionsQuery>,
) -> ApiResult<HttpResponse> {
    let (Caller(ctx), Query(query)) = (caller, query);
    let limit = cursor::limit(query.limit, 50, 200)?;
    let after: Option<(i64, SessionId)> = cursor::decode_optional(query.cursor.as_deref())?;
    let after = after.map(|(at, id)| (Timestamp(at), id));
    let found = accounts::sessions(&app, &ctx, after, u64::from(limit) + 1).await?;
    let (found, next_cursor) = cursor::page(found, limit, |session| (session.created_at, session.id.uuid()))?;
    let current = ctx.principal()?.session;
    let items = found.into_iter().map(|session| body_of(session, current)).collect();
    Ok(HttpResponse::Ok().json(SessionPage { items, next_cursor }))
}

fn body_of(session: Session, current: Option<SessionId>) -> SessionBody {
    SessionBody {
        id: session.id.uuid(),
        created_at: session.created_at.into(),
        last_seen_at: session.last_seen_at.into(),
        expires_at: session.expires_at.into(),
        user_agent: session.user_agent,
        source_ip: session.source_ip,
        current: current == Some(session.id),
    }
}

/// Sign one device out
#[utoipa::path(tag = "accounts", operation_id = "revoke_session", params(("id" = Uuid, Path, description = "Of the session")), responses(
    (status = 204, description = "The session has ended: its requests and streams are refused from now on"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "`auth.session_not_found`: no living session of the caller")
))]
#[delete("/auth/sessions/{id}")]
pub(super) async fn revoke(caller: Caller, app: web::Data<App>, id: Path<Uuid>) -> ApiResult<HttpResponse> {
    let (Caller(ctx), Path(id)) = (caller, id);
    accounts::revoke_session(&app, &ctx, SessionId::from_uuid(id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
