//! A person's own API keys. No key makes, shows or ends keys.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, delete, get, post, web};
use app::App;
use app::keys::{self, NewKey};
use domain::ids::ApiKeyId;
use domain::keys::{ApiKey, KeyScope};
use domain::{Error, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::cursor;
use crate::extract::{Caller, Json, Path, Query};
use crate::idempotency::IdempotencyKey;
use crate::problem::ApiResult;
use crate::wire::{Answer, Rfc3339};

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list).service(create).service(revoke);
}

const PAGE: u32 = 50;
const LARGEST_PAGE: u32 = 200;

/// What a key may do; never more than its owner.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = KeyScope)]
pub enum ScopeWord {
    /// Listing models: `/v1/models`.
    Models,
    /// Asking models: `/v1/chat/completions`, `/v1/responses`.
    Chat,
    /// `/v1/embeddings`.
    Embeddings,
    /// Reading one's use and limits.
    Usage,
    /// What one does in `/api/v1`, except for account, sessions and keys.
    Api,
    /// What only administrators do; without effect for others.
    Admin,
}

impl From<KeyScope> for ScopeWord {
    fn from(scope: KeyScope) -> Self {
        match scope {
            KeyScope::Models => Self::Models,
            KeyScope::Chat => Self::Chat,
            KeyScope::Embeddings => Self::Embeddings,
            KeyScope::Usage => Self::Usage,
            KeyScope::Api => Self::Api,
            KeyScope::Admin => Self::Admin,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub struct ApiKeyBody {
    pub id: Uuid,
    pub name: String,
    /// The key begins with `obr_<prefix>_`: by this it can be told from others.
    pub prefix: String,
    pub scopes: Vec<ScopeWord>,
    /// Null: it lives until it is revoked.
    pub expires_at: Option<Rfc3339>,
    pub revoked_at: Option<Rfc3339>,
    /// To the minute.
    pub last_used_at: Option<Rfc3339>,
    pub created_at: Rfc3339,
}

impl From<ApiKey> for ApiKeyBody {
    fn from(key: ApiKey) -> Self {
        Self {
            id: key.id.uuid(),
            name: key.name,
            prefix: key.prefix,
            scopes: key.scopes.iter().map(ScopeWord::from).collect(),
            expires_at: key.expires_at.map(Into::into),
            revoked_at: key.revoked_at.map(Into::into),
            last_used_at: key.last_used_at.map(Into::into),
            created_at: key.created_at.into(),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ApiKeyList {
    pub items: Vec<ApiKeyBody>,
    /// Null on the last page.
    pub next_cursor: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// 1 to 200, 50 if left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// One's own keys, newest first, also those that have ended. For persons only.
#[utoipa::path(tag = "keys", operation_id = "list_api_keys", params(ListQuery), responses((status = 200, body = ApiKeyList)))]
#[get("/me/api-keys")]
async fn list(caller: Caller, app: web::Data<App>, query: Query<ListQuery>) -> ApiResult<Answer<ApiKeyList>> {
    let (Caller(ctx), Query(query)) = (caller, query);
    let limit = cursor::limit(query.limit, PAGE, LARGEST_PAGE)?;
    let after: Option<(i64, ApiKeyId)> = cursor::decode_optional(query.cursor.as_deref())?;
    let after = after.map(|(at, id)| (Timestamp(at), id));
    let found = keys::list(&app, &ctx, after, u64::from(limit) + 1).await?;
    let (found, next_cursor) = cursor::page(found, limit, |key| (key.created_at, key.id.uuid()))?;
    Ok(web::Json(ApiKeyList { items: found.into_iter().map(ApiKeyBody::from).collect(), next_cursor }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewApiKey {
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// Each once.
    #[schema(value_type = Vec<ScopeWord>, min_items = 1, max_items = 6)]
    scopes: Vec<String>,
    /// Left out: it lives until it is revoked. At most ten years from now.
    expires_at: Option<Rfc3339>,
    /// The person's, once more: a key outlives the session that makes it.
    #[schema(max_length = 1024, format = Password, write_only)]
    password: String,
}

impl NewApiKey {
    /// Of what is asked for. Not of the password: a digest of it would be kept for a day, to be guessed at.
    fn digest(&self) -> Result<[u8; 32], Error> {
        let asked = (&self.name, &self.scopes, self.expires_at.map(|at| at.0.millis()));
        Ok(Sha256::digest(serde_json::to_vec(&asked).map_err(Error::broken)?).into())
    }
}

/// A new key.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedApiKey {
    pub key: ApiKeyBody,
    /// The whole key, shown here and never again; null when a repeat with the same `Idempotency-Key` is answered.
    #[schema(example = "obr_abcdefgh_…")]
    pub text: Option<String>,
}

/// Makes a key and shows it, once. For persons only, with their password; all their devices hear of it (`keys.changed`).
#[utoipa::path(
    tag = "keys",
    operation_id = "create_api_key",
    request_body = NewApiKey,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless for 24 hours; the repeat does not show the key")),
    responses(
        (status = 201, body = CreatedApiKey),
        (status = 409, description = "`keys.too_many`: 50 living keys are the most", body = crate::ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "Values that are not allowed; `auth.password_wrong` at `/password`", body = crate::ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "`auth.too_many_attempts`: wrong passwords, as when signing in", body = crate::ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/me/api-keys")]
async fn create(
    caller: Caller,
    app: web::Data<App>,
    key: IdempotencyKey,
    body: Json<NewApiKey>,
) -> ApiResult<HttpResponse> {
    let Caller(ctx) = caller;
    // Before the key of a repeat is looked up: no API key may claim one.
    ctx.person()?;
    let body = body.into_inner();
    let (own, state, digest) = (ctx.clone(), app.clone(), body.digest()?);
    let work = async move {
        let NewApiKey { name, scopes, expires_at, password } = body;
        let new = NewKey { name, scopes, expires_at: expires_at.map(|at| at.0) };
        let made = keys::create(&state, &own, new, &password).await?;
        let text = Some(made.text.expose().to_owned());
        Ok(HttpResponse::build(StatusCode::CREATED).json(CreatedApiKey { key: made.key.into(), text }))
    };
    key.once_without(&app, &ctx, "POST /api/v1/me/api-keys", digest, "text", work).await
}

/// Ends a key: it is refused from now on, open streams end within a second. For persons only.
#[utoipa::path(
    tag = "keys",
    operation_id = "revoke_api_key",
    params(("id" = Uuid, Path)),
    responses((status = 204, description = "Ended, also when it had ended before"))
)]
#[delete("/me/api-keys/{id}")]
async fn revoke(caller: Caller, app: web::Data<App>, id: Path<ApiKeyId>) -> ApiResult<HttpResponse> {
    keys::revoke(&app, &caller.0, id.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
